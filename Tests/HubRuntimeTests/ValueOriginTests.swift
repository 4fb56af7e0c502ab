import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("Where a value of the hub came from")
struct ValueOriginTests {
    private static func told(_ story: ConflictStory) -> [String] {
        story.sides.map { "\($0.site) \($0.source) \($0.value.words)" }.sorted()
    }

    @Test("after an undo each side tells who wrote it, when, and what that one had seen, as before the decision; and who restored it")
    func undone() async throws {
        let trouble = try await CurrencyDispute()
        let bench = trouble.bench
        let before = try await bench.hub.conflictStory(trouble.id, now: bench.now)
        #expect(before.sides.allSatisfy { $0.origin == nil })
        var start = bench.now
        // Again and again: what stands again is still whose it was.
        for round in 0..<3 {
            bench.now = bench.now.advanced(byMilliseconds: 60_000)
            let conflict = try #require(try await bench.hub.conflictStory(trouble.id, now: bench.now).conflict)
            _ = try await bench.hub.resolve(
                trouble.id, Resolution(.take, side: conflict.sides[round % 2].dot, seen: conflict.seen, author: "ben"), now: bench.now)
            bench.now = bench.now.advanced(byMilliseconds: 60_000)
            start = bench.now
            _ = try await bench.hub.undo(trouble.id, author: "anna", note: "wrong one", now: bench.now)
        }
        let after = try await bench.hub.conflictStory(trouble.id, now: bench.now)
        #expect(after.conflict?.sides.map(\.site) == ["hub", "hub"])
        #expect(Self.told(after) == Self.told(before))
        for side in after.sides {
            let former = try #require(before.sides.first { $0.site == side.site })
            #expect(side.time == former.time && side.received == former.received)
            #expect(side.heard == former.heard)
            #expect(side.shown == [trouble.order.description])
            let origin = try #require(side.origin)
            #expect(origin.choice == .undo && origin.author == "anna" && origin.note == "wrong one")
            #expect(origin.at == start.milliseconds && origin.first?.dot == former.dot)
        }
        #expect(after.earlier.map(\.value) == [.text("GBP")])
    }

    @Test(
        "a side that an operator decided names the operator, and whose value was taken; restored, a value of one's own is still one's own")
    func decided() async throws {
        for (choice, site, person) in [(Decision.Choice.take, "web", nil), (.value, "hub", "ben")] as [(Decision.Choice, String, String?)] {
            var trouble = try await CurrencyDispute()
            let bench = trouble.bench
            let conflict = try #require(try await bench.hub.conflictStory(trouble.id, now: bench.now).conflict)
            let web = try #require(conflict.sides.first { $0.site == "web" })
            _ = try await bench.hub.resolve(
                trouble.id,
                choice == .take
                    ? Resolution(.take, side: web.dot, seen: conflict.seen, author: "ben")
                    : Resolution(.value, value: .text("CHF"), seen: conflict.seen, author: "ben"), now: bench.now)
            // The depot writes again without having heard of it.
            let again = Make.write(
                "order", 1, [("currency", "SEK")], life: trouble.order, source: trouble.shop.source, at: bench.now,
                context: .named([trouble.order]))
            try await bench.push([try trouble.store.seal([again])], from: trouble.depot)
            let story = try await bench.hub.conflictStory(trouble.id, now: bench.now)
            let own = try #require(story.sides.first { $0.origin != nil })
            #expect(own.site == "hub" && own.origin?.choice == choice && own.origin?.author == "ben")
            #expect(own.origin?.first?.site == site && own.origin?.first?.person == person)
            #expect(story.sides.first { $0.origin == nil }?.site == "depot")
            // Decided once more and undone, the value of the first decision stands again, and is whose it was.
            _ = try await bench.hub.resolve(
                trouble.id, Resolution(.value, value: .text("NOK"), seen: story.conflict?.seen, author: "cleo"), now: bench.now)
            _ = try await bench.hub.undo(trouble.id, author: "anna", note: nil, now: bench.now)
            let restored = try await bench.hub.conflictStory(trouble.id, now: bench.now)
            let side = try #require(restored.sides.first { $0.value == own.value })
            #expect(side.origin?.choice == .undo && side.origin?.author == "anna")
            #expect(side.origin?.first?.site == site && side.origin?.first?.person == person)
        }
    }

