import Capture
import Causality
import ChangeSets
import Foundation
import GRDB
import Mutants

/// The site's own changes that the visible view does not contain yet, as people look for them (S27).
///
/// Read off the outbox and the journal when somebody looks, and when the line is down; `indexed` says how far.
/// So a backlog costs nothing until it is asked for, and then once.
public struct OwnChanges: Sendable {
    let queue: DatabaseQueue
    let journal: any SealedJournal

    /// Changes read from the journal at a time.
    static let journalChangesMax = 5_000

    public init(queue: DatabaseQueue, journal: any SealedJournal) {
        self.queue = queue
        self.journal = journal
    }

    /// Indexes what was sealed since the last time.
    ///
    /// - Parameter goesOn: asked before each piece; what it throws ends the work, and the next look goes on there.
    public func catchUp(goesOn: () throws -> Void = {}) throws {
        for sealed in try journal.sealedReplicas() {
            let (start, cut) = try queue.read { db in
                (try Self.start(of: sealed.replica, in: db), try ReplicaRow.fetch(sealed.replica, in: db).cut)
            }
            guard start < max(sealed.sealed, cut) else { continue }
            try goesOn()
            // What the disk has damaged is captured anew, under other names; what comes after it, too.
            do { try catchUp(sealed, after: start, cut: cut, goesOn: goesOn) } catch is ChangeSetError {} catch let error as CaptureError
                where error.code == .journalDamaged
            {}
        }
    }

    /// - Parameter cut: so far the changes were cut into sets.
    private func catchUp(_ sealed: SealedReplica, after start: UInt64, cut: UInt64, goesOn: () throws -> Void) throws {
        var next = start
        // A set that the hub's backup holds is let go of, maybe before the view shows it: what comes after it is laid over all the same.
        while let set = try set(after: next, of: sealed.replica) {
            try index(set.changes, first: set.first, from: next, of: sealed)
            next = set.last
            try goesOn()
        }
        next = max(next, cut)
        while next < sealed.sealed {
            try goesOn()
            // A set may be cut meanwhile by the running agent; then the journal begins later and the next look goes on there.
            let pieces = try journal.pieces(after: next, of: sealed.replica, changesMax: Self.journalChangesMax)
            guard let first = pieces.first, first.first == next + 1 else { break }
            for piece in pieces {
                try index(piece.changes, first: piece.first, from: next, of: sealed)
                next = piece.last
            }
        }
    }

    private static func start(of replica: ReplicaID, in db: Database) throws -> UInt64 {
        let indexed = try UInt64.fetchOne(db, sql: "SELECT indexed FROM own_index WHERE replica = ?", arguments: [replica.blob]) ?? 0
        return max(indexed, try LocalReplica.cursor(in: db).standing[replica])
    }

    /// The first that is kept and tells anything later.
    private func set(after counter: UInt64, of replica: ReplicaID) throws -> ChangeSet? {
        try queue.read { db in
            try [UInt8].fetchBlob(
                db,
                """
                SELECT bytes FROM outbox_set WHERE replica = ?1 AND last > ?2
                AND first >= coalesce((SELECT max(first) FROM outbox_set WHERE replica = ?1 AND first <= ?2), 0) ORDER BY first LIMIT 1
                """, [replica.blob, counter]
            ).map { try ChangeSetCodec.decode($0) }
        }
    }

    private func index(_ changes: [Change], first: UInt64, from: UInt64, of sealed: SealedReplica) throws {
        try queue.write { db in
            let last = try Self.insert(changes, first: first, from: from, of: sealed, in: db)
            try Self.note(indexed: last, of: sealed.replica, in: db)
        }
    }

