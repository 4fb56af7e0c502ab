import Causality
import ChangeSets
import Foundation
import GRDB

/// What the outbox knows of one replica.
struct ReplicaRow: Hashable {
    var replica: ReplicaID
    var acknowledged: UInt64 = 0
    var acknowledgedHash = Digest.zero
    /// The last counter put into a set, and that set's hash: the link for the next one.
    var cut: UInt64 = 0
    var cutHash = Digest.zero
    /// Of an abandoned replica: the last counter that its history here shares with the hub's.
    var shared: UInt64?
    /// Of an abandoned replica: the last counter that the hub had acknowledged when it was. What was cut beyond is never sent.
    var abandonedAt: UInt64?

    /// The last counter that the hub can get from here.
    var sendable: UInt64 { abandonedAt ?? cut }

    /// A replica without a row has sent nothing.
    static func fetch(_ replica: ReplicaID, in db: Database) throws -> ReplicaRow {
        let statement = try db.cachedStatement(
            sql: "SELECT acknowledged, acknowledged_hash, cut, cut_hash, shared, abandoned_at FROM outbox_replica WHERE replica = ?")
        guard let row = try Row.fetchOne(statement, arguments: [replica.blob]) else { return ReplicaRow(replica: replica) }
        guard let acknowledgedHash = Digest(bytes: row.bytes(1)), let cutHash = Digest(bytes: row.bytes(3)) else {
            throw AgentError(
                .outboxDamaged, "The outbox has a damaged entry for replica \(replica.short).",
                remedy: "Keep a copy of agent.db and take the agent's folder for lost: enroll in a new one, attach with --take-over.")
        }
        return ReplicaRow(
            replica: replica, acknowledged: row[0], acknowledgedHash: acknowledgedHash, cut: row[2], cutHash: cutHash, shared: row[4],
            abandonedAt: row[5])
    }

    func store(in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_replica (replica, acknowledged, acknowledged_hash, cut, cut_hash, shared, abandoned_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (replica) DO UPDATE SET acknowledged = excluded.acknowledged,
                    acknowledged_hash = excluded.acknowledged_hash, cut = excluded.cut, cut_hash = excluded.cut_hash,
                    shared = excluded.shared, abandoned_at = excluded.abandoned_at
                """
        ).execute(arguments: [
            replica.blob, acknowledged, Data(acknowledgedHash.bytes), cut, Data(cutHash.bytes), shared, abandonedAt,
        ])
    }
}

extension ReplicaID {
    var blob: Data { Data(bytes) }
}

extension Row {
    /// The bytes of a BLOB or TEXT column; empty for NULL.
    func bytes(_ index: Int) -> [UInt8] {
        (self[index] as Data?).map { Array($0) } ?? []
    }
}

extension [UInt8] {
    static func fetchBlob(_ db: Database, _ sql: String, _ arguments: StatementArguments) throws -> [UInt8]? {
        try Data.fetchOne(try db.cachedStatement(sql: sql), arguments: arguments).map { Array($0) }
    }
}
