import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("Pages of conflicts while others decide")
struct ConflictPagingTests {
    /// Where each conflict's page would end, in the order of the list.
    private static func places(_ hub: Hub, _ count: Int, now: Timestamp) async throws -> [String?] {
        var places: [String?] = []
        for limit in 1...count { places.append(try await hub.conflictPage(limit: limit, now: now).next) }
        return places
    }

    private static func choice(_ conflict: ConflictAnswer) -> Resolution {
        switch conflict.kind {
        case .oversell: Resolution(.accept, seen: conflict.seen, author: "ben")
        case .quarantine, .longWait: Resolution(.discard, seen: conflict.seen, author: "ben")
        default: Resolution(.take, side: conflict.sides[0].dot, seen: conflict.seen, author: "ben")
        }
    }

    @Test("the last one of a page is decided by a colleague: the next page shows exactly what follows, whatever its kind")
    func decidedMeanwhile() async throws {
        var options = Hub.Options()
        options.longWaitMilliseconds = 0
        let (bench, _) = try await ConflictDeskTests.queue(piles: 3, aside: 3, fields: 2, options: options)
        let late = try await bench.enrol("late")
        var writer = TestWriter("late", seed: 9, key: late.key)
        let unsent = TestWriter("unsent", seed: 10, key: late.key)
        let waiting = (1...3).map { number in
            Make.write("sale", Int64(number), [("number", "w")], at: bench.now, context: .named([Dot(unsent.replica, UInt64(number))]))
        }
        try await bench.push([try writer.seal(waiting)], from: late)
        let all = try await bench.hub.conflictPage(limit: 100, now: bench.now).conflicts
        #expect(Set(all.map(\.kind)) == [.oversell, .quarantine, .concurrentWrites, .longWait])
        #expect(all.count { $0.kind == .quarantine } == 3 && all.count { $0.kind == .longWait } == 3)
        let places = try await Self.places(bench.hub, all.count, now: bench.now)
        #expect(places.last == .some(nil))
        for (index, conflict) in all.enumerated() where index + 1 < all.count {
            _ = try await bench.hub.resolve(conflict.id, Self.choice(conflict), now: bench.now)
            let place = try #require(places[index])
            let rest = try await bench.hub.conflictPage(after: place, limit: 100, now: bench.now)
            let expected = all.dropFirst(index + 1).map(\.id)
            #expect(rest.conflicts.map(\.id) == expected && rest.next == nil, "\(conflict.id)")
        }
    }

    @Test("what is open for so many days is found, to the millisecond; a number that is too large finds nothing")
    func byAge() async throws {
        let dispute = try await CurrencyDispute()
        let (hub, day) = (dispute.bench.hub, 24 * 3_600_000 as UInt64)
        func found(_ days: Int, after milliseconds: UInt64) async throws -> Int {
            let now = dispute.bench.now.advanced(byMilliseconds: milliseconds)
            return try await hub.conflictPage(ConflictFilter(days: days), limit: 10, now: now).conflicts.count
        }
        #expect(try await found(7, after: 7 * day - 1) == 0)
        #expect(try await found(7, after: 7 * day) == 1)
        #expect(try await found(0, after: 0) == 1)
        #expect(try await found(-1, after: 0) == 1)
        #expect(try await found(.max, after: 7 * day) == 0)
        let agent = try await dispute.bench.enrol("shop")
        var shop = TestWriter("till", seed: 3, key: agent.key)
        try await dispute.bench.push([try shop.seal([Make.movement("BOOT", "shop", pieces: -1, at: dispute.bench.now)])], from: agent)
        #expect(try await found(7, after: 7 * day - 1) == 0)
        #expect(try await found(7, after: 7 * day) == 2)
        // Nobody knows since when a view is behind.
        try dispute.bench.store.writeNow { try $0.put(StaleRow(view: "stock", key: [1], reason: "r")) }
        #expect(try await found(7, after: 0) == 1)
    }

