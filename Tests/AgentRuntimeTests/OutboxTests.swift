import Causality
import ChangeSets
import Foundation
import GRDB
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("Outbox")
struct OutboxTests {
    let journal = FakeJournal()
    let queue: DatabaseQueue
    let key = SigningKey()
    let outbox: Outbox
    static let replica = FakeJournal.replica

    init() throws {
        queue = try DatabaseQueue()
        try AgentSchema.migrate(queue)
        outbox = Outbox(queue: queue, journal: journal, key: key)
    }

    private func load(
        after counter: UInt64 = 0, bytesMax: Int = 1 << 20, setChangesMax: Int? = nil, setBytesMax: Int = 4 << 20, seed: UInt64 = 1
    ) throws -> [Outbox.Frame] {
        var random = SeededGenerator(seed: seed)
        guard
            case .frames(let frames) = try outbox.load(
                after: counter, of: Self.replica, bytesMax: bytesMax, setChangesMax: setChangesMax, setBytesMax: setBytesMax,
                random: &random)
        else { return [] }
        return frames
    }

    private func receipt(_ last: UInt64, _ frames: [Outbox.Frame], position: UInt64 = 10, keepUntil: UInt64 = 0) throws -> Receipt {
        let hash = try frames.first { $0.last == last }.map { try ChangeSetCodec.hash(of: $0.bytes) } ?? .zero
        return Receipt(
            replica: Self.replica, last: last, hash: hash,
            position: Position(generation: ReplicaID(high: 1, low: 1), number: position, line: 0),
            keepUntil: keepUntil, time: Timestamp(milliseconds: 1))
    }

    /// Every frame verifies, continues the one before, and holds the changes in order.
    private func checkChain(_ frames: [Outbox.Frame], from previous: Digest = .zero, first: UInt64 = 1) throws -> [Change] {
        var previous = previous
        var next = first
        var changes: [Change] = []
        for frame in frames {
            let hash = try ChangeSetCodec.verify(frame.bytes, key: key.publicKey)
            let set = try ChangeSetCodec.decode(frame.bytes)
            #expect(set.previous == previous)
            #expect(set.first == next && frame.first == next && set.last == frame.last)
            #expect((set.opening != nil) == (set.first == 1))
            previous = hash
            next = set.last + 1
            changes += set.changes
        }
        return changes
    }

    @Test("law 2: what is cut is stored before it is sent, and never changes")
    func stored() throws {
        // Personal values are salted anew wherever a set is made anew.
        let sold = Sales.lines(0..<9) + [Sales.customer(9, email: "a@x.org")]
        journal.seal(sold)
        let first = try load()
        journal.seal(Sales.lines(10..<20))
        let again = try load(seed: 99)
        #expect(again.first == first.first)
        #expect(again.count == 2)
        #expect(try checkChain(again) == sold + Sales.lines(10..<20))
        #expect(journal.count == 0)
    }

    @Test("many small drains of a long time without a line are packed into few sets")
    func packed() throws {
        for number in 0..<500 { journal.seal(Sales.lines(number * 3..<number * 3 + 3)) }
        let frames = try load()
        #expect(frames.count == 1)
        #expect(try checkChain(frames) == Sales.lines(0..<1500))
    }

    @Test(
        "a set, and what is sent at once, holds at most the most changes: both sides of the bound", arguments: [9_999, 10_000, 10_001])
    func changesMax(count: Int) throws {
        for start in stride(from: 0, to: count, by: 100) { journal.seal(Sales.lines(start..<min(start + 100, count))) }
        var frames = try load(bytesMax: 8 << 20)
        #expect(frames.count == 1)
        frames += try load(after: frames[0].last, bytesMax: 8 << 20)
        #expect(frames.count == (count > 10_000 ? 2 : 1))
        #expect(try checkChain(frames).count == count)
    }

    @Test("a part of a drain travels alone, with its number")
    func parts() throws {
        journal.seal(Sales.lines(0..<5))
        journal.seal(Sales.lines(5..<35), parts: 3)
        journal.seal(Sales.lines(35..<40))
        let sets = try load().map { try ChangeSetCodec.decode($0.bytes) }
        #expect(sets.map(\.part.number) == [1, 1, 2, 3, 1])
        #expect(sets.map(\.part.total) == [1, 3, 3, 3, 1])
        #expect(sets.map(\.changes.count) == [5, 10, 10, 10, 5])
    }

