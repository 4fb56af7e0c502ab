import Causality
import ChangeSets
import Foundation
import GRDB
import Mutants

/// Operators' decisions that this agent keeps for its hub, sealed as they came: a hub that was restored from a backup gets back what it
/// forgot (S24), and what its backups hold is kept no longer (S25).
///
/// Which line a decision stands on is known by the feed's cursor: a view that begins from nothing may be another line's, so then all
/// that is kept is *owed* until the hub says that it has it.
public struct DecisionKeeper: Sendable {
    /// Beyond this the oldest go, whatever the hub's keep-until says.
    public static let bytesMax = 64 << 20

    let queue: DatabaseQueue

    public init(queue: DatabaseQueue) { self.queue = queue }

    /// Owed decisions of one generation of the hub, in order.
    struct Batch: Hashable, Sendable {
        struct Row: Hashable, Sendable {
            var id: Int64
            var first: UInt64
            /// How often it was owed: an answer to an earlier time says nothing about this one.
            var times: Int64
            var sealed: [UInt8]
        }

        var generation: ReplicaID
        var rows: [Row]
    }

    // MARK: in the feed's transaction

    /// The view begins from nothing: whether the hub has any of them is not known.
    static func oweAll(in db: Database) throws {
        if Mutant.owesNoDecisions.isOn { return }
        try db.execute(sql: "UPDATE hub_decision SET number = NULL, times = times + 1, refused = NULL")
    }

    static func take(_ kept: KeptDecisions, bytesMax: Int = bytesMax, in db: Database) throws {
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO hub_decision (generation, first, number, size, sealed) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (generation, first) DO UPDATE SET number = excluded.number, times = times + 1, refused = NULL,
                    size = excluded.size, sealed = excluded.sealed
                """)
        for decision in kept.decisions {
            try insert.execute(arguments: [
                decision.first.replica.blob, Int64(clamping: decision.first.counter), Int64(clamping: decision.number),
                decision.sealed.count, Data(decision.sealed),
            ])
        }
        try db.cachedStatement(sql: "DELETE FROM hub_decision WHERE number <= ?").execute(arguments: [Int64(clamping: kept.keepUntil)])
        if !kept.decisions.isEmpty { try trim(to: bytesMax, in: db) }
    }

    private static func trim(to bytesMax: Int, in db: Database) throws {
        var bytes = try Int.fetchOne(db, sql: "SELECT coalesce(sum(size), 0) FROM hub_decision") ?? 0
        while bytes > bytesMax, let row = try Row.fetchOne(db, sql: "SELECT id, size FROM hub_decision ORDER BY id LIMIT 1") {
            try db.execute(sql: "DELETE FROM hub_decision WHERE id = ?", arguments: [row[0] as Int64])
            bytes -= row[1] as Int
        }
    }

    // MARK: giving them back

    func owesAny() throws -> Bool {
        try queue.read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM hub_decision WHERE number IS NULL)") ?? false }
    }

    /// What to send next; `nil` when nothing is owed but of the generations to pass over.
    ///
    /// - Parameter bytesMax: a decision goes however large it is.
    func owed(passing blocked: Set<ReplicaID>, bytesMax: Int) throws -> Batch? {
        try queue.read { db in
            let generations = try Data.fetchAll(
                db, sql: "SELECT generation FROM hub_decision WHERE number IS NULL GROUP BY generation ORDER BY min(id)")
            guard let generation = generations.compactMap({ ReplicaID(bytes: Array($0)) }).first(where: { !blocked.contains($0) }) else {
                return nil
            }
            var batch = Batch(generation: generation, rows: [])
            var bytes = 0
            let rows = try Row.fetchCursor(
                db, sql: "SELECT id, first, times, sealed FROM hub_decision WHERE number IS NULL AND generation = ? ORDER BY first",
                arguments: [generation.blob])
            while bytes < bytesMax, let row = try rows.next() {
                let sealed = row.bytes(3)
                guard batch.rows.isEmpty || bytes + sealed.count <= bytesMax else { break }
                batch.rows.append(Batch.Row(id: row[0], first: row[1], times: row[2], sealed: sealed))
                bytes += sealed.count
            }
            return batch
        }
    }

    /// The hub has these of the batch, at a number of its line or before; or will never have them, for a reason.
    func settle(_ rows: some Sequence<Batch.Row>, at number: UInt64, refused: String? = nil) throws {
        try queue.write { db in
            for row in rows {
                try db.execute(
                    sql: "UPDATE hub_decision SET number = ?, refused = ? WHERE id = ? AND times = ? AND number IS NULL",
                    arguments: [Int64(clamping: number), refused, row.id, row.times])
            }
        }
    }

    /// Why the hub cannot take this one now; it stays owed.
    func note(_ reason: String, of row: Batch.Row) throws {
        try queue.write {
            try $0.execute(sql: "UPDATE hub_decision SET refused = ? WHERE id = ? AND times = ?", arguments: [reason, row.id, row.times])
        }
    }

    // MARK: what people are told

    /// What the hub does not take back, and why.
    func problem() throws -> AgentHealth.Problem? {
        try queue.read { db in
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM hub_decision WHERE refused IS NOT NULL") ?? 0
            guard count > 0,
                let reason = try String.fetchOne(db, sql: "SELECT refused FROM hub_decision WHERE refused IS NOT NULL ORDER BY id LIMIT 1")
            else { return nil }
            return AgentHealth.Problem(
                code: "decisions-not-taken",
                message: "The hub was restored and does not take back \(count) change-sets of decisions that are kept here. \(reason)",
                remedy: "Look at the hub's status (tributary status); sales and stock are not affected.")
        }
    }
}
