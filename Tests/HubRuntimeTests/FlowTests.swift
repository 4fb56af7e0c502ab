import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("How data flows, as the hub tells it")
struct FlowTests {
    private static let day: UInt64 = 86_400_000

    private func mapping(_ source: SourceID, _ name: String = "till", title: String? = "A till", column: String = "mail") -> SourceMapping {
        SourceMapping(
            source: source.description, name: name, title: title,
            tables: [
                .init(table: "people", entity: "customer", fields: [.init("email", from: column)]),
                .init(table: "sold", entity: "sale line", stock: "sale lines", fields: [.init("sku", from: "article")]),
            ])
    }

    private func counts(_ flow: DataFlow, _ entity: String) -> DataFlow.Counts? { flow.entities.first { $0.entity == entity }?.counts }

    @Test("changes are counted by source, entity and day, in the commit that admits them; sent again, they count once")
    func counted() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let set = try till.seal([
            Make.customer(1, email: "ann@example.com", at: bench.now), Make.customer(2, at: bench.now),
            Make.sale(1, customer: nil, at: bench.now),
            Make.line(
                1, sale: Make.reference("sale", 1, life: Dot(till.replica, 3)), sku: "MUG", pieces: 1, price: 1, location: "shop-1",
                at: bench.now),
            Make.count("MUG", "shop-1", pieces: 3, at: bench.now),
        ])
        for _ in 0..<2 { try await bench.push([set], from: shop) }
        let flow = try await bench.hub.dataFlow(now: bench.now)
        let now = bench.now.milliseconds
        #expect(counts(flow, "customer") == DataFlow.Counts(today: 2, week: 2, last: now))
        #expect(counts(flow, "sale") == DataFlow.Counts(today: 1, week: 1, last: now))
        #expect(counts(flow, "") == DataFlow.Counts(today: 1, week: 1, last: now))
        let line = try #require(flow.entities.first { $0.entity == "sale line" })
        #expect(line.stock == 1 && line.views == [.customer, .timeline, .stock, .business])
        #expect(flow.mappings.map(\.version) == [nil] && flow.mappings[0].counts.week == 5)

