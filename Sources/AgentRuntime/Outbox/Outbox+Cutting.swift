import Capture
import Causality
import ChangeSets
import Foundation
import GRDB
import Mutants
import Oddities

extension Outbox {
    /// Cuts the next set of `replica` and stores it; false when nothing is sealed beyond the last one, or nothing may be sent any more.
    ///
    /// - Throws: `CaptureError` `journal-damaged` when what comes next in the journal is no longer whole.
    ///
    /// Whole drains are packed together up to the limits; a part of a drain travels alone, because its number is in the header. One drain
    /// stays whole beyond `changesMax`, for its transaction shall be seen at once; a part of one may be cut into smaller ones.
    func cut(_ replica: ReplicaID, changesMax: Int, setBytesMax: Int, random: inout some RandomNumberGenerator) throws -> Bool {
        guard let sealed = try journal.sealedReplicas().first(where: { $0.replica == replica }) else { return false }
        let before = try queue.read { try ReplicaRow.fetch(replica, in: $0) }
        let pieces = try journal.pieces(after: before.cut, of: replica, changesMax: changesMax)
        guard let first = pieces.first else { return false }
        guard first.first == before.cut + 1 else { throw CaptureError.damagedJournal }
        var packed = Self.packed(pieces, changesMax: changesMax)
        while true {
            let sets = try chain(
                Self.joined(packed), after: before, opening: sealed.opening, partChangesMax: changesMax, setBytesMax: setBytesMax,
                random: &random)
            // Too large and made of several drains: fewer drains. One drain that is too large was cut in parts.
            if sets.count > 1, packed.count > 1 {
                packed.removeLast(packed.count / 2)
                continue
            }
            return try store(sets, of: before)
        }
    }

    /// The drains that share the next set.
    static func packed(_ pieces: [SealedPiece], changesMax: Int) -> [SealedPiece] {
        guard let first = pieces.first, first.part.total == 1, !Oddity.cutsOneDrain.happens else { return Array(pieces.prefix(1)) }
        var count = 0
        return Array(
            pieces.prefix { piece in
                count += piece.changes.count
                return piece.part.total == 1 && count <= changesMax || piece == first
            })
    }

    private static func joined(_ pieces: [SealedPiece]) -> SealedPiece {
        SealedPiece(first: pieces[0].first, part: pieces[0].part, changes: pieces.flatMap(\.changes))
    }

    struct CutSet {
        var set: ChangeSet
        var encoded: EncodedChangeSet
    }

    /// Encodes one piece as one set, or as several parts when it is larger than `setBytesMax`, or a part of more than `partChangesMax`
    /// changes, and can be divided.
    func chain(
        _ piece: SealedPiece, after before: ReplicaRow, opening: ChangeSet.Opening?, partChangesMax: Int = .max, setBytesMax: Int,
        random: inout some RandomNumberGenerator
    ) throws -> [CutSet] {
        var count = piece.part.total > 1 && piece.changes.count > partChangesMax ? (piece.changes.count - 1) / partChangesMax + 1 : 1
        while true {
            let sets: [CutSet]
            do { sets = try encode(Self.divided(piece, into: count), after: before, opening: opening, random: &random) } catch let error
                as ChangeSetError where error.code == .tooLarge && count < piece.changes.count
            {
                count = min(piece.changes.count, count * 2)
                continue
            }
            let largest = sets.map(\.encoded.bytes.count).max() ?? 0
            if largest <= setBytesMax || count >= piece.changes.count { return sets }
            count = min(piece.changes.count, max(count * 2, (largest + setBytesMax - 1) / setBytesMax))
        }
    }

    /// `count` runs of changes, numbered as parts. A part that is divided again keeps its number: the last run of the
    /// last part still ends the drain.
    static func divided(_ piece: SealedPiece, into count: Int) -> [SealedPiece] {
        guard count > 1 else { return [piece] }
        let size = (piece.changes.count + count - 1) / count
        let starts = Array(stride(from: 0, to: piece.changes.count, by: size))
        return starts.enumerated().map { index, start in
            let part =
                piece.part.total > 1
                ? piece.part
                : ChangeSet.Part(drain: piece.part.drain, number: UInt32(index + 1), total: UInt32(starts.count))
            let changes = Array(piece.changes[start..<min(start + size, piece.changes.count)])
            return SealedPiece(first: piece.first + UInt64(start), part: part, changes: changes)
        }
    }

