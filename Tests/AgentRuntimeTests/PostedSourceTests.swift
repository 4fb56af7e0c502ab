import Causality
import ChangeSets
import GRDB
import TestSupport
import Testing

@testable import AgentRuntime
@testable import Capture

@Suite("What is posted")
struct PostedSourceTests {
    let folder: TemporaryFolder
    let database: AgentDatabase
    let posted: PostedSource
    let outbox: Outbox
    let own: OwnChanges

    init() throws {
        folder = try TemporaryFolder()
        database = try AgentDatabase(path: folder.path + "/agent.db")
        try AgentSchema.migrate(database.queue)
        posted = PostedSource(database)
        outbox = Outbox(queue: database.queue, journal: Journal(database), key: SigningKey())
        own = OwnChanges(queue: database.queue, journal: Journal(database))
    }

    private static func order(_ key: Int64, _ state: String) -> PostedWrite {
        PostedWrite(.write(.own("order", LocalKey(.integer(key))), [.init("state", .text(Text(state)))]))
    }

    @discardableResult
    private func post(_ writes: PostedWrite..., key: String, moments: Set<UInt64> = []) throws -> [PostedChange] {
        var random = SystemRandomNumberGenerator()
        var made: [PostedChange] = []
        _ = try posted.post(
            writes, key: key, digest: Array(key.utf8), moments: moments, now: Timestamp(milliseconds: 5), random: &random
        ) {
            made = $0
            return []
        }
        return made
    }

    private func recover(following dot: Dot, sharing sealed: UInt64, parting: Bool = false) throws {
        var random = SystemRandomNumberGenerator()
        try posted.recover(following: dot, sharing: sealed, parting: parting, random: &random) { replica, counter, db in
            try outbox.take(after: counter, of: replica, in: db)
        }
    }

    private func image(_ key: Int64, _ life: Dot, isDeleted: Bool = false) -> RecordImage {
        RecordImage(entity: "order", key: LocalKey(.integer(key)), life: life, fields: [], isDeleted: isDeleted)
    }

    @Test("Law 1: a batch that comes twice, be it at once, has one effect")
    func repeated() throws {
        #expect(try post(Self.order(1, "placed"), key: "a").count == 1)
        #expect(try post(Self.order(1, "placed"), key: "a").isEmpty)
        #expect(try posted.writer()?.last == 1)
    }

    @Test("of what was posted and damaged before it was sent, what comes before and after the damage is told")
    func damaged() throws {
        for number in 1...3 { try post(Self.order(Int64(number), "placed"), key: "\(number)") }
        let replica = try #require(try posted.writer()?.replica)
        try database.queue.write { try $0.execute(sql: "UPDATE capture_batch SET body = zeroblob(length(body)) WHERE first = 2") }
        var random = SystemRandomNumberGenerator()
        func load(after counter: UInt64) throws -> Outbox.Load {
            try outbox.load(after: counter, of: replica, bytesMax: 1 << 20, setBytesMax: 1 << 20, random: &random)
        }
        guard case .frames(let frames) = try load(after: 0) else {
            Issue.record("the first is not sent")
            return
        }
        #expect(frames.map(\.last) == [1])
        #expect(try load(after: 1) == .damaged)
        #expect(try !outbox.cannotSend(after: 0, of: replica) && outbox.cannotSend(after: 1, of: replica))
        try own.catchUp()
        try recover(following: Dot(replica, 1), sharing: 3)
        let writer = try #require(try posted.writer())
        #expect(writer.replica != replica && writer.last == 1)
        let told = try Journal(database).sealed(after: 0, of: writer.replica, limit: 10).flatMap(\.changes)
        #expect(told.compactMap(\.subject?.key) == [LocalKey(.integer(3))])
    }