        bench.now = bench.now.advanced(byMilliseconds: Self.day)
        try await bench.push([try till.seal([Make.customer(3, at: bench.now)])], from: shop)
        let next = try await bench.hub.dataFlow(now: bench.now)
        #expect(counts(next, "customer") == DataFlow.Counts(today: 1, week: 3, last: bench.now.milliseconds))
        let later = bench.now.advanced(byMilliseconds: 7 * Self.day)
        #expect(counts(try await bench.hub.dataFlow(now: later), "customer") == DataFlow.Counts(last: bench.now.milliseconds))
    }

    @Test("past days are summed up once a day, and once more when something that came before midnight is written after it")
    func past() async throws {
        let bench = try await TestHub()
        let (past, today) = (FlowPast(), FlowRow.day(of: bench.now))
        func add(day: Int64) throws {
            var row = FlowRow(day: day, source: 7, entity: "sale")
            row.changes = 1
            try bench.store.writeNow { try $0.add(row) }
        }
        func changes(_ day: Int64) throws -> [Int64] {
            let now = Timestamp(milliseconds: UInt64(day) * Self.day)
            return try bench.store.readNow { try past.sums(before: now, $0).map(\.changes) }
        }
        // The oldest of the week, the day before it, and today, which is no past day.
        for day in [today - 6, today - 7, today] { try add(day: day) }
        #expect(try changes(today) == [1])
        try add(day: today - 1)
        #expect(try changes(today) == [1], "kept for the day")
        past.forget(with: today)
        #expect(try changes(today) == [1])
        past.forget(with: today - 1)
        #expect(try changes(today) == [2])
        try add(day: today)
        #expect(try changes(today + 1) == [3], "of another day")

        // A push that came before midnight, looked at in between.
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let evening = bench.now
        _ = try await bench.hub.dataFlow(now: evening.advanced(byMilliseconds: Self.day))
        try await bench.push([try till.seal([Make.customer(1, at: evening)])], from: shop)
        #expect(counts(try await bench.hub.dataFlow(now: evening.advanced(byMilliseconds: Self.day)), "customer")?.week == 1)
    }

    @Test("what stands aside is counted apart; what waits for another site is not, and counts when it is released")
    func setAside() async throws {
        let bench = try await TestHub()
        let (web, depot) = (try await bench.enrol("web", kind: .web), try await bench.enrol("depot", kind: .warehouse))
        var shop = TestWriter("shop", seed: 1, key: web.key)
        var store = TestWriter("wms", seed: 2, key: depot.key)
        let order = shop.nextDot
        let placed = try shop.seal([Make.write("order", 1, [("number", "O1"), ("state", "placed")], at: bench.now)])
        let shipped = try store.seal([
            Make.write("order", 1, [("state", "shipped")], life: order, source: shop.source, at: bench.now, context: .named([order])),
            Make.write("sale", 1, [("total", "seven")], at: bench.now),
            Make.write("sale", 1, [("number", "behind")], life: Dot(store.replica, 2), at: bench.now),
        ])
        try await bench.push([shipped], from: depot)
        let before = try await bench.hub.dataFlow(now: bench.now)
        #expect(counts(before, "sale") == DataFlow.Counts(aside: 2, held: 2))
        #expect(counts(before, "order") == nil)
        try await bench.push([placed], from: web)
        let after = try await bench.hub.dataFlow(now: bench.now)
        #expect(counts(after, "order")?.week == 2)
        let own = try await bench.hub.dataFlow(site: "depot", now: bench.now).mappings[0].counts
        #expect(own == DataFlow.Counts(today: 1, week: 1, aside: 2, held: 2, last: bench.now.milliseconds))
    }

    @Test("so many changes that stand aside are looked at one by one; where there are more, the answer says so", arguments: [-1, 0, 1])
    func heldBound(more: Int) async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let odd = (1...3 as ClosedRange<Int64>).map { Make.write("sale", $0, [("total", "seven")], at: bench.now) }
        try await bench.push([try till.seal(odd)], from: shop)
        let standing = bench.hub.standing.withLock { $0 }
        let flow = try bench.store.readNow { reading in
            let documents = try Documents(store: reading, standing: standing, now: bench.now)
            var count = try FlowCount(documents, past: FlowPast(), site: nil, entity: nil, heldMax: 3 + more) { _ in nil }
            return try count.flow(countsFields: false)
        }
        #expect(counts(flow, "sale")?.held == Int64(3 + min(more, 0)))
        #expect(flow.isHeldCut == (more < 0))
    }

    @Test("a push that is refused half-way counts what was admitted of it, and no more")
    func refused() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let first = try till.seal([Make.customer(1, at: bench.now)])
        let second = try till.seal([Make.customer(2, at: bench.now)])
        let third = try till.seal([Make.customer(3, at: bench.now)])
        try await bench.push([first, third], from: shop)
        #expect(counts(try await bench.hub.dataFlow(now: bench.now), "customer")?.week == 1)
        try await bench.push([second, third], from: shop)
        #expect(counts(try await bench.hub.dataFlow(now: bench.now), "customer")?.week == 3)
        #expect(try await bench.hub.verify().isEqual)
        // A rebuild counts nothing once more.
        #expect(counts(try await bench.hub.dataFlow(now: bench.now), "customer")?.week == 3)
    }

    @Test("days are kept for sixty days, and a restart forgets none of them")
    func kept() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push([try till.seal([Make.customer(1, at: bench.now)])], from: shop)
        try await bench.restart()
        for (days, isThere) in [(59 as UInt64, true), (60, false)] {
            let later = bench.now.advanced(byMilliseconds: days * Self.day)
            try await bench.hub.takePulse(now: later)
            #expect((counts(try await bench.hub.dataFlow(now: later), "customer")?.last != nil) == isThere, "\(days)")
        }
    }

    @Test("the hub keeps what was told last; sources that map alike stand together, whatever they are called")
    func told() async throws {
        let bench = try await TestHub()
        let agents = [try await bench.enrol("shop-1"), try await bench.enrol("shop-2"), try await bench.enrol("shop-3")]
        var tills: [TestWriter] = []
        for (number, agent) in agents.enumerated() { tills.append(TestWriter("till", seed: UInt64(number + 1), key: agent.key)) }
        for (number, agent) in agents.enumerated() {
            let report = MappingReport(sources: [mapping(tills[number].source, "till \(number)")])
            guard case .receipt(let receipt) = try await bench.hub.take(report, agent: agent.record, now: bench.now) else {
                Issue.record("no receipt")
                return
            }
            #expect(receipt.last == 0 && receipt.replica == ReplicaID(high: 0, low: 0))
        }
        var flow = try await bench.hub.dataFlow(now: bench.now)
        #expect(flow.mappings.count == 1 && flow.mappings[0].sources.map(\.name) == ["till 0", "till 1", "till 2"])
        #expect(flow.mappings[0].title == "A till" && flow.mappings[0].tables.map(\.table) == ["people", "sold"])
        // Before anything came: a mapping says already what feeds stock.
        #expect(flow.entities.first { $0.entity == "sale line" }?.views.contains(.stock) == true)
        #expect(flow.entities.allSatisfy { $0.sources == 3 && $0.counts.last == nil })

        let other = MappingReport(sources: [mapping(tills[2].source, "till 2", column: "e_mail")])
        _ = try await bench.hub.take(other, agent: agents[2].record, now: bench.now)
        try await bench.push([try tills[2].seal([Make.customer(1, at: bench.now)])], from: agents[2])
        try await bench.restart()
        flow = try await bench.hub.dataFlow(now: bench.now)
        #expect(flow.mappings.map { $0.sources.map(\.site) } == [["shop-3"], ["shop-1", "shop-2"]])
        #expect(flow.mappings[0].tables[0].fields == [.init("email", from: "e_mail")])
        #expect(flow.mappings[0].counts.week == 1 && flow.mappings[0].version != flow.mappings[1].version)

        // Detached: the agent tells nothing of it any more. What came of it stays counted.
        _ = try await bench.hub.take(MappingReport(sources: []), agent: agents[2].record, now: bench.now)
        flow = try await bench.hub.dataFlow(now: bench.now)
        #expect(flow.mappings.map(\.version).filter { $0 == nil }.count == 1 && flow.mappings.last?.sources.map(\.site) == ["shop-3"])
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("one site, or one entity, is shown by itself; another one's name is told as unknown")
    func narrowed() async throws {
        let bench = try await TestHub()
        let (one, two) = (try await bench.enrol("shop-1"), try await bench.enrol("shop-2"))
        var (first, second) = (TestWriter("till", seed: 1, key: one.key), TestWriter("till", seed: 2, key: two.key))
        for (agent, source) in [(one, first.source), (two, second.source)] {
            _ = try await bench.hub.take(MappingReport(sources: [mapping(source)]), agent: agent.record, now: bench.now)
        }
        try await bench.push([try first.seal([Make.customer(1, at: bench.now)])], from: one)
        try await bench.push([try second.seal([Make.sale(1, customer: nil, at: bench.now)])], from: two)
        let site = try await bench.hub.dataFlow(site: "shop-2", now: bench.now)
        #expect(site.mappings.flatMap(\.sources).map(\.site) == ["shop-2"] && counts(site, "customer")?.week == 0)
        let entity = try await bench.hub.dataFlow(entity: "customer", now: bench.now)
        #expect(entity.entities.map(\.entity) == ["customer"] && entity.mappings[0].tables.map(\.table) == ["people"])
        #expect(entity.mappings[0].counts.week == 1)
        #expect(try await bench.hub.dataFlow(entity: "payment", now: bench.now).mappings.isEmpty)
        let refused = await #expect(throws: HubError.self) { try await bench.hub.dataFlow(site: "shop-9", now: bench.now) }
        #expect(refused?.code == .unknownSite)
    }

    @Test("of a source that tells no mapping, the entities and fields are shown that were seen of it")
    func seen() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("loopback", seed: 1, key: shop.key)
        try await bench.push([try till.seal([Make.customer(1, email: "ann@example.com", name: "Ann", at: bench.now)])], from: shop)
        let flow = try await bench.hub.dataFlow(now: bench.now)
        #expect(
            flow.mappings[0].tables == [.init(table: "", entity: "customer", fields: [.init("email", from: ""), .init("name", from: "")])])
    }

    @Test("a report over a bound, of a revoked agent, or without an id is refused whole")
    func refusedReports() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        let till = TestWriter("till", seed: 1, key: shop.key)
        let good = MappingReport(sources: [mapping(till.source)])
        _ = try await bench.hub.take(good, agent: shop.record, now: bench.now)
        let most = MappingReport(sources: Array(repeating: mapping(till.source), count: MappingReport.sourcesMax + 1))
        var nameless = good
        nameless.sources[0].source = "till"
        for bad in [most, nameless] {
            let refused = await #expect(throws: HubError.self) { try await bench.hub.take(bad, agent: shop.record, now: bench.now) }
            #expect(refused?.code == .badRequest)
        }
        try await bench.hub.revoke(site: "shop-1")
        let revoked = await #expect(throws: HubError.self) { try await bench.hub.take(good, agent: shop.record, now: bench.now) }
        #expect(revoked?.code == .revokedAgent)
        #expect(try await bench.hub.dataFlow(now: bench.now).mappings.map(\.title) == ["A till"])
    }

    @Test("what the hub itself writes flows from nowhere, and another site's source cannot be spoken for")
    func strangers() async throws {
        let bench = try await TestHub()
        let (one, two) = (try await bench.enrol("shop-1"), try await bench.enrol("shop-2"))
        var till = TestWriter("till", seed: 1, key: one.key)
        try await bench.push([try till.seal([Make.movement("MUG", "shop-1", pieces: -1, at: bench.now)])], from: one)
        _ = try await bench.hub.take(MappingReport(sources: [mapping(till.source, title: "Eve's")]), agent: two.record, now: bench.now)
        let conflict = try #require(try await bench.hub.conflicts(now: bench.now).first)
        _ = try await bench.hub.resolve(conflict.id, Resolution(.accept, seen: conflict.seen, author: "ann"), now: bench.now)
        let flow = try await bench.hub.dataFlow(now: bench.now)
        let own = try #require(flow.mappings.first { $0.sources.contains { $0.site == "shop-1" } })
        #expect(own.version == nil && own.counts.week == 1)
        #expect(flow.entities.map(\.entity).contains("decision") == false)
    }

    @Test("entities beyond the bound are not told one by one, and it is said")
    func manyEntities() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let changes = (0...FlowCount.entitiesMax).map { Make.write(EntityName("own \($0)"), 1, [("x", 1)], at: bench.now) }
        try await bench.push(try till.seal(changes, by: 100), from: shop)
        let flow = try await bench.hub.dataFlow(now: bench.now)
        #expect(flow.entities.count == FlowCount.entitiesMax && flow.leftOut == 1)
        #expect(flow.mappings[0].entities.count == FlowCount.entitiesMax && flow.mappings[0].counts.week == Int64(changes.count))
    }

    @Test("every entity of the catalogue has its views said, and what moves stock stands in stock")
    func views() {
        for entity in Catalogue.entities.map(\.name.text.string) {
            #expect(FlowView.fed(by: entity, movesStock: true).contains(.stock), "\(entity)")
        }
        #expect(FlowView.fed(by: "customer", movesStock: false) == [.customer, .timeline, .business])
        #expect(FlowView.fed(by: "loyalty card", movesStock: false).isEmpty)
        #expect(FlowView.fed(by: "", movesStock: false) == [.stock])
    }
}
