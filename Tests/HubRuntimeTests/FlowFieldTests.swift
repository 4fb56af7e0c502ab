import Causality
import ChangeSets
import HubTestSupport
import Synchronization
import Testing

@testable import HubRuntime

@Suite("Which fields flow, and how often")
struct FlowFieldTests {
    private static let day: UInt64 = 86_400_000

    private func field(_ flow: DataFlow, _ entity: String, _ name: String) -> DataFlow.Field? {
        flow.mappings.first?.fields?.first { $0.entity == entity && $0.field == name }
    }

    @Test("a field is counted by the changes that carried it, in the commit that admits them; sent again, they count once")
    func counted() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let (life, began) = (till.nextDot, bench.now.milliseconds)
        let set = try till.seal([
            Make.customer(1, email: "ann@example.com", name: "Ann", at: bench.now),
            Make.customer(2, email: "bob@example.com", at: bench.now),
            Make.write("customer", 1, [("email", "ann.b@example.com")], life: life, at: bench.now),
            Make.sale(1, customer: nil, at: bench.now),
            Make.line(
                1, sale: Make.reference("sale", 1, life: Dot(till.replica, 4)), sku: "MUG", pieces: 1, price: 1, location: "shop-1",
                at: bench.now),
            Make.count("MUG", "shop-1", pieces: 3, at: bench.now),
        ])
        for _ in 0..<2 { try await bench.push([set], from: shop) }
        #expect(try await bench.hub.verify().isEqual)
        var flow = try await bench.hub.dataFlow(now: bench.now)
        var email = DataFlow.Field(entity: "customer", field: "email", views: [.customer, .timeline, .business], isGolden: true)
        (email.changes, email.since, email.last, email.sources, email.freshSources) = (3, began, began, 1, 1)
        #expect(field(flow, "customer", "email") == email)
        #expect(field(flow, "customer", "name")?.changes == 1)
        // What a change says to the stock counts by the names that mappings have for it; a count has no kind.
        #expect(field(flow, "sale line", "quantity")?.changes == 1 && field(flow, "sale line", "stock kind")?.changes == 1)
        #expect(field(flow, "", "stock quantity")?.changes == 1 && field(flow, "", "stock kind") == nil)
        #expect(flow.mappings[0].fieldSources == nil)