    @Test(
        "lists tell whose a restored side is, too, and its site's side can be taken by the site's name; no more are followed than a bound")
    func listed() async throws {
        let trouble = try await CurrencyDispute()
        let bench = trouble.bench
        let before = try #require(try await bench.hub.conflicts(now: bench.now).first)
        #expect(before.sides.allSatisfy { $0.origin == nil && $0.home == $0.site })
        _ = try await bench.hub.resolve(
            trouble.id, Resolution(.take, side: "web", seen: before.seen, author: "ben"), now: bench.now)
        _ = try await bench.hub.undo(trouble.id, author: "anna", note: nil, now: bench.now)
        let story = try await bench.hub.conflictStory(trouble.id, now: bench.now)
        let origins = story.sides.map(\.origin)
        let page = try await bench.hub.conflictPage(limit: 10, now: bench.now).conflicts
        for conflict in [try await bench.hub.conflicts(now: bench.now).first, page.first, story.conflict] {
            let sides = try #require(conflict?.sides)
            #expect(sides.map(\.origin) == origins && Set(sides.map(\.home)) == ["web", "depot"])
            for side in sides {
                let former = try #require(before.sides.first { $0.site == side.home })
                #expect(side.site == "hub" && side.value == former.value && side.origin?.first?.clock == former.clock)
            }
        }
        try await bench.hub.reading(bench.now) { documents in
            let list = bench.hub.conflictList(documents, nil)
            let open = try list.open(ConflictFilter())
            for bound in 0...3 {
                #expect(try list.told(open + open, originsMax: bound).flatMap(\.answer.sides).filter { $0.origin != nil }.count == bound)
            }
        }
        #expect(ConflictList.originsMax == 400)
        let refused = await #expect(throws: HubError.self) {
            try await bench.hub.resolve(trouble.id, Resolution(.take, side: "hub", author: "ben"), now: bench.now)
        }
        #expect(refused?.remedy.contains("(web)") == true && refused?.remedy.contains("(depot)") == true)
        let byRule = BulkResolution(filter: ConflictFilter(), rule: .site, site: "depot", author: "ben", isDryRun: true)
        #expect(try await bench.hub.resolveAll(byRule, now: bench.now).decided.map(\.values) == [[.text("EUR")]])
        let taken = try await bench.hub.resolve(trouble.id, Resolution(.take, side: "web", author: "ben"), now: bench.now)
        #expect(taken.values == [.text("USD")])
    }

    @Test("counts that stand again tell who counted")
    func counts() async throws {
        let bench = try await TestHub()
        let (one, two) = (try await bench.enrol("shop-1"), try await bench.enrol("shop-2"))
        var (mine, yours) = (TestWriter("till", seed: 1, key: one.key), TestWriter("till", seed: 2, key: two.key))
        try await bench.push([try mine.seal([Make.count("MUG", "pool", pieces: 10, at: bench.now)])], from: one)
        try await bench.push([try yours.seal([Make.count("MUG", "pool", pieces: 12, at: bench.now)])], from: two)
        let conflict = try #require(try await bench.hub.conflicts(ConflictFilter(kind: .concurrentCounts), now: bench.now).first)
        _ = try await bench.hub.resolve(
            conflict.id, Resolution(.take, side: conflict.sides[0].dot, seen: conflict.seen, author: "ben"), now: bench.now)
        _ = try await bench.hub.undo(conflict.id, author: "anna", note: nil, now: bench.now)
        let story = try await bench.hub.conflictStory(conflict.id, now: bench.now)
        let told = Dictionary(story.sides.map { ($0.site, $0.value) }, uniquingKeysWith: { first, _ in first })
        #expect(told == ["shop-1": .integer(100_000), "shop-2": .integer(120_000)])
        #expect(story.sides.allSatisfy { $0.origin?.author == "anna" && $0.origin?.choice == .undo })
    }
}
