import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("Conflicts in an order of one's choice")
struct ConflictOrderTests {
    /// Orders whose currency two sites wrote, each so many minutes ago, in the hub's table in this order; and a view that is behind.
    private static func queue(minutesAgo: [UInt64], stale: Int = 0, options: Hub.Options = Hub.Options()) async throws -> TestHub {
        let bench = try await TestHub(options: options)
        let (web, depot) = (try await bench.enrol("web", kind: .web), try await bench.enrol("depot", kind: .warehouse))
        var (shop, store) = (TestWriter("shop", seed: 1, key: web.key), TestWriter("wms", seed: 2, key: depot.key))
        func ago(_ minutes: UInt64) -> Timestamp { Timestamp(milliseconds: bench.now.milliseconds - minutes * 60_000) }
        for (key, minutes) in minutesAgo.enumerated() {
            let life = shop.nextDot
            let fields: [(FieldName, Value)] = [("number", .text(Text("O\(key)"))), ("currency", "GBP")]
            let change = { (currency: Value, source: SourceID?) in
                Make.write(
                    "order", Int64(key), [("currency", currency)], life: life, source: source, at: ago(minutes), context: .named([life]))
            }
            let placed = Make.write("order", Int64(key), fields, at: ago(minutes))
            try await bench.push([try shop.seal([placed, change("USD", nil)])], from: web)
            try await bench.push([try store.seal([change("EUR", shop.source)])], from: depot)
        }
        let rows = (0..<stale).map { StaleRow(view: "stock", key: [UInt8($0)], reason: "r") }
        try bench.store.writeNow { store in for row in rows { try store.put(row) } }
        return bench
    }

    /// All pages of so many: what they are called, orders by their numbers.
    private static func names(
        _ bench: TestHub, _ order: ConflictOrder, by limit: Int = 2, _ filter: ConflictFilter = ConflictFilter()
    ) async throws -> [String] {
        var names: [String] = []
        var after: String?
        repeat {
            let page = try await bench.hub.conflictPage(filter, in: order, after: after, limit: limit, now: bench.now)
            #expect(page.conflicts.count == limit || page.next == nil)
            names += page.conflicts.map { $0.about.name ?? "?" }
            after = page.next
            try #require(names.count <= 100)
        } while after != nil
        return names
    }

    @Test("by age what is open longest comes first, or last; what nobody knows the beginning of stands behind all both ways")
    func byAge() async throws {
        let bench = try await Self.queue(minutesAgo: [20, 50, 10, 40, 30], stale: 1)
        let oldest = ["O1", "O3", "O4", "O0", "O2"]
        for limit in [1, 2, 6, 500] {
            #expect(try await Self.names(bench, .oldest, by: limit) == oldest + ["stock"])
            #expect(try await Self.names(bench, .newest, by: limit) == oldest.reversed() + ["stock"])
        }
        #expect(try await Self.names(bench, .kind) == ["O0", "O1", "O2", "O3", "O4", "stock"])
        #expect(try await Self.names(bench, .oldest, ConflictFilter(kind: .concurrentWrites)) == oldest)
        #expect(try await Self.names(bench, .oldest, ConflictFilter(text: "o4")) == ["O4"])
        #expect(try await Self.names(bench, .oldest, ConflictFilter(kind: .oversell)).isEmpty)
    }

    @Test("by cost, of what is oversold the most pieces come first, then what has no number, the oldest first")
    func byCost() async throws {
        let bench = try await Self.queue(minutesAgo: [10, 20])
        let agent = try await bench.enrol("till")
        var till = TestWriter("till", seed: 3, key: agent.key)
        let sold = [("A", 2), ("B", 11), ("C", 3)].map { Make.movement($0.0, "till", pieces: -$0.1, at: bench.now) }
        try await bench.push([try till.seal(sold)], from: agent)
        let found = try await bench.hub.conflictPage(in: .costliest, limit: 10, now: bench.now).conflicts
        #expect(found.map { $0.about.sku ?? $0.about.name ?? "" } == ["B", "C", "A", "O1", "O0"])
    }

    @Test("what a colleague decides is gone from the next page, which goes on behind it; what comes new, and what is undone, comes into it")
    func meanwhile() async throws {
        let bench = try await Self.queue(minutesAgo: [40, 30, 20, 10])
        let first = try await bench.hub.conflictPage(in: .oldest, limit: 2, now: bench.now)
        #expect(first.conflicts.map(\.about.name) == ["O0", "O1"])
        var decided: [DecisionAnswer] = []
        for name in ["O1", "O2"] {
            let conflict = try #require(try await bench.hub.conflicts(ConflictFilter(text: name), now: bench.now).first)
            let choice = Resolution(.take, side: conflict.sides[0].dot, seen: conflict.seen, author: "ann")
            decided.append(try await bench.hub.resolve(conflict.id, choice, now: bench.now))
        }
        let next = try await bench.hub.conflictPage(in: .oldest, after: first.next, limit: 2, now: bench.now)
        #expect(next.conflicts.map(\.about.name) == ["O3"] && next.next == nil)
        #expect(try await Self.names(bench, .newest) == ["O3", "O0"])
        _ = try await bench.hub.undo(decided[1].id, author: "ann", note: nil, now: bench.now)
        // The sides stand again, written by the hub just now.
        #expect(try await Self.names(bench, .newest) == ["O2", "O3", "O0"])
        try bench.store.writeNow { try $0.put(StaleRow(view: "stock", key: [1], reason: "r")) }
        let agent = try await bench.enrol("till")
        var till = TestWriter("till", seed: 3, key: agent.key)
        try await bench.push([try till.seal([Make.movement("A", "till", pieces: 1, at: bench.now)])], from: agent)
        #expect(try await Self.names(bench, .newest) == ["O2", "O3", "O0"])
        bench.now = bench.now.advanced(byMilliseconds: OpenConflictLists.everyMilliseconds)
        #expect(try await Self.names(bench, .newest) == ["O2", "O3", "O0", "stock"])
    }

