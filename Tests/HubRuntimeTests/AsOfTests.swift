import Causality
import ChangeSets
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
