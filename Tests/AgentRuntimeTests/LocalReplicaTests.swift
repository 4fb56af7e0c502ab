import Causality
import ChangeSets
import Foundation
import GRDB
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("LocalReplica")
struct LocalReplicaTests {
    let journal = FakeJournal()
    let queue: DatabaseQueue
    let view: LocalReplica
    let own: OwnChanges
    let outbox: Outbox
    static let generation = ReplicaID(high: 3, low: 3)
    static let life = Dot(ReplicaID(high: 5, low: 5), 9)

    init() throws {
        queue = try DatabaseQueue()
        try AgentSchema.migrate(queue)
        view = LocalReplica(queue: queue)
        own = OwnChanges(queue: queue, journal: journal)
        outbox = Outbox(queue: queue, journal: journal, key: SigningKey())
    }

    private func position(_ number: UInt64) -> Position { Position(generation: Self.generation, number: number, line: number &* 77) }

    private func page(
        _ entries: [FeedEntry], reached: UInt64, consistent: Bool, own last: UInt64? = nil, held: [Dot] = [], time: UInt64 = 1_000
    ) -> FeedPage {
        let receipts = last.map {
            [
                Receipt(
                    replica: FakeJournal.replica, last: $0, hash: .zero, position: position(reached), keepUntil: 0,
                    time: Timestamp(milliseconds: time))
            ]
        }
        return FeedPage(
            entries: entries, reached: position(reached), consistentAt: consistent ? position(reached) : nil, restart: false,
            own: receipts ?? [],
            held: held, time: Timestamp(milliseconds: time))
    }

    private func profile(
        _ number: UInt64, id: String, email: String, phone: String = "+442079460018", life: Dot = LocalReplicaTests.life
    ) -> FeedEntry {
        let json = """
            {"id":"\(id)","fields":{"email":{"value":"\(email)","site":"web","time":5}},\
            "identifiers":[{"kind":"email","value":"\(email)"},{"kind":"phone","value":"\(phone)"},{"kind":"id","value":"AB12"}],\
            "records":[{"entity":"customer","source":"x","key":[1],"life":"\(life)"}],"purchases":{"number":0,"totals":{},"recent":[]}}
            """
        return FeedEntry(number: number, topic: .profile, key: Array(id.utf8), body: Array(json.utf8))
    }

    private func stock(_ number: UInt64, _ sku: String, _ location: String, _ onHand: Int64?) -> FeedEntry {
        var key = ByteWriter()
        key.text(sku)
        key.text(location)
        let json = onHand.map {
            "{\"sku\":\"\(sku)\",\"location\":\"\(location)\",\"onHand\":\($0 * 10_000),\"available\":\($0 * 10_000),\"sites\":[]}"
        }
        return FeedEntry(number: number, topic: .stock, key: key.bytes, body: json.map { Array($0.utf8) })
    }

    private func onHand(_ sku: String) throws -> [String: Int64] {
        try own.catchUp()
        return Dictionary(
            uniqueKeysWithValues: try view.stock(sku: sku).findings.map { finding in
                let document = finding.document.flatMap { StockDocument($0) }
                return (finding.location, (finding.unsentCount ?? ((document?.onHand ?? 0) + finding.unsentMovement)) / 10_000)
            })
    }

    private func emails(_ lookUp: LookUp) throws -> [String] {
        try own.catchUp()
        return try view.customers(lookUp).findings.compactMap {
            $0.document.flatMap { ProfileDocument($0)?.fields?["email"]?.value.text }
        }
    }

    @Test("a new entry is not found by what found the one that a disk lost, whose place it gets")
    func reusedPlace() throws {
        try view.stage(page([stock(1, "boots", "shop", 5), stock(2, "hat", "shop", 7)], reached: 2, consistent: true), again: nil)
        try queue.write { try $0.execute(sql: "DELETE FROM view_entry WHERE id = (SELECT max(id) FROM view_entry)") }
        try view.stage(page([profile(3, id: "p1", email: "a@example.org")], reached: 3, consistent: true), again: nil)
        #expect(try onHand("hat") == [:])
        #expect(try onHand("boots") == ["shop": 5])
        #expect(try emails(.email("a@example.org")) == ["a@example.org"])
    }

