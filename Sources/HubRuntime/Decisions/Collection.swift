import Causality
import ChangeSets
import Merging
import Mutants
import Oddities

/// Lets go of the states of records that have been dead for long: a journaled entry of the hub, like a decision (S9).
///
/// The journal keeps every change, so an edit of a collected record finds it again (`revive`), and so does a source that was
/// restored from before the deletion (`SourceImages`). The feed gets a floor: an agent whose cursor lies below it may never have
/// heard of the deletions, and holds all that it has against the digest, or does a first load.
struct Collection {
    /// The line's number up to which dead records are collected.
    var through: UInt64

    private static let mark = "collect:"

    init(through: UInt64) { self.through = through }

    /// As decisions name it: `collect:`, the number.
    init?(_ name: String) {
        guard name.hasPrefix(Self.mark), let number = UInt64(name.dropFirst(Self.mark.count)) else { return nil }
        through = number
    }

    var name: String { "\(Self.mark)\(through)" }

    /// Rows looked at in one go.
    private static let rowsMax = 1_000

    /// Dead since before the number, with nothing of theirs held.
    static func count(through number: UInt64, in documents: Documents) throws -> Int {
        var count = 0
        try each(through: number, documents.store, documents.standing) { _ in count += 1 }
        return count
    }

    private static func each(
        through number: UInt64, _ store: any HubReading, _ standing: Standing, _ body: (RecordRow) throws -> Void
    ) throws {
        var after = RecordNumber(raw: .min)
        let rowsMax = Oddity.collectsFew.less(rowsMax)
        while true {
            let rows = try store.deadRecords(through: number, after: after, limit: rowsMax)
            for row in rows where try store.held(record: RecordState(row, standing: standing).id.canonicalBytes).isEmpty { try body(row) }
            guard let last = rows.last, rows.count == rowsMax else { return }
            after = last.record
        }
    }

    func carryOut(in batch: Batch) throws {
        guard through <= batch.standing.head.number else { return }
        try Self.each(through: through, batch.store, batch.standing) { try batch.store.deleteRecord($0.record) }
        batch.standing.floor = max(batch.standing.floor, through)
        try batch.store.set(.floor, number: batch.standing.floor)
    }

    /// Brings a collected record back as it was, dead, from the journal.
    ///
    /// It reads every set since the record's first: an operator asks for it, once in a long while.
    static func revive(_ id: RecordID, in batch: Batch) throws {
        guard let number = try batch.recordNumber(id.life), try batch.record(number) == nil,
            let first = try batch.store.journal(containing: id.life.counter, of: number.replica)
        else { return }
        let discarded = try Decision.discarded(reading: batch.store, standing: batch.standing)
        let leftOut = try Decision.leftOut(reading: batch.store, standing: batch.standing)
        var state = RecordState(id: id)
        var wasCreated = false
        try batch.store.eachJournal(after: first.number - 1) { entry in
            let set = try ChangeSetCodec.decode(entry.bytes)
            guard let replica = batch.standing.replica(set.replica), let source = replica.source.flatMap({ batch.standing.source($0) })
            else {
                return true
            }
            let inheritance = Inheritance(of: set.replica, in: batch.standing)
            for (index, change) in set.changes.enumerated() {
                let (change, dot) = (inheritance.named(change), set.dot(at: index))
                guard change.subject?.record(dot: dot, source: source.id) == id, !discarded.contains(dot),
                    try batch.store.held(replica: replica.number, counter: dot.counter) == nil
                else { continue }
                wasCreated = wasCreated || dot == id.life
                let isInBound = batch.verdict(
                    change.time, received: entry.received, offset: entry.offsetMilliseconds, replica: replica.number)
                state.admit(
                    change.without(leftOut[dot] ?? []), precedence: Precedence(isInBound: isInBound, time: change.time, dot: dot),
                    source: source.id,
                    lineage: batch.standing.lineage)
            }
            return true
        }
        guard wasCreated, let source = batch.standing.source(id.source) else { return }
        try batch.restore(number, state, source: source.number)
    }
}

/// What is to be collected.
public struct CollectionQuestion: Decodable, Hashable, Sendable {
    /// Dead for at least so many days.
    public var olderThanDays: Int
    /// Only says what would be done.
    public var dryRun: Bool
    public var author: String
    public var note: String?

    public init(olderThanDays: Int, dryRun: Bool = false, author: String, note: String? = nil) {
        self.olderThanDays = olderThanDays
        self.dryRun = dryRun
        self.author = author
        self.note = note
    }
}

public struct CollectionAnswer: Encodable, Hashable, Sendable {
    public var records: Int
    /// Agents that were last heard with less than this rebase, or do a first load.
    public var floor: UInt64
    public var dryRun: Bool
}

extension Hub {
    public static let collectionDaysMin = 1

    /// Collects dead records (S9); nothing is written when there are none.
    ///
    /// - Throws: `HubError`: `request-invalid` for less than a day, or a store that cannot write.
    public func collect(_ question: CollectionQuestion, now: Timestamp) async throws -> CollectionAnswer {
        try Resolution(.collect, author: question.author, note: question.note).check()
        guard question.olderThanDays >= Self.collectionDaysMin, question.olderThanDays < 1 << 20 else {
            throw HubError(
                .badRequest, "Records are collected that are dead for at least a day.", remedy: "Give the days: 90, for example.")
        }
        let age = (Mutant.collectsAfterADay.isOn ? 1 : UInt64(question.olderThanDays)) * 24 * 3_600_000
        let before = Timestamp(milliseconds: now.milliseconds - min(age, now.milliseconds))
        return try await deciding(now) { desk in
            let store = desk.documents.store
            let through = try store.lastNumber(receivedBefore: before)
            let count = try Collection.count(through: through, in: desk.documents)
            let floor = max(through, desk.standing.floor)
            if count > 0, !question.dryRun {
                _ = try desk.write(
                    [],
                    Decision(
                        .collect, conflict: Collection(through: through).name,
                        message: "Collected \(count) records that were dead for \(question.olderThanDays) days.", fingerprint: "\(count)",
                        author: question.author, note: question.note))
            }
            return CollectionAnswer(records: count, floor: count > 0 ? floor : desk.standing.floor, dryRun: question.dryRun)
        }
    }
}
