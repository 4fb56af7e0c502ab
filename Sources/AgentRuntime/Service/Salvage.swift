import Capture
import ChangeSets
import Folders
import Foundation
import GRDB
import Glibc

/// Makes a new `agent.db` of what can still be read of a damaged one.
///
/// Who the agent is, what it attached, and all changes that wait to be sent, up to the first that is damaged, stay. What the hub or the
/// sources' files can tell again is left behind: the view is loaded anew, and each source recovers as after a restore of the folder (S15).
public struct Salvage: Sendable {
    /// What was read of one table.
    public struct Table: Hashable, Sendable {
        public var name: String
        public var rows: Int
        /// Whether every row could be read.
        public var isWhole: Bool
    }

    public struct Report: Hashable, Sendable {
        public var tables: [Table]
        /// Where the damaged file stands now.
        public var damagedFile: String

        public var damaged: [Table] { tables.filter { !$0.isWhole } }
    }

    private let folder: DataFolder
    private var path: String { folder.path + "/" + DataFolder.databaseName }
    private var newPath: String { path + ".new" }
    /// Complete, and about to take the damaged one's place.
    private var readyPath: String { path + ".salvaged" }

    public init(_ folder: DataFolder) { self.folder = folder }

    /// The caller holds the folder's lock.
    ///
    /// - Throws: `AgentError` `data-folder` when nothing can be made of the file, or what nobody else can tell is not whole.
    public func run(now: Date = Date()) throws -> Report {
        let damagedFile = "\(path).damaged-\(Int(now.timeIntervalSince1970))"
        var tables: [Table] = []
        // One that was interrupted is finished.
        if !FileManager.default.fileExists(atPath: readyPath) {
            do { tables = try copy() } catch let error as DatabaseError {
                if error.resultCode == .SQLITE_FULL { throw AgentError(database: error, file: newPath) }
                throw Self.beyondHelp(path, "\(error.message ?? "SQLite error \(error.resultCode.rawValue)")")
            }
            try rename(newPath, to: readyPath)
        }
        try replace(keeping: damagedFile)
        return Report(tables: tables, damagedFile: damagedFile)
    }

    // MARK: Reading

    /// Told again by the hub or the files, or found out anew.
    private static let leftBehind: Set<String> = [
        "capture_image", "capture_undo", "capture_problem", "capture_moment", "capture_posted_staged", "grdb_migrations",
    ]
    private static let derivedPrefixes = ["view_", "own_", "sqlite_"]
    /// Nobody else can tell what a lost row of these said, or the rest makes no sense without it.
    private static let essential: Set<String> = [
        "agent_setting", "outbox_replica", "capture_source", "capture_table", "capture_replica", "capture_field", "capture_posted",
    ]

