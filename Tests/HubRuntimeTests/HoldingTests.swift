import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import Merging
import Testing

@Suite("What waits, and what stands in quarantine")
struct HoldingTests {
    @Test("S4: a change that names a dot which the hub lacks waits by itself, is receipted, and is released when the dot arrives")
    func waitsForNamedDot() async throws {
        let bench = try await TestHub()
        let web = try await bench.enrol("web", kind: .web)
        let depot = try await bench.enrol("depot", kind: .warehouse)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        var store = TestWriter("wms", seed: 2, key: depot.key)
        let order = shop.nextDot
        let placed = try shop.seal([Make.write("order", 1, [("number", "O1"), ("state", "placed")], at: bench.now)])
        let shipped = try store.seal([
            Make.write("order", 1, [("state", "shipped")], life: order, source: shop.source, at: bench.now, context: .named([order])),
            Make.movement("MUG", "depot", pieces: -1, at: bench.now),
        ])
        guard case .receipt(let receipt) = try await bench.push([shipped], from: depot) else { return #expect(Bool(false)) }
        #expect(receipt.last == 2)
        #expect(try await bench.hub.status(now: bench.now).waiting == 1)
        #expect(try await bench.stockOnHand("MUG", "depot") == -10_000)
        let page = try await bench.pullAll(depot)
        #expect(page.pages.last?.held == [Dot(store.replica, 1)])
        try await bench.push([placed], from: web)
        #expect(try await bench.hub.status(now: bench.now).waiting == 0)
        let document = try #require(try await bench.hub.orders(number: "O1", now: bench.now).first)
        #expect(String(decoding: document.bytes, as: UTF8.self).contains("\"state\":\"shipped\""))
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("S5: a bad change holds back what follows it on the same record, and nothing else", arguments: [0, 4, 9])
    func quarantineHoldsItsRecordOnly(place: Int) async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        var changes: [Change] = (0..<10).map { Make.sale(Int64($0), customer: nil, at: bench.now) }
        changes[place] = Make.write("sale", Int64(place), [("total", "seven")], at: bench.now)
        let life = Dot(till.replica, UInt64(place) + 1)
        changes.append(Make.write("sale", Int64(place), [("number", "behind")], life: life, at: bench.now))
        try await bench.push([try till.seal(changes)], from: shop)
        let status = try await bench.hub.status(now: bench.now)
        #expect(status.records == 9)
        #expect(status.quarantined == 1)
        #expect(status.warnings.contains("1 change stands in quarantine: `tributary quarantine list`."))
        let held = try await bench.pullAll(shop).pages.last?.held
        #expect(held == [life, Dot(till.replica, 11)])
        let conflicts = try await bench.hub.conflicts(now: bench.now)
        #expect(conflicts.map(\.kind) == [.quarantine])
    }

    @Test("S5: a good edit behind a bad one of the same record waits, though its record is there")
    func editBehindBadEdit() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let life = till.nextDot
        try await bench.push([try till.seal([Make.sale(1, customer: nil, at: bench.now)])], from: shop)
        let bad = Make.write("sale", 1, [("total", "seven")], life: life, at: bench.now)
        let good = Make.write("sale", 1, [("number", "behind")], life: life, at: bench.now)
        try await bench.push([try till.seal([bad, good, Make.sale(2, customer: nil, at: bench.now)])], from: shop)
        #expect(try await bench.pullAll(shop).pages.last?.held == [Dot(till.replica, 2), Dot(till.replica, 3)])
        let answer = try #require(try await bench.hub.explain(record: life, now: bench.now))
        #expect(answer.fields.first { $0.name == "number" }?.writes.map(\.value) == [.text("S1")])
        #expect(try await bench.hub.status(now: bench.now).records == 2)
    }