    @Test("where more is open than is put in order, the order is among the first by kind, and the page says so", arguments: [0, 1])
    func bound(more: Int) async throws {
        var options = Hub.Options()
        options.conflictsOrderedMax = 3
        let bench = try await Self.queue(minutesAgo: Array([10, 20, 30, 40].prefix(3 + more)), options: options)
        let page = try await bench.hub.conflictPage(in: .oldest, limit: 10, now: bench.now)
        #expect(page.conflicts.map(\.about.name) == ["O2", "O1", "O0"] && page.next == nil)
        #expect(page.among == (more == 1 ? 3 : nil))
        #expect(try await bench.hub.conflictPage(limit: 10, now: bench.now).among == nil)
    }

    @Test("no more rows are looked through for an order than for a page", arguments: [0, 1])
    func rows(more: Int) async throws {
        var options = Hub.Options()
        options.conflictRowsMax = 3
        let bench = try await Self.queue(minutesAgo: Array([10, 20, 30, 40].prefix(3 + more)), options: options)
        let page = try await bench.hub.conflictPage(in: .newest, limit: 10, now: bench.now)
        #expect(page.conflicts.map(\.about.name) == ["O0", "O1", "O2"] && page.next == nil && page.among == (more == 1 ? 3 : nil))
    }

    @Test("conflicts that are named come in the order, too; a place of another order is refused")
    func named() async throws {
        let bench = try await Self.queue(minutesAgo: [10, 30, 20])
        var filter = ConflictFilter()
        filter.ids = try await bench.hub.conflicts(now: bench.now).map(\.id)
        #expect(try await Self.names(bench, .oldest, by: 10, filter) == ["O1", "O2", "O0"])
        let byKind = try #require(try await bench.hub.conflictPage(limit: 1, now: bench.now).next)
        let byAge = try #require(try await bench.hub.conflictPage(in: .oldest, limit: 1, now: bench.now).next)
        let wrong: [(ConflictOrder, String)] = [
            (.oldest, byKind), (.newest, byAge), (.kind, byAge), (.oldest, "oldest"), (.oldest, "oldest_1"), (.oldest, "oldest_x_61"),
            (.oldest, "oldest_1_6"), (.oldest, "oldest_1_ff"), (.oldest, "kind_1_61"), (.costliest, "costliest_1_61"), (.oldest, ""),
        ]
        for (order, place) in wrong {
            let error = await #expect(throws: HubError.self, "\(order) \(place)") {
                try await bench.hub.conflictPage(in: order, after: place, limit: 1, now: bench.now)
            }
            #expect(error?.code == .badRequest)
        }
    }

    @Test("a place comes back as it went out")
    func written() throws {
        for (order, numbers) in [(.oldest, [7]), (.newest, [.max]), (.costliest, [0, .max - 20_000, 0])] as [(ConflictOrder, [UInt64])] {
            var place = try #require(OrderedPlace("oldest_0_61"))
            (place.order, place.numbers, place.id) = (order, numbers, "oversell:oversold/Tee_&_Kanne at Köln")
            #expect(OrderedPlace(place.description) == place)
        }
    }

    @Test("what time alone changes is seen after five minutes, and not before")
    func idle() async throws {
        let kept = KeptForMoment<Int>(milliseconds: 10)
        let now = TestHub.start
        let last = now.advanced(byMilliseconds: KeptForMoment<Int>.longestMilliseconds - 1)
        #expect(try await kept.answer(head: 1, now: now) { 1 } == 1)
        #expect(try await kept.answer(head: 1, now: last) { 2 } == 1)
        #expect(try await kept.answer(head: 1, now: last.advanced(byMilliseconds: 1)) { 3 } == 3)
    }

    @Test("what was begun before it was forgotten does for nobody who asks after that, neither while it is made nor later")
    func forgottenMeanwhile() async throws {
        let kept = KeptForMoment<Int>(milliseconds: 1_000)
        let now = TestHub.start
        #expect(try await kept.answer(head: 1, now: now) { 1 } == 1)
        let later = now.advanced(byMilliseconds: 1_000)
        let (gate, open) = AsyncStream<Void>.makeStream()
        let (begun, begin) = AsyncStream<Void>.makeStream()
        async let slow = kept.answer(head: 2, now: later) {
            begin.finish()
            for await _ in gate {}
            return 2
        }
        for await _ in begun {}
        #expect(try await kept.answer(head: 2, now: later) { 9 } == 1)
        kept.forget()
        async let meanwhile = kept.answer(head: 3, now: later) { 3 }
        open.finish()
        #expect(try await slow == 2)
        #expect(try await meanwhile == 3)
        #expect(try await kept.answer(head: 3, now: later) { 4 } == 3)
    }

    @Test("what was forgotten when it was made already is not stored as good")
    func forgottenBeforeStored() async throws {
        let kept = KeptForMoment<Int>(milliseconds: 1_000)
        let now = TestHub.start
        let first = try await kept.answer(head: 1, now: now) {
            kept.forget()
            return 1
        }
        #expect(first == 1)
        #expect(try await kept.answer(head: 1, now: now) { 2 } == 2)
        #expect(try await kept.answer(head: 1, now: now) { 3 } == 2)
    }
}
