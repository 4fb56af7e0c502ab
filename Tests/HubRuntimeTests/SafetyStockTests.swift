import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import Testing

@Suite("What is kept back")
struct SafetyStockTests {
    @Test("available = on hand − reserved − safety; the closest rule counts, figures are fed anew, undo gives the stock free again")
    func keepsBack() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push(
            [
                try till.seal([
                    Make.count("MUG", "shop-1", pieces: 10, at: bench.now), Make.count("A@B:C", "depot", pieces: 4, at: bench.now),
                ])
            ],
            from: shop)
        func available(_ sku: String) async throws -> String {
            let document = String(decoding: try #require(try await bench.hub.stock(sku: sku, now: bench.now)).bytes, as: UTF8.self)
            let rest = try #require(document.split(separator: "\"available\":").last)
            return String(rest.prefix { $0.isNumber || $0 == "-" })
        }
        func keep(_ sku: String, _ location: String, _ pieces: Int64) async throws -> DecisionAnswer {
            try await bench.hub.keepBack(
                SafetyQuestion(sku: sku, location: location, quantity: pieces * 10_000, author: "ann"), now: bench.now)
        }
        let before = try await bench.pullAll(shop)
        _ = try await keep("*", "*", 1)
        #expect(try await bench.pullAll(shop, cursor: before.cursor).bodies(.stock).count == 2)
        let here = try await keep("*", "shop-1", 2)
        #expect(try await available("MUG") == "80000")
        #expect(try await available("A@B:C") == "30000")
        let cursor = try await bench.pullAll(shop).cursor
        let own = try await keep("MUG", "*", 3)
        #expect(try await bench.pullAll(shop, cursor: cursor).bodies(.stock).count == 1)
        _ = try await keep("A@B:C", "depot", 4)
        #expect(try await available("MUG") == "70000")
        #expect(try await available("A@B:C") == "0")
        for decision in [own, here] { _ = try await bench.hub.undo(decision.id, author: "ann", note: nil, now: bench.now) }
        #expect(try await available("MUG") == "90000")
        #expect(try await bench.hub.safetyStock(now: bench.now).map(\.sku) == ["*", "A@B:C"])
        #expect(try await bench.hub.verify().isEqual)
        for (sku, pieces) in [("", 1), ("MUG", -1)] as [(String, Int64)] {
            await #expect(throws: HubError.self) { _ = try await keep(sku, "shop-1", pieces) }
        }
    }
}