    @Test("S11 and what is impossible go to quarantine, each with its code")
    func codes() async throws {
        let bench = try await TestHub()
        let one = try await bench.enrol("shop-1")
        let two = try await bench.enrol("shop-2")
        var owner = TestWriter("till", seed: 1, key: one.key)
        var other = TestWriter("till", seed: 2, key: two.key)
        let life = owner.nextDot
        try await bench.push([try owner.seal([Make.customer(1, email: "a@example.com", at: bench.now)])], from: one)
        let cases: [(String, Change)] = [
            ("not-its-own", Make.write("customer", 1, [("name", "Mallory")], life: life, source: owner.source, at: bench.now)),
            ("creates-for-another", Make.write("order", 1, [("state", "paid")], source: owner.source, at: bench.now)),
            ("sku-empty", Make.movement("", "x", pieces: 1, at: bench.now)),
            ("stock-quantity-too-large", Make.movement("MUG", "x", pieces: .max / 10_000, at: bench.now)),
            ("value-of-wrong-kind", Make.write("sale", 1, [("at", "yesterday")], at: bench.now)),
            ("names-the-future", Make.write("sale", 2, [("number", "1")], at: bench.now, context: .named([Dot(other.replica, 99)]))),
            ("edit-of-deleted", Make.write("sale", 3, [("number", "1")], life: Dot(other.replica, 1), at: bench.now)),
            ("record-mismatch", Make.write("note", 9, [("text", "x")], life: life, source: owner.source, at: bench.now)),
        ]
        // The first one passes; its dot is a life that no record has.
        try await bench.push([try other.seal([Make.movement("MUG", "x", pieces: 1, at: bench.now)] + cases.map(\.1))], from: two)
        let messages = try await bench.hub.conflicts(now: bench.now).map(\.message)
        for (code, _) in cases { #expect(messages.contains { $0.contains("(\(code))") }, "\(code): \(messages)") }
        #expect(try await bench.hub.status(now: bench.now).quarantined == Int64(cases.count))
        let found = try await bench.hub.profiles(.email("a@example.com"), now: bench.now)
        #expect(found.count == 1)
        #expect(!String(decoding: found[0].bytes, as: UTF8.self).contains("Mallory"))
    }

    @Test("a record grows up to its bounds; what would make it larger stands in quarantine, and the feed goes on", arguments: [0, 1])
    func largeRecord(more: Int) async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let life = till.nextDot
        func text(_ count: Int) -> Value { .text(Text(String(repeating: "x", count: count))) }
        let half = RecordState.bytesMax / 2
        try await bench.push([try till.seal([Make.write("note", 1, [("a", text(half))], at: bench.now)])], from: shop)
        try await bench.push(
            [try till.seal([Make.write("note", 1, [("b", text(half + more))], life: life, at: bench.now)])], from: shop)
        #expect(try await bench.hub.status(now: bench.now).quarantined == Int64(more))
        try await bench.push([try till.seal([Make.sale(1, customer: nil, at: bench.now)])], from: shop)
        #expect(try await bench.pullAll(shop).entries.contains { $0.body?.isEmpty == false })
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("S16: taking a source over closes the former replica; what it sends later is kept in quarantine")
    func takeOverCloses() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push([try till.seal([Make.movement("MUG", "s", pieces: 5, at: bench.now)])], from: shop)
        let token = try await bench.hub.issueToken(site: "shop-1", now: bench.now)
        let key = SigningKey()
        _ = try await bench.hub.enroll(token: token.token, publicKey: key.publicKey, now: bench.now)
        let newcomer = TestAgent(key: key, record: try await bench.present(key))
        var next = TestWriter("till", seed: 2, source: till.source, follows: Dot(till.replica, 1), key: key)
        try await bench.push([try next.seal([Make.movement("MUG", "s", pieces: 1, at: bench.now)])], from: newcomer)
        guard
            case .receipt(let receipt) = try await bench.push(
                [try till.seal([Make.movement("MUG", "s", pieces: 9, at: bench.now)])], from: shop)
        else { return #expect(Bool(false)) }
        #expect(receipt.last == 2)
        #expect(try await bench.stockOnHand("MUG", "s") == 60_000)
        #expect(try await bench.hub.status(now: bench.now).quarantined == 1)
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("A clock years off loses ties and is shown; its changes are kept")
    func wrongClock() async throws {
        let bench = try await TestHub()
        let web = try await bench.enrol("web", kind: .web)
        let depot = try await bench.enrol("depot", kind: .warehouse)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        var store = TestWriter("wms", seed: 2, key: depot.key)
        let order = shop.nextDot
        try await bench.push([try shop.seal([Make.write("order", 1, [("number", "O1")], at: bench.now)])], from: web)
        let future = bench.now.advanced(byMilliseconds: 3 * 365 * 86_400_000)
        let early = try store.seal([Make.write("order", 1, [("state", "picking")], life: order, source: shop.source, at: future)])
        _ = try await bench.hub.push([early.bytes], agent: depot.record, agentTime: future, now: bench.now)
        try await bench.push([try shop.seal([Make.write("order", 1, [("state", "paid")], life: order, at: bench.now)])], from: web)
        let answer = try #require(try await bench.hub.explain(record: order, now: bench.now))
        let state = try #require(answer.fields.first { $0.name == "state" })
        #expect(state.isConcurrent)
        #expect(state.writes.map(\.value) == [.text("picking"), .text("paid")])
        #expect(state.writes.map(\.clockInBound) == [false, true])
        #expect(state.writes.map(\.site) == ["depot", "web"])
        #expect(try await bench.hub.site("depot", now: bench.now).warnings.contains { $0.contains("clock") })
        #expect(try await bench.hub.conflicts(now: bench.now).contains { $0.kind == .concurrentWrites })
    }

    @Test("Law 4: a clock is judged once, as it was found; a rebuild gives the same winner")
    func slowClock() async throws {
        let bench = try await TestHub()
        let web = try await bench.enrol("web", kind: .web)
        let depot = try await bench.enrol("depot", kind: .warehouse)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        var store = TestWriter("wms", seed: 2, key: depot.key)
        func ago(_ minutes: UInt64) -> Timestamp { Timestamp(milliseconds: bench.now.milliseconds - minutes * 60_000) }
        let order = shop.nextDot
        try await bench.push(
            [try shop.seal([Make.write("order", 1, [("number", "O1"), ("state", "paid")], at: ago(20))])], from: web)
        let picked = try store.seal([Make.write("order", 1, [("state", "picking")], life: order, source: shop.source, at: ago(10))])
        // Written ten minutes ago by its own clock, which is ten minutes slow: the time alone looks right.
        _ = try await bench.hub.push([picked.bytes], agent: depot.record, agentTime: ago(10), now: bench.now)
        let answer = try #require(try await bench.hub.explain(record: order, now: bench.now))
        let writes = try #require(answer.fields.first { $0.name == "state" }).writes
        #expect(writes.map(\.value) == [.text("picking"), .text("paid")])
        #expect(writes.map(\.clockInBound) == [false, true])
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("a sum in another currency stands beside the site's own; a count of an SKU that nobody knows is a pile of its own (S32)")
    func unusualButValid() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let customer = Make.reference("customer", 1, life: till.nextDot)
        func sale(_ key: Int64, _ currency: String, _ total: Int64) -> Change {
            Make.write(
                "sale", key,
                [
                    ("customer", customer), ("currency", .text(Text(currency))), ("total", .integer(total)),
                    ("at", .integer(Int64(bench.now.milliseconds))),
                ], at: bench.now)
        }
        try await bench.push(
            [
                try till.seal([
                    Make.customer(1, email: "a@example.com", at: bench.now), sale(2, "GBP", 100_000), sale(3, "EUR", 70_000),
                    Make.count("NEVER-SEEN", "shop", pieces: 3, at: bench.now), sale(4, "GBP", 5_000),
                ])
            ], from: shop)
        #expect(try await bench.hub.status(now: bench.now).quarantined == 0)
        let found = try #require(try await bench.hub.profiles(.email("a@example.com"), now: bench.now).first)
        #expect(String(decoding: found.bytes, as: UTF8.self).contains(#""totals":{"EUR":70000,"GBP":105000}"#))
        #expect(try await bench.stockOnHand("NEVER-SEEN", "shop") == 30_000)
        #expect(try await bench.hub.verify().isEqual)
    }
}
