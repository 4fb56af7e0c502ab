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
}
