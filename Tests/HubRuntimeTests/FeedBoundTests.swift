import Causality
import ChangeSets
import HubStoreSQLite
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("Bounds of what an agent is sent")
struct FeedBoundTests {
    @Test("A number of the line takes so many rows and so many bytes; what is beyond gets the next")
    func numbers() {
        var byRows = FeedNumbering(after: 7)
        for _ in 0..<FeedNumbering.rowsMax { #expect(byRows.place(cost: 1) == 8) }
        #expect(byRows.place(cost: 1) == 9)
        var byCost = FeedNumbering(after: 7)
        #expect(byCost.place(cost: FeedNumbering.costMax - 1) == 8)
        #expect(byCost.place(cost: 1) == 8)
        #expect(byCost.place(cost: 1) == 9)
        // A row that is larger than all that has a number of its own.
        #expect(byCost.place(cost: FeedNumbering.costMax + 1) == 10)
        #expect(byCost.place(cost: 1) == 11)
    }

    /// A hub with a shop, and behind its line's end so many profiles, `perNumber` on each further number.
    private struct Line {
        let bench: TestHub
        let scope: Scope
        let standing: Standing
        /// The numbers before.
        let start: UInt64

        init(profiles: Int, perNumber: Int, isAlive: Bool = false) async throws {
            bench = try await TestHub()
            let shop = try await bench.enrol("shop-1")
            scope = Scope(shop.record.site)
            var till = TestWriter("till", seed: 1, key: shop.key)
            try await bench.push([try till.seal([Make.sale(1, customer: nil, at: bench.now)])], from: shop)
            standing = bench.hub.standing.withLock { $0 }
            start = standing.head.number
            let replica = try #require(standing.number(of: till.replica))
            let (first, generation) = (start + 1, bench.hub.generation.id)
            try bench.store.writeNow { store in
                for index in 0..<profiles {
                    let number = first + UInt64(index / perNumber)
                    if index % perNumber == 0 {
                        try store.insert(LineRow(number: number, generation: generation, hash: Digest.zero.bytes))
                    }
                    try store.put(
                        ProfileRow(
                            id: RecordNumber(replica: replica, counter: UInt64(10_000 + index)), number: number, regions: [],
                            formerRegions: [], isAlive: isAlive))
                }
            }
        }

        func piece(after number: UInt64, bytesMax: Int) throws -> (entries: [FeedEntry], reached: UInt64) {
            try bench.store.readNow { store in
                let documents = try Documents(store: store, standing: standing, now: bench.now)
                let piece = try FeedReader(documents: documents, scope: scope).piece(after: number, bytesMax: bytesMax)
                return (piece.entries, piece.reached)
            }
        }
    }

    @Test("A page has fewer rows of a topic than are looked at; where it was cut, the last number is for the next", arguments: [-1, 0])
    func rows(more: Int) async throws {
        let rows = FeedReader.rowsMax + more
        let line = try await Line(profiles: rows, perNumber: FeedNumbering.rowsMax)
        let numbers = UInt64(FeedReader.rowsMax / FeedNumbering.rowsMax)
        let page = try line.piece(after: line.start, bytesMax: .max)
        #expect(page.reached == line.start + (more < 0 ? numbers : numbers - 1))
        #expect(page.entries.count == (more < 0 ? rows : rows - FeedNumbering.rowsMax))
        let rest = try line.piece(after: page.reached, bytesMax: .max)
        #expect(page.entries.count + rest.entries.count == rows)
        #expect(rest.reached == line.start + numbers)
    }

    @Test("A number that holds more rows than are looked at for a page is read whole: the page gets on", arguments: [0, 1, 2_500])
    func pile(more: Int) async throws {
        let rows = FeedReader.rowsMax + more
        let line = try await Line(profiles: rows + 3, perNumber: rows)
        let page = try line.piece(after: line.start, bytesMax: 1)
        #expect(page.reached == line.start + 1 && page.entries.count == rows)
        #expect(try line.piece(after: page.reached, bytesMax: 1).entries.count == 3)
    }

    @Test("A page ends at the first whole number that reaches its bytes, and not a byte before; a number is never cut")
    func pageBytes() async throws {
        let line = try await Line(profiles: 4, perNumber: 1)
        let all = try line.piece(after: line.start, bytesMax: .max).entries
        let cost = try #require(all.first).key.count + 8
        #expect(all.count == 4 && all.allSatisfy { $0.body == nil && $0.key.count + 8 == cost })
        let two = try line.piece(after: line.start, bytesMax: 2 * cost)
        #expect(two.entries.count == 2 && two.reached == line.start + 2)
        #expect(try line.piece(after: line.start, bytesMax: 2 * cost + 1).entries.count == 3)
        let whole = try await Line(profiles: 4, perNumber: 3)
        #expect(try whole.piece(after: whole.start, bytesMax: 1).entries.count == 3)
    }

    @Test("Of a number whose documents are too large for one answer the large ones are shortened; none is left out", arguments: [2, 3])
    func numberBytes(customers: Int) async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        // Two of them fit a number, three do not.
        let note = Value.text(Text(String(repeating: "x", count: FeedReader.numberBytesMax * 2 / 5)))
        for key in 1...Int64(customers) {
            try await bench.push(
                [try till.seal([Make.write("customer", key, [("name", "Ada"), ("note", note)], at: bench.now)])], from: shop)
        }
        // A sale of each brings all of them to one number.
        let sales = (1...Int64(customers)).map { key in
            Make.sale(key, customer: Make.reference("customer", key, life: Dot(till.replica, UInt64(key))), at: bench.now)
        }
        try await bench.push([try till.seal(sales)], from: shop)
        let pulled = try await bench.pullAll(shop)
        let bodies = pulled.bodies(.profile).values.map { String(decoding: $0, as: UTF8.self) }
        #expect(bodies.count == customers && bodies.allSatisfy { $0.contains("\"Ada\"") })
        #expect(bodies.filter { $0.contains("\"shortened\":true") }.count == (customers == 2 ? 0 : customers))
        for page in pulled.pages { _ = try Answer.page(page).encoded(nonce: [UInt8](repeating: 0, count: 16), key: SigningKey()) }
        // Beside a large decision there is room for one of them.
        let scope = Scope(shop.record.site)
        let beside = try await bench.hub.reading(bench.now) { documents in
            var reader = FeedReader(documents: documents, scope: scope)
            reader.numberBytesMax = FeedReader.numberBesideLargeBytesMax
            return try reader.piece(after: 0, bytesMax: .max).entries.filter { $0.topic == .profile }
        }
        #expect(beside.count == customers)
        #expect(beside.allSatisfy { String(decoding: $0.body ?? [], as: UTF8.self).contains("\"shortened\":true") })
    }

