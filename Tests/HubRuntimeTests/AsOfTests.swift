import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubTestSupport
import Testing

@Suite("What the hub knew at a time")
struct AsOfTests {
    @Test("Stock and profiles as of a time are what the hub would have answered then, decisions with them")
    func looksBack() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        var then: [(time: Timestamp, stock: JSONAnswer?, profile: JSONAnswer?)] = []
        func remember(_ profile: String) async throws {
            then.append(
                (bench.now, try await bench.hub.stock(sku: "MUG", now: bench.now), try await bench.hub.profile(profile, now: bench.now)))
            bench.now = bench.now.advanced(byMilliseconds: 60_000)
        }
        let customer = till.nextDot
        let id = "p\(customer.replica)-\(customer.counter)"
        then.append((bench.now.advanced(byMilliseconds: 0), nil, nil))
        bench.now = bench.now.advanced(byMilliseconds: 60_000)
        try await bench.push([try till.seal([Make.customer(1, email: "a@example.com", name: "Ann", at: bench.now)])], from: shop)
        try await remember(id)
        try await bench.push([try till.seal([Make.movement("MUG", "shop-1", pieces: -1, kind: .sale, at: bench.now)])], from: shop)
        try await remember(id)
        let conflict = try #require(try await bench.hub.conflicts(now: bench.now).first)
        _ = try await bench.hub.resolve(
            conflict.id, Resolution(.value, value: .integer(50_000), author: "ann"), now: bench.now)
        try await remember(id)
        let edit = Make.write("customer", 1, [("name", "Anne")], life: customer, at: bench.now)
        try await bench.push([try till.seal([edit])], from: shop)
        try await remember(id)
        for moment in then {
            #expect(try await bench.hub.stock(sku: "MUG", asOf: moment.time) == moment.stock)
            #expect(try await bench.hub.profile(id, asOf: moment.time) == moment.profile)
        }
        #expect(then[1].profile != then[4].profile && then[2].stock != then[3].stock)
        #expect(try await bench.hub.verify().isEqual)
    }

    private struct Page: Decodable { var next: String? }

    /// Where the page ended.
    private static func next(_ page: JSONAnswer?) throws -> String? {
        try JSONDecoder().decode(Page.self, from: Data(try #require(page).bytes)).next
    }

    @Test("A timeline as of a time is what it was then, page by page: what came later, and whose it turned out to be, is not in it")
    func timeline() async throws {
        let bench = try await TestHub()
        let web = try await bench.enrol("web", kind: .web)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        let customer = shop.nextDot
        let id = "p\(customer.replica)-\(customer.counter)"
        func see(_ key: Int64, _ device: Text) throws -> EncodedChangeSet {
            let at = Value.integer(Int64(bench.now.milliseconds))
            return try shop.seal([Make.write("event", key, [("kind", "visit"), ("at", at), ("device id", .text(device))], at: bench.now)])
        }
        var then: [(time: Timestamp, page: JSONAnswer?, rest: JSONAnswer?)] = []
        func remember() async throws {
            let page = try await bench.hub.timeline(id, limit: 1, now: bench.now)
            let next = try Self.next(page)
            then.append((bench.now, page, try await bench.hub.timeline(id, before: next, now: bench.now)))
            bench.now = bench.now.advanced(byMilliseconds: 60_000)
        }
        try await bench.push([try shop.seal([Make.customer(1, email: "a@example.com", at: bench.now)])], from: web)
        try await remember()
        try await bench.push([try see(1, "phone-1")], from: web)
        try await remember()
        let edit = Make.write("customer", 1, [("device id", "phone-1")], life: customer, at: bench.now)
        try await bench.push([try shop.seal([edit])], from: web)
        try await remember()
        for moment in then {
            let page = try await bench.hub.timeline(id, limit: 1, asOf: moment.time)
            let next = try Self.next(page)
            #expect(page == moment.page)
            #expect(try await bench.hub.timeline(id, before: next, asOf: moment.time) == moment.rest)
        }
        let early = then[0].time
        #expect(try await bench.hub.timeline(id, asOf: Timestamp(milliseconds: early.milliseconds - 1)) == nil)
        #expect(then[1].rest != then[2].rest)
        await #expect(throws: HubError.self) { try await bench.hub.timeline(id, limit: 201, asOf: early) }
        await #expect(throws: HubError.self) { try await bench.hub.timeline(id, asOf: early, at: "nowhere") }
    }

    @Test("What a site knew then: the view that it had been sent, and what it had written itself, though it came later")
    func siteKnew() async throws {
        let bench = try await TestHub()
        let (north, south) = (try await bench.enrol("north"), try await bench.enrol("south"))
        var (till, other) = (TestWriter("till", seed: 1, key: north.key), TestWriter("till", seed: 2, key: south.key))
        func pass(_ minutes: UInt64) { bench.now = bench.now.advanced(byMilliseconds: minutes * 60_000) }
        func ask(_ agent: TestAgent, _ cursor: Position?) async throws -> Position? {
            try await bench.pullAll(agent, cursor: cursor).cursor
        }
        try await bench.push([try till.seal([Make.count("MUG", "pool", pieces: 10, at: bench.now)])], from: north)
        // South is shown ten, says so with its next question, and then its line is down.
        let shown = try await ask(south, nil)
        pass(1)
        _ = try await ask(south, shown)
        pass(10)
        try await bench.push([try till.seal([Make.movement("MUG", "pool", pieces: -3, kind: .sale, at: bench.now)])], from: north)
        let own = try other.seal([Make.movement("MUG", "pool", pieces: -4, kind: .sale, at: bench.now)])
        pass(1)
        let then = bench.now
        pass(60)
        let late = try other.seal([Make.movement("MUG", "pool", pieces: -1, kind: .sale, at: bench.now)])
        try await bench.push([own, late], from: south)
        func onHand(_ site: String?) async throws -> String {
            let answer = try #require(try await bench.hub.stock(sku: "MUG", asOf: then, at: site))
            return String(decoding: answer.bytes, as: UTF8.self)
        }
        #expect(try await onHand(nil).contains(#""onHand":70000"#))
        #expect(try await onHand("south").contains(#""onHand":60000"#))
        await #expect(throws: HubError.self) { try await onHand("north") }
        await #expect(throws: HubError.self) { try await onHand("nowhere") }
        #expect(try await bench.stockOnHand("MUG", "pool") == 20_000)
    }
}
