import Capture
import Causality
import ChangeSets
import Foundation
import GRDB
import Mutants
import Oddities

extension Outbox {
    /// The hub has everything up to the receipt's counter on disk. May be told the same twice.
    ///
    /// The caller has compared the receipt (`standing`): it agrees with what is stored here.
    public func acknowledge(_ receipt: Receipt) throws {
        let isNews = try queue.read { db in
            let row = try ReplicaRow.fetch(receipt.replica, in: db)
            return try row.acknowledged != receipt.last || !Self.droppable(receipt, in: db).isEmpty || Self.keptBytes(in: db) > keptBytesMax
        }
        guard isNews, !Oddity.acknowledgesLater.happens else { return }
        let sealed = try journal.sealedReplicas()
        KillPoint.receiptCome.passed()
        try queue.write { db in
            var row = try ReplicaRow.fetch(receipt.replica, in: db)
            row.acknowledged = max(row.acknowledged, receipt.last)
            if row.acknowledged == receipt.last { row.acknowledgedHash = receipt.hash }
            try row.store(in: db)
            try Self.notePosition(receipt, in: db)
            try drop(receipt, showing: sealed, in: db)
        }
        KillPoint.receiptKept.passed()
    }

    /// The hub has all of ours that it had when the replica was abandoned, and another history beyond: what is kept of it is kept no
    /// longer than until a backup holds it.
    public func release(_ receipt: Receipt) throws {
        guard try queue.read({ try !Self.droppable(receipt, in: $0).isEmpty }) else { return }
        let sealed = try journal.sealedReplicas()
        try queue.write { try drop(receipt, showing: sealed, in: $0) }
    }

    /// Where the sets stand on the hub's line. If the last one stands elsewhere than it did, the hub was restored and got them again from
    /// somebody: then none of them stands before that.
    private static func notePosition(_ receipt: Receipt, in db: Database) throws {
        let (number, replica) = (Int64(clamping: receipt.position.number), receipt.replica.blob)
        let before = try Int64.fetchOne(
            db, sql: "SELECT position FROM outbox_set WHERE replica = ? AND last = ? AND position < \(neverSent)",
            arguments: [replica, receipt.last])
        let isElsewhere = before.map { $0 != number } ?? false
        try db.execute(
            sql: """
                UPDATE outbox_set SET position = ? WHERE replica = ? AND last <= ?
                AND \(isElsewhere ? "coalesce(position, 0) < \(neverSent)" : "position IS NULL")
                """, arguments: [number, replica, receipt.last])
    }

    /// Sets that are read for people in one transaction, with 10,000 changes each at most: what is left goes with the next receipts.
    static let keptSetsMax = 4

    /// - Parameter sealed: whose changes are shown to people until the view has them, but for the abandoned ones.
    private func drop(_ receipt: Receipt, showing sealed: [SealedReplica], in db: Database) throws {
        if Oddity.keepsLonger.happens { return }
        // Of one that was abandoned, what is captured anew is told under another name.
        let sealed = try sealed.filter { try ReplicaRow.fetch($0.replica, in: db).abandonedAt == nil }
        let shown = Dictionary(sealed.map { ($0.replica, $0) }, uniquingKeysWith: { first, _ in first })
        var read = 0
        for id in try Self.droppable(receipt, in: db) {
            if let sealed = shown[receipt.replica], try OwnChanges.keep(set: id, of: sealed, in: db) { read += 1 }
            try drop(set: id, in: db)
            if read == Self.keptSetsMax { break }
        }
        try trim(showing: shown, read: read, in: db)
        try trimPast(of: receipt.replica, in: db)
    }

    /// Acknowledged sets that the hub's backup holds, too, the first one first.
    ///
    /// Of the receipt's replica alone: a restored hub names a backup of its present line, which says nothing about what others had sent
    /// to the former one.
    private static func droppable(_ receipt: Receipt, in db: Database) throws -> [Int64] {
        let keep = Mutant.dropsAcknowledgedAtOnce.isOn ? neverSent - 1 : Int64(clamping: receipt.keepUntil)
        if Mutant.dropsByOthersReceipts.isOn {
            return try Int64.fetchAll(db, sql: "SELECT id FROM outbox_set WHERE position <= ?", arguments: [keep])
        }
        // By position, of which few are that low; a replica may have very many.
        return try Int64.fetchAll(
            db.cachedStatement(sql: "SELECT id FROM outbox_set WHERE +replica = ? AND +last <= ? AND position <= ? ORDER BY first"),
            arguments: [receipt.replica.blob, receipt.last, keep])
    }

