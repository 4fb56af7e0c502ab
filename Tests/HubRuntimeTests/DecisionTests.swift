import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import Testing

/// Two sites that wrote one order's currency without knowing of each other.
private struct Crossed {
    let bench: TestHub
    let web: TestAgent
    let depot: TestAgent
    var shop: TestWriter
    var store: TestWriter
    let order: Dot

    init() async throws {
        bench = try await TestHub()
        web = try await bench.enrol("web", kind: .web)
        depot = try await bench.enrol("depot", kind: .warehouse)
        shop = TestWriter("shop", seed: 1, key: web.key)
        store = TestWriter("wms", seed: 2, key: depot.key)
        order = shop.nextDot
        try await bench.push([try shop.seal([Make.write("order", 1, [("number", "O1"), ("currency", "GBP")], at: bench.now)])], from: web)
        try await ship("EUR")
        try await sell("USD", seen: order)
    }

    /// The warehouse writes, having seen the order as it was placed.
    mutating func ship(_ currency: Value) async throws {
        let change = Make.write(
            "order", 1, [("currency", currency)], life: order, source: shop.source, at: bench.now, context: .named([order]))
        try await bench.push([try store.seal([change])], from: depot)
    }

    /// The web shop writes.
    mutating func sell(_ currency: Value, seen: Dot) async throws {
        let change = Make.write("order", 1, [("currency", currency)], life: order, at: bench.now, context: .named([seen]))
        try await bench.push([try shop.seal([change])], from: web)
    }

    var conflicts: [ConflictAnswer] { get async throws { try await bench.hub.conflicts(now: bench.now) } }

    func only() async throws -> ConflictAnswer {
        let conflicts = try await conflicts
        #expect(conflicts.count == 1)
        return try #require(conflicts.first)
    }

    var values: [ValueAnswer] {
        get async throws {
            let record = try #require(try await bench.hub.explain(record: order, now: bench.now))
            return try #require(record.fields.first { $0.name == "currency" }).writes.map(\.value)
        }
    }

    @discardableResult
    func resolve(
        _ conflict: ConflictAnswer, _ choice: Decision.Choice, side: String? = nil, value: JSONValue? = nil
    ) async throws
        -> DecisionAnswer
    {
        try await bench.hub.resolve(
            conflict.id, Resolution(choice, side: side, value: value, seen: conflict.seen, author: "ann", note: "asked"), now: bench.now)
    }
}

@Suite("Operators' decisions")
struct DecisionTests {
    @Test("Equal values that were written without knowing of each other are nothing to decide; one that differs later is")
    func equalSiblings() async throws {
        var crossed = try await Crossed()
        try await crossed.resolve(try await crossed.only(), .take, side: "web")
        try await crossed.ship("USD")
        #expect(try await crossed.values == [.text("USD"), .text("USD")])
        #expect(try await crossed.conflicts.isEmpty)
        #expect(try await crossed.bench.hub.verify().isEqual)
        try await crossed.ship("CHF")
        #expect(Set(try await crossed.only().sides.map(\.site)) == ["hub", "depot"])
        #expect(try await crossed.bench.hub.verify().isEqual)
    }

    @Test(
        "A side taken, a value given: what was shown is settled, who decided is known, a rebuild gives the same", arguments: [true, false])
    func decides(bySide: Bool) async throws {
        let crossed = try await Crossed()
        let conflict = try await crossed.only()
        #expect(conflict.choices == ["take", "value"] && Set(conflict.sides.map(\.site)) == ["web", "depot"])
        if bySide {
            try await crossed.resolve(conflict, .take, side: "depot")
        } else {
            try await crossed.resolve(conflict, .value, value: .text("CHF"))
        }
        #expect(try await crossed.values == [.text(bySide ? "EUR" : "CHF")])
        #expect(try await crossed.conflicts.isEmpty)
        let decision = try #require(try await crossed.bench.hub.decisions(now: crossed.bench.now).first)
        #expect(decision.author == "ann" && decision.note == "asked" && decision.conflict == conflict.id)
        #expect(decision.values == (try await crossed.values))
        #expect(try await crossed.bench.hub.verify().isEqual)
    }

