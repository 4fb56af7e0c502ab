import Causality
import ChangeSets
import Profiles
import TestSupport
import Testing

@Suite("A person in figures")
struct MeasuresTests {
    static let day: Int64 = 86_400_000
    static let now: Int64 = 1_700_000_000_000
    static let shop = Place(site: "shop-1", channel: "store")
    static let web = Place(site: "web", channel: "web")

    private func tally(_ fill: (inout MeasuresTally) -> Void) -> Measures {
        var tally = MeasuresTally(now: Timestamp(milliseconds: UInt64(Self.now)))
        fill(&tally)
        return tally.total
    }

    private func sale(
        _ value: Int64, returned: Int64 = 0, daysAgo: Int64? = 1, place: Place = shop, currency: Text = "GBP",
        kind: Measures.Purchase.Kind = .purchase,
        counts: Bool = true
    ) -> Measures.Purchase {
        Measures.Purchase(
            kind: kind, isCounted: counts, place: place, at: daysAgo.map { Self.now - $0 * Self.day }, currency: currency, value: value,
            returned: returned)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var purchases: [Measures.Purchase]
        var gross: Int128
        var returned: Int128
        var number: Int
        var returns: Int
    }

    @Test(
        "Gross is all that was bought, net is gross less what came back, whatever way a till books it",
        arguments: [
            Case(testDescription: "a sale", purchases: [deal(100)], gross: 100, returned: 0, number: 1, returns: 0),
            Case(
                testDescription: "a line of negative quantity", purchases: [deal(70, returned: 30)], gross: 100, returned: 30, number: 1,
                returns: 1),
            Case(
                testDescription: "a sale of nothing but returned goods", purchases: [deal(-30, returned: 30)], gross: 0, returned: 30,
                number: 0, returns: 1),
            Case(testDescription: "a negative total without lines", purchases: [deal(-30)], gross: 0, returned: 30, number: 0, returns: 1),
            Case(
                testDescription: "a negative total that says more than its lines", purchases: [deal(-50, returned: 30)], gross: 0,
                returned: 50, number: 0, returns: 1),
            Case(
                testDescription: "a return record", purchases: [deal(100), deal(30, kind: .giveBack)], gross: 100, returned: 30, number: 1,
                returns: 1),
            Case(
                testDescription: "a return written below zero", purchases: [deal(100), deal(-30, kind: .giveBack)], gross: 100,
                returned: 30, number: 1, returns: 1),
            Case(testDescription: "a gift", purchases: [deal(0)], gross: 0, returned: 0, number: 1, returns: 0),
            Case(
                testDescription: "the largest amounts", purchases: [deal(.max), deal(.max)], gross: 2 * Int128(Int64.max), returned: 0,
                number: 2, returns: 0),
            Case(
                testDescription: "the smallest amount", purchases: [deal(.min)], gross: 0, returned: -Int128(Int64.min), number: 0,
                returns: 1),
        ])
    func worth(one: Case) {
        let measures = tally { for purchase in one.purchases { $0.add(purchase) } }
        #expect(measures.values["GBP"] == Measures.Worth(gross: one.gross, returned: one.returned))
        #expect(measures.values["GBP"]?.net == one.gross - one.returned)
        #expect(measures.purchases == one.number && measures.returns == one.returns)
    }

    private static func deal(_ value: Int64, returned: Int64 = 0, kind: Measures.Purchase.Kind = .purchase) -> Measures.Purchase {
        Measures.Purchase(kind: kind, isCounted: true, place: shop, at: now, currency: "GBP", value: value, returned: returned)
    }

    @Test("Currencies are never added up; what does not count is worth nothing; a cancelled order was an attempt")
    func currencies() {
        let measures = tally {
            $0.add(sale(5))
            $0.add(sale(7, currency: "EUR"))
            $0.add(sale(9, counts: false))
            $0.add(
                Measures.Purchase(kind: .purchase, isCounted: false, isCancelled: true, place: Self.web, at: nil, currency: "GBP", value: 9)
            )
        }
        #expect(measures.values.mapValues(\.net) == ["GBP": 5, "EUR": 7])
        #expect(measures.purchases == 2 && measures.attempts == 1)
    }

    @Test(
        "Frequency: purchases after the first, per 30 days from the first to the last; none for one purchase, 30 days at least",
        arguments: [
            ([10], nil), ([30, 0], 10_000), ([60, 30, 0], 10_000), ([30, 20, 0], 20_000), ([5, 5], 10_000), ([29, 0], 10_000),
            ([90, 0], 3333),
        ]
            as [([Int64], Int64?)])
    func frequency(days: [Int64], frequency: Int64?) {
        let measures = tally { for day in days { $0.add(sale(1, daysAgo: day)) } }
        #expect(measures.frequency == frequency)
        #expect(measures.last == Self.now - (days.min() ?? 0) * Self.day && measures.first == Self.now - (days.max() ?? 0) * Self.day)
    }

    @Test("A till in 1970 or in 2200, or one that keeps no time: it counts, and is nobody's first, last, or visit")
    func absurdTimes() {
        let measures = tally {
            $0.add(sale(1, daysAgo: 3))
            for at in [0, -1, 7_258_118_400_000, .max, .min] as [Int64] {
                $0.add(Measures.Purchase(kind: .purchase, isCounted: true, place: Self.shop, at: at, currency: "GBP", value: 1))
                $0.add(Measures.Event(kind: .visit, place: Self.shop, at: at))
            }
            $0.add(sale(1, daysAgo: nil))
        }
        #expect(measures.purchases == 7 && measures.values["GBP"]?.gross == 7)
        #expect(measures.first == Self.now - 3 * Self.day && measures.last == measures.first)
        #expect(measures.visits == 1 && measures.frequency == nil)
    }

