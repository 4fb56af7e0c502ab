import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("The queue of conflicts, and one of them")
struct ConflictDeskTests {
    /// Conflicts of several kinds: piles oversold, changes set aside, fields that two sites wrote.
    static func queue(
        piles: Int, aside: Int, fields: Int, options: Hub.Options = Hub.Options()
    ) async throws -> (bench: TestHub, orders: [Dot]) {
        let bench = try await TestHub(options: options)
        let (web, depot) = (try await bench.enrol("web", kind: .web), try await bench.enrol("depot", kind: .warehouse))
        var (shop, store) = (TestWriter("shop", seed: 1, key: web.key), TestWriter("wms", seed: 2, key: depot.key))
        var orders: [Dot] = []
        var placed: [Change] = []
        for number in 0..<fields {
            orders.append(Dot(shop.nextDot.replica, shop.nextDot.counter + UInt64(number)))
            placed.append(
                Make.write(
                    "order", Int64(number), [("number", .text(Text("O\(number)"))), ("currency", "GBP"), ("total", 1)], at: bench.now))
        }
        if !placed.isEmpty { try await bench.push([try shop.seal(placed)], from: web) }
        for (writer, currency) in [(0, "USD"), (1, "EUR")] as [(Int, Value)] {
            let changes = orders.enumerated().map { number, order in
                Make.write(
                    "order", Int64(number), [("currency", currency), ("total", .integer(Int64(writer)))], life: order,
                    source: writer == 0 ? nil : shop.source, at: bench.now, context: .named([order]))
            }
            guard !changes.isEmpty else { continue }
            if writer == 0 {
                try await bench.push([try shop.seal(changes)], from: web)
            } else {
                try await bench.push([try store.seal(changes)], from: depot)
            }
        }
        let sold = (0..<piles).map { Make.movement(Text("SKU \($0) at"), "web", pieces: -1, at: bench.now) }
        let bad = (0..<aside).map { _ in Make.movement("", "web", pieces: 1, at: bench.now) }
        if !(sold + bad).isEmpty { try await bench.push([try shop.seal(sold + bad)], from: web) }
        return (bench, orders)
    }