    @Test("S25: what only a damaged part of the queue held is named, and is made anew when it is posted again")
    func lostIsNamed() throws {
        for number in 1...3 { try post(Self.order(Int64(number), "placed"), key: "\(number)") }
        let replica = try #require(try posted.writer()?.replica)
        try database.queue.write { try $0.execute(sql: "UPDATE capture_batch SET body = zeroblob(length(body)) WHERE first = 2") }
        var random = SystemRandomNumberGenerator()
        let load = try outbox.load(after: 0, of: replica, bytesMax: 1 << 20, setBytesMax: 1 << 20, random: &random)
        guard case .frames(let frames) = load, let frame = frames.first else { return #expect(Bool(false), "the first is not sent") }
        let receipt = Receipt(
            replica: replica, last: 1, hash: try ChangeSetCodec.hash(of: frame.bytes),
            position: Position(generation: ReplicaID(high: 1, low: 1), number: 1, line: 0), keepUntil: 0, time: Timestamp(milliseconds: 1))
        try outbox.acknowledge(receipt)
        let request = try #require(try posted.request())
        let recovery = try #require(try outbox.recovery(for: request, heard: [receipt]))
        #expect(recovery.gaps == [Recovery.Gap(cause: .diskDamaged, replica: replica, after: 1, through: 3)])
        let settings = AgentSettings(queue: database.queue)
        try LostChanges.note(recovery.gaps, of: request.name, in: settings, clock: .system)
        try posted.recover(following: recovery.follows, sharing: recovery.sealed, parting: recovery.parts, random: &random) {
            try outbox.take(after: $1, of: $0, in: $2)
        } noting: {
            try LostChanges.name($0, in: $1)
        }
        let lost: [LostChanges] = try settings.read(.lost) ?? []
        // The third was read, and is sent under another name.
        #expect(
            lost.map { $0.told(noticed: "on Monday") } == [
                "Damaged by this machine's disk before being sent: change 2 of loopback, noticed on Monday. What is posted stands in no file: "
                    + "have the program post it again, with a new Idempotency-Key. Created there: order 2."
            ])
        let again = try #require(try post(Self.order(2, "placed"), key: "again").first)
        #expect(again.record?.life == again.dot, "an edit of what the hub never gets would wait there for ever")
        let third = try #require(try posted.record("order", LocalKey(.integer(3))))
        #expect(third.life == Dot(again.dot.replica, 1))
    }

    @Test("So many of the records that are lost are named, and the others counted", arguments: [0, 1])
    func lostRecords(more: Int) throws {
        let replica = ReplicaID(high: 1, low: 2)
        let count = LostChanges.recordsMax + more
        let records = (1...count).map {
            RecordID(entity: "order", source: SourceID(replica), key: LocalKey(.integer(Int64($0))), life: Dot(replica, UInt64($0)))
        }
        let settings = AgentSettings(queue: database.queue)
        let gap = Recovery.Gap(cause: .diskDamaged, replica: replica, after: 0, through: UInt64(count))
        try LostChanges.note([gap], of: PostedSource.name, in: settings, clock: .system)
        try database.queue.write {
            try LostChanges.name(PostedLoss(replica: replica, counters: 1...UInt64(count), records: records), in: $0)
        }
        let lost = try #require((try settings.read(.lost, as: [LostChanges].self))?.first)
        #expect(lost.records?.count == LostChanges.recordsMax)
        #expect(lost.told(noticed: "").hasSuffix(more == 0 ? "order \(count)." : "order \(count - 1) and 1 more."))
    }

    @Test("Law 8: a token of a moment that the folder does not know is no knowledge, and nothing is taken (S13)")
    func lostMoment() throws {
        var random = SystemRandomNumberGenerator()
        let known = try SeenMoment.issue([1], now: Timestamp(milliseconds: 5), in: database, random: &random)
        try post(Self.order(1, "placed"), key: "a", moments: [known])
        #expect(throws: CaptureError.lookAgain) { try post(Self.order(1, "paid"), key: "b", moments: [known, known ^ 1]) }
        #expect(try posted.writer()?.last == 1)
    }