        // Nobody's address came again for eight days; a name did.
        bench.now = bench.now.advanced(byMilliseconds: 8 * Self.day)
        try await bench.push([try till.seal([Make.customer(3, name: "Cy", at: bench.now)])], from: shop)
        try await bench.restart()
        flow = try await bench.hub.dataFlow(now: bench.now)
        (email.freshSources, email.silentSites) = (0, ["shop-1"])
        #expect(field(flow, "customer", "email") == email)
        let name = try #require(field(flow, "customer", "name"))
        #expect(name.changes == 2 && name.since == began && name.last == bench.now.milliseconds && name.freshSources == 1)
        for (late, fresh) in [(0 as UInt64, 1), (1, 0)] {
            let later = bench.now.advanced(byMilliseconds: 7 * Self.day + late)
            #expect(field(try await bench.hub.dataFlow(now: later), "customer", "name")?.freshSources == fresh, "\(late)")
        }
        #expect(try await bench.hub.dataFlow(countsFields: false, now: bench.now).mappings[0].fields == nil)
    }

    @Test("fields of changes that were set aside are counted apart; of one that waits for another site they count when it is released")
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
        ])
        try await bench.push([shipped], from: depot)
        let before = try await bench.hub.dataFlow(now: bench.now)
        let total = try #require(field(before, "sale", "total"))
        #expect(total.changes == 0 && total.aside == 1 && total.since == bench.now.milliseconds)
        #expect(total.last == nil && total.sources == 0 && total.silentSites.isEmpty)
        #expect(field(before, "order", "state") == nil)
        try await bench.push([placed], from: web)
        let after = try await bench.hub.dataFlow(now: bench.now)
        let state = try #require(field(after, "order", "state"))
        #expect(state.changes == 2 && state.sources == 2 && state.aside == 0)
        #expect(field(try await bench.hub.dataFlow(site: "depot", now: bench.now), "order", "state")?.changes == 1)
        let narrowed = try await bench.hub.dataFlow(entity: "order", now: bench.now)
        #expect(narrowed.mappings[0].fields?.map(\.field) == ["number", "state"])
    }

    @Test("mapped fields are told before anything came of them; what came and is not mapped is told as such, unless not all was told")
    func mapped() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        func tell(leftOut: Int?) async throws {
            let tables: [SourceMapping.Table] = [
                .init(
                    table: "people", entity: "customer", fields: [.init("email", from: "mail"), .init("birth date", from: "born")],
                    leftOut: leftOut),
                .init(
                    table: "sold", entity: "sale line", stock: "sale lines",
                    fields: [.init("sku", from: "article"), .init("quantity", from: "n"), .init("stock location", from: "$site")]),
            ]
            let report = MappingReport(sources: [SourceMapping(source: till.source.description, name: "till", tables: tables)])
            _ = try await bench.hub.take(report, agent: shop.record, now: bench.now)
        }
        try await tell(leftOut: nil)
        try await bench.push(
            [
                try till.seal([
                    Make.customer(1, email: "ann@example.com", name: "Ann", at: bench.now), Make.sale(1, customer: nil, at: bench.now),
                    Make.line(
                        1, sale: Make.reference("sale", 1, life: Dot(till.replica, 2)), sku: "MUG", pieces: 1, price: 1,
                        location: "shop-1", at: bench.now),
                ])
            ], from: shop)
        let flow = try await bench.hub.dataFlow(now: bench.now)
        let birth = try #require(field(flow, "customer", "birth date"))
        #expect(birth.changes == 0 && birth.since == nil && birth.last == nil && !birth.isFormer && birth.views == [.customer])
        #expect(field(flow, "customer", "email")?.changes == 1 && field(flow, "customer", "email")?.isFormer == false)
        #expect(field(flow, "customer", "name")?.isFormer == true)
        #expect(field(flow, "sale line", "unit price")?.isFormer == true)
        // What the rows say to the stock is read from the field of that name, unless the mapping names a column of its own for it.
        #expect(field(flow, "sale line", "sku")?.views.contains(.stock) == true)
        #expect(field(flow, "sale line", "stock location")?.changes == 1)
        #expect(field(flow, "sale line", "stock sku") == nil && field(flow, "sale line", "stock kind") == nil)
        try await tell(leftOut: 3)
        let cut = try await bench.hub.dataFlow(now: bench.now)
        #expect(field(cut, "customer", "name")?.isFormer == false && field(cut, "sale line", "unit price")?.isFormer == true)
    }

    @Test("who speaks for another site's source is told nothing of its fields")
    func strangers() async throws {
        let bench = try await TestHub()
        let (one, two) = (try await bench.enrol("shop-1"), try await bench.enrol("shop-2"))
        var till = TestWriter("till", seed: 1, key: one.key)
        try await bench.push([try till.seal([Make.customer(1, email: "ann@example.com", at: bench.now)])], from: one)
        let table = SourceMapping.Table(table: "people", entity: "customer", fields: [.init("email", from: "mail")])
        let report = MappingReport(sources: [SourceMapping(source: till.source.description, name: "till", tables: [table])])
        _ = try await bench.hub.take(report, agent: two.record, now: bench.now)
        let told = try await bench.hub.dataFlow(site: "shop-2", now: bench.now)
        #expect(field(told, "customer", "email")?.changes == 0)
    }

    @Test("a source may have so many fields and no more; those that it has go on counting, and another source has room of its own")
    func manyFields() async throws {
        let bench = try await TestHub()
        func add(_ names: some Sequence<Int>, of source: SourceNumber) throws {
            let fields = names.map {
                FlowField(source: source, entity: "own", field: "f\($0)", changes: 1, since: bench.now, last: bench.now)
            }
            try bench.store.writeNow { try $0.add(fields, of: source) }
        }
        func kept(of source: SourceNumber) throws -> [FlowField] {
            try bench.store.readNow { try $0.flowFields(of: source, entity: nil) }
        }
        try add(1..<FlowField.perSourceMax, of: 7)
        #expect(try kept(of: 7).count == FlowField.perSourceMax - 1)
        try add(0..<FlowField.perSourceMax + 2, of: 7)
        let all = try kept(of: 7)
        #expect(all.count == FlowField.perSourceMax && !all.contains { $0.field == "f\(FlowField.perSourceMax)" })
        #expect(all.first { $0.field == "f0" }?.changes == 1 && all.first { $0.field == "f1" }?.changes == 2)
        try add([0], of: 8)
        #expect(try kept(of: 8).count == 1)
        // Of two days of one commit, and far more than there is room for.
        try add(Array(0..<3 * FlowField.perSourceMax) + [0], of: 9)
        try add((0..<3 * FlowField.perSourceMax).reversed(), of: 9)
        let first = try kept(of: 9)
        #expect(first.count == FlowField.perSourceMax && first.allSatisfy { $0.changes == ($0.field == "f0" ? 3 : 2) })

        // The same while a commit is gathered.
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let most = (0..<FlowField.perSourceMax).map { (FieldName("f\($0)"), Value.integer(1)) }
        let changes = [Make.write("own", 1, most, at: bench.now), Make.write("own", 2, [("one more", 1), ("f0", 1)], at: bench.now)]
        try await bench.push([try till.seal(changes)], from: shop)
        let own = try await bench.hub.dataFlow(now: bench.now).mappings.first?.fields ?? []
        #expect(own.count { $0.changes > 0 } == FlowField.perSourceMax && own.first { $0.field == "f0" }?.changes == 2)
        #expect(own.allSatisfy { $0.field != "one more" || $0.changes == 0 })
    }

    @Test("of very many mappings the first ones' fields are counted, and those of each when it is asked for")
    func manyMappings() async throws {
        let bench = try await TestHub()
        for (site, count, seed) in [("shop-1", FlowFields.mappingsMax, 1), ("shop-2", 1, 500)] {
            let agent = try await bench.enrol(site)
            let sources = (0..<count).map { number in
                let till = TestWriter("till", seed: UInt64(seed + number), key: agent.key)
                let table = SourceMapping.Table(
                    table: "\(site) \(number)", entity: "customer", fields: [.init("email", from: "column \(number)")])
                return SourceMapping(source: till.source.description, name: "till \(number)", tables: [table])
            }
            _ = try await bench.hub.take(MappingReport(sources: sources), agent: agent.record, now: bench.now)
        }
        let all = try await bench.hub.dataFlow(now: bench.now)
        #expect(all.mappings.count == FlowFields.mappingsMax + 1 && all.mappings.count { $0.fields == nil } == 1)
        for site in ["shop-1", "shop-2"] {
            #expect(try await bench.hub.dataFlow(site: site, now: bench.now).mappings.allSatisfy { $0.fields?.map(\.field) == ["email"] })
        }
    }

    @Test("of very many sources those that brought most are counted, and it is told how many; of one site or one entity there is more room")
    func manySources() async throws {
        let bench = try await TestHub()
        let (one, two) = (try await bench.enrol("shop-1"), try await bench.enrol("shop-2"))
        var made = 0
        /// With as many fields as a source may have.
        func add(_ count: Int, to agent: TestAgent, customers: Int64) async throws {
            for _ in 0..<count {
                made += 1
                var till = TestWriter("till", seed: UInt64(made), key: agent.key)
                let own = (1...customers).map { Make.customer($0, email: "a\($0)@example.com", at: bench.now) }
                try await bench.push([try till.seal(own)], from: agent)
                let source = try #require(bench.hub.standing.withLock { $0.source(till.source)?.number })
                let more = (0..<FlowField.perSourceMax).map {
                    FlowField(source: source, entity: "own", field: "f\($0)", changes: 1, since: bench.now, last: bench.now)
                }
                try bench.store.writeNow { try $0.add(more, of: source) }
            }
        }
        let most = FlowFields.rowsMax / FlowField.perSourceMax
        try await add(most, to: one, customers: 1)
        let few = try await bench.hub.dataFlow(now: bench.now)
        #expect(few.mappings[0].fieldSources == nil && field(few, "customer", "email")?.changes == Int64(most))
        // This one brings more than the others, so one of them is not counted.
        try await add(1, to: two, customers: 2)
        let all = try await bench.hub.dataFlow(now: bench.now)
        #expect(all.mappings[0].fieldSources == most && field(all, "customer", "email")?.changes == Int64(most) + 1)
        let narrowed = try await bench.hub.dataFlow(entity: "customer", now: bench.now)
        #expect(narrowed.mappings[0].fieldSources == nil && field(narrowed, "customer", "email")?.sources == most + 1)

        let mostOfSite = FlowFields.narrowedRowsMax / FlowField.perSourceMax
        try await add(mostOfSite - most, to: one, customers: 1)
        #expect(try await bench.hub.dataFlow(site: "shop-1", now: bench.now).mappings[0].fieldSources == nil)
        try await add(1, to: one, customers: 1)
        #expect(try await bench.hub.dataFlow(site: "shop-1", now: bench.now).mappings[0].fieldSources == mostOfSite)
    }

    @Test("so many sites that send a field no more are named, each once; adding up what mappings brought keeps the bound")
    func silentSites() {
        let old = FlowField(
            source: 1, entity: "own", field: "x", changes: 2, aside: 1, since: Timestamp(milliseconds: 500),
            last: Timestamp(milliseconds: 1_000))
        var field = DataFlow.Field(entity: "own", field: "x", views: [])
        let most = DataFlow.Field.silentSitesMax
        for number in 1...most { field.take(old, of: "shop-\(number)", fresh: 1_001) }
        #expect(field.silentSites.count == most && field.sources == most && field.freshSources == 0)
        field.take(old, of: "shop-1", fresh: 1_001)
        field.take(old, of: "one more", fresh: 1_001)
        #expect(field.silentSites == (1...most).map { "shop-\($0)" } && field.sources == most + 2)
        field.take(old, of: "fresh", fresh: 1_000)
        #expect(field.freshSources == 1 && field.changes == Int64(2 * (most + 3)) && field.since == 500 && field.last == 1_000)
        var other = DataFlow.Field(entity: "own", field: "x", views: [])
        other.add(field)
        #expect(other == field)
        other.add(field)
        #expect(other.silentSites == field.silentSites && other.aside == 2 * field.aside && other.freshSources == 2)
    }
}