    @Test(
        "an oversold pile tells what took from it since the last count, the newest first, and no more than so many",
        arguments: [Hub.takersMax, Hub.takersMax + 1])
    func takers(sales: Int) async throws {
        let bench = try await TestHub()
        let agent = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: agent.key)
        let now = bench.now.milliseconds
        func ago(_ minutes: Int) -> Timestamp { Timestamp(milliseconds: now - UInt64(minutes) * 60_000) }
        let before = [
            Make.movement("MUG", "shop-1", pieces: -7, kind: .sale, at: ago(100)), Make.count("MUG", "shop-1", pieces: 1, at: ago(90)),
            Make.movement("MUG", "shop-1", pieces: 1, kind: .customerReturn, at: ago(80)),
        ]
        let sold = (0..<sales).map { Make.movement("MUG", "shop-1", pieces: -1, kind: .sale, at: ago(sales - $0)) }
        try await bench.push([try till.seal(before + sold)], from: agent)
        let story = try await bench.hub.conflictStory("oversell:oversold/MUG at shop-1", now: bench.now)
        #expect(story.takers.map(\.at) == (1...Hub.takersMax).map { ago($0).milliseconds })
        #expect(story.takers.allSatisfy { $0.kind == .sale && $0.quantity == -10_000 && $0.site == "shop-1" })
    }

    @Test("what is promised is among what took from a pile until it is given back, whatever was counted since")
    func promises() async throws {
        let bench = try await TestHub()
        let agent = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: agent.key)
        func promise(_ document: Text, _ kind: Movement.Kind = .reservation) -> Change {
            let quantity = kind == .reservation ? FixedPoint.one : -FixedPoint.one
            return Change(
                time: bench.now, action: .stockOnly,
                stock: .movement(Movement(sku: "MUG", location: "shop-1", quantity: quantity, kind: kind, note: document)))
        }
        try await bench.push(
            [
                try till.seal([
                    promise("W-1"), promise("W-2"), promise("W-1", .release), Make.count("MUG", "shop-1", pieces: 0, at: bench.now),
                ])
            ],
            from: agent)
        let story = try await bench.hub.conflictStory("oversell:oversold/MUG at shop-1", now: bench.now)
        #expect(story.takers.map(\.note) == ["W-2"] && story.takers.first?.kind == .reservation)
    }

    @Test("what leaves, and what is promised until its time, takes from a pile; what comes, or gives a promise back, does not")
    func takes() {
        let now = Timestamp(milliseconds: 1_000)
        func takes(_ kind: Movement.Kind, _ quantity: Int64, expires: UInt64? = nil) -> Bool {
            let row = MovementRow(
                cell: 1, replica: 1, counter: 1, kind: kind, quantity: quantity, note: nil,
                expires: expires.map { Timestamp(milliseconds: $0) })
            return StockMovements.Found(row: row, dot: Dot(ReplicaID(high: 0, low: 1), 1), at: 1).takes(at: now)
        }
        #expect(takes(.sale, -1) && takes(.transferOut, -1) && takes(.adjustment, -1))
        #expect(!takes(.sale, 1) && !takes(.receipt, 1) && !takes(.adjustment, 1) && !takes(.customerReturn, 1))
        #expect(takes(.reservation, 1) && takes(.reservation, 1, expires: 1_001) && !takes(.reservation, 1, expires: 1_000))
        #expect(!takes(.release, -1))
    }

    @Test("pages hold each conflict once, in one order, whatever their size", arguments: [1, 3, 7, 200])
    func pages(size: Int) async throws {
        let (bench, _) = try await Self.queue(piles: 5, aside: 4, fields: 3)
        let all = try await bench.hub.conflicts(now: bench.now).map(\.id)
        var paged: [String] = []
        var after: String?
        repeat {
            let page = try await bench.hub.conflictPage(after: after, limit: size, now: bench.now)
            #expect(page.conflicts.count == size || page.next == nil)
            #expect(!page.conflicts.isEmpty && page.conflicts.count <= size && page.lookedThrough == nil)
            paged += page.conflicts.map(\.id)
            after = page.next
            try #require(paged.count <= all.count)
        } while after != nil
        #expect(all.count == 15)
        #expect(paged.count == all.count && Set(paged) == Set(all))
        #expect(paged.first?.hasPrefix("oversell:") == true)
    }

    @Test("a filter looks through all, and not through the first few hundred of a kind")
    func filtered() async throws {
        let (bench, _) = try await Self.queue(piles: Hub.conflictsPerKindMax + 20, aside: 0, fields: 1)
        let last = "SKU \(Hub.conflictsPerKindMax + 19) at"
        let found = try await bench.hub.conflicts(ConflictFilter(text: last.uppercased()), now: bench.now)
        #expect(found.map(\.about.sku) == [last])
        #expect(try await bench.hub.conflicts(ConflictFilter(text: "o0"), now: bench.now).allSatisfy { $0.about.name == "O0" })
        #expect(try await bench.hub.conflicts(ConflictFilter(kind: .oversell), now: bench.now).count == Hub.conflictsPerKindMax)
        let chosen = [found[0].id, "concurrent-writes:nothing", "nonsense"]
        var filter = ConflictFilter()
        filter.ids = chosen
        #expect(try await bench.hub.conflicts(filter, now: bench.now).map(\.id) == [found[0].id])
    }

    @Test("each open conflict is found by its whole id, and one that is over is not")
    func found() async throws {
        let (bench, _) = try await Self.queue(piles: 3, aside: 2, fields: 2)
        for conflict in try await bench.hub.conflicts(now: bench.now) {
            #expect(try await bench.hub.conflicts(ConflictFilter(id: conflict.id), now: bench.now) == [conflict])
        }
        for wrong in ["oversell:oversold/SKU 9 at at web", "concurrent-writes:zz/phone", "quarantine:0", "source-restored:", ":", ""] {
            let error = await #expect(throws: HubError.self) { try await bench.hub.conflictStory(wrong, now: bench.now) }
            #expect(error?.code == .notFound, "\(wrong)")
        }
    }

    @Test("its story says what stood there before, who had heard of whom, and when the hub heard of each")
    func story() async throws {
        let (bench, orders) = try await Self.queue(piles: 0, aside: 0, fields: 1)
        let story = try await bench.hub.conflictStory("concurrent-writes:\(orders[0])/currency", now: bench.now)
        #expect(story.conflict?.about.name == "O0" && story.conflict?.about.field == "currency")
        #expect(story.earlier.map(\.value) == [.text("GBP")] && story.earlier.map(\.dot) == [orders[0].description])
        #expect(Set(story.sides.map(\.site)) == ["web", "depot"])
        for side in story.sides {
            #expect(side.shown == [orders[0].description])
            // The web shop wrote both, one after the other; the depot's own chain holds nothing of the web shop's.
            let hasHeard = side.heard.contains(orders[0].description)
            #expect(hasHeard == (side.site == "web"))
            let sides = story.sides.map(\.dot)
            #expect(Set(side.heard).isDisjoint(with: sides))
            #expect(side.received == bench.now.milliseconds)
        }
        #expect(story.alike == 1 && story.before == nil && story.next == nil)
        let taken = try #require(story.conflict?.sides.first)
        _ = try await bench.hub.resolve(
            "concurrent-writes:\(orders[0])/currency", Resolution(.take, side: taken.dot, seen: story.conflict?.seen, author: "ann"),
            now: bench.now)
        let over = try await bench.hub.conflictStory("concurrent-writes:\(orders[0])/currency", now: bench.now)
        #expect(over.conflict == nil && over.decisions.map(\.author) == ["ann"])
    }

    @Test("what a choice would leave is seen before it is made, and nothing of the look stays")
    func foresees() async throws {
        let (bench, _) = try await Self.queue(piles: 1, aside: 0, fields: 0)
        let conflict = try #require(try await bench.hub.conflicts(now: bench.now).first)
        let before = try await bench.hub.digest()
        let foresight = try await bench.hub.foresee(
            conflict.id, Resolution(.value, value: .integer(70_000), seen: conflict.seen, author: "ann"), now: bench.now)
        #expect(foresight == Foresight(onHand: 70_000, available: 70_000, conflicts: 0))
        #expect(try await bench.hub.digest() == before)
        #expect(try await bench.hub.decisions(now: bench.now).isEmpty)
        #expect(try await bench.hub.conflicts(now: bench.now) == [conflict])
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("how many are open is counted anew after a commit, after some seconds, and at once after a decision")
    func counted() async throws {
        let (bench, _) = try await Self.queue(piles: 2, aside: 1, fields: 0)
        #expect(try await bench.hub.openConflicts(now: bench.now).byKind == [.oversell: 2, .quarantine: 1])
        let conflict = try #require(try await bench.hub.conflicts(now: bench.now).first)
        _ = try await bench.hub.resolve(conflict.id, Resolution(.accept, seen: conflict.seen, author: "ann"), now: bench.now)
        #expect(try await bench.hub.openConflicts(now: bench.now).count == 2)
    }

    @Test("a pulse tells what was admitted, how far sites are behind and what is open; old ones go")
    func pulses() async throws {
        let (bench, _) = try await Self.queue(piles: 2, aside: 0, fields: 0)
        try await bench.hub.takePulse(now: bench.now)
        let later = bench.now.advanced(byMilliseconds: 8 * 86_400_000)
        try await bench.hub.takePulse(now: later)
        let rows = try await bench.hub.pulses(since: Timestamp(milliseconds: 0))
        #expect(rows.map(\.at) == [later] && rows[0].conflicts == 2 && rows[0].changes == 2)
    }
}
