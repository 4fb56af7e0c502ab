import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("Bounds of the report on business")
struct BusinessBoundTests {
    /// A shop that sold a piece of each of so many articles: the last one that it had, or one that it had not.
    private static func shop(gone: Int, oversold: Int = 0) async throws -> Shop {
        var shop = try await Shop()
        let now = shop.bench.now
        let sale = Make.reference("sale", 0, life: shop.till.nextDot)
        let counts = (0..<gone).map { Make.count(Text("SKU\($0)"), "shop-1", pieces: 1, at: now) }
        let lines = (0..<gone + oversold).map {
            Make.line(Int64($0), sale: sale, sku: Text("SKU\($0)"), pieces: 1, price: 10_000, location: "shop-1", at: now)
        }
        try await shop.tell([Make.sale(0, customer: nil, at: now)] + counts + lines)
        return shop
    }

    @Test("So many articles that ran out are named, and so many that are oversold; how many there are is told, too", arguments: [0, 1])
    func articles(more: Int) async throws {
        let count = BusinessCount.articlesMax + more
        let bench = try await Self.shop(gone: count, oversold: count).bench
        let stock = try await bench.hub.business(.utc, now: bench.now).stock
        #expect(stock.gone.count == BusinessCount.articlesMax && stock.goneCount == count)
        #expect(stock.oversold.count == BusinessCount.articlesMax && stock.oversoldCount == count)
        #expect(BusinessCount.articlesMax == 20)
    }

    @Test("Of so many articles that sold it is looked whether any are left; that there are more is told", arguments: [0, 1])
    func sold(more: Int) async throws {
        let bench = try await Self.shop(gone: 2 + more).bench
        let stock = try await bench.hub.reading(bench.now) { documents in
            var count = BusinessCount(documents, .utc)
            count.soldMax = 2
            return try count.report(orders: OpenOrders()).stock
        }
        #expect(stock.goneCount == 2 && stock.isGoneCut == (more == 1))
        #expect(BusinessCount.soldMax == 2_000)
    }
}
