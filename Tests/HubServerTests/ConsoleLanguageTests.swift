import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubTestSupport
import Testing

@Suite("The console in another language")
struct ConsoleLanguageTests {
    @Test("the queue tells an order's states, and why a change is set aside, in the reader's language")
    func queue() async throws {
        try await ServedHub.run { hub in
            let bench = hub.test
            let (web, depot) = (try await bench.enrol("web", kind: .web), try await bench.enrol("depot", kind: .warehouse))
            var (shop, store) = (TestWriter("shop", seed: 1, key: web.key), TestWriter("wms", seed: 2, key: depot.key))
            let order = shop.nextDot
            try await bench.push(
                [
                    try shop.seal([
                        Make.write("order", 1, [("number", "O1"), ("state", "placed")], at: bench.now),
                        Make.write("order", 1, [("state", "cancelled")], life: order, at: bench.now),
                        Make.customer(1, name: "Ada", at: bench.now),
                    ])
                ], from: web)
            let customer = Dot(shop.replica, 3)
            try await bench.push(
                [
                    try store.seal([
                        Make.write(
                            "order", 1, [("state", "shipped")], life: order, source: shop.source, at: bench.now, context: .named([order])),
                        Make.write("customer", 1, [("name", "Eve")], life: customer, source: shop.source, at: bench.now),
                    ])
                ], from: depot)
            let ann = Browser(hub)
            try await ann.signIn("ann", .viewer)
            let english = try await ann.get("/conflicts").text
            #expect(english.contains("cancelled at web") && english.contains("shipped at depot"))
            #expect(english.contains("It writes a customer that belongs to another source."))
            _ = try await ann.post("/preferences", ["language": "de", "theme": "dark", "to": "/"])
            let german = try await ann.get("/conflicts").text
            #expect(german.contains("storniert bei web") && german.contains("versandt bei depot"))
            #expect(german.contains("Schreibt den Datensatz einer anderen Anwendung") && !german.contains("It writes"))
        }
    }
}
