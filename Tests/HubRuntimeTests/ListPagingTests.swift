import Causality
import ChangeSets
import HubTestSupport
import Profiles
import Testing

@testable import HubRuntime

@Suite("Lists page by page")
struct ListPagingTests {
    /// All pages of a list, one after the other.
    private static func all<Entry>(
        _ page: (_ after: String?) async throws -> ListPage<Entry>, between: () async throws -> Void = {}
    ) async throws -> [[Entry]] {
        var pages: [[Entry]] = []
        var after: String?
        repeat {
            let page = try await page(after)
            pages.append(page.entries)
            after = page.next
            try await between()
            try #require(pages.count < 100)
        } while after != nil
        return pages
    }

    @Test("decisions are told page by page, each once, while others decide; what undid one is told with it")
    func decisions() async throws {
        let bench = try await TestHub()
        let (hub, now) = (bench.hub, bench.now)
        func decide(_ number: Int) async throws -> DecisionAnswer {
            try await hub.keepBack(SafetyQuestion(sku: "MUG", location: "shop-\(number)", quantity: 10_000, author: "ann"), now: now)
        }
        var ids: [String] = []
        for number in 0..<6 { ids.append(try await decide(number).id) }
        let undo = try await hub.undo(ids[0], author: "cleo", note: nil, now: now)
        ids.append(undo.id)
        var later = 10
        let pages = try await Self.all({ try await hub.decisionPage(after: $0, limit: 3, now: now).decisions }) {
            _ = try await decide(later)
            later += 1
        }
        #expect(pages.map { $0.map(\.id) } == [Array(ids[4...].reversed()), Array(ids[1...3].reversed()), [ids[0]]])
        let place = try await hub.decisionPage(limit: 3 + 3 + later - 10, now: now).decisions.next
        let last = try await hub.decisionPage(after: place, limit: 3, now: now)
        #expect(last.decisions.map(\.id) == [ids[0]] && last.undoing[undo.id]?.author == "cleo")
        #expect(last.decisions.first?.undoneBy == undo.id)
    }

    @Test("look-ups of the very same moment are each told once, page by page")
    func lookUps() async throws {
        let bench = try await TestHub()
        let hub = bench.hub
        for number in 0..<5 { await hub.noteLookUp(.order, "O\(number)", found: 1, by: nil, now: bench.now) }
        await hub.noteLookUp(.order, "later", found: 1, by: nil, now: bench.now.advanced(byMilliseconds: 1))
        let pages = try await Self.all { try await hub.lookUps(after: $0, limit: 2) }
        #expect(pages.map { $0.map(\.subject) } == [["later", "O4"], ["O3", "O2"], ["O1", "O0"]])
        let before = try await hub.lookUps(before: bench.now.advanced(byMilliseconds: 1)).map(\.subject)
        #expect(before == ["O4", "O3", "O2", "O1", "O0"])
        #expect(try await hub.lookUps(before: bench.now).isEmpty)
    }

    @Test("as many orders of one number as a page has are told at once; one more comes on the next", arguments: [0, 1])
    func orders(more: Int) async throws {
        let bench = try await TestHub()
        let web = try await bench.enrol("web", kind: .web)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        let orders = (0..<Hub.ordersPerNumberMax + more).map {
            Make.write("order", Int64($0), [("number", "O1"), ("state", "placed")], at: bench.now)
        }
        try await bench.push([try shop.seal(orders)], from: web)
        let pages = try await Self.all { try await bench.hub.orders(number: "O1", after: $0, now: bench.now) }
        #expect(pages.map(\.count) == [Hub.ordersPerNumberMax] + (more == 1 ? [1] : []))
        #expect(Set(pages.joined().map(\.bytes)).count == Hub.ordersPerNumberMax + more)
        let found = try await bench.hub.findCustomers(CustomerText("O1"), limit: 50, now: bench.now)
        #expect(found.orders.count == Hub.ordersPerNumberMax && found.hasMore == (more == 1))
    }