    private func copy() throws -> [Table] {
        // What an interrupted one left; usually there is nothing.
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: newPath + suffix) }
        let before = umask(0o077)
        defer { umask(before) }
        let fresh = try AgentDatabase(path: newPath)
        try AgentSchema.migrate(fresh.queue)
        let old = try DatabaseQueue(path: path)
        let names = try fresh.queue.read {
            try String.fetchAll($0, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        }
        .filter { name in !Self.leftBehind.contains(name) && !Self.derivedPrefixes.contains { name.hasPrefix($0) } }
        var tables: [Table] = []
        try fresh.queue.write { new in
            // They bring their own first rows.
            for name in names { try new.execute(sql: "DELETE FROM \(name)") }
            // An earlier version's file may lack some.
            for name in try names.filter({ name in try old.read { try $0.tableExists(name) } }) {
                tables.append(try copy(name, from: old, to: new))
            }
            try Self.goOnCounting(from: old, to: new)
            if try Bool.fetchOne(new, sql: "SELECT EXISTS (SELECT 1 FROM capture_posted)") ?? false {
                try AgentSettings.write(.postedMustRecover, true, in: new)
            }
        }
        if let lost = tables.first(where: { !$0.isWhole && Self.essential.contains($0.name) }) {
            throw Self.beyondHelp(path, "the table \(lost.name) is not whole")
        }
        try fresh.distrustImages()
        try fresh.queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        try fresh.queue.close()
        return tables
    }

    /// From the first row on and from the last row back, as far as each can be read.
    private func copy(_ name: String, from old: DatabaseQueue, to new: Database) throws -> Table {
        let known = try old.read { try $0.columns(in: name) }
        let columns = try new.columns(in: name).map(\.name).filter { column in known.contains { $0.name == column } }
        let key = known.filter { $0.primaryKeyIndex > 0 }.sorted { $0.primaryKeyIndex < $1.primaryKeyIndex }.map(\.name)
        let list = columns.joined(separator: ", ")
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        let insert = try new.makeStatement(sql: "INSERT OR IGNORE INTO \(name) (\(list)) VALUES (\(marks))")
        /// - Returns: whether it came to the end.
        func take(_ order: String) throws -> Bool {
            // Without a transaction: to end one, SQLite would read on.
            try old.inDatabase { db in
                do {
                    let rows = try Row.fetchCursor(db, sql: "SELECT \(list) FROM \(name) ORDER BY \(order)")
                    while let row = try rows.next() {
                        try insert.execute(arguments: StatementArguments(row.databaseValues))
                    }
                    return true
                } catch let error as DatabaseError where Self.isDamage(error) { return false }
            }
        }
        let isWhole = try take(key.joined(separator: ", "))
        if !isWhole { _ = try take(key.map { $0 + " DESC" }.joined(separator: ", ")) }
        return Table(name: name, rows: try Int.fetchOne(new, sql: "SELECT count(*) FROM \(name)") ?? 0, isWhole: isWhole)
    }

    /// Numbers that were given once are not given again.
    private static func goOnCounting(from old: DatabaseQueue, to new: Database) throws {
        let rows = try old.read { try Row.fetchAll($0, sql: "SELECT name, seq FROM sqlite_sequence WHERE name LIKE 'capture%'") }
        for row in rows {
            let (name, number): (String, Int64) = (row[0], row[1])
            try new.execute(sql: "DELETE FROM sqlite_sequence WHERE name = ?", arguments: [name])
            try new.execute(sql: "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", arguments: [name, number])
        }
    }

    private static func isDamage(_ error: DatabaseError) -> Bool {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_IOERR].contains(error.resultCode.primaryResultCode)
    }

    private static func beyondHelp(_ path: String, _ what: String) -> AgentError {
        AgentError(
            .dataFolder, "Nothing can be made of \(path): \(what).",
            remedy: """
                Keep a copy and check the disk. Then take the agent's folder for lost: enroll in a new one, and attach the files with \
                --take-over; what they hold is held against the hub. What was posted and not sent is gone.
                """)
    }

    // MARK: Replacing

    /// The damaged file's log must not be taken for the new one's, so it goes first.
    private func replace(keeping damagedFile: String) throws {
        if link(path, damagedFile) != 0, errno != EEXIST { throw failure("cannot be kept as \(damagedFile)") }
        if FileManager.default.fileExists(atPath: path + "-wal") { try rename(path + "-wal", to: damagedFile + "-wal") }
        // SQLite makes it anew from the log, and has usually taken it away.
        try? FileManager.default.removeItem(atPath: path + "-shm")
        try rename(readyPath, to: path)
        try FolderSync.sync(folder.path)
    }

    private func rename(_ from: String, to: String) throws {
        if Glibc.rename(from, to) != 0 { throw failure("cannot be renamed from \(from) to \(to)") }
    }

    private func failure(_ what: String) -> AgentError {
        AgentError(
            .dataFolder, "A file in \(folder.path) \(what) (\(String(cString: strerror(errno)))).",
            remedy: "Check the disk and the folder's rights, and run it again: it goes on where it was.")
    }
}
