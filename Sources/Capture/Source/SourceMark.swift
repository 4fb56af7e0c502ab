import Causality
import ChangeSets
import GRDB

/// The one row that the agent keeps in the source's file: whose the file is, and which drain it was last read by.
///
/// It travels with every copy of the file, which is how a restored or cloned file gives itself away (S15, S16).
struct SourceMark: Hashable, Sendable {
    static let table = "_tributary_mark"
    static let versionNow: Int64 = 1

    var version: Int64 = versionNow
    var source: SourceID
    var owner: VerifyingKey
    var drain: DrainName
    /// The last dot of that drain; counter 0 before the first change.
    var last: Dot
    /// Log rows up to here are captured and may be trimmed.
    var high: Int64
}

extension SourceMark {
    static let createSQL = "CREATE TABLE \"\(table)\" (version, source, owner, drain, nonce, replica, counter, high)"

    /// The file's mark; `nil` when it has none.
    ///
    /// - Throws: `CaptureError.unknownState` when the row cannot be one of ours.
    static func read(_ db: Database) throws -> SourceMark? {
        guard try db.tableExists(exactly: table) else { return nil }
        let statement = try RawStatement(db, "SELECT version, source, owner, drain, nonce, replica, counter, high FROM \"\(table)\"")
        guard try statement.step() else { return nil }
        guard let source = SourceID(bytes: statement.bytes(1)), let owner = VerifyingKey(bytes: statement.bytes(2)),
            let replica = ReplicaID(bytes: statement.bytes(5))
        else {
            throw CaptureError(
                .unknownState, "The table \(table) in the source's file holds something this agent did not write.",
                remedy:
                    "Nothing is read from this file until it is looked at. If it was edited by hand, detach the source and attach it again."
            )
        }
        return SourceMark(
            version: statement.integer(0), source: source, owner: owner,
            drain: DrainName(number: statement.unsigned(3), nonce: statement.unsigned(4)),
            last: Dot(replica, statement.unsigned(6)), high: statement.integer(7))
    }

    /// Puts this mark in the place of whatever stands there; within the caller's transaction.
    func write(_ db: Database) throws {
        try db.execute(sql: "DELETE FROM \"\(Self.table)\"")
        let insert = try RawStatement(
            db,
            "INSERT INTO \"\(Self.table)\" (version, source, owner, drain, nonce, replica, counter, high) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        )
        insert.bind(version, at: 1).bind(source.bytes, at: 2).bind(owner.bytes, at: 3)
            .bind(drain.number, at: 4).bind(drain.nonce, at: 5).bind(last.replica.bytes, at: 6).bind(last.counter, at: 7).bind(high, at: 8)
        try insert.run()
    }
}

extension Database {
    /// Whether the main file has this table; asked of the file, not of a cache that another program's change would not reach.
    func tableExists(exactly name: String) throws -> Bool {
        let statement = try RawStatement(self, "SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = ?1")
        return try statement.bind(name, at: 1).step()
    }
}