    @Test("a record that a document names has a name that a token can bring back, or none", arguments: [0, 1])
    func names(more: Int) throws {
        func name(_ entity: String, _ key: String) throws -> RecordID? {
            let source = SourceID(ReplicaID(high: 3, low: 4))
            let record = #"{"life":"\#(Self.life)","source":"\#(source)","entity":"\#(entity)","key":\#(key)}"#
            return try JSONDecoder().decode(ProfileDocument.Record.self, from: Data(record.utf8)).id
        }
        let columns = Array(repeating: "7", count: Limits.keyColumnsMax + more).joined(separator: ",")
        #expect(try (name("customer", "[\(columns)]") != nil) == (more == 0))
        #expect(try name("customer", #"[7,"a",1.5]"#)?.key == LocalKey([7, "a", .real(1.5)]))
        #expect(try name("customer", "[null]") == nil)
        #expect(try name("sale", "[1]")?.entity == "sale")
    }

    @Test("S26: pages become visible together, at the consistent one")
    func staged() throws {
        try view.stage(page([profile(1, id: "p1", email: "a@x.org")], reached: 1, consistent: false))
        #expect(try emails(.email("a@x.org")).isEmpty)
        #expect(try view.cursor().reached == position(1))
        #expect(try view.cursor().isLoading)
        try view.stage(page([stock(2, "s", "shop", 4)], reached: 2, consistent: true))
        #expect(try emails(.email("a@x.org")) == ["a@x.org"])
        #expect(try onHand("s") == ["shop": 4])
        #expect(try view.cursor().visible == position(2))
        #expect(try !view.cursor().isLoading)
    }

    @Test("law 9: a page and the cursor that counts it come and go together, and twice is once")
    func atomic() throws {
        let first = page([profile(1, id: "p1", email: "a@x.org")], reached: 1, consistent: true)
        try view.stage(first)
        // A failure in the middle of a page leaves neither its entries nor its cursor.
        try queue.write {
            try $0.execute(sql: "CREATE TRIGGER fail BEFORE UPDATE OF visible ON view_cursor BEGIN SELECT raise(ABORT, 'full'); END")
        }
        let second = page([profile(2, id: "p2", email: "b@x.org")], reached: 2, consistent: true)
        #expect(throws: (any Error).self) { try view.stage(second) }
        #expect(try view.cursor().reached == position(1))
        #expect(try emails(.email("b@x.org")).isEmpty)
        try queue.write { try $0.execute(sql: "DROP TRIGGER fail") }
        try view.stage(second)
        try view.stage(second)
        #expect(try emails(.email("b@x.org")) == ["b@x.org"])
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM view_entry") } == 2)
    }

    @Test("the hub's state replaces; a record met twice shows its newest state; an evict leaves")
    func replaces() throws {
        try view.stage(page([profile(1, id: "p1", email: "old@x.org")], reached: 1, consistent: false))
        try view.stage(page([profile(5, id: "p1", email: "new@x.org")], reached: 5, consistent: true))
        #expect(try emails(.email("old@x.org")).isEmpty)
        #expect(try emails(.email("new@x.org")) == ["new@x.org"])
        try view.stage(page([FeedEntry(number: 6, topic: .profile, key: Array("p1".utf8), body: nil)], reached: 6, consistent: true))
        #expect(try emails(.email("new@x.org")).isEmpty)
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM view_index") } == 0)
    }

    @Test("loading anew keeps what is visible until the new view is whole, and then has nothing of the old one")
    func restart() throws {
        try view.stage(page([profile(1, id: "p1", email: "a@x.org"), stock(2, "s", "shop", 4)], reached: 2, consistent: true))
        try view.restart()
        #expect(try view.cursor().reached == nil)
        #expect(try emails(.email("a@x.org")) == ["a@x.org"])
        try view.stage(page([profile(1, id: "p9", email: "z@x.org")], reached: 1, consistent: false))
        #expect(try emails(.email("a@x.org")) == ["a@x.org"])
        try view.stage(page([], reached: 1, consistent: true))
        #expect(try emails(.email("a@x.org")).isEmpty)
        #expect(try emails(.email("z@x.org")) == ["z@x.org"])
        #expect(try onHand("s").isEmpty)
    }

    @Test(
        "people are found however a clerk types",
        arguments: [
            LookUp.email(" Anna@X.org "), .phone("+44 20 7946 0018"), .phone("020 7946 0018"), .phone("0044-20-7946-0018"), .id("ab-12"),
            .id("AB12"),
        ])
    func typed(lookUp: LookUp) throws {
        try view.stage(page([profile(1, id: "p1", email: "anna@x.org")], reached: 1, consistent: true))
        #expect(try emails(lookUp) == ["anna@x.org"])
    }