    @Test("people found by the beginning of a name come each once over all pages, also where several records are one person")
    func profiles() async throws {
        let bench = try await TestHub()
        let (one, two) = (try await bench.enrol("shop-1"), try await bench.enrol("shop-2"))
        var (till, other) = (TestWriter("till", seed: 1, key: one.key), TestWriter("till", seed: 2, key: two.key))
        func people(_ last: String, _ mails: [Int]) -> [Change] {
            mails.map { Make.customer(Int64($0), email: "p\($0)@example.com", name: "Ann \(last)\($0)", at: bench.now) }
        }
        // Four people are known to both shops, by names that stand far from each other.
        try await bench.push([try till.seal(people("A", [0, 1, 2, 3, 4, 5, 6]))], from: one)
        try await bench.push([try other.seal(people("Z", [3, 4, 5, 6, 7, 8]))], from: two)
        for limit in [1, 2, 3, 9, 50] {
            let pages = try await Self.all {
                try await bench.hub.profiles(.name("ann"), after: $0, limit: limit, now: bench.now)
            }
            let found = pages.joined().map { String(decoding: $0.bytes, as: UTF8.self) }
            #expect(found.count == 9 && Set(found).count == 9 && pages.dropLast().allSatisfy { $0.count == limit })
        }
        let mail = try await bench.hub.profiles(.email("p4@example.com"), limit: 1, now: bench.now)
        #expect(mail.count == 1 && mail.next == nil)
        // Who shows up on the way does not move what follows.
        let first = try await bench.hub.profiles(.name("ann"), limit: 4, now: bench.now)
        try await bench.push([try till.seal(people("0", [20, 21]))], from: one)
        let rest = try await bench.hub.profiles(.name("ann"), after: first.next, limit: 50, now: bench.now)
        #expect(first.count == 4 && rest.count == 5)
    }

    @Test("so many records are looked at for one page; those behind them come with the next", arguments: [0, 1])
    func holders(more: Int) async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let count = Hub.holdersMax - 1 + more
        let ids = (1...count).map { "\(ProfileID(life: Dot(till.replica, UInt64($0))))" }
        let named = (1...count).map { Make.customer(Int64($0), name: "Ann Aalto", at: bench.now) }
        try await bench.push([try till.seal(named + [Make.customer(0, name: "Ann Zimmer", at: bench.now)])], from: shop)
        _ = try await bench.hub.link(LinkQuestion(id: ids[0], records: Array(ids.dropFirst()), author: "ann"), now: bench.now)
        let pages = try await Self.all { try await bench.hub.profiles(.name("ann"), after: $0, now: bench.now) }
        #expect(pages.map(\.count) == (more == 0 ? [2] : [1, 1]))
    }

    @Test("a page has 1 to so many entries; other limits, and places that are none, are refused")
    func refused() async throws {
        let bench = try await TestHub()
        let (hub, now) = (bench.hub, bench.now)
        func code(_ body: () async throws -> Void) async -> HubError.Code? {
            do { try await body() } catch { return (error as? HubError)?.code }
            return nil
        }
        let lists: [(max: Int, ask: (String?, Int) async throws -> Void)] = [
            (Hub.decisionsMax, { _ = try await hub.decisionPage(after: $0, limit: $1, now: now) }),
            (Hub.lookUpsMax, { _ = try await hub.lookUps(after: $0, limit: $1) }),
            (Hub.ordersPerNumberMax, { _ = try await hub.orders(number: "O1", after: $0, limit: $1, now: now) }),
            (Hub.profilesFoundMax, { _ = try await hub.profiles(.name("ann"), after: $0, limit: $1, now: now) }),
            (Hub.proposalsMax, { _ = try await hub.proposals(after: $0, limit: $1, now: now) }),
        ]
        for list in lists {
            #expect(await code { try await list.ask(nil, 1) } == nil)
            #expect(await code { try await list.ask(nil, list.max) } == nil)
            for limit in [0, -1, list.max + 1] { #expect(await code { try await list.ask(nil, limit) } == .badRequest) }
            for place in ["", "x", "-1", "1_", "0_f_1", "0_ff_1", "stock_1"] {
                #expect(await code { try await list.ask(place, 1) } == .badRequest, "\(place)")
            }
        }
    }
}
