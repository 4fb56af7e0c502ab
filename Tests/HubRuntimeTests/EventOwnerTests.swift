import Causality
import ChangeSets
import Foundation
import HubTestSupport
import Profiles
import TestSupport
import Testing

@testable import HubRuntime

@Suite("Whose an event is that names no customer")
struct EventOwnerTests {
    /// A web shop, and what happens there.
    private struct Web {
        let bench: TestHub
        let agent: TestAgent
        var shop: TestWriter
        private var key: Int64 = 0

        init() async throws {
            bench = try await TestHub()
            agent = try await bench.enrol("web", kind: .web)
            shop = TestWriter("shop", seed: 1, key: agent.key)
        }

        mutating func push(_ changes: [Change]) async throws { try await bench.push([try shop.seal(changes)], from: agent) }

        @discardableResult
        mutating func create(_ entity: EntityName, _ fields: [(FieldName, Value)]) async throws -> Dot {
            let life = shop.nextDot
            key += 1
            try await push([Make.write(entity, key, fields, at: bench.now)])
            return life
        }

        mutating func see(_ fields: (FieldName, Value)...) async throws {
            try await create("event", [("kind", "page view"), ("at", .integer(Int64(bench.now.milliseconds) - 1_000))] + fields)
        }

        func events(_ ann: Dot, _ bob: Dot) async throws -> [Int] { [try await events(ann), try await events(bob)] }

        /// How many events the person's figures count, which are as many as the timeline has.
        func events(_ life: Dot) async throws -> Int {
            let id = "\(ProfileID(life: life))"
            let document = try #require(try await bench.hub.profile(id, now: bench.now))
            struct Person: Decodable {
                struct Measures: Decodable {
                    var events, visits: Int
                    var channels: [String]
                }
                var measures: Measures
            }
            let measures = try JSONDecoder().decode(Person.self, from: Data(document.bytes)).measures
            let told = try await bench.timeline(id, pageOf: 2).filter { $0.what == "event" }.count
            #expect(told == measures.events && measures.visits == min(told, 1) && measures.channels == (told > 0 ? ["web"] : []))
            return told
        }

        func decide(_ rules: (inout LinkRules) -> Void) async throws {
            var next = bench.hub.linkRules
            rules(&next)
            _ = try await bench.hub.setIdentity(IdentityQuestion(rules: next, author: "ann"), now: bench.now)
        }
    }