    @Test(
        "nobody is found by what is not theirs",
        arguments: [LookUp.email("nn@x.org"), .phone("020 7946 0019"), .id("AB1"), .phone("18"), .email("")])
    func notTyped(lookUp: LookUp) throws {
        try view.stage(page([profile(1, id: "p1", email: "anna@x.org")], reached: 1, consistent: true))
        #expect(try emails(lookUp).isEmpty)
    }

    @Test("S27: own movements that the hub lacks are counted, wherever they wait, and once")
    func ownStock() throws {
        try view.stage(page([stock(1, "s", "shop", 10), stock(2, "s", "depot", 5)], reached: 2, consistent: true, own: 0))
        journal.seal([Sales.line(1, sku: "s", quantity: 3)])
        #expect(try onHand("s") == ["shop": 7, "depot": 5])
        // Cut into a set: still once.
        var random = SeededGenerator(seed: 1)
        _ = try outbox.load(after: 0, of: FakeJournal.replica, bytesMax: 1, setBytesMax: 1 << 20, random: &random)
        journal.seal([Sales.line(2, sku: "s", quantity: 1)])
        #expect(try onHand("s") == ["shop": 6, "depot": 5])
        // Acknowledged, but not in the view yet: still shown.
        try view.stage(page([], reached: 2, consistent: true, own: 0, time: 100_000))
        #expect(try onHand("s") == ["shop": 6, "depot": 5])
        // The view contains the first.
        try view.stage(page([stock(3, "s", "shop", 7)], reached: 3, consistent: true, own: 1))
        #expect(try onHand("s") == ["shop": 6, "depot": 5])
        try view.stage(page([stock(4, "s", "shop", 6)], reached: 4, consistent: true, own: 2))
        #expect(try onHand("s") == ["shop": 6, "depot": 5])
    }

    @Test("S27: a set that was let go of before the view showed it is laid over all the same, and what follows it, sent or not")
    func dropped() throws {
        try view.stage(page([stock(1, "s", "shop", 10)], reached: 1, consistent: true, own: 0))
        var random = SeededGenerator(seed: 1)
        var sets: [[UInt8]] = []
        for quantity in [1, 2] as [Int64] {
            journal.seal([Sales.line(Int(quantity), sku: "s", quantity: quantity)])
            let load = try outbox.load(
                after: UInt64(quantity) - 1, of: FakeJournal.replica, bytesMax: 1, setBytesMax: 1 << 20, random: &random)
            if case .frames(let frames) = load { sets += frames.map(\.bytes) }
        }
        journal.seal([Sales.line(3, sku: "s", quantity: 4)])
        // The hub has the first, and so has its backup; the page that shows it has not come.
        #expect(sets.count == 2)
        try outbox.acknowledge(
            Receipt(
                replica: FakeJournal.replica, last: 1, hash: try ChangeSetCodec.hash(of: sets[0]), position: position(2), keepUntil: 2,
                time: Timestamp(milliseconds: 1)))
        #expect(try onHand("s") == ["shop": 10 - 1 - 2 - 4])
        #expect(try onHand("s") == ["shop": 10 - 1 - 2 - 4], "looked at twice, it counts once")
        #expect(try queue.read { try LocalReplica.laidOver(in: $0) }[FakeJournal.replica] == 3)
        try view.stage(page([stock(2, "s", "shop", 9)], reached: 2, consistent: true, own: 1))
        #expect(try onHand("s") == ["shop": 9 - 2 - 4])
    }

