import Causality
import ChangeSets
import HubTestSupport
import Inventory
import Testing

@testable import HubRuntime

@Suite("Stock as operators look at it")
struct StockListTests {
    private static let hour: UInt64 = 3_600_000

    private static func ago(_ hours: UInt64, _ now: Timestamp) -> Timestamp {
        Timestamp(milliseconds: now.milliseconds - hours * hour)
    }

    @Test("SKUs come in the order of their bytes, each once, from a prefix on, after one, and of one location")
    func skus() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let keys = [
            ("B", "here"), ("A2", "here"), ("A2", "there"), ("A1", "there"), ("A10", "here"), ("a1", "here"), ("Ä", "here"), ("A", "here"),
        ]
        try await shop.tell(keys.map { Make.movement(Text($0.0), Text($0.1), pieces: 1, at: now) })
        func skus(_ prefix: String = "", after: String? = nil, at location: String? = nil, limit: Int = 100) throws -> [String] {
            try shop.bench.store.readNow { try $0.skus(startingWith: prefix, after: after, at: location, limit: limit) }
        }
        #expect(try skus() == ["A", "A1", "A10", "A2", "B", "a1", "Ä"])
        #expect(try skus("A") == ["A", "A1", "A10", "A2"])
        #expect(try skus("A1") == ["A1", "A10"])
        #expect(try skus("Ä") == ["Ä"])
        #expect(try skus("%") == [])
        #expect(try skus("A", after: "A1") == ["A10", "A2"])
        #expect(try skus("A", after: "A2") == [])
        #expect(try skus("B", after: "A1") == ["B"])
        #expect(try skus(after: "A", limit: 2) == ["A1", "A10"])
        #expect(try skus(at: "there") == ["A1", "A2"])
        #expect(try skus("A", after: "A1", at: "there", limit: 1) == ["A2"])
        #expect(try skus(at: "nowhere") == [])
    }

    @Test("Articles are found by words of what items say, from their beginnings, in any case and order, where they are in stock")
    func words() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        func item(_ key: Int64, _ sku: String, _ name: String, _ more: [(FieldName, Value)] = []) -> Change {
            Make.write("item", key, [("sku", .text(Text(sku))), ("name", .text(Text(name)))] + more, at: now)
        }
        try await shop.tell([
            item(1, "M1", "Mug, café-white"), item(2, "M2", "Plate white", [("barcode", "4006381333931")]), item(3, "M3", "Mug black"),
            item(4, "M4", "Mug nowhere"), Make.movement("M1", "shop-1", pieces: 1, at: now),
            Make.movement("M2", "back room", pieces: 1, at: now), Make.movement("M3", "shop-1", pieces: -1, at: now),
            Make.movement("white", "shop-1", pieces: 1, at: now),
        ])
        func found(_ text: String, at location: String? = nil, oversold: Bool = false) async throws -> [String] {
            let question = StockQuestion(prefix: text, location: location, isOversoldOnly: oversold)
            return try await shop.bench.hub.stock(question, now: now).articles.map(\.sku)
        }
        #expect(try await found("mug") == ["M1", "M3"])
        #expect(try await found("WHITE Mu") == ["M1"])
        #expect(try await found("white") == ["M1", "M2", "white"])
        #expect(try await found("cafe") == ["M1"])
        #expect(try await found("400638") == ["M2"])
        #expect(try await found("ug") == [])
        #expect(try await found("white", at: "back room") == ["M2"])
        #expect(try await found("mug", oversold: true) == ["M3"])
        #expect(try await found("plate", oversold: true) == [])
        // Renamed, it is found by its new name only; its source deletes it, and nothing finds it.
        let life = { (key: UInt64) in Dot(shop.till.replica, key) }
        try await shop.tell([Make.write("item", 1, [("name", "Beaker")], life: life(1), at: now)])
        #expect(try await found("mug") == ["M3"])
        #expect(try await found("beaker") == ["M1"])
        try await shop.tell([
            Change(
                time: now,
                action: .delete(Subject(entity: "item", source: nil, key: LocalKey(.integer(1)), life: life(1)), .chain), stock: nil)
        ])
        #expect(try await found("beaker") == [])
        #expect(try await shop.bench.hub.verify().isEqual)
    }

    @Test("A movement is told when its till's clock had it, however long ago; one of a clock that ran ahead, when it arrived")
    func doubtfulClocks() async throws {
        var shop = try await Shop()
        let (now, days) = (shop.bench.now, 24 * Self.hour)
        let (old, ahead) = (Self.ago(900 * 24, now), Timestamp(milliseconds: now.milliseconds + 900 * days))
        let sale = Make.reference("sale", 1, life: shop.till.nextDot)
        func line(_ key: Int64, at time: Timestamp) -> Change {
            Make.line(key, sale: sale, sku: "M", pieces: 1, price: 1, location: "shop-1", at: time)
        }
        try await shop.tell([Make.sale(1, customer: nil, at: old), line(1, at: old), line(2, at: ahead)])
        let later = Timestamp(milliseconds: now.milliseconds + 1_000 * days)
        let item = try #require(try await shop.bench.hub.stockItem(sku: "M", now: later))
        #expect(item.entries.map(\.at) == [now.milliseconds, old.milliseconds])
        #expect(item.entries.map(\.record) == ["sale line 2", "sale line 1"])
    }

    @Test("Of the words of items that begin alike so many are looked through, and it is said when there are more")
    func wordsBound() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        try await shop.tell((0..<5).map { Make.write("item", $0, [("sku", .text(Text("S\($0)"))), ("name", "Mug")], at: now) })
        try await shop.tell((0..<5).map { Make.movement(Text("S\($0)"), "shop-1", pieces: 1, at: now) })
        func skus(looked: Int) throws -> [String] {
            try shop.bench.store.readNow { try $0.skus(bearing: ["mug"], after: nil, at: nil, looked: looked, limit: 10) }
        }
        #expect(try skus(looked: 5).count == 5)
        #expect(try skus(looked: 4).count == 4)
        #expect(try shop.bench.store.readNow { try $0.itemWords(startingWith: "mu", max: 4) } == 4)
        #expect(try shop.bench.store.readNow { try $0.itemWords(startingWith: "mu", max: 6) } == 5)
        for (looked, isCut) in [(5, false), (4, true)] {
            let named = try await shop.bench.hub.reading(now) { documents in
                try Hub.named(StockQuestion(prefix: "mug"), documents, looked: looked, limit: 10)
            }
            #expect(named.skus.count == looked && named.isCut == isCut)
        }
        #expect(Hub.itemsLookedMax == 50_000)
    }

    @Test("An item is found by so many of its words, and by none behind them", arguments: [0, 1])
    func itemWords(more: Int) async throws {
        let words = (0..<ItemWords.countMax + more).map { "w\($0)x" }
        let shop = try await shelf(words)
        let found = try shop.bench.store.readNow { store in
            try words.filter { try !store.skus(bearing: [$0], after: nil, at: nil, looked: 5, limit: 5).isEmpty }
        }
        #expect(found == Array(words.prefix(ItemWords.countMax)))
    }

    @Test("So many words are looked for; what is typed behind them is not", arguments: [0, 1])
    func typedWords(more: Int) async throws {
        let words = (0..<Hub.wordsMax).map { "w\($0)x" }
        let shop = try await shelf(words)
        let typed = (words.prefix(Hub.wordsMax - 1 + more) + ["unknown"]).joined(separator: " ")
        let named = try await shop.bench.hub.reading(shop.bench.now) { documents in
            try Hub.named(StockQuestion(prefix: typed), documents, limit: 10)
        }
        #expect(named.skus == (more == 0 ? [] : ["S"]))
    }

    /// A shop with one article of that name.
    private func shelf(_ words: [String]) async throws -> Shop {
        var shop = try await Shop()
        let now = shop.bench.now
        let name = Value.text(Text(words.joined(separator: " ")))
        try await shop.tell([Make.write("item", 1, [("sku", "S"), ("name", name)], at: now)])
        try await shop.tell([Make.movement("S", "shop-1", pieces: 1, at: now)])
        return shop
    }

    @Test("An item has so many words, each so long")
    func longNames() {
        let many = (0..<40).map { "w\($0)" }.joined(separator: " ")
        #expect(ItemWords.in(many).count == 40)
        #expect(ItemWords.in(String(repeating: "x", count: 50)) == [String(repeating: "x", count: ItemWords.lengthMax)])
        #expect(ItemWords.in("  ,;- ") == [])
    }

    @Test("A page has so many articles, and the next one goes on behind them", arguments: [0, 1])
    func pages(more: Int) async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let skus = (0..<Hub.skusPerPage + more).map { "S\(100 + $0)" }
        try await shop.tell(skus.map { Make.movement(Text($0), "shop-1", pieces: 1, at: now) })
        let first = try await shop.bench.hub.stock(StockQuestion(), now: now)
        #expect(first.articles.map(\.sku) == Array(skus.prefix(Hub.skusPerPage)))
        #expect(first.next == (more == 0 ? nil : skus[Hub.skusPerPage - 1]))
        guard let next = first.next else { return }
        let second = try await shop.bench.hub.stock(StockQuestion(after: next), now: now)
        #expect(second.articles.map(\.sku) == [skus[Hub.skusPerPage]])
        #expect(second.next == nil)
    }

    @Test("Oversold articles come page by page, each once; one that is in order again meanwhile moves nothing")
    func oversoldPages() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let skus = (0..<Hub.skusPerPage + 2).map { "S\(100 + $0)" }
        try await shop.tell(
            skus.flatMap { sku in ["shop-1", "depot"].map { Make.movement(Text(sku), Text($0), pieces: -1, at: now) } })
        let (hub, asked) = (shop.bench.hub, StockQuestion(isOversoldOnly: true))
        let first = try await hub.stock(asked, now: now)
        #expect(first.articles.map(\.sku) == Array(skus.prefix(Hub.skusPerPage)) && !first.isCut)
        try await shop.tell(["shop-1", "depot"].map { Make.count(Text(skus[Hub.skusPerPage - 1]), Text($0), pieces: 5, at: now) })
        var next = asked
        next.after = first.next
        let second = try await hub.stock(next, now: now)
        #expect(second.articles.map(\.sku) == Array(skus.suffix(2)) && second.next == nil)
        next.location = "nowhere"
        #expect(try await hub.stock(next, now: now).articles.isEmpty)
    }

    @Test("For a page of oversold articles so many that ask for people are looked at; the next one goes on behind them", arguments: [0, 1])
    func oversoldCut(more: Int) async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let depot = try await shop.bench.enrol("depot")
        var other = TestWriter("depot", seed: 2, key: depot.key)
        // Two who counted without knowing of each other: that asks, and nothing is oversold.
        let counted = (0..<Hub.askingSKUsMax - 1 + more).map { Make.count(Text("A\(1_000 + $0)"), "shop-1", pieces: 3, at: now) }
        try await shop.tell(counted + [Make.movement("Z", "shop-1", pieces: -1, at: now)])
        try await shop.bench.push([try other.seal(counted)], from: depot)
        let first = try await shop.bench.hub.stock(StockQuestion(isOversoldOnly: true), now: now)
        #expect(first.articles.map(\.sku) == (more == 0 ? ["Z"] : []) && first.isCut == (more == 1))
        #expect((first.next == nil) == (more == 0))
        guard more == 1 else { return }
        let second = try await shop.bench.hub.stock(StockQuestion(isOversoldOnly: true, after: first.next), now: now)
        #expect(second.articles.map(\.sku) == ["Z"] && second.next == nil && !second.isCut)
    }

    @Test("An article shows every location's figure, its name, and when each site was last heard; oversold ones are found")
    func figures() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        try await shop.tell([
            Make.write("item", 1, [("sku", "MUG"), ("name", "Mug, blue")], at: now), Make.count("MUG", "shop-1", pieces: 2, at: now),
            Make.movement("MUG", "shop-1", pieces: -3, kind: .sale, at: now), Make.count("MUG", "depot", pieces: 5, at: now),
            Make.count("PLATE", "depot", pieces: 5, at: now),
        ])
        let hub = shop.bench.hub
        let mug = try #require(try await hub.stock(StockQuestion(prefix: "M"), now: now).articles.first)
        #expect(mug.name == "Mug, blue")
        #expect(mug.piles.map(\.location) == ["depot", "shop-1"])
        #expect(mug.piles.map { $0.figure?.onHand } == [50_000, -10_000])
        #expect(mug.piles.map(\.isOversold) == [false, true])
        #expect(mug.piles.map(\.conflicts) == [[], [.oversell]])
        #expect(mug.piles.map(\.lastHeard) == [now.milliseconds, now.milliseconds])
        func oversold(_ question: StockQuestion) async throws -> [String] { try await hub.stock(question, now: now).articles.map(\.sku) }
        #expect(try await oversold(StockQuestion(isOversoldOnly: true)) == ["MUG"])
        #expect(try await oversold(StockQuestion(prefix: "P", isOversoldOnly: true)) == [])
        #expect(try await oversold(StockQuestion(location: "depot", isOversoldOnly: true)) == [])
        #expect(try await oversold(StockQuestion(isOversoldOnly: true, after: "MUG")) == [])
    }

    @Test("What a number is made of: the count, what moved since, and what was there with each; the history begins with the count")
    func madeOf() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        try await shop.tell([
            Make.movement("MUG", "shop-1", pieces: 4, kind: .receipt, at: Self.ago(50, now)),
            Make.count("MUG", "shop-1", pieces: 10, at: Self.ago(40, now)),
            Make.movement("MUG", "shop-1", pieces: -3, kind: .sale, at: Self.ago(20, now)),
            Make.movement("MUG", "shop-1", pieces: 1, kind: .customerReturn, at: Self.ago(10, now)),
        ])
        let item = try #require(try await shop.bench.hub.stockItem(sku: "MUG", now: now))
        #expect(item.entries.map(\.kind) == [.customerReturn, .sale, .count, .receipt])
        #expect(item.entries.map(\.quantity) == [10_000, -30_000, 100_000, 40_000])
        #expect(item.entries.map(\.onHand) == [80_000, 70_000, 100_000, nil])
        #expect(item.entries.map(\.isCounted) == [false, false, false, true])
        #expect(item.entries.allSatisfy { $0.site == "shop-1" && $0.source == "till" })
        #expect(!item.isCut)
        let place = try #require(item.places.first)
        #expect(place.count?.quantity == 100_000 && place.count?.at == Self.ago(40, now).milliseconds)
        #expect(place.beginning == .count)
        #expect(place.history.map(\.onHand) == [100_000, 70_000, 80_000, 80_000])
        #expect(place.history.map(\.at) == [40, 20, 10, 0].map { Self.ago($0, now).milliseconds })
        #expect(try await shop.bench.hub.stockItem(sku: "NONE", now: now) == nil)
    }

    @Test("Where nobody counted, the history begins with the first movement; further back than a month, with what was there then")
    func beginnings() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        try await shop.tell([
            Make.movement("OLD", "shop-1", pieces: 4, at: Self.ago(24 * 40, now)),
            Make.movement("OLD", "shop-1", pieces: 2, at: Self.ago(1, now)),
            Make.movement("NEW", "shop-1", pieces: 5, at: Self.ago(1, now)),
        ])
        let new = try #require(try await shop.bench.hub.stockItem(sku: "NEW", now: now)?.places.first)
        #expect(new.beginning == .first && new.history.map(\.onHand) == [50_000, 50_000] && new.count == nil)
        let old = try #require(try await shop.bench.hub.stockItem(sku: "OLD", now: now)?.places.first)
        #expect(old.beginning == .bound && old.history.map(\.onHand) == [40_000, 60_000, 60_000])
        #expect(old.history.first?.at == now.milliseconds - Hub.stockHistoryMilliseconds)
    }

    @Test("So many movements are listed, the newest; what more there are is said", arguments: [0, 1])
    func listed(more: Int) async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let count = UInt64(Hub.stockEntriesMax + more)
        try await shop.tell(
            (0..<count).map { Make.movement("MUG", "shop-1", pieces: 1, at: Timestamp(milliseconds: now.milliseconds - count + $0)) })
        let item = try #require(try await shop.bench.hub.stockItem(sku: "MUG", now: now))
        #expect(item.entries.count == Hub.stockEntriesMax)
        #expect(item.isCut == (more == 1))
        #expect(item.entries.first?.onHand == Int64(count) * FixedPoint.one)
    }

    @Test("Of so many movements each stands on one page, the newest first; of one time, too", arguments: [1, 20])
    func pages(ofOneTime together: UInt64) async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let count = UInt64(Hub.stockEntriesMax) * 2 + 50
        try await shop.tell(
            (0..<count).map { number in
                let at = now.milliseconds - 1_000 + number / together
                return Make.movement("MUG", number % 2 == 0 ? "shop-1" : "depot", pieces: 1, at: Timestamp(milliseconds: at))
            })
        var told: [StockItem.Entry] = []
        var sizes: [Int] = []
        var before: String?
        repeat {
            let page = try #require(try await shop.bench.hub.stockItem(sku: "MUG", before: before, now: now))
            #expect(page.isCut == (page.next != nil) && page.places.count == 2)
            told += page.entries
            sizes.append(page.entries.count)
            before = page.next
            try #require(sizes.count < 5)
        } while before != nil
        #expect(sizes == [Hub.stockEntriesMax, Hub.stockEntriesMax, 50])
        #expect(told.map(\.at) == told.map(\.at).sorted(by: >) && Set(told.map(\.dot)).count == Int(count))
        let hub = shop.bench.hub
        for wrong in ["", "x", "5", "5_x", "5_1:2_3"] {
            await #expect(throws: HubError.self, "\(wrong)") {
                try await hub.stockItem(sku: "MUG", before: wrong, now: now)
            }
        }
    }

    @Test("Further back than is read for the figures each movement stands on one page, too, of one pile as of several", arguments: [1, 3])
    func pagesFurtherBack(piles: UInt64) async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let count: UInt64 = 1_300
        try await shop.tell(
            (0..<count).map { number in
                let at = Timestamp(milliseconds: now.milliseconds - count + number)
                return Make.movement("MUG", Text("pile \(number % piles)"), pieces: 1, at: at)
            })
        var told: [StockItem.Entry] = []
        var pages = 0
        var before: String?
        repeat {
            let page = try #require(try await shop.bench.hub.stockItem(sku: "MUG", before: before, now: now))
            #expect(!page.entries.isEmpty && page.entries.count <= Hub.stockEntriesMax && page.isCut == (page.next != nil))
            told += page.entries
            before = page.next
            pages += 1
            try #require(pages < 60)
        } while before != nil
        #expect(told.map(\.at) == told.map(\.at).sorted(by: >) && Set(told.map(\.dot)).count == told.count)
        #expect(told.count == Int(count))
    }

    @Test("Where older movements begin is found by halving: few are looked at, whichever it is, and no more than there is room for")
    func search() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let count: UInt64 = 1_300
        let first = shop.till.nextDot
        try await shop.tell(
            (0..<count).map { Make.movement("MUG", "shop-1", pieces: 1, at: Timestamp(milliseconds: now.milliseconds - count + $0)) })
        for number in [0, 1, 299, 650, count - 1] {
            let dot = Dot(first.replica, first.counter + number)
            let mark = StockItem.Mark(at: now.milliseconds - count + number, dot: dot)
            try await shop.bench.hub.reading(now) { documents in
                let cell = try #require(try documents.store.cells(sku: "MUG").first).cell
                let replica = try #require(documents.standing.number(of: first.replica))
                func begin(_ search: inout MovementSearch) throws -> UInt64? { try search.start(at: cell, replica, within: 10) }
                var search = MovementSearch(for: mark, documents)
                let found = try begin(&search)
                let start = try #require(found)
                // Everything older stands before it, and at most ten that are not.
                #expect((dot.counter...dot.counter + 10).contains(start) && search.looked <= 10, "\(number): \(start)")
                let looked = search.looked
                var enough = MovementSearch(for: mark, documents, looksMax: looked)
                let again = try begin(&enough)
                var tooFew = MovementSearch(for: mark, documents, looksMax: looked - 1)
                let cut = try begin(&tooFew)
                #expect(again == start && cut == nil, "\(number)")
                // All stands in one set; another look asks for room beyond it.
                let bytes = try #require(try documents.store.journal(containing: dot.counter, of: replica)).bytes.count
                var readable = MovementSearch(for: mark, documents, journalBytesMax: bytes + 1)
                let read = try begin(&readable)
                var full = MovementSearch(for: mark, documents, journalBytesMax: bytes)
                let unread = try begin(&full)
                #expect(read == start && unread == nil, "\(number)")
            }
        }
    }

    @Test("Of an article that moved at very many places what is older is found, too, however far back")
    func wideSearch() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let places: UInt64 = 600
        let count = 8 * places
        let first = shop.till.nextDot
        @Sendable func time(_ number: UInt64) -> UInt64 { now.milliseconds - count + number }
        try await shop.tell(
            (0..<count).map {
                Make.movement("MUG", Text("place \($0 % places)"), pieces: 1, at: Timestamp(milliseconds: time($0)))
            })
        let asked = 3 * places
        let mark = StockItem.Mark(at: time(asked), dot: Dot(first.replica, first.counter + asked))
        try await shop.bench.hub.reading(now) { documents in
            let cells = try documents.store.cells(sku: "MUG").map { row in
                (row: row, cell: try StockCell(row, standing: documents.standing))
            }
            #expect(cells.count == Int(places))
            let older = try StockMovements(of: cells, before: mark, documents)
            let before = older.found.map { StockItem.Mark(at: $0.at, dot: $0.dot) }.first { $0 < mark }
            #expect(before == StockItem.Mark(at: time(asked - 1), dot: Dot(first.replica, first.counter + asked - 1)))
            #expect(older.completeAfter.map { $0 < time(asked - 1) } ?? true)
        }
    }

    @Test("For each pile and replica there is room for so many looks, with a least and a most of all together")
    func looks() {
        let (least, most) = (MovementSearch.looksMin, MovementSearch.looksMax)
        #expect(least == 4_000 && most == 48_000 && MovementSearch.journalBytesMax == 32 << 20)
        #expect(MovementSearch.looksMax(parts: 0) == least && MovementSearch.looksMax(parts: 166) == least)
        #expect(MovementSearch.looksMax(parts: 167) == 4_008)
        #expect(MovementSearch.looksMax(parts: 1_999) == most - 24)
        for parts in [2_000, 2_001, Int.max] { #expect(MovementSearch.looksMax(parts: parts) == most) }
    }

    @Test("Of a pile that moved very often the newest are read, and the history begins where nothing is missing")
    func busy() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let count: UInt64 = 600
        try await shop.tell(
            (0..<count).map { Make.movement("MUG", "shop-1", pieces: 1, at: Timestamp(milliseconds: now.milliseconds - count + $0)) })
        let item = try #require(try await shop.bench.hub.stockItem(sku: "MUG", now: now))
        #expect(item.isCut)
        let place = try #require(item.places.first)
        #expect(place.beginning == .newest)
        // 500 are read: the oldest of them is the 101st, and what was there with it is known.
        #expect(place.history.first?.onHand == 101 * FixedPoint.one)
        #expect(place.history.count == 501)
    }

    @Test("A figure that fits into no 64 bits is shown as unknown")
    func unknown() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let most = StockRules.quantityMax / FixedPoint.one
        try await shop.tell((0..<1_000).map { _ in Make.movement("MUG", "shop-1", pieces: most, at: now) })
        let item = try #require(try await shop.bench.hub.stockItem(sku: "MUG", now: now))
        #expect(item.places.map(\.pile.figure) == [nil])
        #expect(item.places.map(\.pile.error) == ["stock-figure-overflows"])
        #expect(item.places.allSatisfy { $0.history.isEmpty })
        #expect(try await shop.bench.hub.stock(StockQuestion(), now: now).articles.first?.piles.first?.figure == nil)
    }

    @Test(
        "What nobody has counted for 90 days should be counted, and what nobody ever did; of a location, by its own count",
        arguments: [0, 1])
    func countDue(more: UInt64) async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let then = Timestamp(milliseconds: now.milliseconds - StockPile.countDueMilliseconds - more)
        try await shop.tell([
            Make.count("OLD", "shop-1", pieces: 3, at: then), Make.count("OLD", "back room", pieces: 3, at: now),
            Make.movement("NEVER", "shop-1", pieces: 2, at: now), Make.count("FRESH", "shop-1", pieces: 1, at: now),
        ])
        func due(_ question: StockQuestion) async throws -> [String] {
            let page = try await shop.bench.hub.stock(question, now: now)
            #expect(page.next == nil && !page.isCut)
            return page.articles.map(\.sku)
        }
        #expect(try await due(StockQuestion(isCountDueOnly: true)) == (more == 0 ? ["NEVER"] : ["NEVER", "OLD"]))
        #expect(try await due(StockQuestion(location: "back room", isCountDueOnly: true)) == [])
        #expect(try await due(StockQuestion(prefix: "OL", isCountDueOnly: true)) == (more == 0 ? [] : ["OLD"]))
        #expect(try await due(StockQuestion(isCountDueOnly: true, after: "NEVER")) == (more == 0 ? [] : ["OLD"]))
        let piles = try await shop.bench.hub.stock(StockQuestion(prefix: "OLD"), now: now).articles.flatMap(\.piles)
        #expect(Set(piles.map(\.countedAt)) == [then.milliseconds, now.milliseconds])
    }
}
