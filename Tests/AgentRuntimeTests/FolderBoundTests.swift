import Causality
import ChangeSets
import Foundation
import GRDB
import Logging
import TestSupport
import Testing

@testable import AgentRuntime
@testable import Capture

@Suite("Bounds of what an agent keeps, looks up and tells")
struct FolderBoundTests {
    let queue: DatabaseQueue
    let journal = FakeJournal()

    init() throws {
        queue = try DatabaseQueue()
        try AgentSchema.migrate(queue)
    }

    @Test("A question names so many own replicas, those that send among them", arguments: [0, 1])
    func askedReplicas(more: Int) throws {
        let outbox = Outbox(queue: queue, journal: journal, key: SigningKey())
        journal.seal(Sales.lines(0..<1))
        let count = Outbox.replicasAskedMax + more
        try queue.write { db in
            for number in 1..<count {
                var row = ReplicaRow(replica: ReplicaID(high: 5, low: UInt64(number)))
                (row.acknowledged, row.cut, row.abandonedAt) = (1, 1, 1)
                try row.store(in: db)
                try db.execute(
                    sql:
                        "INSERT INTO outbox_set (replica, first, last, previous, hash, position, size, bytes) VALUES (?, 1, 1, x'', x'', 1, 0, x'')",
                    arguments: [row.replica.blob])
            }
        }
        let asked = try outbox.replicas(openIn: LocalReplica(queue: queue))
        #expect(asked.count == Outbox.replicasAskedMax && asked.contains(FakeJournal.replica))
    }

    // MARK: the view

    private static let position = Position(generation: ReplicaID(high: 3, low: 3), number: 9_000, line: 1)

