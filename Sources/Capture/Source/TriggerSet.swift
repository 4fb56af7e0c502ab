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

    /// By the bytes: a column's own collation may call two keys equal that are two keys to us.
    private static func keyMoved(_ columns: [String]) -> String {
        columns.map { "OLD.\(SQLName.quoted($0)) COLLATE BINARY IS NOT NEW.\(SQLName.quoted($0))" }.joined(separator: " OR ")
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

    /// Replaces whatever triggers of ours there are; within the caller's transaction.
    func install(_ db: Database) throws {
        try Self.dropAll(db)
        for trigger in triggers { try db.execute(sql: trigger.sql) }
    }

    static func dropAll(_ db: Database) throws {
        for name in try installed(db).keys.sorted() { try db.execute(sql: "DROP TRIGGER IF EXISTS main.\(SQLName.quoted(name))") }
    }
}