    @Test("Law 6: a decision covers exactly what was shown; what arrived meanwhile stays beside it, whatever the order")
    func coversWhatWasShown() async throws {
        var crossed = try await Crossed()
        let shown = try await crossed.only()
        try await crossed.ship("CHF")
        try await crossed.resolve(shown, .take, side: "web")
        #expect(Set(try await crossed.values) == [.text("USD"), .text("CHF")])
        let again = try await crossed.only()
        #expect(again.id == shown.id && Set(again.sides.map(\.site)) == ["hub", "depot"])
        try await crossed.resolve(again, .take, side: "hub")
        #expect(try await crossed.conflicts.isEmpty)
    }

    @Test("A site that writes again without having seen the decision makes a new conflict; one that has seen it settles it: no loop")
    func noLoop() async throws {
        var crossed = try await Crossed()
        let decision = try await crossed.resolve(try await crossed.only(), .take, side: "web")
        try await crossed.ship("EUR")
        #expect(try await crossed.only().sides.count == 2)
        try await crossed.resolve(try await crossed.only(), .take, side: "hub")
        let write = try #require(
            try await crossed.bench.hub.explain(record: crossed.order, now: crossed.bench.now)?.fields.first { $0.name == "currency" })
        try await crossed.sell("DKK", seen: try #require(Dot(write.writes[0].dot)))
        #expect(try await crossed.conflicts.isEmpty)
        #expect(try await crossed.values == [.text("DKK")])
        #expect(decision.choice == .take)
        #expect(try await crossed.bench.hub.verify().isEqual)
    }

    @Test("A decision on what is gone is refused, and says so: two operators at once")
    func gone() async throws {
        let crossed = try await Crossed()
        let shown = try await crossed.only()
        try await crossed.resolve(shown, .take, side: "web")
        await expect(.conflictGone) { try await crossed.resolve(shown, .take, side: "depot") }
        #expect(try await crossed.values == [.text("USD")])
    }

    @Test("S12: a site that wrote several sides is refused with their dots listed; a dot, or the beginning of one, is taken")
    func ambiguousSide() async throws {
        var crossed = try await Crossed()
        try await crossed.ship("CHF")
        // A second writer of the warehouse, which had not heard of the first one's.
        var second = TestWriter("desk", seed: 9, key: crossed.depot.key)
        let change = Make.write(
            "order", 1, [("currency", "SEK")], life: crossed.order, source: crossed.shop.source, at: crossed.bench.now,
            context: .named([crossed.order]))
        try await crossed.bench.push([try second.seal([change])], from: crossed.depot)
        let conflict = try await crossed.only()
        await expect(.choiceInvalid, remedy: second.replica.description) { try await crossed.resolve(conflict, .take, side: "depot") }
        await expect(.choiceInvalid) { try await crossed.resolve(conflict, .take, side: "nowhere") }
        await expect(.choiceInvalid) { try await crossed.resolve(conflict, .accept) }
        await expect(.choiceInvalid) { try await crossed.resolve(conflict, .value, value: .other) }
        await expect(.badRequest) { try await crossed.resolve(conflict, .value) }
        try await crossed.resolve(conflict, .take, side: "\(second.replica.short):1")
        #expect(try await crossed.values == [.text("SEK")])
    }

    @Test("Undone, the sides stand again and can be decided otherwise; what somebody built upon cannot be undone")
    func undo() async throws {
        var crossed = try await Crossed()
        let conflict = try await crossed.only()
        let decision = try await crossed.resolve(conflict, .take, side: "web")
        _ = try await crossed.bench.hub.undo(conflict.short, author: "bob", note: nil, now: crossed.bench.now)
        #expect(Set(try await crossed.values) == [.text("USD"), .text("EUR")])
        let hub = crossed.bench
        await expect(.decisionSuperseded) { _ = try await hub.hub.undo(decision.id, author: "bob", note: nil, now: hub.now) }
        let again = try await crossed.only()
        let eur = try #require(again.sides.first { $0.value == .text("EUR") })
        let second = try await crossed.resolve(again, .take, side: eur.dot)
        #expect(try await crossed.values == [.text("EUR")])
        let live = try #require(
            try await crossed.bench.hub.explain(record: crossed.order, now: crossed.bench.now)?.fields.first { $0.name == "currency" })
        try await crossed.sell("DKK", seen: try #require(Dot(live.writes[0].dot)))
        await expect(.decisionSuperseded) { _ = try await hub.hub.undo(second.id, author: "bob", note: nil, now: hub.now) }
        #expect(try await crossed.bench.hub.decisions(now: crossed.bench.now).map(\.choice) == [.take, .undo, .take])
        #expect(try await crossed.bench.hub.verify().isEqual)
    }

