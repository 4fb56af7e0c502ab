import Causality
import ChangeSets
import HubStoreSQLite
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("The logs of sites at the hub")
struct ExchangeTests {
    private static let apart = Exchange.bucketMilliseconds + 1
    private let push = Exchange.Request(.push, sets: 1, changes: 5, bytesIn: 300, bytesOut: 200)

    private static func stored(_ bench: TestHub, _ agent: TestAgent) async throws -> [Exchange] {
        let site = agent.record.site.number
        return try await bench.store.read { try $0.exchanges(of: site) }
    }

    @Test("a request costs no write of its own; the pulse writes it, and once more when it has grown")
    func pulse() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        bench.hub.noteExchange(push, of: shop.record, at: bench.now)
        #expect(try await Self.stored(bench, shop).isEmpty)
        #expect(try await bench.hub.exchanges(of: "shop-1").rows.map(\.requests) == [1])
        try await bench.hub.takePulse(now: bench.now)
        #expect(try await Self.stored(bench, shop).map(\.requests) == [1])
        bench.hub.noteExchange(push, of: shop.record, at: bench.now.advanced(byMilliseconds: 60_000))
        #expect(try await bench.hub.exchanges(of: "shop-1").rows.map(\.requests) == [2])
        try await bench.hub.takePulse(now: bench.now.advanced(byMilliseconds: 60_000))
        let rows = try await Self.stored(bench, shop)
        #expect(rows.map(\.requests) == [2] && rows[0].sum.changes == 10 && rows[0].agent == shop.key.publicKey)
        #expect(rows[0].until == bench.now.advanced(byMilliseconds: 60_000) && rows[0].at == bench.now)
    }

    @Test(
        "rows outlive the hub's process, also those since the last pulse, and numbers go on behind them; a rebuild still equals the store")
    func restart() async throws {
        let bench = try await TestHub()
        let (shop, other) = (try await bench.enrol("shop-1"), try await bench.enrol("shop-2"))
        bench.hub.noteExchange(push, of: shop.record, at: bench.now)
        try await bench.hub.takePulse(now: bench.now)
        bench.hub.noteExchange(Exchange.Request(.pull, outcome: "agent-revoked"), of: shop.record, at: bench.now)
        bench.now = bench.now.advanced(byMilliseconds: 2 * 3_600_000)
        try await bench.restart()
        bench.hub.noteExchange(push, of: shop.record, at: bench.now)
        bench.hub.noteExchange(push, of: other.record, at: bench.now)
        let rows = try await bench.hub.exchanges(of: "shop-1").rows
        #expect(rows.map(\.number) == [3, 2, 1] && rows.map(\.outcome) == ["", "agent-revoked", ""])
        #expect(rows[0].silentMilliseconds == 2 * 3_600_000 && rows[0].hubStartedAt == bench.now.milliseconds)
        #expect(try await bench.hub.exchanges(of: "shop-2").rows.map(\.number) == [1])
        try await bench.hub.takePulse(now: bench.now)
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("of each site the store keeps as many rows as the bound says")
    func bound() async throws {
        let bench = try await TestHub()
        let (shop, other) = (try await bench.enrol("shop-1"), try await bench.enrol("shop-2"))
        bench.hub.noteExchange(push, of: other.record, at: bench.now)
        func note(_ count: Int) {
            for _ in 0..<count {
                bench.now = bench.now.advanced(byMilliseconds: Self.apart)
                bench.hub.noteExchange(push, of: shop.record, at: bench.now)
            }
        }
        note(ExchangeLog.rowsMax)
        try await bench.hub.takePulse(now: bench.now)
        #expect(try await Self.stored(bench, shop).map(\.number) == Array(1...Int64(ExchangeLog.rowsMax)))
        note(1)
        #expect(try await bench.hub.exchanges(of: "shop-1", after: "3").rows.map(\.number) == [2])
        try await bench.hub.takePulse(now: bench.now)
        #expect(try await Self.stored(bench, shop).map(\.number) == Array(2...Int64(ExchangeLog.rowsMax + 1)))
        #expect(try await Self.stored(bench, other).map(\.number) == [1])
    }

    @Test("the log is told page by page, each row once, within the bounds of a page")
    func pages() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        let count = Hub.exchangesPageMax + 3
        for number in 0..<count {
            let time = bench.now.advanced(byMilliseconds: UInt64(number) * Self.apart)
            bench.hub.noteExchange(push, of: shop.record, at: time)
            // Some are in the store, and some in memory.
            if number == 50 { try await bench.hub.takePulse(now: time) }
        }
        var (numbers, place): ([Int64], String?) = ([], nil)
        repeat {
            let page = try await bench.hub.exchanges(of: "shop-1", after: place, limit: 40)
            #expect(page.heardAt == bench.now.milliseconds + UInt64(count - 1) * Self.apart)
            numbers += page.rows.map(\.number)
            place = page.rows.next
        } while place != nil
        #expect(numbers == (1...Int64(count)).reversed())
        #expect(try await bench.hub.exchanges(of: "shop-1", limit: Hub.exchangesPageMax).rows.count == Hub.exchangesPageMax)
        for limit in [0, Hub.exchangesPageMax + 1] {
            await #expect(throws: HubError.self) { try await bench.hub.exchanges(of: "shop-1", limit: limit) }
        }
        await #expect(throws: HubError.self) { try await bench.hub.exchanges(of: "shop-1", after: "nothing") }
        await #expect(throws: HubError.self) { try await bench.hub.exchanges(of: "shop-9") }
        #expect(try await bench.hub.exchanges(of: "shop-1", after: "1").rows.isEmpty)
        _ = try await bench.enrol("shop-2")
        let nothing = try await bench.hub.exchanges(of: "shop-2")
        #expect(nothing.rows.isEmpty && nothing.heardAt == nil)
    }
}