    @Test("views that are behind, too, are gone on with where one of them has caught up meanwhile")
    func staleViews() async throws {
        let bench = try await TestHub()
        let rows = (0..<3).flatMap { number in ["order", "stock_figures"].map { StaleRow(view: $0, key: [UInt8(number)], reason: "r") } }
        try bench.store.writeNow { store in for row in rows { try store.put(row) } }
        let all = try await bench.hub.conflictPage(limit: 100, now: bench.now).conflicts
        #expect(all.count == rows.count && all.allSatisfy { $0.kind == .staleView })
        let places = try await Self.places(bench.hub, all.count, now: bench.now)
        for (index, conflict) in all.enumerated() where index + 1 < all.count {
            #expect(try await bench.hub.conflicts(ConflictFilter(id: conflict.id), now: bench.now) == [conflict])
            let row = try #require(rows.first { conflict.id == "stale-view:\($0.view)/\(Hexadecimal.string($0.key))" })
            try bench.store.writeNow { try $0.deleteStale(view: row.view, key: row.key) }
            #expect(try await bench.hub.conflicts(ConflictFilter(id: conflict.id), now: bench.now).isEmpty)
            let rest = try await bench.hub.conflictPage(after: places[index], limit: 100, now: bench.now).conflicts
            #expect(rest == Array(all.dropFirst(index + 1)))
        }
    }

    @Test("of more views that are behind than are listed of a kind each is found by its id")
    func manyStale() async throws {
        let bench = try await TestHub()
        let count = Hub.conflictsPerKindMax + 1
        try bench.store.writeNow { store in
            for number in 0..<count { try store.put(StaleRow(view: "stock", key: [UInt8(number >> 8), UInt8(number & 255)], reason: "r")) }
        }
        let first = try await bench.hub.conflictPage(limit: Hub.conflictsPageMax, now: bench.now)
        let rest = try await bench.hub.conflictPage(after: first.next, limit: Hub.conflictsPageMax, now: bench.now)
        #expect(first.conflicts.count == Hub.conflictsPageMax && rest.conflicts.count == 1 && rest.next == nil)
        let last = try #require(rest.conflicts.first)
        #expect(try await bench.hub.conflicts(ConflictFilter(id: last.id), now: bench.now) == [last])
    }