    @Test("the hub's wish divides parts of a drain and packs fewer drains together; one drain stays whole")
    func setChangesMax() throws {
        journal.seal(Sales.lines(0..<30), parts: 1)
        journal.seal(Sales.lines(30..<60), parts: 3)
        for start in stride(from: 60, to: 90, by: 6) { journal.seal(Sales.lines(start..<start + 6)) }
        func sizes(_ most: Int, after counter: UInt64) throws -> [Int] {
            try load(after: counter, setChangesMax: most).map { Int($0.last - $0.first + 1) }
        }
        #expect(try sizes(12, after: 0) == [30, 10, 10, 10, 12, 12, 6])
        journal.seal(Sales.lines(90..<150), parts: 2)
        #expect(try sizes(29, after: 90) == [15, 15, 15, 15])
        let sets = try load(after: 90).map { try ChangeSetCodec.decode($0.bytes) }
        #expect(sets.map(\.part.number) == [1, 1, 2, 2])
        #expect(Set(sets.map(\.part.total)) == [2])
        #expect(try checkChain(load()) == Sales.lines(0..<150))
    }

    @Test("one drain that is larger than a set may be is cut in parts")
    func largeDrain() throws {
        journal.seal(Sales.noise(0..<900))
        let frames = try load(bytesMax: 8 << 20, setBytesMax: 20_000)
        #expect(frames.count > 1)
        let sets = try frames.map { try ChangeSetCodec.decode($0.bytes) }
        #expect(sets.map(\.part.number) == Array(1...UInt32(frames.count)))
        #expect(Set(sets.map(\.part.total)) == [UInt32(frames.count)])
        #expect(frames.allSatisfy { $0.bytes.count <= 20_000 })
        #expect(try checkChain(frames) == Sales.noise(0..<900))
    }

    @Test("one drain with more bytes of values than a set may hold is cut in parts, though it would deflate to little")
    func expandedDrain() throws {
        let text = Text(String(repeating: "x", count: 1 << 20))
        let changes = (0..<70).map { number in
            Change(
                time: Timestamp(milliseconds: 1),
                action: .write(Subject(entity: "item", key: LocalKey(.integer(number))), [FieldWrite("name", .text(text))]))
        }
        journal.seal(changes)
        let frames = try load(bytesMax: 8 << 20)
        #expect(frames.count == 2)
        #expect(try checkChain(frames).count == 70)
    }

    @Test("a request takes no more than it may, but always one set")
    func requestBytes() throws {
        journal.seal(Sales.lines(0..<4_000))
        let whole = try load()
        journal.seal(Sales.lines(4_000..<4_010))
        #expect(try load(bytesMax: 1).count == 1)
        #expect(try load(bytesMax: 1) == whole)
        #expect(try load(after: 4_000, bytesMax: 1).first?.first == 4_001)
    }

    @Test("a receipt acknowledges; sets stay until the hub's verified backup reaches them")
    func acknowledge() throws {
        journal.seal(Sales.lines(0..<10))
        var frames = try load()
        journal.seal(Sales.lines(10..<20))
        frames = try load()
        try outbox.acknowledge(try receipt(10, frames, position: 5))
        #expect(try outbox.standings() == [QueueStanding(replica: Self.replica, acknowledged: 10, sealed: 20)])
        try outbox.acknowledge(try receipt(20, frames, position: 9))
        try outbox.acknowledge(try receipt(20, frames, position: 9))
        #expect(try load(after: 0).count == 2)
        try outbox.acknowledge(try receipt(20, frames, position: 9, keepUntil: 5))
        #expect(try load(after: 0).isEmpty)
        #expect(try load(after: 10).count == 1)
        #expect(try outbox.standing(of: receipt(20, frames)) == .agrees)
        #expect(try outbox.standing(of: receipt(10, frames)) == .agrees)
        #expect(try outbox.standing(of: receipt(0, frames)) == .forgotten)
    }

