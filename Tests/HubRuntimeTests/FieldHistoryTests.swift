import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("The history of a field")
struct FieldHistoryTests {
    /// An order whose currency two sites wrote, one side of which was taken, and the decision taken back.
    private static func undone() async throws -> (bench: TestHub, order: Dot) {
        let dispute = try await CurrencyDispute()
        let (bench, order) = (dispute.bench, dispute.order)
        let conflict = try #require(try await bench.hub.conflicts(now: bench.now).first)
        let side = try #require(conflict.sides.first { $0.site == "web" })
        _ = try await bench.hub.resolve(
            conflict.id, Resolution(.take, side: side.dot, seen: conflict.seen, author: "ben", note: "asked"), now: bench.now)
        _ = try await bench.hub.undo(conflict.id, author: "anna", note: nil, now: bench.now)
        return (bench, order)
    }

    /// A customer's city, written `times` times with `between` other sets after each: who wrote it last, and whose life it is.
    private static func moved(times: Int, between: Int) async throws -> (bench: TestHub, life: Dot) {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let life = till.nextDot
        for number in 0..<times {
            bench.now = bench.now.advanced(byMilliseconds: 60_000)
            var sets = [
                try till.seal([
                    Make.write(
                        "customer", 1, [("city", .text(Text("City \(number)"))), ("phone", .text(Text("+44207946000\(number)")))],
                        life: number == 0 ? nil : life, at: bench.now)
                ])
            ]
            for other in 0..<between {
                sets.append(try till.seal([Make.movement("MUG", "shop-1", pieces: Int64(other + 1), at: bench.now)]))
            }
            try await bench.push(sets, from: shop)
        }
        return (bench, life)
    }

    private static func page(
        _ bench: TestHub, _ field: String, _ life: Dot, from place: String? = nil, writes: Int = 50, sets: Int = 1_000,
        changes: Int = 100_000
    ) async throws -> FieldHistory {
        let bounds = FieldHistory.Bounds(writes: writes, sets: sets, changes: changes)
        let history = try await bench.hub.history(
            of: field, record: life.description, from: place, bounds: bounds, now: bench.now)
        return try #require(history)
    }

    /// All pages, one after the other.
    private static func pages(
        _ bench: TestHub, _ field: String, _ life: Dot, writes: Int = 50, sets: Int = 1_000, changes: Int = 100_000
    ) async throws -> [FieldHistory] {
        var pages: [FieldHistory] = []
        var place: String?
        repeat {
            let next = try await page(bench, field, life, from: place, writes: writes, sets: sets, changes: changes)
            pages.append(next)
            place = next.older
            try #require(pages.count < 200)
        } while place != nil
        return pages
    }