    private func encode(
        _ pieces: [SealedPiece], after before: ReplicaRow, opening: ChangeSet.Opening?, random: inout some RandomNumberGenerator
    ) throws -> [CutSet] {
        var previous = before.cutHash
        return try pieces.map { piece in
            let set = ChangeSet(
                replica: before.replica, first: piece.first, previous: previous, opening: piece.first == 1 ? opening : nil,
                part: piece.part, changes: piece.changes)
            let encoded = try ChangeSetCodec.encode(set, seed: Self.seed(&random), key: key)
            previous = encoded.hash
            return CutSet(set: set, encoded: encoded)
        }
    }

    static func seed(_ random: inout some RandomNumberGenerator) -> [UInt8] {
        (0..<ChangeSetCodec.seedByteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    /// One transaction: the sets, the end of the chain, and the journal's permission to forget.
    ///
    /// The sets were made without holding the file. Of a replica that was abandoned meanwhile nothing is stored: it is captured anew, and
    /// would be told twice. Where somebody else went on with the chain, what is there now counts.
    ///
    /// - Returns: whether there is, or may be, a set more.
    private func store(_ sets: [CutSet], of before: ReplicaRow) throws -> Bool {
        guard let last = sets.last else { return false }
        return try queue.write { db in
            var row = try ReplicaRow.fetch(before.replica, in: db)
            guard row.abandonedAt == nil else { return false }
            guard row.cut == before.cut, row.cutHash == before.cutHash else { return true }
            for set in sets { try Self.insert(set, in: db) }
            row.cut = last.set.last
            row.cutHash = last.encoded.hash
            try row.store(in: db)
            try journal.forget(upTo: last.set.last + (Mutant.forgetsOneMore.isOn ? 1 : 0), of: before.replica, in: db)
            return true
        }
    }

    static func insert(_ cut: CutSet, in db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT INTO outbox_set (replica, first, last, previous, hash, position, size, bytes) VALUES (?, ?, ?, ?, ?, NULL, ?, ?)"
        ).execute(arguments: [
            cut.set.replica.blob, cut.set.first, cut.set.last, Data(cut.set.previous.bytes), Data(cut.encoded.hash.bytes),
            cut.encoded.bytes.count, Data(cut.encoded.bytes),
        ])
    }

    /// After a signed refusal as too large: cuts everything after `counter` again.
    ///
    /// The hub never took any of these sets, so their bytes may change; dots stay as they are.
    /// Only the first is divided, the others get their new links.
    public func recut(after counter: UInt64, of replica: ReplicaID, setBytesMax: Int, random: inout some RandomNumberGenerator) throws {
        try queue.write { db in
            var row = try ReplicaRow.fetch(replica, in: db)
            guard row.cut > counter, let hash = try Self.hash(endingAt: counter, of: row, in: db) ?? (counter == 0 ? .zero : nil) else {
                return
            }
            let end = row.cut
            row.cut = counter
            row.cutHash = hash
            var bytesMax = setBytesMax
            while row.cut < end {
                guard
                    let bytes = try [UInt8].fetchBlob(
                        db, "SELECT bytes FROM outbox_set WHERE replica = ? AND first = ?", [replica.blob, row.cut + 1])
                else {
                    throw AgentError(
                        .outboxDamaged, "The outbox of replica \(replica.short) lacks the set that begins with \(row.cut + 1).",
                        remedy: "Stop the agent and run: tributary-agent salvage")
                }
                let set = try ChangeSetCodec.decode(bytes)
                try db.execute(sql: "DELETE FROM outbox_set WHERE replica = ? AND first = ?", arguments: [replica.blob, set.first])
                let piece = SealedPiece(first: set.first, part: set.part, changes: set.changes)
                for part in try chain(piece, after: row, opening: set.opening, setBytesMax: bytesMax, random: &random) {
                    try Self.insert(part, in: db)
                    row.cut = part.set.last
                    row.cutHash = part.encoded.hash
                }
                bytesMax = Limits.setBytesMax
            }
            try row.store(in: db)
        }
    }
}