    private static func note(indexed last: UInt64, of replica: ReplicaID, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO own_index (replica, indexed) VALUES (?, ?)
                ON CONFLICT (replica) DO UPDATE SET indexed = max(indexed, excluded.indexed)
                """, arguments: [replica.blob, last])
    }

    /// A set that the hub's backup holds is let go of, maybe before the view shows it: what it tells stays laid over until then.
    ///
    /// - Returns: whether it had to be read.
    static func keep(set id: Int64, of sealed: SealedReplica, in db: Database) throws -> Bool {
        let start = try start(of: sealed.replica, in: db)
        // What the disk has damaged is captured anew.
        guard
            let bytes = try [UInt8].fetchBlob(
                db, "SELECT bytes FROM outbox_set WHERE id = ?1 AND replica = ?2 AND last > ?3", [id, sealed.replica.blob, start]),
            let set = try? ChangeSetCodec.decode(bytes), set.replica == sealed.replica
        else { return false }
        let last = try insert(set.changes, first: set.first, from: start, of: sealed, in: db)
        // Else what comes before it has not been read yet.
        if set.first <= start + 1 { try note(indexed: last, of: sealed.replica, in: db) }
        return true
    }

    /// - Returns: the last counter.
    private static func insert(
        _ changes: [Change], first: UInt64, from: UInt64, of sealed: SealedReplica, in db: Database
    ) throws -> UInt64 {
        var last = from
        for (offset, change) in changes.enumerated() {
            let dot = Dot(sealed.replica, first + UInt64(offset))
            guard dot.counter > from else { continue }
            try OwnRecord(
                change, dot: dot, source: sealed.opening.source, isPosted: sealed.opening.name == PostedSource.name
            )?.insert(in: db)
            if let effect = change.stock { try insert(effect, dot: dot, time: change.time, in: db) }
            last = dot.counter
        }
        return last
    }

    private static func insert(_ effect: StockEffect, dot: Dot, time: Timestamp, in db: Database) throws {
        let kind: UInt8
        let quantity: Int64
        switch effect {
        case .movement(let movement): (kind, quantity) = (movement.kind.rawValue, movement.quantity)
        case .count(let count): (kind, quantity) = (countKind, count.quantity)
        }
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO own_stock (replica, counter, sku, location, kind, quantity, time) VALUES (?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            dot.replica.blob, dot.counter, effect.sku.string, effect.location.string, kind, quantity, time.milliseconds,
        ])
    }

    /// A count among the kinds of movements.
    static let countKind: UInt8 = 0

    /// The view now contains own changes: they are laid over no longer.
    ///
    /// - Parameter released: own changes that waited at the hub, and do so no longer.
    static func settle(released: [Dot], in db: Database) throws {
        for dot in released { try delete("counter = ?", of: dot.replica, dot.counter, in: db) }
    }

    /// What this folder tells otherwise from now on is laid over no longer.
    static func forget(after counter: UInt64, of replica: ReplicaID, in db: Database) throws {
        try delete("counter > ?", of: replica, counter, in: db)
        try db.execute(sql: "UPDATE own_index SET indexed = min(indexed, ?) WHERE replica = ?", arguments: [counter, replica.blob])
    }

    private static func delete(_ condition: String, of replica: ReplicaID, _ counter: UInt64, in db: Database) throws {
        for table in ["own_record", "own_identifier", "own_stock"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE replica = ? AND \(condition)", arguments: [replica.blob, counter])
        }
    }

    /// The same for all up to `to`, but for those held at the hub.
    ///
    /// After a restore of the hub `to` lies below `from`; the index then goes back, and is read off the outbox again.
    static func settle(from: VectorClock, to: VectorClock, held: [Dot], in db: Database) throws {
        for (replica, _) in to.merged(with: from).entries where to[replica] != from[replica] {
            if to[replica] < from[replica] {
                try db.execute(
                    sql: "UPDATE own_index SET indexed = min(indexed, ?) WHERE replica = ?", arguments: [to[replica], replica.blob])
                continue
            }
            let kept = held.filter { $0.replica == replica && $0.counter <= to[replica] }.map { String($0.counter) }.joined(separator: ",")
            for table in ["own_record", "own_identifier", "own_stock"] {
                try db.execute(
                    sql: "DELETE FROM \(table) WHERE replica = ? AND counter <= ? AND counter NOT IN (\(kept))",
                    arguments: [replica.blob, Mutant.forgetsUnsentChanges.isOn ? UInt64(Int64.max) : to[replica]])
            }
        }
    }
}