    @Test("a page has 1 to so many conflicts; other limits, and places that are none, are refused")
    func refused() async throws {
        let (bench, _) = try await ConflictDeskTests.queue(piles: 1, aside: 0, fields: 0)
        for limit in [1, Hub.conflictsPageMax] {
            #expect(try await bench.hub.conflictPage(limit: limit, now: bench.now).conflicts.count == 1)
        }
        for limit in [0, Hub.conflictsPageMax + 1, -1] {
            let error = await #expect(throws: HubError.self) { try await bench.hub.conflictPage(limit: limit, now: bench.now) }
            #expect(error?.code == .badRequest)
        }
        let wrong = [
            "", "oversell:oversold/SKU at web", "stock", "stock_", "stock_x", "stock_-1", "stock_1_6", "stock_1_ff", "stock_1_61_61",
            "writes_99999999999999999999", "orders_1_61", "links_nan_1_2", "links_1e99_1_2", "links_1_2", "stale_7_00", "stale_61_0",
            "waiting_1_1_99999999999999", "waiting_1_99999999999_1", "quarantined_-1_1_1", "nothing_1",
        ]
        for place in wrong {
            let error = await #expect(throws: HubError.self, "\(place)") {
                try await bench.hub.conflictPage(after: place, limit: 1, now: bench.now)
            }
            #expect(error?.code == .badRequest)
        }
    }

    @Test("a place comes back as it went out")
    func written() throws {
        let time = Timestamp(milliseconds: 1_700_000_000_000)
        let places = [
            ConflictPlace(.stock, .number(7), id: "oversell:oversold/Tee_&_Kanne at Köln"), ConflictPlace(.writes, .number(1 << 62)),
            ConflictPlace(.orders, .number(0)), ConflictPlace(.restored, .number(3)),
            ConflictPlace(.waiting, .held(HeldRow.Place(since: time, replica: 3, counter: 9))),
            ConflictPlace(.links, .pair(bits: 12.345, lower: RecordNumber(raw: 4), higher: RecordNumber(raw: 5))),
            ConflictPlace(.links, .pair(bits: 1e-3, lower: RecordNumber(raw: 4), higher: RecordNumber(raw: 5))),
            ConflictPlace(.stale, .stale(StaleRow.Place(view: "a_b.c", key: []))),
        ]
        for place in places {
            #expect(ConflictPlace(place.description) == place, "\(place)")
            #expect(place.description.utf8.allSatisfy { Array("abcdefghijklmnopqrstuvwxyz0123456789-._+".utf8).contains($0) })
        }
    }

    /// Orders whose fields two sites wrote, all of which decide themselves; behind them one thing that somebody should look at.
    private static func decidingThemselves(_ fields: Int, rowsMax: Int) async throws -> TestHub {
        var options = Hub.Options()
        options.conflictRowsMax = rowsMax
        let (bench, _) = try await ConflictDeskTests.queue(piles: 0, aside: 0, fields: fields, options: options)
        for field in ["currency", "total"] {
            _ = try await bench.hub.setPolicy(
                PolicyQuestion(entity: "order", field: field, policy: "latest", author: "ann"), now: bench.now)
        }
        return bench
    }

    @Test("rows in which nothing is open are looked at up to a bound for one page; the next page goes on behind them", arguments: [0, 1])
    func lookedThrough(more: Int) async throws {
        let rowsMax = 6
        let bench = try await Self.decidingThemselves(rowsMax + more, rowsMax: rowsMax)
        let (first, open) = (
            try await bench.hub.conflictPage(limit: 50, now: bench.now), try await bench.hub.openConflicts(now: bench.now)
        )
        #expect(first.conflicts.isEmpty && open.count == 0)
        #expect((first.lookedThrough == rowsMax) == (more == 1) && (first.next != nil) == (more == 1) && open.hasMore == (more == 1))
        guard more == 1 else { return }
        let rest = try await bench.hub.conflictPage(after: first.next, limit: 50, now: bench.now)
        #expect(rest == ConflictPage(conflicts: []))
    }

    @Test("what stands behind rows in which nothing is open is found, and once", arguments: [(1, 10), (2, 5), (5, 3), (100, 2)])
    func behind(rowsMax: Int, expected: Int) async throws {
        let bench = try await Self.decidingThemselves(7, rowsMax: rowsMax)
        let keys = (0..<3).map { [UInt8($0)] }
        try bench.store.writeNow { store in for key in keys { try store.put(StaleRow(view: "stock", key: key, reason: "r")) } }
        var (found, pages): ([String], Int) = ([], 0)
        var after: String?
        repeat {
            let page = try await bench.hub.conflictPage(after: after, limit: 2, now: bench.now)
            found += page.conflicts.map(\.id)
            (after, pages) = (page.next, pages + 1)
            try #require(pages <= 20)
        } while after != nil
        #expect(found == keys.map { "stale-view:stock/\(Hexadecimal.string($0))" })
        #expect(pages == expected)
    }

    @Test("a page that is full says nothing of rows looked through, and one that is not says how many")
    func full() async throws {
        var options = Hub.Options()
        options.conflictRowsMax = 3
        let (bench, _) = try await ConflictDeskTests.queue(piles: 5, aside: 0, fields: 0, options: options)
        let full = try await bench.hub.conflictPage(limit: 3, now: bench.now)
        #expect(full.conflicts.count == 3 && full.next != nil && full.lookedThrough == nil)
        let short = try await bench.hub.conflictPage(limit: 4, now: bench.now)
        #expect(short.conflicts.count == 3 && short.lookedThrough == 3)
        let rest = try await bench.hub.conflictPage(after: short.next, limit: 4, now: bench.now)
        #expect(rest.conflicts.count == 2 && rest.next == nil && rest.lookedThrough == nil)
    }

    @Test("only what can be replayed is what stands in quarantine")
    func replayable() async throws {
        let (bench, _) = try await ConflictDeskTests.queue(piles: 2, aside: 3, fields: 2)
        var filter = ConflictFilter()
        filter.choice = .replay
        let found = try await bench.hub.conflictPage(filter, limit: 2, now: bench.now)
        let rest = try await bench.hub.conflictPage(filter, after: found.next, limit: 2, now: bench.now)
        #expect((found.conflicts + rest.conflicts).map(\.kind) == [.quarantine, .quarantine, .quarantine] && rest.next == nil)
    }
}