    @Test("Law 6: undoing a decision takes back nothing that others wrote meanwhile")
    func undoesNothingElse() async throws {
        var crossed = try await Crossed()
        let conflict = try await crossed.only()
        try await crossed.resolve(conflict, .take, side: "web")
        try await crossed.ship("CHF")
        _ = try await crossed.bench.hub.undo(conflict.short, author: "bob", note: nil, now: crossed.bench.now)
        #expect(Set(try await crossed.values) == [.text("USD"), .text("EUR"), .text("CHF")])
        #expect(try await crossed.bench.hub.verify().isEqual)
    }

    @Test("Law 10: each value says who wrote it, when, what was shown to its writer and what it had seen")
    func explains() async throws {
        let crossed = try await Crossed()
        let record = try #require(try await crossed.bench.hub.explain(record: crossed.order, now: crossed.bench.now))
        let writes = try #require(record.fields.first { $0.name == "currency" }).writes
        let shipped = try #require(writes.first { $0.value == .text("EUR") })
        let sold = try #require(writes.first { $0.value == .text("USD") })
        #expect(shipped.site == "depot" && shipped.source == "wms" && sold.site == "web" && sold.source == "shop")
        #expect([shipped.time, sold.time] == [crossed.bench.now.milliseconds, crossed.bench.now.milliseconds])
        #expect([shipped.shown, sold.shown] == [[crossed.order.description], [crossed.order.description]])
        #expect(shipped.clock == [crossed.store.replica.description: 1])
        #expect(sold.clock == [crossed.shop.replica.description: 2])
    }

    @Test("A new life of the hub's writer decides under its own name; sites get decisions with their records")
    func generations() async throws {
        var crossed = try await Crossed()
        try await crossed.resolve(try await crossed.only(), .take, side: "web")
        try await crossed.bench.restart()
        try await crossed.ship("CHF")
        try await crossed.resolve(try await crossed.only(), .value, value: .null)
        #expect(try await crossed.values == [.null])
        #expect(try await crossed.bench.hub.verify().isEqual)
        let feed = try await crossed.bench.pullAll(crossed.web)
        #expect(feed.bodies(.record).count == 1)
    }

    @Test("By rule: a dry run says what would be done and does nothing; what the rule does not fit is left with its reason")
    func bulk() async throws {
        let crossed = try await Crossed()
        let hub = crossed.bench.hub
        func bulk(_ rule: BulkResolution.Rule, site: String? = nil, dry: Bool) -> BulkResolution {
            BulkResolution(filter: ConflictFilter(field: "currency"), rule: rule, site: site, author: "ann", isDryRun: dry)
        }
        let dry = try await hub.resolveAll(bulk(.site, site: "depot", dry: true), now: crossed.bench.now)
        #expect(dry.decided.map(\.values) == [[.text("EUR")]] && dry.isDryRun)
        #expect(try await crossed.values.count == 2)
        #expect(try await hub.resolveAll(bulk(.accept, dry: false), now: crossed.bench.now).left.count == 1)
        #expect(try await hub.resolveAll(bulk(.site, site: "depot", dry: false), now: crossed.bench.now).decided == dry.decided)
        #expect(try await crossed.values == [.text("EUR")])
        #expect(try await hub.verify().isEqual)
    }

    private func expect(_ code: HubError.Code, remedy: String = "", _ body: () async throws -> Void) async {
        let error = await #expect(throws: HubError.self) { try await body() }
        #expect(error?.code == code, "\(String(describing: error))")
        #expect(error?.remedy.contains(remedy) == true || remedy.isEmpty)
    }
}

@Suite("Operators' decisions about stock, deletions, orders and held changes")
struct DecisionKindTests {
    private func resolution(_ choice: Decision.Choice, side: String? = nil, value: JSONValue? = nil, seen: String? = nil) -> Resolution {
        Resolution(choice, side: side, value: value, seen: seen, author: "ann")
    }

