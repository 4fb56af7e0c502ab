import Causality
import ChangeSets
import Foundation
import GRDB
import Mutants

/// How far this folder's history of a replica is the hub's (S22).
extension Outbox {
    /// Of so many sets that are no longer kept, it is remembered where they ended: some hundred kilobytes.
    static let pastMax = 10_000

    /// Where this agent's sets of a replica ended, the latest first.
    func ends(of replica: ReplicaID) throws -> [SetEnd] {
        try queue.read { db in
            let row = try ReplicaRow.fetch(replica, in: db)
            let known = [SetEnd(row.acknowledged, row.acknowledgedHash), SetEnd(row.cut, row.cutHash)]
            let stored = try Row.fetchAll(
                db,
                sql: """
                    SELECT last, hash FROM outbox_set WHERE replica = ?1 UNION SELECT last, hash FROM outbox_past WHERE replica = ?1
                    """, arguments: [replica.blob]
            ).compactMap { row in Digest(bytes: row.bytes(1)).map { SetEnd(row[0], $0) } }
            return Set(known + stored).filter { $0.last > 0 }.sorted { $0.last > $1.last }
        }
    }

    /// Takes the hub's word for what its history and this one share.
    func agree(_ receipt: Receipt, sharing shared: SetEnd) throws {
        try queue.write { db in
            var row = try ReplicaRow.fetch(receipt.replica, in: db)
            if row.abandonedAt != nil {
                // Nothing of it is sent any more: what counts is what can be followed.
                row.shared = row.shared.map { min($0, shared.last) }
                return try row.store(in: db)
            }
            if shared.last > row.acknowledged {
                (row.acknowledged, row.acknowledgedHash) = (shared.last, shared.hash)
                return try row.store(in: db)
            }
            // Where the hub just has less, nothing parts.
            guard shared.last < row.acknowledged, shared.last < receipt.last, !Mutant.takesAcknowledgedForShared.isOn else { return }
            try Self.rewind(receipt.replica, to: shared.last, hash: shared.hash, in: db)
        }
    }

    /// Lets a set go that a backup of the hub holds, or that there is no room for.
    func drop(set id: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO outbox_past SELECT replica, last, hash FROM outbox_set WHERE id = ?")
            .execute(arguments: [id])
        try db.cachedStatement(sql: "DELETE FROM outbox_set WHERE id = ?").execute(arguments: [id])
    }

    func trimPast(of replica: ReplicaID, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM outbox_past WHERE replica = ?1 AND last <=
                    (SELECT last FROM outbox_past WHERE replica = ?1 ORDER BY last DESC LIMIT 1 OFFSET \(Self.pastMax))
                """
        ).execute(arguments: [replica.blob])
    }
}
