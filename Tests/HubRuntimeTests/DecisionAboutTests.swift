import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import Profiles
import Testing

@Suite("What decisions are about, in parts")
struct DecisionAboutTests {
    @Test("links, what is kept back and rules tell it; an undo tells what was undone; a field's policy tells it by its name")
    func about() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push(
            [try till.seal((1...3).map { Make.customer(Int64($0), name: "Person \($0)", at: bench.now) })], from: shop)
        let ids = (1...3).map { "\(ProfileID(life: Dot(till.replica, UInt64($0))))" }
        let (hub, now) = (bench.hub, bench.now)
        _ = try await hub.link(LinkQuestion(id: ids[0], records: [ids[1]], author: "ann"), now: now)
        let apart = try await hub.keepApart(LinkQuestion(id: ids[0], records: [ids[2]], author: "ann"), now: now)
        _ = try await hub.undo(apart.decision.id, author: "ben", note: nil, now: now)
        _ = try await hub.keepBack(SafetyQuestion(sku: "MUG", location: "*", quantity: 20_000, author: "ann"), now: now)
        _ = try await hub.setIdentity(IdentityQuestion(rules: .standard, author: "ann"), now: now)
        _ = try await hub.setPolicy(PolicyQuestion(entity: "customer", field: "phone", policy: "latest", author: "ann"), now: now)
        let told = try await hub.decisions(now: now).reversed().map(\.about)
        try #require(told.count == 6)
        #expect(told[0]?.areSame == true && told[0]?.records == 2)
        // Who is kept apart from one record is kept apart from all that it is linked with.
        #expect(told[1]?.areSame == false && told[1]?.records ?? 0 >= 2)
        #expect(told[2] == told[1])
        #expect(told[3]?.sku == "MUG" && told[3]?.location == "*" && told[3]?.quantity == 20_000)
        #expect(told[4]?.rules != nil && told[4]?.kinds == LinkRules.standard.ranks.map { "\($0.kind)" })
        #expect(told[5] == nil)
    }
}