    /// A pool that two sites count and move.
    private func pool() async throws -> (bench: TestHub, one: TestAgent, two: TestAgent, mine: TestWriter, yours: TestWriter) {
        let bench = try await TestHub()
        let one = try await bench.enrol("shop-1")
        let two = try await bench.enrol("shop-2")
        var mine = TestWriter("till", seed: 1, key: one.key)
        var yours = TestWriter("till", seed: 2, key: two.key)
        try await bench.push([try mine.seal([Make.count("MUG", "pool", pieces: 10, at: bench.now)])], from: one)
        try await bench.push([try yours.seal([Make.count("MUG", "pool", pieces: 7, at: bench.now)])], from: two)
        return (bench, one, two, mine, yours)
    }

    @Test("S31, law 12: a chosen count replaces those shown and keeps its own coverage; sales add up; undone, both counts stand again")
    func counts() async throws {
        var (bench, one, _, mine, _) = try await pool()
        let conflict = try #require(try await bench.hub.conflicts(now: bench.now).first { $0.kind == .concurrentCounts })
        try await bench.push([try mine.seal([Make.movement("MUG", "pool", pieces: -1, kind: .sale, at: bench.now)])], from: one)
        _ = try await bench.hub.resolve(conflict.id, resolution(.take, side: "shop-1", seen: conflict.seen), now: bench.now)
        #expect(try await bench.stockOnHand("MUG", "pool") == 9 * 10_000)
        #expect(try await bench.hub.conflicts(now: bench.now).isEmpty)
        _ = try await bench.hub.undo(conflict.id, author: "ann", note: nil, now: bench.now)
        let again = try #require(try await bench.hub.conflicts(now: bench.now).first { $0.kind == .concurrentCounts })
        #expect(Set(again.sides.map(\.value)) == [.integer(100_000), .integer(70_000)])
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("S31: a quantity of the operator's own includes the movements that were on the screen, and none that came later")
    func quantity() async throws {
        var (bench, one, _, mine, _) = try await pool()
        let conflict = try #require(try await bench.hub.conflicts(now: bench.now).first { $0.kind == .concurrentCounts })
        try await bench.push([try mine.seal([Make.movement("MUG", "pool", pieces: -2, kind: .sale, at: bench.now)])], from: one)
        _ = try await bench.hub.resolve(
            conflict.id, resolution(.value, value: .integer(80_000), seen: conflict.seen), now: bench.now)
        #expect(try await bench.stockOnHand("MUG", "pool") == 6 * 10_000)
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("An accepted oversell asks no more, until it is another one; undone, it asks again")
    func oversell() async throws {
        let bench = try await TestHub()
        let one = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: one.key)
        func sell() async throws {
            try await bench.push([try till.seal([Make.movement("MUG", "shop-1", pieces: -1, kind: .sale, at: bench.now)])], from: one)
        }
        func open() async throws -> [ConflictAnswer] { try await bench.hub.conflicts(now: bench.now) }
        try await sell()
        let conflict = try #require(try await open().first)
        #expect(conflict.kind == .oversell)
        _ = try await bench.hub.resolve(conflict.short, resolution(.accept, seen: conflict.seen), now: bench.now)
        #expect(try await open().isEmpty)
        _ = try await bench.hub.undo(conflict.short, author: "ann", note: nil, now: bench.now)
        #expect(try await open().map(\.id) == [conflict.id])
        _ = try await bench.hub.resolve(conflict.short, resolution(.accept), now: bench.now)
        try await sell()
        let second = try #require(try await open().first)
        _ = try await bench.hub.resolve(second.short, resolution(.value, value: .integer(0)), now: bench.now)
        #expect(try await open().isEmpty)
        #expect(try await bench.stockOnHand("MUG", "shop-1") == 0)
        _ = try await bench.hub.undo(second.short, author: "ann", note: nil, now: bench.now)
        #expect(try await bench.stockOnHand("MUG", "shop-1") == -20_000)
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("S8: a record deleted and edited at once is kept or deleted, and the decision can be taken back", arguments: [true, false])
    func crossing(keeps: Bool) async throws {
        let bench = try await TestHub()
        let web = try await bench.enrol("web", kind: .web)
        let depot = try await bench.enrol("depot", kind: .warehouse)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        var store = TestWriter("wms", seed: 2, key: depot.key)
        let order = shop.nextDot
        let subject = Subject(entity: "order", key: LocalKey(.integer(1)), life: order)
        try await bench.push([try shop.seal([Make.write("order", 1, [("number", "O1"), ("state", "placed")], at: bench.now)])], from: web)
        try await bench.push([try shop.seal([Change(time: bench.now, action: .delete(subject, .chain))])], from: web)
        let edit = Make.write(
            "order", 1, [("state", "picking")], life: order, source: shop.source, at: bench.now, context: .named([order]))
        try await bench.push([try store.seal([edit])], from: depot)
        func isDeleted() async throws -> Bool { try #require(try await bench.hub.explain(record: order, now: bench.now)).isDeleted }
        let conflict = try #require(try await bench.hub.conflicts(now: bench.now).first)
        #expect(conflict.kind == .editOfDeleted && conflict.choices == ["keep", "delete"])
        _ = try await bench.hub.resolve(conflict.id, resolution(keeps ? .keep : .delete, seen: conflict.seen), now: bench.now)
        #expect(try await isDeleted() == !keeps)
        #expect(try await bench.hub.conflicts(now: bench.now).isEmpty)
        _ = try await bench.hub.undo(conflict.id, author: "ann", note: nil, now: bench.now)
        #expect(try await isDeleted() == false)
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test(
        "Cancelled at the web, shipped at the warehouse: the taken state is the order's, the other word was shown",
        arguments: ["web", "depot"])
    func order(side: String) async throws {
        let bench = try await TestHub()
        let web = try await bench.enrol("web", kind: .web)
        let depot = try await bench.enrol("depot", kind: .warehouse)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        var store = TestWriter("wms", seed: 2, key: depot.key)
        try await bench.push(
            [try shop.seal([Make.write("order", 1, [("number", "O1"), ("state", "cancelled")], at: bench.now)])], from: web)
        try await bench.push(
            [try store.seal([Make.write("shipment", 1, [("order number", "O1"), ("state", "shipped")], at: bench.now)])], from: depot)
        let conflict = try #require(try await bench.hub.conflicts(now: bench.now).first)
        #expect(conflict.kind == .orderContradiction)
        _ = try await bench.hub.resolve(conflict.id, resolution(.take, side: side, seen: conflict.seen), now: bench.now)
        #expect(try await bench.hub.conflicts(now: bench.now).isEmpty)
        let document = try #require(try await bench.hub.orders(number: "O1", now: bench.now).first)
        let state = side == "web" ? "cancelled" : "shipped"
        #expect(String(decoding: document.bytes, as: UTF8.self).contains("\"state\":\"\(state)\""))
        _ = try await bench.hub.undo(conflict.id, author: "ann", note: nil, now: bench.now)
        #expect(try await bench.hub.conflicts(now: bench.now).map(\.kind) == [.orderContradiction])
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("Law 5: a discarded change lets go what stood behind it; one that is replayed and still breaks a rule stays, with its reason")
    func quarantine() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let life = till.nextDot
        try await bench.push(
            [
                try till.seal([
                    Make.sale(1, customer: nil, at: bench.now), Make.write("sale", 1, [("total", "seven")], life: life, at: bench.now),
                    Make.write("sale", 1, [("number", "behind")], life: life, at: bench.now),
                ])
            ], from: shop)
        let conflict = try #require(try await bench.hub.conflicts(now: bench.now).first)
        _ = try await bench.hub.resolve(conflict.id, resolution(.replay), now: bench.now)
        #expect(try await bench.hub.conflicts(now: bench.now).map(\.id) == [conflict.id])
        _ = try await bench.hub.resolve(conflict.id, resolution(.discard), now: bench.now)
        #expect(try await bench.hub.conflicts(now: bench.now).isEmpty)
        let record = try #require(try await bench.hub.explain(record: life, now: bench.now))
        #expect(record.fields.first { $0.name == "number" }?.writes.map(\.value) == [.text("behind")])
        #expect(try await bench.hub.status(now: bench.now).waiting == 0)
        #expect(try await bench.hub.verify().isEqual)
    }
}