    @Test(
        "law 2: a restored hub's backup says nothing of what another replica had sent before"
    )
    func backupOfAnotherLine() throws {
        let other = ReplicaID(high: 7, low: 8)
        journal.open(other, follows: Dot(Self.replica, 20))
        journal.seal(Sales.lines(0..<10))
        _ = try load()
        journal.seal(Sales.lines(10..<20))
        let frames = try load()
        try outbox.acknowledge(try receipt(20, frames, position: 5))
        // The hub was restored; before it got this again, it was backed up at 7, and told another writer so.
        journal.seal(Sales.lines(20..<30), of: other)
        var random = SeededGenerator(seed: 3)
        _ = try outbox.load(after: 0, of: other, bytesMax: 1 << 20, setBytesMax: 4 << 20, random: &random)
        var receipt = try receipt(0, [], position: 7, keepUntil: 7)
        receipt.replica = other
        try outbox.acknowledge(receipt)
        #expect(try load(after: 0).count == 2)
        // Somebody else sent it to the hub again, where it stands beyond the backup.
        try outbox.acknowledge(try self.receipt(20, frames, position: 9, keepUntil: 7))
        #expect(try load(after: 0).count == 2)
        try outbox.acknowledge(try self.receipt(20, frames, position: 9, keepUntil: 9))
        #expect(try load(after: 0).isEmpty)
    }

    @Test("the size bound drops the oldest acknowledged sets, and nothing that is not acknowledged")
    func keptBytes() throws {
        let small = Outbox(queue: queue, journal: journal, key: key, keptBytesMax: 1)
        var frames: [Outbox.Frame] = []
        for number in 0..<5 {
            journal.seal(Sales.lines(number * 10..<number * 10 + 10))
            frames = try load()
        }
        try small.acknowledge(try receipt(30, frames))
        #expect(try load(after: 30).count == 2)
        #expect(try load(after: 20).isEmpty)
    }

    @Test("a hub that has another history than it acknowledged is sent all that is kept, from its first set on")
    func rewindToKept() throws {
        #expect(try !outbox.rewindToKept(Self.replica))
        var frames: [Outbox.Frame] = []
        for number in 0..<3 {
            journal.seal(Sales.lines(number * 10..<number * 10 + 10))
            frames = try load()
        }
        try outbox.acknowledge(try receipt(20, frames, position: 9, keepUntil: 0))
        #expect(try outbox.rewindToKept(Self.replica))
        #expect(try outbox.standings() == [QueueStanding(replica: Self.replica, acknowledged: 0, sealed: 30)])
        #expect(try load(after: 0).map(\.first) == [1, 11, 21])
    }

    @Test("a stored set that the disk has damaged in any byte is noticed, and only then")
    func damaged() throws {
        journal.seal(Sales.lines(0..<10))
        let frames = try load()
        #expect(try !outbox.isDamaged(after: 0, of: Self.replica))
        let bytes = try #require(frames.first).bytes
        let hurt =
            [[], Array(bytes.dropLast()), [UInt8](repeating: 0, count: bytes.count)]
            + bytes.indices.map { index in
                var copy = bytes
                copy[index] ^= 1
                return copy
            }
        for bytes in hurt {
            try queue.write { try $0.execute(sql: "UPDATE outbox_set SET bytes = ?", arguments: [Data(bytes)]) }
            #expect(try outbox.isDamaged(after: 0, of: Self.replica))
        }
        #expect(try !outbox.isDamaged(after: 10, of: Self.replica), "what the hub has is of no concern")
    }

    @Test("S25: a damaged set is noticed at the hub's refusal, whatever else the hub has under the replica's name")
    func damagedAmongSent() throws {
        var frames: [Outbox.Frame] = []
        for number in 0..<3 {
            journal.seal(Sales.lines(number * 10..<number * 10 + 10))
            frames = try load()
        }
        #expect(frames.map(\.first) == [1, 11, 21])
        // Another disk wrote on: further than this one, or less far.
        let strangers = try [14, 30, 44].map { (last: UInt64) in
            var receipt = try receipt(30, frames)
            (receipt.last, receipt.hash) = (last, Digest(bytes: [UInt8](repeating: 5, count: 32))!)
            return receipt
        }
        func isDamaged(at receipt: Receipt) throws -> Bool { try outbox.isDamaged(oneOf: frames, of: Self.replica, at: receipt) }
        #expect(try !strangers.contains(where: isDamaged))
        var bytes = frames[1].bytes
        bytes[bytes.count / 2] ^= 1
        try queue.write { try $0.execute(sql: "UPDATE outbox_set SET bytes = ? WHERE first = 11", arguments: [Data(bytes)]) }
        #expect(try strangers.allSatisfy(isDamaged))
        #expect(try isDamaged(at: receipt(10, frames)), "the hub has the first")
        #expect(try !isDamaged(at: receipt(0, frames)), "the first is refused for another reason")
        #expect(try !isDamaged(at: receipt(20, frames)), "so is the last")
    }