    @Test("S27: of what is let go of before the view shows it, one receipt reads so many sets, and the next goes on", arguments: [0, 1])
    func droppedMany(more: Int) throws {
        try view.stage(page([stock(1, "s", "shop", 100)], reached: 1, consistent: true, own: 0))
        let count = Outbox.keptSetsMax + more
        let sets = try (0..<count).map { number in
            journal.seal([Sales.line(number, sku: "s", quantity: 1)])
            var random = SeededGenerator(seed: 1)
            let load = try outbox.load(after: UInt64(number), of: FakeJournal.replica, bytesMax: 1, setBytesMax: 1 << 20, random: &random)
            guard case .frames(let frames) = load, frames.count == 1 else { return [] as [UInt8] }
            return frames[0].bytes
        }
        let receipt = Receipt(
            replica: FakeJournal.replica, last: UInt64(count), hash: try ChangeSetCodec.hash(of: try #require(sets.last)),
            position: position(2), keepUntil: 2, time: Timestamp(milliseconds: 1))
        for left in [more, 0] {
            try outbox.acknowledge(receipt)
            #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM outbox_set") } == left)
            #expect(try onHand("s") == ["shop": 100 - Int64(count)])
        }
        try view.stage(page([stock(2, "s", "shop", 100 - Int64(count))], reached: 2, consistent: true, own: UInt64(count)))
        #expect(try onHand("s") == ["shop": 100 - Int64(count)])
    }

    @Test(
        "S27: a set that goes because too much is kept is laid over until the view shows it; one receipt reads so many", arguments: [0, 1])
    func trimmed(more: Int) throws {
        try view.stage(page([stock(1, "s", "shop", 100)], reached: 1, consistent: true, own: 0))
        let count = Outbox.keptSetsMax + more
        var last: [UInt8] = []
        for number in 0..<count {
            journal.seal([Sales.line(number, sku: "s", quantity: 1)])
            var random = SeededGenerator(seed: 1)
            let load = try outbox.load(after: UInt64(number), of: FakeJournal.replica, bytesMax: 1, setBytesMax: 1 << 20, random: &random)
            if case .frames(let frames) = load, let frame = frames.first { last = frame.bytes }
        }
        // The hub has all of them, and no backup holds any.
        let small = Outbox(queue: queue, journal: journal, key: outbox.key, keptBytesMax: 0)
        let receipt = Receipt(
            replica: FakeJournal.replica, last: UInt64(count), hash: try ChangeSetCodec.hash(of: last), position: position(2),
            keepUntil: 0, time: Timestamp(milliseconds: 1))
        for left in [more, 0] {
            try small.acknowledge(receipt)
            #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM outbox_set") } == left)
            #expect(try onHand("s") == ["shop": 100 - Int64(count)])
        }
        try view.stage(page([stock(2, "s", "shop", 100 - Int64(count))], reached: 2, consistent: true, own: UInt64(count)))
        #expect(try onHand("s") == ["shop": 100 - Int64(count)])
    }

    @Test("S27: of a replica that was abandoned nothing is laid over when too much is kept: what counts of it is told anew")
    func trimmedAbandoned() throws {
        try view.stage(page([stock(1, "s", "shop", 10)], reached: 1, consistent: true, own: 0))
        var random = SeededGenerator(seed: 1)
        journal.seal([Sales.line(1, sku: "s", quantity: 1)])
        _ = try outbox.load(after: 0, of: FakeJournal.replica, bytesMax: 1, setBytesMax: 1 << 20, random: &random)
        try outbox.abandon(FakeJournal.replica, sharing: 0)
        let small = Outbox(queue: queue, journal: journal, key: outbox.key, keptBytesMax: 0)
        let other = ReplicaID(high: 7, low: 8)
        try small.acknowledge(
            Receipt(replica: other, last: 0, hash: .zero, position: position(2), keepUntil: 0, time: Timestamp(milliseconds: 1)))
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM outbox_set") } == 0)
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM own_stock") } == 0)
    }

    @Test("S27: of a set that is let go of and that the view shows already, nothing is laid over")
    func droppedLater() throws {
        journal.seal([Sales.line(1, sku: "s", quantity: 1)])
        var random = SeededGenerator(seed: 1)
        let load = try outbox.load(after: 0, of: FakeJournal.replica, bytesMax: 1, setBytesMax: 1 << 20, random: &random)
        guard case .frames(let frames) = load, let frame = frames.first else { return #expect(Bool(false)) }
        try view.stage(page([stock(1, "s", "shop", 9)], reached: 1, consistent: true, own: 1))
        try outbox.acknowledge(
            Receipt(
                replica: FakeJournal.replica, last: 1, hash: try ChangeSetCodec.hash(of: frame.bytes), position: position(1), keepUntil: 1,
                time: Timestamp(milliseconds: 1)))
        #expect(try outbox.keptAfter(FakeJournal.replica) == 1)
        #expect(try onHand("s") == ["shop": 9])
    }

    @Test("S27: a stock-take replaces what was moved before it, and what is sold after it counts")
    func ownCount() throws {
        try view.stage(page([stock(1, "s", "shop", 10)], reached: 1, consistent: true, own: 0))
        journal.seal([Sales.line(1, sku: "s", quantity: 3), Sales.count("s", 20, time: 1_700_000_100_000)])
        #expect(try onHand("s") == ["shop": 20])
        journal.seal([Sales.line(2, sku: "s", quantity: 2, time: 1_700_000_200_000)])
        #expect(try onHand("s") == ["shop": 18])
    }

    @Test("S27: what the hub holds back stays laid over; what it forgot is laid over again")
    func held() throws {
        journal.seal([Sales.line(1, sku: "s", quantity: 3), Sales.line(2, sku: "s", quantity: 1)])
        var random = SeededGenerator(seed: 1)
        _ = try outbox.load(after: 0, of: FakeJournal.replica, bytesMax: 1, setBytesMax: 1 << 20, random: &random)
        #expect(try onHand("s") == ["shop": -4])
        try view.stage(page([stock(1, "s", "shop", -1)], reached: 1, consistent: true, own: 2, held: [Dot(FakeJournal.replica, 1)]))
        #expect(try onHand("s") == ["shop": -4])
        try view.restart()
        try view.stage(page([], reached: 1, consistent: true, own: 0))
        #expect(try onHand("s") == ["shop": -4])
    }

    @Test("a customer that only this shop knows is found at once, and by the profile later")
    func ownCustomer() throws {
        journal.seal([Sales.customer(1, email: "New@X.org", phone: "07700 900123")])
        try own.catchUp()
        for lookUp in [LookUp.email("new@x.org"), .phone("+44 7700 900123")] {
            let found = try view.customers(lookUp)
            #expect(found.findings.count == 1)
            #expect(found.findings.first?.document == nil)
            #expect(found.findings.first?.unsent.first?.fields?.contains { $0.value == "New@X.org" } == true)
            #expect(found.asOf == nil)
        }
        // The hub's document names the record by its life: an edit that is not sent yet is shown beside it.
        let life = Dot(FakeJournal.replica, 1)
        try view.stage(page([profile(1, id: "p1", email: "new@x.org", life: life)], reached: 1, consistent: true, own: 1))
        journal.seal([
            Change(
                time: Timestamp(milliseconds: 5),
                action: .write(Subject(entity: "customer", key: LocalKey(1), life: life), [FieldWrite("phone", "1", isPersonal: true)]))
        ])
        try own.catchUp()
        let found = try view.customers(.email("new@x.org"))
        #expect(found.findings.count == 1)
        #expect(found.findings.first?.unsent.map(\.dot.counter) == [2])
    }

    @Test("an idle line writes nothing for a minute")
    func idle() throws {
        try view.stage(page([stock(1, "s", "shop", 10)], reached: 1, consistent: true, own: 0, time: 1_000))
        let before = try queue.read { try Int.fetchOne($0, sql: "SELECT total_changes()") }
        try view.stage(page([], reached: 1, consistent: true, own: 0, time: 50_000))
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT total_changes()") } == before)
        try view.stage(page([], reached: 1, consistent: true, own: 0, time: 70_000))
        #expect(try view.cursor().visibleTime == Timestamp(milliseconds: 70_000))
    }

    @Test("a document that cannot be read is kept and found by nothing, and harms nothing")
    func oddDocument() throws {
        let odd = FeedEntry(number: 1, topic: .profile, key: [1], body: Array("[1,2".utf8))
        try view.stage(page([odd, profile(2, id: "p1", email: "a@x.org")], reached: 2, consistent: true))
        #expect(try emails(.email("a@x.org")) == ["a@x.org"])
    }

    @Test("Of ten thousand profiles, loaded page by page, each is found by its own address alone")
    func tenThousand() throws {
        for start in stride(from: 0, to: 10_000, by: 1_000) {
            let entries = (start..<start + 1_000).map {
                profile(UInt64($0 + 1), id: "p\($0)", email: "c\($0)@x.org", phone: "+4420\(10_000_000 + $0)")
            }
            try view.stage(page(entries, reached: UInt64(start + 1_000), consistent: start == 9_000))
        }
        for number in 0..<100 { #expect(try emails(.email("C\(number * 97)@x.org")).count == 1) }
    }
}