    /// The hub has less than it acknowledged (it was restored): what it lacks is unsent again.
    public func rewind(_ receipt: Receipt) throws {
        if Oddity.rewindsToKept.happens, try rewindToKept(receipt.replica) { return }
        try queue.write { try Self.rewind(receipt.replica, to: receipt.last, hash: receipt.hash, in: $0) }
    }

    /// All that is still kept of a replica is unsent again.
    ///
    /// - Returns: whether anything is kept.
    public func rewindToKept(_ replica: ReplicaID) throws -> Bool {
        try queue.write { db in
            guard
                let first = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT first, previous FROM outbox_set WHERE replica = ? AND coalesce(position, 0) < \(Self.neverSent)
                        ORDER BY first LIMIT 1
                        """, arguments: [replica.blob]),
                let hash = Digest(bytes: first.bytes(1))
            else { return false }
            try Self.rewind(replica, to: (first[0] as UInt64) - 1, hash: hash, in: db)
            return true
        }
    }

    static func rewind(_ replica: ReplicaID, to counter: UInt64, hash: Digest, in db: Database) throws {
        var row = try ReplicaRow.fetch(replica, in: db)
        row.acknowledged = counter
        row.acknowledgedHash = hash
        try row.store(in: db)
        try db.execute(
            sql: "UPDATE outbox_set SET position = NULL WHERE replica = ? AND first > ? AND position < \(neverSent)",
            arguments: [replica.blob, counter])
    }

    /// The hub took our sets up to `counter` as repeats, and has more than this folder.
    public func confirm(_ replica: ReplicaID, through counter: UInt64) throws {
        try queue.write { db in
            var row = try ReplicaRow.fetch(replica, in: db)
            guard counter > row.acknowledged, let hash = try Self.hash(endingAt: counter, of: row, in: db) else { return }
            row.acknowledged = counter
            row.acknowledgedHash = hash
            try row.store(in: db)
        }
    }

    /// Ends a replica whose later counters another disk wrote: what was not acknowledged is captured anew under its
    /// successor, so here it is sent no more. The sets stay, as long as there is room, for people to look at. What was
    /// acknowledged is sent again to a hub that was restored.
    ///
    /// - Parameters:
    ///   - counter: the last one that the history here shares with the hub's; `nil`: what the file names is the hub's.
    ///   - end: where a hub that was restored stands with it, and stays: what it had acknowledged beyond is captured anew as well.
    public func abandon(_ replica: ReplicaID, sharing counter: UInt64?, at end: SetEnd? = nil) throws {
        let sealed = try journal.sealedReplicas().first { $0.replica == replica }?.sealed
        try queue.write { try abandon(replica, sealed: sealed, sharing: counter, at: end, in: $0) }
    }

    /// Ends a replica whose file went on under a later one, when the hub has it otherwise than this folder, which is an old copy then:
    /// that later one was opened when the hub had what counts of this, and what the file holds besides is found by comparing it.
    ///
    /// - Returns: whether it is such a one, of which nothing waits: what does has to be captured anew.
    public func abandonFormer(_ replica: ReplicaID) throws -> Bool {
        let queue = try queue(of: replica)
        guard queue.sealed <= queue.acknowledged, try journal.hasSuccessor(replica) else { return false }
        try abandon(replica, sharing: try row(of: replica).acknowledged)
        return true
    }

    func abandon(
        _ replica: ReplicaID, sealed: UInt64?, sharing counter: UInt64?, at end: SetEnd?, in db: Database
    ) throws {
        if let end, try end.last < ReplicaRow.fetch(replica, in: db).acknowledged {
            try Self.rewind(replica, to: end.last, hash: end.hash, in: db)
        }
        var row = try ReplicaRow.fetch(replica, in: db)
        try OwnChanges.forget(after: counter ?? row.acknowledged, of: replica, in: db)
        if let sealed {
            try journal.forget(upTo: sealed, of: replica, in: db)
            row.cut = max(row.cut, sealed)
        }
        // Left once more: what a restored hub should have got again from here is damaged, or another disk's there.
        row.abandonedAt = row.abandonedAt.map { min($0, counter ?? $0) } ?? row.acknowledged
        row.shared = counter
        try row.store(in: db)
        // Where the hub confirmed a set and did not say at which position, only room limits how long it is kept.
        try db.execute(
            sql: """
                UPDATE outbox_set SET position = CASE WHEN last > ?1 THEN ?2 ELSE ?2 - 1 END
                WHERE replica = ?3 AND (position IS NULL OR last > ?1)
                """,
            arguments: [row.abandonedAt, Self.neverSent, replica.blob])
    }

    /// Ends a replica whose changes cannot be captured anew, because they were posted: takes those after `counter` out of its queue.
    ///
    /// - Parameter end: as for `abandon`.
    /// - Returns: the last changes that can be read, without gaps up to the last one sealed; what stands before a damaged set is lost.
    func take(after counter: UInt64, of replica: ReplicaID, at end: SetEnd? = nil, in db: Database) throws -> [Change] {
        var changes: [Change] = []
        var next = counter
        let rows = try Row.fetchAll(
            db, sql: "SELECT first, last, bytes FROM outbox_set WHERE replica = ? AND last > ? ORDER BY first",
            arguments: [replica.blob, counter])
        for row in rows {
            let first: UInt64 = row[0]
            if let set = try? ChangeSetCodec.open(row.bytes(2), key: key.publicKey).set, set.first == first, first <= next + 1 {
                changes += set.changes.dropFirst(Int(next + 1 - first))
            } else {
                changes = []
            }
            next = row[1]
        }
        let sealed = try journal.sealed(of: replica, in: db)
        while next < sealed {
            do {
                let pieces = try journal.pieces(after: next, of: replica, changesMax: changesMax, in: db)
                guard let last = pieces.last else { break }
                changes += pieces.flatMap(\.changes)
                next = last.last
            } catch let error as CaptureError where error.code == .journalDamaged {
                changes = []
                next = try journal.nextStart(after: next, of: replica, in: db).map { $0 - 1 } ?? sealed
            }
        }
        try abandon(replica, sealed: max(sealed, next), sharing: counter, at: end, in: db)
        return changes
    }

    /// The last counter of an abandoned replica that its history here shares with the hub's.
    public func shared(of replica: ReplicaID) throws -> UInt64? {
        try row(of: replica).shared
    }

    /// What the hub last acknowledged of a replica, as far as it is remembered here.
    func acknowledgement(of replica: ReplicaID) throws -> Receipt {
        let row = try row(of: replica)
        var receipt = Receipt.none(Position(generation: ReplicaID(high: 0, low: 0), number: 0, line: 0), Timestamp(milliseconds: 0))
        receipt.replica = replica
        receipt.last = row.acknowledged
        receipt.hash = row.acknowledgedHash
        return receipt
    }

    /// The only other limit on what is kept (S25). What the view does not show yet stays laid over here, too.
    ///
    /// - Parameter read: so many sets were read for people in this transaction.
    private func trim(showing shown: [ReplicaID: SealedReplica], read: Int, in db: Database) throws {
        var (kept, read) = (try Self.keptBytes(in: db), read)
        while kept > keptBytesMax, read < Self.keptSetsMax {
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT id, size, replica FROM outbox_set WHERE position IS NOT NULL ORDER BY position, id LIMIT 1")
            else { return }
            if let sealed = ReplicaID(bytes: row.bytes(2)).flatMap({ shown[$0] }), try OwnChanges.keep(set: row[0], of: sealed, in: db) {
                read += 1
            }
            try drop(set: row[0], in: db)
            kept -= row[1] as Int
        }
    }

    private static func keptBytes(in db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT coalesce(sum(size), 0) FROM outbox_set WHERE position IS NOT NULL") ?? 0
    }
}