    @Test("S22: what the hub says of a replica agrees, differs, is ahead, or is forgotten here")
    func standing() throws {
        journal.seal(Sales.lines(0..<10))
        let frames = try load()
        #expect(try outbox.standing(of: receipt(0, frames)) == .agrees)
        #expect(try outbox.standing(of: receipt(10, frames)) == .agrees)
        var other = try receipt(10, frames)
        other.hash = Digest(bytes: [UInt8](repeating: 5, count: 32))!
        #expect(try outbox.standing(of: other) == .differs)
        #expect(try outbox.standing(of: receipt(5, frames)) == .differs)
        #expect(try outbox.standing(of: receipt(11, frames)) == .ahead)
    }

    @Test("S25: after a restore of the hub the same bytes are sent again")
    func rewind() throws {
        var frames: [Outbox.Frame] = []
        for number in 0..<3 {
            journal.seal(Sales.lines(number * 10..<number * 10 + 10))
            frames = try load()
        }
        try outbox.acknowledge(try receipt(30, frames))
        try outbox.rewind(try receipt(10, frames))
        #expect(try outbox.standings() == [QueueStanding(replica: Self.replica, acknowledged: 10, sealed: 30)])
        #expect(try load(after: 10) == Array(frames.dropFirst()))
    }

    @Test("a set that was refused whole is cut again: smaller, same dots, one chain, followers linked anew")
    func recut() throws {
        journal.seal(Sales.noise(0..<10))
        var frames = try load()
        let kept = frames
        journal.seal(Sales.noise(10..<900))
        frames = try load(bytesMax: 8 << 20)
        journal.seal(Sales.noise(900..<910))
        frames = try load(bytesMax: 8 << 20)
        #expect(frames.count == 3)
        var random = SeededGenerator(seed: 4)
        try outbox.recut(after: 10, of: Self.replica, setBytesMax: 5_000, random: &random)
        let again = try load(bytesMax: 8 << 20)
        #expect(again.first == kept.first)
        #expect(again.count > 3)
        #expect(again.allSatisfy { $0.bytes.count <= 5_000 })
        #expect(try checkChain(again) == Sales.noise(0..<910))
        // The next drain continues the new chain.
        journal.seal(Sales.noise(910..<911))
        #expect(try checkChain(try load(bytesMax: 8 << 20)).count == 911)
    }

    @Test("a first set that is refused is cut again with its opening")
    func recutFirst() throws {
        journal.seal(Sales.noise(0..<300))
        _ = try load()
        var random = SeededGenerator(seed: 4)
        try outbox.recut(after: 0, of: Self.replica, setBytesMax: 5_000, random: &random)
        #expect(try checkChain(try load(bytesMax: 8 << 20)) == Sales.noise(0..<300))
    }

    @Test("a former incarnation's cut sets are still sent when the journal has forgotten it")
    func former() throws {
        journal.seal(Sales.lines(0..<3))
        _ = try load()
        let other = Outbox(queue: queue, journal: EmptyJournal(), key: key)
        #expect(try other.standings() == [QueueStanding(replica: Self.replica, acknowledged: 0, sealed: 3)])
        var random = SeededGenerator(seed: 1)
        guard case .frames(let frames) = try other.load(after: 0, of: Self.replica, bytesMax: 1, setBytesMax: 1 << 20, random: &random)
        else {
            Issue.record("no frames")
            return
        }
        #expect(frames.count == 1)
    }

    @Test("S25: a former incarnation that was acknowledged whole is asked about as long as its sets are kept")
    func formerKept() throws {
        journal.seal(Sales.lines(0..<10))
        let frames = try load()
        try outbox.acknowledge(try receipt(10, frames, position: 5))
        let later = Outbox(queue: queue, journal: EmptyJournal(), key: key)
        #expect(try later.standings() == [QueueStanding(replica: Self.replica, acknowledged: 10, sealed: 10)])
        try later.rewind(try receipt(0, []))
        #expect(try later.standings() == [QueueStanding(replica: Self.replica, acknowledged: 0, sealed: 10)])
        #expect(try load(after: 0) == frames)
        try later.acknowledge(try receipt(10, frames, position: 7, keepUntil: 7))
        #expect(try later.standings() == [])
    }