    @Test("Law 2: what is posted while a recovery is under way keeps its effect, under its new name")
    func postedMeanwhile() throws {
        let first = try #require(try post(Self.order(1, "placed"), key: "a").first)
        // The plan is drawn here: the hub has more of this writer than the folder, up to 5. Then somebody posts.
        try post(Self.order(2, "placed"), key: "b")
        try recover(following: Dot(first.dot.replica, 5), sharing: 1)
        let writer = try #require(try posted.writer())
        #expect(writer.follows == Dot(first.dot.replica, 5) && writer.last == 1)
        let pieces = try Journal(database).sealed(after: 0, of: writer.replica, limit: 10)
        #expect(pieces.flatMap(\.changes).map { $0.subject?.key } == [LocalKey(.integer(2))])
        #expect(try posted.record("order", LocalKey(.integer(2)))?.life == Dot(writer.replica, 1))
        #expect(try posted.record("order", LocalKey(.integer(1)))?.life == first.dot)
        // Nothing of the former writer waits any more.
        #expect(try outbox.standings().allSatisfy { $0.replica == writer.replica || $0.sealed == $0.acknowledged })
    }

    @Test("S27: what got another name is laid over once, under that name")
    func laidOverOnce() throws {
        let movement = Movement(sku: "A", location: "x", quantity: -10_000, kind: .sale)
        let first = try #require(try post(PostedWrite(.stockOnly, stock: .movement(movement)), key: "a").first)
        try own.catchUp()
        let view = LocalReplica(queue: database.queue)
        #expect(try view.stock(sku: "A").findings.map(\.unsentMovement) == [-10_000])
        try recover(following: Dot(first.dot.replica, 0), sharing: 1, parting: true)
        try own.catchUp()
        let found = try #require(try view.stock(sku: "A").findings.first)
        #expect(found.unsentMovement == -10_000)
        #expect(found.own[first.dot.replica] == 0, "no token may name what is no more")
    }

    @Test("S22: the hub's word on a key counts, deletions too, but for what has just got its name")
    func keysOfTheLostFuture() throws {
        let made = try post(Self.order(1, "placed"), Self.order(2, "placed"), Self.order(3, "placed"), key: "a")
        let replica = made[0].dot.replica
        let source = try #require(try posted.writer()).source
        // Since the backup, 1 was deleted, 2 was deleted and given again, and 4 was made; 3 was posted after the backup.
        let images = [
            image(1, made[0].dot, isDeleted: true), image(2, made[1].dot, isDeleted: true), image(2, Dot(replica, 7)),
            image(4, Dot(replica, 8)), image(3, Dot(replica, 3)),
        ]
        try posted.stage(images, isFirst: true, of: source)
        try recover(following: Dot(replica, 2), sharing: 3, parting: true)
        let writer = try #require(try posted.writer())
        func life(_ key: Int64) throws -> Dot? { try posted.record("order", LocalKey(.integer(key)))?.life }
        #expect(try life(1) == nil && life(2) == Dot(replica, 7) && life(4) == Dot(replica, 8))
        #expect(try life(3) == Dot(writer.replica, 1))
    }

    @Test("S6: a deletion by the record's name frees its key, too")
    func deletedByName() throws {
        let made = try #require(try post(Self.order(1, "placed"), key: "a").first)
        let record = try #require(made.record)
        try post(PostedWrite(.delete(.shown(record))), key: "b")
        let again = try #require(try post(Self.order(1, "placed"), key: "c").first)
        #expect(again.record?.life == again.dot)
    }

    @Test("what no change-set can hold is refused before it is taken, and the journal stays whole")
    func tooLarge() throws {
        let name = EntityName(String(repeating: "x", count: 256))
        let reference = Value.reference(Reference(entity: name, key: LocalKey(.integer(1)), life: nil))
        let write = PostedWrite(.write(.own("order", LocalKey(.integer(1))), [.init("odd", reference)]))
        #expect(throws: ChangeSetError.self) { try post(write, key: "a") }
        #expect(try posted.writer() == nil)
        try post(Self.order(1, "placed"), key: "a")
        try own.catchUp()
    }
}
