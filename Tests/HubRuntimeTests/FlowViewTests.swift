import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("Into which views data flows")
struct FlowViewTests {
    @Test("each view tells what arrives there from all that feed it, and what it could not be brought up to date for")
    func arrivals() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push(
            [
                try till.seal([
                    Make.customer(1, email: "ann@example.com", at: bench.now), Make.sale(1, customer: nil, at: bench.now),
                    Make.line(
                        1, sale: Make.reference("sale", 1, life: Dot(till.replica, 2)), sku: "MUG", pieces: 1, price: 1,
                        location: "shop-1", at: bench.now),
                    Make.write("item", 1, [("sku", "MUG")], at: bench.now), Make.count("MUG", "shop-1", pieces: 3, at: bench.now),
                    Make.write("sale", 2, [("total", "seven")], at: bench.now),
                ])
            ], from: shop)
        try bench.store.writeNow { store in
            for key in [1, 2] as [UInt8] { try store.put(StaleRow(view: "order", key: [key], reason: "test")) }
        }
        let now = bench.now.milliseconds
        let all = try await bench.hub.dataFlow(now: bench.now)
        func view(_ view: FlowView) -> DataFlow.View? { all.views.first { $0.view == view } }
        #expect(view(.stock) == DataFlow.View(view: .stock, entities: ["", "item", "sale line"], week: 3, held: 0, last: now, behind: 0))
        #expect(
            view(.business)
                == DataFlow.View(
                    view: .business, entities: ["customer", "item", "sale", "sale line"], week: 4, held: 1, last: now, behind: 0))
        #expect(
            view(.timeline)
                == DataFlow.View(view: .timeline, entities: ["customer", "sale", "sale line"], week: 3, held: 1, last: now, behind: 0))
        #expect(view(.orders)?.behind == 2)
        let narrowed = try await bench.hub.dataFlow(entity: "customer", now: bench.now)
        #expect(narrowed.views.map(\.view) == [.customer, .timeline, .business] && narrowed.views.allSatisfy { $0.behind == nil })
    }

    @Test("what is behind is counted up to a bound")
    func behind() async throws {
        let bench = try await TestHub()
        func put(_ numbers: some Sequence<UInt16>) throws {
            try bench.store.writeNow { store in
                for number in numbers {
                    let key = [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
                    try store.put(StaleRow(view: "stock", key: key, reason: "test"))
                }
            }
        }
        func behind() async throws -> Int64? { try await bench.hub.dataFlow(now: bench.now).views.first { $0.view == .stock }?.behind }
        let most = UInt16(DataFlow.View.behindMax)
        try put(1..<most)
        #expect(try await behind() == Int64(most) - 1)
        try put(most...most + 1)
        #expect(try await behind() == Int64(most))
    }

    @Test("an entity feeds the views that its fields feed; every field of a customer is a golden one, also one of the site's own")
    func views() {
        for entity in Catalogue.entities {
            let name = entity.name.text.string
            let views = Set(entity.fields.flatMap { FlowView.fed(by: $0.name.text.string, of: name) })
            #expect(views == Set(FlowView.fed(by: name, movesStock: false)), "\(name)")
        }
        #expect(FlowView.fed(by: "email", of: "customer") == [.customer, .timeline, .business])
        #expect(FlowView.fed(by: "shoe size", of: "customer") == [.customer] && FlowView.isGolden("shoe size", of: "customer"))
        #expect(FlowView.fed(by: "gift note", of: "order") == [.orders] && FlowView.isGolden("gift note", of: "order"))
        #expect(!FlowView.isGolden("state", of: "order") && !FlowView.isGolden("name", of: "item"))
        #expect(FlowView.fed(by: "cashier", of: "sale").isEmpty && FlowView.fed(by: "cost", of: "item").isEmpty)
        #expect(FlowView.fed(by: "method", of: "payment").isEmpty && FlowView.fed(by: "points", of: "loyalty card").isEmpty)
        #expect(FlowView.fed(by: "stock quantity", of: "count") == [.stock] && !FlowView.isGolden("stock note", of: "customer"))
    }
}