    @Test("of an article's field it names the SKU by which stock knows the article, and none where stock does not")
    func article() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let (mug, cup) = (till.nextDot, Dot(till.replica, 2))
        try await bench.push(
            [
                try till.seal([
                    Make.write("item", 1, [("sku", "MUG"), ("price", -1)], at: bench.now),
                    Make.write("item", 2, [("sku", "CUP"), ("price", 1)], at: bench.now),
                    Make.movement("MUG", "shop-1", pieces: 1, at: bench.now),
                ])
            ], from: shop)
        #expect(try await Self.page(bench, "price", mug).about.sku == "MUG")
        #expect(try await Self.page(bench, "price", cup).about.sku == nil)
    }

    @Test("it tells every write, the newest first, who decided the hub's, and what each took the place of")
    func decided() async throws {
        let (bench, order) = try await Self.undone()
        let history = try await Self.page(bench, "currency", order)
        #expect(history.about.name == "O1" && history.about.field == "currency" && history.older == nil && !history.isBeforeRecord)
        let writes = history.writes
        #expect(Set(writes.prefix(2).map(\.value)) == [.text("USD"), .text("EUR")])
        #expect(writes.prefix(2).allSatisfy { $0.isLive && $0.site == "hub" && $0.origin?.author == "anna" && $0.origin?.choice == .undo })
        #expect(Set(writes.prefix(2).map { $0.origin?.first?.site ?? "" }) == ["web", "depot"])
        let taken = try #require(writes.dropFirst(2).first)
        #expect(taken.value == .text("USD") && taken.origin?.author == "ben" && taken.origin?.note == "asked" && !taken.isLive)
        #expect(Set(taken.replaced.map(\.value)) == [.text("USD"), .text("EUR")] && Set(taken.replaced.map(\.site)) == ["web", "depot"])
        #expect(writes.prefix(2).allSatisfy { $0.replaced.map(\.dot) == [taken.dot] })
        let own = writes.dropFirst(3)
        #expect(own.map(\.value) == [.text("EUR"), .text("USD"), .text("GBP")] && own.map(\.site) == ["depot", "web", "web"])
        #expect(own.map { $0.replaced.map(\.value) } == [[.text("GBP")], [.text("GBP")], []])
        #expect(own.allSatisfy { $0.origin == nil && !$0.isLive && !$0.isHeld && $0.received == bench.now.milliseconds })
        #expect(own.map(\.source) == ["wms", "shop", "shop"])
    }

    @Test("pages of any size give the same writes in the same order", arguments: [1, 2, 3, 5])
    func pages(size: Int) async throws {
        let (bench, order) = try await Self.undone()
        let whole = try await Self.page(bench, "currency", order).writes.map(\.dot)
        #expect(whole.count == 6)
        #expect(try await Self.pages(bench, "currency", order, writes: size).flatMap(\.writes).map(\.dot) == whole)
        #expect(try await Self.pages(bench, "currency", order, sets: size).flatMap(\.writes).map(\.dot) == whole)
        let (other, life) = try await Self.moved(times: 5, between: 2)
        for field in ["city", "phone"] {
            let whole = try await Self.page(other, field, life).writes
            let values = (0..<5).reversed().map { field == "city" ? "City \($0)" : "+44207946000\($0)" }
            #expect(whole.map(\.value.words) == values && whole.map(\.isLive) == [true, false, false, false, false])
            #expect(whole.dropLast().allSatisfy { $0.replaced.count == 1 } && whole.last?.replaced == [])
            let bySets = try await Self.pages(other, field, life, sets: size)
            #expect(bySets.allSatisfy { $0.sets <= size })
            for pages in [
                bySets, try await Self.pages(other, field, life, writes: size), try await Self.pages(other, field, life, changes: size),
            ] {
                #expect(pages.flatMap(\.writes).map(\.dot) == whole.map(\.dot))
            }
        }
    }

    @Test("a page looks through as many sets as it may and says so; of fields whose former values are kept nothing is searched")
    func bounds() async throws {
        // Two writes with five sets between: seven sets in all.
        let (bench, life) = try await Self.moved(times: 2, between: 5)
        let whole = try await Self.page(bench, "city", life, sets: 7)
        #expect(whole.writes.count == 2 && whole.sets == 7 && whole.older == nil)
        let part = try await Self.page(bench, "city", life, sets: 6)
        #expect(part.writes.count == 1 && part.sets == 6)
        let older: String = try #require(part.older)
        let rest = try await Self.page(bench, "city", life, from: older, sets: 6)
        #expect(rest.writes.count == 1 && rest.sets == 1 && rest.older == nil)
        #expect(try await Self.page(bench, "city", life, changes: 7).older == nil)
        #expect(try await Self.page(bench, "city", life, changes: 6).older != nil)
        #expect(try await Self.page(bench, "city", life, writes: 2).older == nil)
        #expect(try await Self.page(bench, "city", life, writes: 1).older != nil)
        let kept = try await Self.page(bench, "phone", life, sets: 2)
        #expect(kept.writes.count == 2 && kept.sets == 2 && kept.older == nil)
        #expect(try await Self.page(bench, "phone", life, sets: 1).older != nil)
        #expect(FieldHistory.setsMax == 1_000 && FieldHistory.writesMax == 50)
        for limit in [1, 50] {
            let asked = try await bench.hub.history(of: "city", record: life.description, limit: limit, now: bench.now)
            #expect(asked?.writes.count == min(limit, 2))
        }
        for limit in [0, 51] {
            let error = await #expect(throws: HubError.self) {
                try await bench.hub.history(of: "city", record: life.description, limit: limit, now: bench.now)
            }
            #expect(error?.code == .badRequest)
        }
    }

    @Test("the journal's last sets are handed out by row and decoded; a counter that it lacks gives the row before it, and no set")
    func decodedSets() async throws {
        let (bench, life) = try await Self.moved(times: 3, between: 4)
        try await bench.hub.reading(bench.now) { documents in
            let replica = try #require(documents.standing.number(of: life.replica))
            let (first, last) = (life.counter, life.counter + 14)
            var sets = DecodedSets(store: documents.store)
            // Fifteen sets of one change each, more than are kept, back and forth.
            for counter in Array(first...last) + (first...last).reversed() {
                let row = try #require(try sets.row(upTo: counter, of: replica))
                #expect(row.first == counter && row.last == counter)
                let set = try #require(try sets.set(containing: counter, of: replica))
                let decoded = try ChangeSetCodec.decode(row.bytes)
                #expect(set == decoded && set.first == counter)
            }
            #expect(try sets.row(upTo: last + 9, of: replica)?.last == last)
            #expect(try sets.set(containing: last + 9, of: replica) == nil)
            #expect(try sets.row(upTo: first - 1, of: replica) == nil)
            #expect(try sets.set(containing: first - 1, of: replica) == nil)
            // What the journal does not hold yet stays, whatever is read besides.
            let coming = try #require(try sets.set(containing: last, of: replica))
            var taking = DecodedSets(store: documents.store, current: (ReplicaNumber(99), coming))
            for counter in first...last { _ = try taking.set(containing: counter, of: replica) }
            #expect(try taking.change(replica: ReplicaNumber(99), counter: last) == coming.changes.first)
            #expect(try taking.row(upTo: last, of: ReplicaNumber(99)) == nil)
        }
    }

    @Test("many writes of one set are cut where the page ends, and none is told twice")
    func oneSet() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let life = till.nextDot
        let changes = (0..<7).map { number in
            Make.write(
                "customer", 1, [("city", .text(Text("City \(number)")))], life: number == 0 ? nil : life, at: bench.now)
        }
        try await bench.push([try till.seal(changes)], from: shop)
        let whole = try await Self.page(bench, "city", life)
        #expect(whole.writes.map(\.value.words) == (0..<7).reversed().map { "City \($0)" })
        #expect(try await Self.pages(bench, "city", life, writes: 3).map { $0.writes.map(\.dot) }.reduce([], +) == whole.writes.map(\.dot))
    }

    @Test("a site's sets from before the record are left for the next page, which says why")
    func beforeRecord() async throws {
        let bench = try await TestHub()
        let (web, depot) = (try await bench.enrol("web", kind: .web), try await bench.enrol("depot", kind: .warehouse))
        var (shop, store) = (TestWriter("shop", seed: 1, key: web.key), TestWriter("wms", seed: 2, key: depot.key))
        try await bench.push([try store.seal([Make.movement("MUG", "hall", pieces: 1, at: bench.now)])], from: depot)
        let order = shop.nextDot
        try await bench.push([try shop.seal([Make.write("order", 1, [("currency", "GBP")], at: bench.now)])], from: web)
        // Without a word of what was shown: what it took the place of could stand anywhere in its chain.
        let other = Make.write("order", 1, [("currency", "EUR")], life: order, source: shop.source, at: bench.now)
        try await bench.push([try store.seal([other])], from: depot)
        let first = try await Self.page(bench, "currency", order)
        #expect(first.writes.map(\.value) == [.text("EUR"), .text("GBP")] && first.isBeforeRecord)
        let older: String = try #require(first.older)
        let second = try await Self.page(bench, "currency", order, from: older)
        #expect(second.writes.isEmpty && second.older == nil && !second.isBeforeRecord)
    }

    @Test("what stands in quarantine is told, and counts for nothing")
    func held() async throws {
        let bench = try await TestHub()
        let web = try await bench.enrol("web", kind: .web)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        let order = shop.nextDot
        try await bench.push([try shop.seal([Make.write("order", 1, [("total", 10_000)], at: bench.now)])], from: web)
        try await bench.push([try shop.seal([Make.write("order", 1, [("total", "much")], life: order, at: bench.now)])], from: web)
        let history = try await Self.page(bench, "total", order)
        #expect(history.writes.map(\.value) == [.text("much"), .integer(10_000)])
        #expect(history.writes.map(\.isHeld) == [true, false] && history.writes.map(\.isLive) == [false, true])
        #expect(history.writes.allSatisfy { $0.replaced.isEmpty })
    }

    @Test("a till that was restored tells what its former history wrote, as far as both share it")
    func restored() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let life = till.nextDot
        func move(_ city: String, isFirst: Bool = false) -> Change {
            Make.write("customer", 1, [("city", .text(Text(city)))], life: isFirst ? nil : life, at: bench.now)
        }
        try await bench.push([try till.seal([move("Leith", isFirst: true)]), try till.seal([move("Perth")])], from: shop)
        let shared = Dot(till.replica, till.last)
        try await bench.push([try till.seal([move("Lost")])], from: shop)
        var again = TestWriter("till", seed: 2, source: till.source, follows: shared, key: shop.key)
        try await bench.push([try again.seal([move("York")])], from: shop)
        let history = try await Self.page(bench, "city", life)
        // Neither of the last two knew of the other.
        #expect(history.writes.map(\.value.words) == ["York", "Lost", "Perth", "Leith"])
        #expect(history.writes.map(\.isLive) == [true, true, false, false])
        #expect(history.writes.map { $0.replaced.map(\.value.words) } == [["Perth"], ["Perth"], ["Leith"], []])
    }

    @Test("a person's other records are named; what is no record, no field or no place is told")
    func unknown() async throws {
        let bench = try await TestHub()
        let (one, two) = (try await bench.enrol("shop-1"), try await bench.enrol("shop-2"))
        var (mine, yours) = (TestWriter("till", seed: 1, key: one.key), TestWriter("till", seed: 2, key: two.key))
        let (life, other) = (mine.nextDot, yours.nextDot)
        try await bench.push([try mine.seal([Make.customer(1, email: "ann@example.com", name: "Ann", at: bench.now)])], from: one)
        try await bench.push([try yours.seal([Make.customer(7, email: "ann@example.com", at: bench.now)])], from: two)
        let history = try await Self.page(bench, "name", life)
        #expect(history.others.map(\.life) == [other.description] && history.others.map(\.site) == ["shop-2"])
        #expect(history.about.profile?.isEmpty == false)
        for (record, field) in [("", "name"), ("nonsense", "name"), ("00:1", "name"), (other.description, "name"), (life.description, "")] {
            #expect(try await bench.hub.history(of: field, record: record, now: bench.now) == nil, "\(record) \(field)")
        }
        let many = Array(repeating: life.description, count: FieldHistory.Bounds().places + 1).joined(separator: ",")
        for place in ["nonsense", "~", ",", "\(other.replica):", many] {
            for field in ["name", "email"] {
                let error = await #expect(throws: HubError.self) {
                    try await bench.hub.history(of: field, record: life.description, from: place, now: bench.now)
                }
                #expect(error?.code == .badRequest, "\(place)")
            }
        }
    }
}
