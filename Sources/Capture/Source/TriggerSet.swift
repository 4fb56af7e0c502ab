import ChangeSets
import GRDB

/// The triggers that log which rows the application writes.
///
/// They name no column but the key and call no function, so that a vendor's `ALTER TABLE`, an old SQLite
/// or a blob cannot make a sale fail; and they run after the row is written, so that an ignored or failed
/// insert leaves nothing.
struct TriggerSet: Hashable, Sendable {
    struct Table: Hashable, Sendable {
        /// Stands for the table in the log.
        var number: Int64
        var name: String
        var keyColumns: [String]
    }

    static let prefix = "_tributary_"
    var tables: [Table]

    /// Names and texts, exactly as SQLite keeps them.
    var triggers: [(name: String, sql: String)] {
        tables.flatMap { table in
            [
                trigger(table, "i", "AFTER INSERT", .insert, "NEW"),
                trigger(table, "u", "AFTER UPDATE", .update, "NEW"),
                trigger(table, "k", "AFTER UPDATE", .movedAway, "OLD", when: Self.keyMoved(table.keyColumns)),
                trigger(table, "d", "AFTER DELETE", .delete, "OLD"),
            ]
        }
    }

    private func trigger(
        _ table: Table, _ suffix: String, _ event: String, _ operation: ChangeLog.Operation, _ row: String, when condition: String? = nil
    ) -> (name: String, sql: String) {
        let name = "\(Self.prefix)\(table.number)_\(suffix)"
        let columns = table.keyColumns.indices.map { "k\($0 + 1)" }.joined(separator: ", ")
        let values = table.keyColumns.map { "\(row).\(SQLName.quoted($0))" }.joined(separator: ", ")
        let when = condition.map { " WHEN \($0)" } ?? ""
        return (
            name,
            "CREATE TRIGGER \"\(name)\" \(event) ON \(SQLName.quoted(table.name))\(when) BEGIN "
                + "INSERT INTO \"\(ChangeLog.table)\" (t, o, \(columns)) VALUES (\(table.number), \(operation.rawValue), \(values)); END"
        )
    }

    /// By the bytes and the storage class: a column's own collation, and SQLite where it compares 2 with 2.0, may call two
    /// keys equal that are two keys to us.
    private static func keyMoved(_ columns: [String]) -> String {
        columns.map { name in
            let (old, new) = ("OLD.\(SQLName.quoted(name))", "NEW.\(SQLName.quoted(name))")
            return "\(old) COLLATE BINARY IS NOT \(new) OR CAST(\(old) AS BLOB) IS NOT CAST(\(new) AS BLOB)"
        }.joined(separator: " OR ")
    }

    /// The triggers of ours that stand in the file.
    static func installed(_ db: Database) throws -> [String: String] {
        let statement = try RawStatement(
            db, "SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger' AND substr(name, 1, 11) = '\(prefix)'")
        var found: [String: String] = [:]
        while try statement.step() { found[statement.string(0)] = statement.string(1) }
        return found
    }

    func isInstalled(_ db: Database) throws -> Bool {
        let found = try Self.installed(db)
        let wanted = triggers
        return found.count == wanted.count && wanted.allSatisfy { found[$0.name] == $0.sql }
    }

    /// Whether the application has made a trigger on a table of ours since ours were installed.
    ///
    /// SQLite runs the newest trigger first. One that ends the statement there (`RAISE(IGNORE)`, `RAISE(FAIL)`) after the row
    /// is written would keep the row from us.
    static func areOutranked(_ db: Database) throws -> Bool {
        let isOurs = "substr(%.name, 1, 11) = '\(prefix)'"
        let statement = try RawStatement(
            db,
            """
            SELECT 1 FROM main.sqlite_master AS own JOIN main.sqlite_master AS other
            ON other.type = 'trigger' AND other.tbl_name = own.tbl_name COLLATE NOCASE AND other.rowid > own.rowid
            AND NOT \(isOurs.replacing("%", with: "other"))
            WHERE own.type = 'trigger' AND \(isOurs.replacing("%", with: "own")) LIMIT 1
            """)
        return try statement.step()
    }

    /// Replaces whatever triggers of ours there are; within the caller's transaction.
    func install(_ db: Database) throws {
        try Self.dropAll(db)
        for trigger in triggers { try db.execute(sql: trigger.sql) }
    }

    static func dropAll(_ db: Database) throws {
        for name in try installed(db).keys.sorted() { try db.execute(sql: "DROP TRIGGER IF EXISTS main.\(SQLName.quoted(name))") }
    }
}