    @Test("The person's who holds its device or its cookie, whichever arrives first; one that bears both counts once")
    func eitherOrder() async throws {
        var web = try await Web()
        try await web.see(("device id", "phone-1"))
        // One spelling of a UUID is as good as another.
        try await web.see(("cookie id", "{6BA7B810-9DAD-11D1-80B4-00C04FD430C8}"))
        try await web.see(("device id", "phone-1"), ("cookie id", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
        try await web.see(("device id", "another"))
        let ann = try await web.create(
            "customer", [("email", "ann@example.com"), ("device id", " phone-1"), ("cookie id", "6ba7b8109dad11d180b400c04fd430c8")])
        #expect(try await web.events(ann) == 3)
        try await web.see(("device id", "phone-1"))
        #expect(try await web.events(ann) == 4)
        // A former device goes on telling, a cookie that nobody has tells nobody; sites are fed nothing of it.
        let fed = try await web.bench.pullAll(web.agent)
        try await web.push([
            Make.write("customer", 5, [("device id", "phone-2")], life: ann, at: web.bench.now.advanced(byMilliseconds: 90_000_000))
        ])
        try await web.see(("device id", "phone-1"))
        try await web.see(("device id", "phone-2"))
        #expect(try await web.events(ann) == 6)
        let cursor = try await web.bench.pullAll(web.agent, cursor: fed.cursor).cursor
        try await web.see(("device id", "phone-2"))
        #expect(try await web.bench.pullAll(web.agent, cursor: cursor).bodies(.profile).isEmpty)
        #expect(try await web.bench.hub.verify().isEqual)
    }

    @Test("Nobody's where two people hold one of its values, or its values tell of two; each gets theirs when links change")
    func sharedDevice() async throws {
        var web = try await Web()
        let ann = try await web.create("customer", [("email", "ann@example.com"), ("device id", "tablet"), ("cookie id", "ann-1")])
        let bob = try await web.create("customer", [("email", "bob@example.com"), ("device id", "tablet"), ("cookie id", "bob-1")])
        try await web.see(("device id", "tablet"))
        try await web.see(("device id", "tablet"), ("cookie id", "ann-1"))
        try await web.see(("cookie id", "ann-1"))
        try await web.see(("cookie id", "bob-1"))
        #expect(try await web.events(ann, bob) == [1, 1])
        // Linked by an operator they are one person, and taken apart two again.
        let question = LinkQuestion(id: "\(ann)", records: ["\(bob)"], author: "ann")
        let decision = try await web.bench.hub.link(question, now: web.bench.now).decision
        #expect(try await web.events(ann) == 4)
        _ = try await web.bench.hub.undo(decision.id, author: "ann", note: nil, now: web.bench.now)
        #expect(try await web.events(ann, bob) == [1, 1])
        // Who is deleted holds nothing.
        let subject = Subject(entity: "customer", key: LocalKey(.integer(2)), life: bob)
        try await web.push([Change(time: web.bench.now, action: .delete(subject, .chain))])
        #expect(try await web.events(ann) == 3)
        #expect(try await web.bench.hub.verify().isEqual)
    }

    @Test("Whoever is named it is, known or not, whatever its device says")
    func named() async throws {
        var web = try await Web()
        let ann = try await web.create("customer", [("email", "ann@example.com"), ("device id", "tablet")])
        let bob = try await web.create("customer", [("email", "bob@example.com")])
        try await web.see(("device id", "tablet"), ("customer", Make.reference("customer", 2, life: bob)))
        try await web.see(("device id", "tablet"), ("customer", Make.reference("customer", 77, life: nil)))
        #expect(try await web.events(ann, bob) == [0, 1])
        // The name was a mistake.
        try await web.push([Make.write("event", 3, [("customer", .null)], life: Dot(bob.replica, bob.counter + 1), at: web.bench.now)])
        #expect(try await web.events(ann, bob) == [1, 0])
    }

    @Test("A value tells nothing above its kind's limit, or where it is blocked; a kind without a rank tells, up to the standard limit")
    func rules() async throws {
        var web = try await Web()
        var ann: Dot?
        for _ in 0..<2 { ann = try await web.create("customer", [("email", "ann@example.com"), ("device id", "kiosk")]) }
        let life = try #require(ann)
        try await web.see(("device id", "kiosk"))
        #expect(try await web.events(life) == 1)
        for (limit, events) in [(1, 0), (2, 1)] {
            try await web.decide { rules in
                for place in rules.ranks.indices where rules.ranks[place].kind == .device { rules.ranks[place].recordsPerSourceMax = limit }
            }
            #expect(try await web.events(life) == events)
        }
        try await web.decide { $0.blockedValues.insert(Identifier(kind: .device, value: "kiosk")) }
        #expect(try await web.events(life) == 0)
        try await web.decide { rules in
            rules.blockedValues = []
            rules.ranks.removeAll { $0.kind == .device }
            for place in rules.ranks.indices where rules.ranks[place].kind == .email { rules.ranks[place].recordsPerSourceMax = 20 }
        }
        #expect(try await web.events(life) == 1)
        for records in 3...11 {
            try await web.create("customer", [("email", "ann@example.com"), ("device id", "kiosk")])
            #expect(try await web.events(life) == (records <= 10 ? 1 : 0))
        }
    }

    @Test("Up to 200 devices and cookies of one person are looked up, those held now first", arguments: [200, 201])
    func bound(held: Int) async throws {
        var web = try await Web()
        let ann = web.shop.nextDot
        func name(_ place: Int) -> Value { .text(Text("crumb-\(1_000 + place)x")) }
        // A cookie every two days: none is a correction. The first one in the order of values is held now.
        var changes = (0..<held).reversed().enumerated().map { index, place in
            Make.write(
                "customer", 1, [("cookie id", name(place))], life: index == 0 ? nil : ann,
                at: Timestamp(milliseconds: web.bench.now.milliseconds - UInt64(held - index) * 172_800_000))
        }
        for place in 0..<held {
            changes.append(
                Make.write("event", Int64(place), [("kind", "page view"), ("cookie id", name(place))], at: web.bench.now))
        }
        try await web.push(changes)
        let id = "\(ProfileID(life: ann))"
        let told = try await web.bench.timeline(id, pageOf: 90).filter { $0.what == "event" }.count
        #expect(told == ProfileTokens.tokensMax && ProfileTokens.tokensMax == 200)
    }
}