    @Test("S25: of an abandoned replica a restored hub gets what it had, and never what was captured anew")
    func abandoned() throws {
        journal.seal(Sales.lines(0..<10))
        _ = try load()
        journal.seal(Sales.lines(10..<20))
        let frames = try load()
        try outbox.acknowledge(try receipt(10, frames, position: 5))
        try outbox.abandon(Self.replica, sharing: 10)
        let later = Outbox(queue: queue, journal: EmptyJournal(), key: key)
        #expect(try later.standings() == [QueueStanding(replica: Self.replica, acknowledged: 10, sealed: 10, isAbandoned: true)])
        #expect(try later.queue(of: Self.replica) == QueueStanding(replica: Self.replica, acknowledged: 20, sealed: 20))
        #expect(try load(after: 10) == [])
        try later.rewind(try receipt(0, []))
        #expect(try later.standings() == [QueueStanding(replica: Self.replica, acknowledged: 0, sealed: 10, isAbandoned: true)])
        #expect(try load(after: 0) == [frames[0]])
        #expect(try later.rewindToKept(Self.replica))
        #expect(try load(after: 0) == [frames[0]])
        try later.acknowledge(try receipt(10, frames, position: 7, keepUntil: 7))
        #expect(try later.standings() == [])
    }

    @Test("S22: a set that is being cut while its replica is abandoned is not stored: a restored hub would be told it twice")
    func abandonedWhileCut() throws {
        journal.seal(Sales.lines(0..<10))
        let frames = try load()
        try outbox.acknowledge(try receipt(10, frames, position: 5))
        journal.seal(Sales.lines(10..<20))
        let interrupted = Outbox(
            queue: queue, journal: InterruptedJournal(journal: journal) { [outbox] in try outbox.abandon(Self.replica, sharing: 10) },
            key: key)
        var random = SeededGenerator(seed: 2)
        #expect(try interrupted.load(after: 10, of: Self.replica, bytesMax: 1 << 20, setBytesMax: 4 << 20, random: &random) == .nothing)
        #expect(try outbox.row(of: Self.replica).cut == 20)
        try outbox.rewind(try receipt(0, []))
        #expect(try load(after: 0) == frames)
        #expect(try load(after: 10) == [])
    }

    @Test("of two who cut the same changes at once, both send what the first one stored")
    func cutTwice() throws {
        journal.seal(Sales.lines(0..<9) + [Sales.customer(9, email: "a@x.org")])
        let interrupted = Outbox(
            queue: queue,
            journal: InterruptedJournal(journal: journal) { [outbox] in
                var other = SeededGenerator(seed: 7)
                _ = try outbox.load(after: 0, of: Self.replica, bytesMax: 1 << 20, setBytesMax: 4 << 20, random: &other)
            }, key: key)
        var random = SeededGenerator(seed: 2)
        let sent = try interrupted.load(after: 0, of: Self.replica, bytesMax: 1 << 20, setBytesMax: 4 << 20, random: &random)
        let stored = try load()
        #expect(stored.count == 1 && sent == .frames(stored))
    }
}

/// Something else happens between the look at what comes next and its storing.
private struct InterruptedJournal: SealedJournal {
    let journal: FakeJournal
    let interruption: @Sendable () throws -> Void

    func sealedReplicas() throws -> [SealedReplica] { try journal.sealedReplicas() }

    func pieces(after counter: UInt64, of replica: ReplicaID, changesMax: Int) throws -> [SealedPiece] {
        let pieces = try journal.pieces(after: counter, of: replica, changesMax: changesMax)
        try interruption()
        return pieces
    }

    func forget(upTo counter: UInt64, of replica: ReplicaID, in db: Database) throws {
        try journal.forget(upTo: counter, of: replica, in: db)
    }
}

private struct EmptyJournal: SealedJournal {
    func sealedReplicas() throws -> [SealedReplica] { [] }
    func pieces(after counter: UInt64, of replica: ReplicaID, changesMax: Int) throws -> [SealedPiece] { [] }
    func forget(upTo counter: UInt64, of replica: ReplicaID, in db: Database) throws {}
}
