import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import Testing

@Suite("Policies of fields")
struct PolicyTests {
    @Test(
        "A policy decides anew from the values that are kept: profiles are drawn and fed again, nothing is sent again, undo brings the former back"
    )
    func redecides() async throws {
        let bench = try await TestHub()
        let one = try await bench.enrol("shop-1")
        let two = try await bench.enrol("shop-2")
        var mine = TestWriter("till", seed: 1, key: one.key)
        var yours = TestWriter("till", seed: 2, key: two.key)
        try await bench.push([try mine.seal([Make.customer(1, email: "ann@example.com", name: "Ann of one", at: bench.now)])], from: one)
        let later = bench.now.advanced(byMilliseconds: 5)
        try await bench.push([try yours.seal([Make.customer(1, email: "ann@example.com", name: "Ann of two", at: later)])], from: two)
        func shown() async throws -> String {
            let document = try #require(try await bench.hub.profiles(.email("ann@example.com"), now: bench.now).first)
            let text = String(decoding: document.bytes, as: UTF8.self)
            return try #require(["Ann of one", "Ann of two"].first { text.contains("\"name\":{\"value\":\"\($0)\"") }, "\(text)")
        }
        #expect(try await shown() == "Ann of two")
        let before = try await bench.pullAll(one)
        let decision = try await bench.hub.setPolicy(question("customer", "name", "ranked: shop-1"), now: bench.now)
        #expect(try await shown() == "Ann of one")
        let fed = try await bench.pullAll(one, cursor: before.cursor).bodies(.profile)
        #expect(fed.count == 1 && fed.values.allSatisfy { String(decoding: $0, as: UTF8.self).contains("Ann of one") })
        #expect(try await bench.hub.policies(now: bench.now).map(\.policy) == ["ranked: shop-1"])
        _ = try await bench.hub.undo(decision.id, author: "ann", note: nil, now: bench.now)
        #expect(try await shown() == "Ann of two")
        #expect(try await bench.hub.policies(now: bench.now).isEmpty)
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("Concurrent values of a field with a policy are no conflict; the policy \"ask\", or none, makes them one")
    func asks() async throws {
        let bench = try await TestHub()
        let web = try await bench.enrol("web", kind: .web)
        let depot = try await bench.enrol("depot", kind: .warehouse)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        var store = TestWriter("wms", seed: 2, key: depot.key)
        let order = shop.nextDot
        try await bench.push([try shop.seal([Make.write("order", 1, [("currency", "GBP")], at: bench.now)])], from: web)
        let other = Make.write("order", 1, [("currency", "EUR")], life: order, source: shop.source, at: bench.now)
        try await bench.push([try store.seal([other])], from: depot)
        for (policy, count) in [("latest", 0), ("ask", 1), ("earliest", 0)] {
            _ = try await bench.hub.setPolicy(question("order", "currency", policy), now: bench.now)
            #expect(try await bench.hub.conflicts(now: bench.now).count == count, "\(policy)")
        }
        #expect(try await bench.hub.policies(now: bench.now).map(\.policy) == ["earliest"])
        // What is shown of an order follows its policy, too, and is fed anew.
        for (site, currency) in [("web", "GBP"), ("depot", "EUR"), ("web", "GBP")] {
            let before = try await bench.pullAll(depot)
            let decision = try await bench.hub.setPolicy(question("order", "currency", "ranked: \(site)"), now: bench.now)
            let fed = try await bench.pullAll(depot, cursor: before.cursor).bodies(.order).values.map {
                String(decoding: $0, as: UTF8.self)
            }
            #expect(fed.count == 1 && fed[0].contains(#""fields":{"currency":"\#(currency)"}"#), "\(site): \(fed)")
            _ = try await bench.hub.undo(decision.id, author: "ann", note: nil, now: bench.now)
        }
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("A trial tells how many conflicts a policy would decide and what three of them would show, sets nothing, and comes true")
    func trial() async throws {
        let bench = try await TestHub()
        let (web, depot) = (try await bench.enrol("web", kind: .web), try await bench.enrol("depot", kind: .warehouse))
        var (shop, store) = (TestWriter("shop", seed: 1, key: web.key), TestWriter("wms", seed: 2, key: depot.key))
        let names: [EntityName] = ["order", "order", "order", "order", "order line"]
        let lives = names.indices.map { Dot(shop.replica, UInt64($0) + 1) }
        func writes(_ currency: Value, isFirst: Bool) -> [Change] {
            zip(names, lives).enumerated().map { number, record in
                Make.write(
                    record.0, Int64(number), (isFirst ? [("number", .text(Text("N\(number)")))] : []) + [("currency", currency)],
                    life: isFirst ? nil : record.1, source: isFirst ? nil : shop.source, at: bench.now)
            }
        }
        try await bench.push([try shop.seal(writes("GBP", isFirst: true))], from: web)
        try await bench.push([try store.seal(writes("EUR", isFirst: false))], from: depot)
        for (policy, shown, site) in [("ranked: depot", "EUR", "depot"), ("maximum", "GBP", "web")] {
            let trial = try await bench.hub.tryPolicy(policy, of: "currency", of: "order", now: bench.now)
            // Their lines have a field of that name, too.
            #expect(trial.conflicts == 4 && !trial.hasMore && trial.policy == policy)
            #expect(trial.examples.count == PolicyTrial.examplesMax)
            #expect(trial.examples.allSatisfy { $0.shown == .text(shown) && $0.site == site && $0.conflict.about.entity == "order" })
        }
        #expect(try await bench.hub.policies(now: bench.now).isEmpty)
        let id = "concurrent-writes:\(lives[3])/currency"
        // The one that somebody looks at comes first, with what its first side's site has.
        let story = try await bench.hub.conflictStory(id, now: bench.now)
        #expect(story.rule?.examples.first?.conflict.id == id && story.rule?.policy == "ranked: \(story.sides[0].site)")
        let decision = try await bench.hub.setPolicy(question("order", "currency", "ranked: web"), now: bench.now)
        let over = try await bench.hub.conflictStory(id, now: bench.now)
        #expect(over.conflict == nil && over.ruling?.decision == decision.id && over.decisions.map(\.id) == [decision.id])
        let order = try #require(try await bench.hub.orders(number: "N3", now: bench.now).first)
        #expect(String(decoding: order.bytes, as: UTF8.self).contains(#""currency":"GBP""#))
        _ = try await bench.hub.undo(decision.id, author: "ann", note: nil, now: bench.now)
        #expect(try await bench.hub.conflictStory(id, now: bench.now).conflict?.id == id)
        await #expect(throws: HubError.self) { try await bench.hub.tryPolicy("newest", of: "currency", of: "order", now: bench.now) }
    }

    @Test("A trial chooses among all records of a person, as what is shown of the person does")
    func trialOfPerson() async throws {
        let bench = try await TestHub()
        let (one, two) = (try await bench.enrol("shop-1"), try await bench.enrol("shop-3"))
        var (mine, theirs) = (TestWriter("till", seed: 1, key: one.key), TestWriter("till", seed: 2, key: two.key))
        let life = mine.nextDot
        func customer(_ city: Value) -> Change {
            Make.write("customer", 1, [("email", "ann@example.com"), ("city", city)], at: bench.now)
        }
        func edit(_ city: Value) -> Change {
            Make.write("customer", 1, [("city", city)], life: life, at: bench.now, context: .named([life]))
        }
        // Two who were shown the same, and not each other.
        try await bench.push([try mine.seal([customer("Leith"), edit("Perth"), edit("Dundee")])], from: one)
        try await bench.push([try theirs.seal([customer("York")])], from: two)
        let trial = try await bench.hub.tryPolicy("ranked: shop-3", of: "city", of: "customer", now: bench.now)
        #expect(trial.conflicts == 1 && trial.examples.map(\.shown) == [.text("York")] && trial.examples.map(\.site) == ["shop-3"])
        // What is shown now is one of the two sites', so one of these changes it.
        var reaches: [PolicyReach] = []
        for site in ["shop-1", "shop-3"] {
            let trial = try await bench.hub.tryPolicyOnAll("ranked: \(site)", of: "city", of: "customer", now: bench.now)
            reaches.append(try #require(trial.reach))
        }
        #expect(reaches.map(\.several) == [1, 1] && reaches.map(\.changed).sorted() == [0, 1])
        let example = try #require(reaches.flatMap(\.examples).first)
        #expect(reaches.flatMap(\.examples).count == 1 && example.now != example.then && example.name == nil)
        // Of a field in which nobody differs, and by the policy that is in force, nothing changes.
        let email = try await bench.hub.tryPolicyOnAll("ranked: shop-3", of: "email", of: "customer", now: bench.now)
        #expect(email.reach?.several == 0 && email.reach?.changed == 0 && email.reach?.examples.isEmpty == true)
        #expect(try await bench.hub.tryPolicyOnAll("latest", of: "city", of: "customer", now: bench.now).reach?.changed == 0)
        #expect(try await bench.hub.tryPolicyOnAll("latest", of: "currency", of: "order", now: bench.now).reach == nil)
        _ = try await bench.hub.setPolicy(question("customer", "city", "ranked: shop-3"), now: bench.now)
        let document = try #require(try await bench.hub.profiles(.email("ann@example.com"), now: bench.now).first)
        #expect(String(decoding: document.bytes, as: UTF8.self).contains(#""city":{"value":"York""#))
    }

    @Test(
        "What is no policy, no field or no site is refused, and says what there is",
        arguments: [
            ("customer", "name", "newest"), ("customer", "shoe size", "latest"), ("customer", "name", "ranked: nowhere"),
            ("customer", "name", "ranked:"),
        ])
    func refuses(entity: String, field: String, policy: String) async throws {
        let bench = try await TestHub()
        let error = await #expect(throws: HubError.self) {
            _ = try await bench.hub.setPolicy(question(entity, field, policy), now: bench.now)
        }
        #expect(error?.code == .choiceInvalid)
        // Nor is it tried: it would decide nothing, and say so as if it were a policy.
        let untried = await #expect(throws: HubError.self) {
            _ = try await bench.hub.tryPolicy(policy, of: field, of: entity, now: bench.now)
        }
        #expect(untried?.code == .choiceInvalid && untried?.message == error?.message)
    }

    private func question(_ entity: String, _ field: String, _ policy: String) -> PolicyQuestion {
        PolicyQuestion(entity: entity, field: field, policy: policy, author: "ann")
    }
}