    @Test("Whoever asks for larger pages than the hub draws gets the hub's", arguments: [0, 1])
    func hubPageBytes(more: Int) async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        for sku in ["A", "B", "C"] as [Text] {
            try await bench.push([try till.seal([Make.movement(sku, "shop-1", pieces: 1, at: bench.now)])], from: shop)
        }
        func entries(_ hub: Hub, _ bytes: Int) async throws -> [FeedEntry] {
            let request = PullRequest(maxBytes: bytes)
            guard case .page(let page) = try await hub.pull(request, agent: shop.record, now: bench.now) else { return [] }
            return page.entries
        }
        let first = try await entries(bench.hub, 1)
        try #require(first.count == 1)
        let cost = first.reduce(0) { $0 + $1.key.count + ($1.body?.count ?? 0) + 8 }
        #expect(try await entries(bench.hub, cost + more).count == 1 + more)
        var options = Hub.Options()
        options.pageBytesMax = cost
        await bench.hub.stop()
        let strict = try await TestHub(store: bench.store, options: options)
        #expect(try await entries(strict.hub, cost + more).count == 1)
    }

    @Test("A digest has as many ranges as were asked for, and at most as many as an answer takes", arguments: [0, 1])
    func digestRanges(more: Int) async throws {
        let ranges = Limits.digestRangesMax + more
        let line = try await Line(profiles: ranges, perNumber: 1, isAlive: true)
        let found = try line.bench.store.readNow { store in
            let documents = try Documents(store: store, standing: line.standing, now: line.bench.now)
            return try DigestDesk(restFactor: 0).digest(ranges: ranges, DigestReader(documents: documents, scope: line.scope))
        }
        let profiles = try #require(found?[.profile])
        #expect(profiles.whole.entries == UInt64(ranges))
        // With one entry more, a range needs two of them to stay below the bound.
        #expect(profiles.ranges.count == (more == 0 ? ranges : (ranges + 1) / 2))
        #expect(profiles.ranges.count <= Limits.digestRangesMax)
    }

    @Test("A page of images looks at so many rows; the next one goes on behind them")
    func images() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push([try till.seal([Make.write("sale", 1, [("number", "S1")], at: bench.now)])], from: shop)
        let writer = till.replica
        let opened = bench.hub.standing.withLock { $0.replica(writer) }
        let replica = try #require(opened)
        let rows = Hub.imageRowsMax + 1
        try bench.store.writeNow { store in
            let one = try #require(try store.record(RecordNumber(replica: replica.number, counter: 1)))
            for counter in 2...UInt64(rows) {
                var row = one
                row.record = RecordNumber(replica: replica.number, counter: counter)
                try store.put(row, isNew: true)
            }
        }
        bench.hub.standing.withLock { standing in
            var grown = replica
            grown.last = UInt64(rows)
            standing.set(grown)
        }
        var counts: [Int] = []
        var after: [UInt8]?
        repeat {
            let answer = try await bench.hub.images(source: till.source, upTo: nil, after: after, agent: shop.record, now: bench.now)
            guard case .images(let page) = answer else { return #expect(Bool(false)) }
            counts.append(page.records.count)
            after = page.next
        } while after != nil
        #expect(counts.first == Hub.imageRowsMax)
        #expect(counts.reduce(0, +) == rows)
    }

    @Test("A page of images ends with the one that reaches its bytes")
    func imageBytes() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let half = Value.text(Text(String(repeating: "x", count: Hub.imageBytesMax / 2)))
        let less = Value.text(Text(String(repeating: "x", count: Hub.imageBytesMax / 2 - 1)))
        for (key, value) in [half, half, half, less, half, half].enumerated() {
            try await bench.push([try till.seal([Make.write("sale", Int64(key), [("note", value)], at: bench.now)])], from: shop)
        }
        var counts: [Int] = []
        var after: [UInt8]?
        repeat {
            let answer = try await bench.hub.images(source: till.source, upTo: nil, after: after, agent: shop.record, now: bench.now)
            guard case .images(let page) = answer else { return #expect(Bool(false)) }
            _ = try answer.encoded(nonce: [UInt8](repeating: 0, count: 16), key: SigningKey())
            counts.append(page.records.count)
            after = page.next
        } while after != nil
        #expect(counts == [2, 3, 1, 0])
    }

    @Test("A page names so many held changes of a site, and no more", arguments: [0, 1])
    func heldDots(more: Int) async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push([try till.seal([Make.write("sale", 1, [("number", "S1")], at: bench.now)])], from: shop)
        let replica = try #require(bench.hub.standing.withLock { $0.number(of: till.replica) })
        let count = Hub.heldDotsMax + more
        try bench.store.writeNow { store in
            for counter in 2...UInt64(count + 1) {
                try store.put(
                    HeldRow(
                        replica: replica, counter: counter, record: [], cause: .quarantined, lacking: nil, code: "c", reason: "r",
                        isInBound: true, since: bench.now))
            }
        }
        bench.hub.standing.withLock { $0.heldCount = Int64(count) }
        let answer = try await bench.hub.pull(PullRequest(cursor: nil, maxBytes: 1), agent: shop.record, now: bench.now)
        guard case .page(let page) = answer else { return #expect(Bool(false)) }
        #expect(page.held.count == Hub.heldDotsMax && page.held.first?.counter == 2)
        // The site's own page counts them all.
        #expect(try await bench.hub.site("shop-1", now: bench.now).sources.flatMap(\.replicas).map(\.held) == [count])
    }

    @Test("A question for news is held as long as it asks, up to the bound; sums and what is asked for again are answered at once")
    func held() {
        let most = Hub.Options().pullWaitMillisecondsMax
        for (asked, held) in [(0, 0), (most - 1, most - 1), (most, most), (most + 1, most), (.max, most)] as [(UInt64, UInt64)] {
            #expect(PullRequest(waitMilliseconds: asked).heldMilliseconds(atMost: most) == held)
        }
        #expect(PullRequest(waitMilliseconds: most, digestRanges: 1).heldMilliseconds(atMost: most) == 0)
        let again = FeedInterval(topic: .stock, after: 0, through: 1)
        #expect(PullRequest(waitMilliseconds: most, again: again).heldMilliseconds(atMost: most) == 0)
    }
}
