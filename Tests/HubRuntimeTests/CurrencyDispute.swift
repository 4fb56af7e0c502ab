import Causality
import ChangeSets
import HubTestSupport

@testable import HubRuntime

/// An order whose currency a web shop and a depot wrote without having heard of each other.
struct CurrencyDispute {
    let bench: TestHub
    let order: Dot
    let shop: TestWriter
    let depot: TestAgent
    var store: TestWriter

    /// The conflict's.
    var id: String { "concurrent-writes:\(order)/currency" }

    init() async throws {
        bench = try await TestHub()
        let web = try await bench.enrol("web", kind: .web)
        depot = try await bench.enrol("depot", kind: .warehouse)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        store = TestWriter("wms", seed: 2, key: depot.key)
        order = shop.nextDot
        try await bench.push(
            [
                try shop.seal([
                    Make.write("order", 1, [("number", "O1"), ("currency", "GBP")], at: bench.now),
                    Make.write("order", 1, [("currency", "USD")], life: order, at: bench.now, context: .named([order])),
                ])
            ], from: web)
        self.shop = shop
        let other = Make.write(
            "order", 1, [("currency", "EUR")], life: order, source: shop.source, at: bench.now, context: .named([order]))
        try await bench.push([try store.seal([other])], from: depot)
    }
}