    @Test("Visits are days at a site, by a purchase or by being there; opening a mail is none. Channels are the kinds of sites")
    func visits() {
        let measures = tally {
            $0.add(sale(1, daysAgo: 2))
            $0.add(sale(1, daysAgo: 2))
            $0.add(Measures.Event(kind: .visit, place: Self.shop, at: Self.now - 2 * Self.day + 5))
            $0.add(Measures.Event(kind: .pageView, place: Self.web, at: Self.now - 2 * Self.day))
            $0.add(Measures.Event(kind: .logIn, place: Self.web, at: Self.now - Self.day))
            $0.add(Measures.Event(kind: .mailOpened, place: Self.web, at: Self.now - 9 * Self.day))
            $0.add(Measures.Event(kind: .other("juggling"), place: Self.web, at: Self.now - 8 * Self.day))
        }
        #expect(measures.visits == 3)
        #expect(measures.channels == ["store", "web"])
        #expect(measures.events == 5)
    }

    @Test("Log-ins a week: over the last twelve weeks from now, both ends exact")
    func logIns() {
        let window = Measures.logInWeeks * 7 * Self.day
        let measures = tally {
            for age in [0, 1, window - 1, window, window + 1, -1] as [Int64] {
                $0.add(Measures.Event(kind: .logIn, place: Self.web, at: Self.now - age))
            }
        }
        #expect(measures.logInsAWeek == 3 * 10_000 / 12)
    }

    @Test("A favourite is what most units were kept of, then the latest, then the first by its bytes; all given back is nobody's favourite")
    func favourites() {
        func line(_ category: Text, _ units: Int64, daysAgo: Int64 = 1, size: Text? = nil) -> Measures.Line {
            Measures.Line(traits: ItemTraits(category: category, size: size), quantity: units, at: Self.now - daysAgo * Self.day)
        }
        func favourite(_ lines: [Measures.Line]) -> Text? { tally { for line in lines { $0.add(line) } }.favourites.category }
        #expect(favourite([line("A", 2), line("B", 3)]) == "B")
        #expect(favourite([line("A", 2), line("B", 3), line("B", -2)]) == "A")
        #expect(favourite([line("A", 2, daysAgo: 5), line("B", 2, daysAgo: 2)]) == "B")
        #expect(favourite([line("B", 2), line("A", 2)]) == "A")
        #expect(favourite([line("A", 2), line("A", -2)]) == nil)
        let measures = tally {
            $0.add(line("A", 2, size: "41"))
            $0.add(line("A", -1, size: "41"))
            $0.add(line("C", -1, size: "42"))
            $0.add(sale(1, place: Self.web))
            $0.add(sale(1, daysAgo: 3))
            $0.add(sale(1, daysAgo: 4))
        }
        #expect(measures.categories == 1)
        #expect(measures.sizes == [.init(value: "41", bought: 2, returned: 1), .init(value: "42", bought: 0, returned: 1)])
        #expect(measures.favourites.shop == "shop-1")
    }

    @Test("Any order gives the same", arguments: 0..<5 as Range<UInt64>)
    func order(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        enum One { case purchase(Measures.Purchase), line(Measures.Line), event(Measures.Event) }
        var all: [One] = []
        for number in 0..<200 as Range<Int64> {
            all.append(
                .purchase(
                    sale(
                        number % 7 - 2, returned: number % 3, daysAgo: number % 5 == 0 ? nil : number % 50,
                        currency: number % 2 == 0 ? "GBP" : "EUR")))
            all.append(
                .line(
                    .init(
                        traits: ItemTraits(category: Text("c\(number % 4)"), size: Text("s\(number % 3)")), quantity: number % 6 - 2,
                        at: number)))
            all.append(
                .event(
                    .init(
                        kind: number % 2 == 0 ? .logIn : .visit, place: number % 3 == 0 ? Self.web : Self.shop,
                        at: Self.now - number * Self.day)))
        }
        func count() -> Measures {
            all.shuffle(using: &random)
            return tally { tally in
                for one in all {
                    switch one {
                    case .purchase(let purchase): tally.add(purchase)
                    case .line(let line): tally.add(line)
                    case .event(let event): tally.add(event)
                    }
                }
            }
        }
        let first = count()
        for _ in 0..<4 { #expect(count() == first, "seed \(seed)") }
    }

    @Test(
        "Kinds of events in the spellings that systems use",
        arguments: [
            ("log-in", .logIn), ("Login", .logIn), ("signed_in", .logIn), ("page view", .pageView), ("PAGE_VIEW", .pageView),
            (" visit ", .visit),
            ("add to cart", .cart), ("Email opened", .mailOpened), ("call", .call), ("juggling", .other("juggling")), ("", .other("")),
        ] as [(Text, EventKind)])
    func kinds(text: Text, kind: EventKind) { #expect(EventKind(text) == kind) }

    @Test("An item takes from others what it does not say itself; blanks say nothing")
    func traits() {
        var own = ItemTraits(category: " Shoes ", brand: "  ", size: nil, colour: "")
        own.fill(from: ItemTraits(category: "Boots", brand: "Alba"))
        own.fill(from: ItemTraits(brand: "Brum", size: "41", colour: "red"))
        #expect(own == ItemTraits(category: "Shoes", brand: "Alba", size: "41", colour: "red"))
        #expect(own.isComplete)
    }
}