    /// A view of so many entries; each is customer `p1`, `p2`... with the same address.
    private func view(_ entries: Int) throws -> LocalReplica {
        let view = LocalReplica(queue: queue)
        let body = Array(#"{"id":"p","fields":{},"identifiers":[{"kind":"email","value":"a@x.org"}],"records":[]}"#.utf8)
        let page = FeedPage(
            entries: (1...entries).map { FeedEntry(number: UInt64($0), topic: .profile, key: Array("p\($0)".utf8), body: body) },
            reached: Self.position, consistentAt: Self.position, restart: false, own: [], held: [], time: Timestamp(milliseconds: 1))
        try view.stage(page)
        return view
    }

    private static let digest = ViewDigest(topics: [TopicDigest(topic: .profile, ranges: [RangeDigest(through: position.number)])])

    @Test("A look-up finds so many, and no more", arguments: [0, 1])
    func findings(more: Int) throws {
        let view = try view(LocalReplica.findingsMax + more)
        #expect(try view.customers(.email("a@x.org")).findings.count == LocalReplica.findingsMax)
    }

    @Test("The view is compared piece by piece, of so many rows each", arguments: [0, 1])
    func comparedRows(more: Int) throws {
        let view = try view(LocalReplica.comparedRowsMax + more)
        var pieces = 0
        let found = try view.compared(with: Self.digest, at: Self.position) { pieces += 1 }
        let comparison = try #require(found)
        #expect(comparison.own[.profile]?.whole.entries == UInt64(LocalReplica.comparedRowsMax + more))
        // The last piece is empty, and ends it.
        #expect(pieces == 2 + more)
    }

    @Test("So many damaged entries are told one by one", arguments: [0, 1])
    func damaged(more: Int) throws {
        let view = try view(LocalReplica.damagedMax + more)
        try queue.write { try $0.execute(sql: "UPDATE view_entry SET body = x'00'") }
        #expect(try view.compared(with: Self.digest, at: Self.position)?.damaged.count == LocalReplica.damagedMax)
    }

    @Test("Own changes are read from the journal so many at a time", arguments: [0, 1])
    func journalChanges(more: Int) throws {
        let (piece, whole) = (1_000, OwnChanges.journalChangesMax)
        for start in stride(from: 0, to: whole, by: piece) { journal.seal(Sales.lines(start..<start + piece)) }
        if more > 0 { journal.seal(Sales.lines(whole..<whole + more)) }
        var looks = 0
        try OwnChanges(queue: queue, journal: journal).catchUp { looks += 1 }
        // Once before the replica, and once before each reading.
        #expect(looks == 2 + more)
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM own_stock") } == whole + more)
    }

    // MARK: the outbox

    @Test("Acknowledged sets are kept up to the bound; a byte above it, the oldest goes", arguments: [0, 1])
    func keptBytes(less: Int) throws {
        let whole = Outbox(queue: queue, journal: journal, key: SigningKey())
        func load(after counter: UInt64) throws -> [Outbox.Frame] {
            var random = SeededGenerator(seed: 1)
            let load = try whole.load(
                after: counter, of: FakeJournal.replica, bytesMax: 1 << 20, setBytesMax: 4 << 20, random: &random)
            guard case .frames(let frames) = load else { return [] }
            return frames
        }
        for number in 0..<3 {
            journal.seal(Sales.lines(number * 10..<number * 10 + 10))
            _ = try load(after: 0)
        }
        let frames = try load(after: 0)
        let bytes = frames.reduce(0) { $0 + $1.bytes.count }
        let bounded = Outbox(queue: queue, journal: journal, key: whole.key, keptBytesMax: bytes - less)
        let receipt = Receipt(
            replica: FakeJournal.replica, last: 30, hash: try ChangeSetCodec.hash(of: try #require(frames.last).bytes),
            position: Self.position, keepUntil: 0, time: Timestamp(milliseconds: 1))
        try bounded.acknowledge(receipt)
        #expect(try bounded.keptAfter(FakeJournal.replica) == (less == 0 ? 0 : 10))
        #expect(try load(after: 10).count == 2)
    }

    @Test("A small request cuts a drain down to the least size of a set, and no further")
    func leastSet() throws {
        let outbox = Outbox(queue: queue, journal: journal, key: SigningKey())
        func sets(after counter: UInt64) throws -> [Int] {
            var sizes: [Int] = []
            var last = counter
            while true {
                var random = SeededGenerator(seed: 1)
                let load = try outbox.load(
                    after: last, of: FakeJournal.replica, bytesMax: 1, setBytesMax: 4 << 20, random: &random)
                guard case .frames(let frames) = load, let frame = frames.first else { return sizes }
                sizes.append(frame.bytes.count)
                last = frame.last
            }
        }
        // 40 bytes and some more each: below the least size, and above it.
        let few = Outbox.setBytesMin / 64
        journal.seal(Sales.noise(0..<few))
        let whole = try sets(after: 0)
        #expect(whole.count == 1 && whole.allSatisfy { $0 > 1 && $0 <= Outbox.setBytesMin })
        let many = Outbox.setBytesMin / 30
        journal.seal(Sales.noise(few..<few + many))
        let cut = try sets(after: UInt64(few))
        #expect(cut.count == 2 && cut.allSatisfy { $0 <= Outbox.setBytesMin })
    }

    // MARK: recoveries

    private struct Line: RecoveryLine {
        let heard: Receipt
        let asked: Asked
        /// Of images; each names the next one but the last.
        var pages = 1

        actor Asked {
            var counts: [Int] = []
            func note(_ count: Int) { counts.append(count) }
        }

        func standings() async throws -> [Receipt] { [heard] }
        func shared(_ replica: ReplicaID, ends: [SetEnd]) async throws -> SetEnd {
            await asked.note(ends.count)
            return SetEnd(0, .zero)
        }
        func images(source: SourceID, asOf dot: Dot?, isNewest: Bool, after: [UInt8]?) async throws -> ImagesPage {
            let page = (after?.first.map { Int($0) } ?? 0) + 1
            return ImagesPage(records: [], next: page < pages ? [UInt8(page)] : nil)
        }
    }

    private struct Source: RecoveringSource {
        func forgetImages(of request: RecoveryRequest) async throws {}
        func stage(_ images: [RecordImage], as kind: StagedImages, isFirst: Bool, of request: RecoveryRequest) async throws {}
        func recover(_ request: RecoveryRequest, as recovery: Recovery, outbox: Outbox) async throws {}
    }

    @Test("So many ends of sets are asked about at once; further back is asked in the next question", arguments: [0, 1])
    func askedEnds(more: Int) async throws {
        let outbox = Outbox(queue: queue, journal: journal, key: SigningKey())
        try await queue.write { db in
            for last in 1...(SetEnd.askedMax + more) {
                try db.execute(
                    sql: "INSERT INTO outbox_past VALUES (?, ?, ?)",
                    arguments: [FakeJournal.replica.blob, last, Data(Digest.zero.bytes)])
            }
        }
        let stranger = Digest(bytes: [UInt8](repeating: 7, count: 32)) ?? .zero
        let heard = Receipt(
            replica: FakeJournal.replica, last: 9_999, hash: stranger, position: Self.position, keepUntil: 0,
            time: Timestamp(milliseconds: 1))
        let line = Line(heard: heard, asked: Line.Asked())
        let request = RecoveryRequest(
            source: FakeJournal.source, name: "till", named: Dot(FakeJournal.replica, 1), wantsNewest: false, namesOwnDrain: true,
            writers: [FakeJournal.replica], follows: [:])
        let recovery = SourceRecovery(
            source: Source(), line: line, outbox: outbox, clock: .system,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        _ = try await recovery.run(request)
        #expect(await line.asked.counts == [SetEnd.askedMax] + (more == 0 ? [] : [more]))
    }

    @Test("Images are read to their end up to so many pages; a hub that always has more is not followed", arguments: [0, 1])
    func imagePages(more: Int) async throws {
        let heard = Receipt(
            replica: FakeJournal.replica, last: 0, hash: .zero, position: Self.position, keepUntil: 0, time: Timestamp(milliseconds: 1))
        let request = RecoveryRequest(
            source: FakeJournal.source, name: "till", named: nil, wantsNewest: true, namesOwnDrain: true, writers: [], follows: [:])
        var recovery = SourceRecovery(
            source: Source(), line: Line(heard: heard, asked: Line.Asked(), pages: 3 + more),
            outbox: Outbox(queue: queue, journal: journal, key: SigningKey()), clock: .system,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        #expect(recovery.pagesMax == RecoveryResult.pagesMax)
        recovery.pagesMax = 3
        if more == 0 {
            guard case .recovered = try await recovery.run(request) else { return #expect(Bool(false)) }
        } else {
            let failure = await #expect(throws: LineFailure.self) { try await recovery.run(request) }
            #expect(failure?.kind == .untrusted)
        }
    }

    @Test("The latest losses are remembered, so many of them", arguments: [0, 1])
    func losses(more: Int) throws {
        let settings = AgentSettings(queue: queue)
        let gaps = (0..<UInt64(LostChanges.countMax + more)).map {
            Recovery.Gap(replica: FakeJournal.replica, after: 10 * $0, through: 10 * $0 + 5)
        }
        try LostChanges.note(gaps, of: "till", in: settings, clock: .system)
        let kept: [LostChanges] = try settings.read(.lost) ?? []
        #expect(kept.count == LostChanges.countMax && kept.first?.first == UInt64(10 * more + 1))
    }

    @Test("Of a loss so many records are named, the first; all are counted", arguments: [0, 1])
    func lostRecords(more: Int) throws {
        let settings = AgentSettings(queue: queue)
        let count = LostChanges.recordsMax + more
        try LostChanges.note(
            [Recovery.Gap(replica: FakeJournal.replica, after: 0, through: 90)], of: "loopback", in: settings, clock: .system)
        let records = (1...count).map {
            RecordID(
                entity: "order", source: FakeJournal.source, key: LocalKey(.integer(Int64($0))), life: Dot(FakeJournal.replica, UInt64($0)))
        }
        try queue.write { try LostChanges.name(PostedLoss(replica: FakeJournal.replica, counters: 1...90, records: records), in: $0) }
        let lost = try #require(try settings.read(.lost, as: [LostChanges].self)?.first)
        #expect(lost.records?.count == LostChanges.recordsMax && lost.records?.first == "order 1" && lost.recordCount == count)
    }

    // MARK: files

    @Test("A mapping as large as a mapping may be is read; one a byte larger is none", arguments: [0, 1])
    func mappingBytes(more: Int) throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "#", count: MappingFile.bytesMax + more)
        try text.write(toFile: folder.file("m.yaml"), atomically: true, encoding: .utf8)
        if more == 0 {
            #expect(try MappingFile.read(folder.file("m.yaml")).text == text)
        } else {
            let error = #expect(throws: AgentError.self) { try MappingFile.read(folder.file("m.yaml")) }
            #expect(error?.code == .configuration)
        }
    }
}
