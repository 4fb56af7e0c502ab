import ChangeSets
import GRDB
import Oddities

/// The log in the source's file: one small row per row that the application wrote, deleted when it is captured.
///
/// It has no constraint but its key: a host's `INSERT OR IGNORE` would swallow the failure of any other,
/// and with it the change. It holds keys only; the rows themselves are read when they are captured.
enum ChangeLog {
    static let table = "_tributary_log"
    /// SQLite names k1 … k8; a table with a wider key cannot be watched.
    static let keyColumnsMax = 8

    static let createSQL = """
        CREATE TABLE "\(table)" (n INTEGER PRIMARY KEY AUTOINCREMENT, t, o, \((1...keyColumnsMax).map { "k\($0)" }.joined(separator: ", ")))
        """

    enum Operation: Int64, Hashable, Sendable {
        case insert = 1
        case update = 2
        case delete = 3
        /// A row's key was changed: this was the old one.
        case movedAway = 4
    }

    struct Entry: Hashable, Sendable {
        var number: Int64
        var table: Int64
        var operation: Operation
        var key: LocalKey
    }

    /// The entries after `number`, up to `last`, at most `limit` of them.
    ///
    /// - Parameter keyCounts: the number of key columns of each watched table; entries of other tables are dropped.
    static func entries(
        _ db: Database, after number: Int64, upTo last: Int64, limit: Int, keyCounts: [Int64: Int]
    ) throws -> (entries: [Entry], reached: Int64) {
        let statement = try RawStatement(cached: db, "SELECT * FROM \"\(table)\" WHERE n > ?1 AND n <= ?2 ORDER BY n LIMIT ?3")
        defer { statement.reset() }
        statement.bind(number, at: 1).bind(last, at: 2).bind(Int64(limit), at: 3)
        var entries: [Entry] = []
        var read = 0
        var reached = number
        while try statement.step() {
            read += 1
            reached = statement.integer(0)
            guard let operation = Operation(rawValue: statement.integer(2)), let columns = keyCounts[statement.integer(1)] else { continue }
            let key = LocalKey((0..<columns).map { statement.value(3 + Int32($0)) })
            entries.append(Entry(number: reached, table: statement.integer(1), operation: operation, key: key))
        }
        return (entries, read < limit ? last : reached)
    }

    /// The number of the newest entry that was ever written; 0 when there was none.
    static func newest(_ db: Database) throws -> Int64 {
        let statement = try RawStatement(cached: db, "SELECT max(n) FROM \"\(table)\"")
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : 0
    }

    /// The number that the file would give next is this one plus 1.
    ///
    /// Below the mark's high-water number it means that somebody reset the file's numbering.
    static func numbered(_ db: Database) throws -> Int64 {
        let statement = try RawStatement(db, "SELECT seq FROM sqlite_sequence WHERE name = '\(table)'")
        return try statement.step() ? statement.integer(0) : 0
    }

    /// The number of the oldest entry that is still there.
    static func oldest(_ db: Database) throws -> Int64? {
        let statement = try RawStatement(cached: db, "SELECT min(n) FROM \"\(table)\"")
        defer { statement.reset() }
        return try statement.step() && !statement.isNull(0) ? statement.integer(0) : nil
    }

    /// Makes sure that no number up to `high` is given again; within the caller's transaction.
    ///
    /// A statement that fails half-way and keeps its rows (`OR FAIL`, `RAISE(FAIL)`) keeps its entries, too, but SQLite does not
    /// write down how far their numbers went. While they stand, the next number follows them; once they are trimmed, it would
    /// not, and what was given a number again would be taken for captured.
    static func keepNumbers(_ db: Database, above high: Int64) throws {
        try db.execute(sql: "UPDATE sqlite_sequence SET seq = ?1 WHERE name = '\(table)' AND seq < ?1", arguments: [high])
        try db.execute(
            sql: "INSERT INTO sqlite_sequence (name, seq) SELECT '\(table)', ?1 WHERE NOT EXISTS "
                + "(SELECT 1 FROM sqlite_sequence WHERE name = '\(table)')",
            arguments: [high])
    }

    /// Deletes captured entries, the oldest first; within the caller's transaction.
    static func trim(_ db: Database, upTo high: Int64, limit: Int) throws {
        guard let first = try oldest(db), first <= high else { return }
        let last = min(high, first + Int64(Oddity.trimsLittle.less(limit)) - 1)
        try RawStatement(cached: db, "DELETE FROM \"\(table)\" WHERE n <= ?1").bind(last, at: 1).run()
    }
}
