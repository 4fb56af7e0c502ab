import Causality
import ChangeSets
import HubTestSupport
import Synchronization
import Testing

@testable import HubRuntime

@Suite("How business goes")
struct BusinessTests {
    /// Two sites' writers, and what they tell.
    private struct Teller {
        var writer: TestWriter
        let agent: TestAgent
        var changes: [Change] = []

        init(_ name: Text, seed: UInt64, _ agent: TestAgent) {
            self.agent = agent
            writer = TestWriter(name, seed: seed, key: agent.key)
        }

        /// - Returns: a reference to the record that the change creates.
        @discardableResult
        mutating func tell(_ entity: EntityName, _ key: Int64, _ fields: [(FieldName, Value)], at time: Timestamp) -> Value {
            let life = Dot(writer.replica, writer.last + UInt64(changes.count) + 1)
            changes.append(Make.write(entity, key, fields, at: time))
            return Make.reference(entity, key, life: life)
        }

        mutating func push(to bench: TestHub) async throws {
            try await bench.push([try writer.seal(changes)], from: agent)
            changes = []
        }
    }

    private static let day: Int64 = 24 * 3_600_000

    private static func ago(_ milliseconds: Int64, _ now: Timestamp) -> Value { .integer(Int64(now.milliseconds) - milliseconds) }
    private static func money(_ units: Int64) -> Value { .integer(units * 10_000) }
    private static func units(_ amount: Int64) -> Int64 { amount * 10_000 }

    /// 14 November 2023, 22:13 UTC.
    private static func story() async throws -> (bench: TestHub, till: Teller, web: Teller) {
        let bench = try await TestHub()
        let now = bench.now
        var till = Teller("till", seed: 1, try await bench.enrol("shop"))
        var web = Teller("web", seed: 2, try await bench.enrol("online", kind: .web))
        let people = ["ada", "bob", "cyd", "dan", "eve"].enumerated().map { index, name in
            till.tell("customer", Int64(index), [("email", .text(Text("\(name)@example.com")))], at: now)
        }
        func sale(
            _ key: Int64, _ buyer: Value?, _ total: Int64, _ currency: Value, _ milliseconds: Int64, _ more: [(FieldName, Value)] = []
        ) -> Value {
            var fields = more + [("at", ago(milliseconds, now)), ("currency", currency), ("total", money(total))]
            if let buyer { fields.append(("customer", buyer)) }
            return till.tell("sale", key, fields, at: now)
        }
        let first = sale(10, people[0], 100, "GBP", 0)
        _ = sale(11, people[0], 50, "GBP", 40 * day)
        let given = sale(12, people[1], 30, "GBP", 5 * day)
        _ = sale(13, people[2], 20, "GBP", 400 * day)
        _ = sale(14, nil, 7, "EUR", 20 * day)
        // What fulfils an order counts, and the order does not.
        _ = sale(15, nil, 60, "GBP", 3 * day, [("order number", "W-1")])
        // The month before ends at the hour that it is now: the second of these is in neither.
        _ = sale(16, nil, 1, "GBP", 30 * day + 3_600_000)
        _ = sale(17, nil, 1_000, "GBP", 30 * day - 3_600_000)
        _ = sale(18, people[4], 3, "GBP", Int64(now.milliseconds))
        _ = sale(19, nil, 4_000, "GBP", -2 * day)
        till.tell("return", 20, [("sale", given), ("at", ago(2 * day, now)), ("amount", money(10)), ("currency", "GBP")], at: now)
        till.tell("item", 21, [("sku", "PLATE"), ("name", "Plate, white")], at: now)
        for (index, (sku, counted, sold)) in [("MUG", 2, 3), ("PLATE", 1, 1), ("BOWL", 5, 1)].enumerated() {
            till.changes.append(Make.count(Text(sku), "shop", pieces: Int64(counted), at: now))
            till.changes.append(
                Make.line(
                    30 + Int64(index), sale: first, sku: Text(sku), pieces: Int64(sold), price: 10_000, location: "shop", at: now))
        }
        try await till.push(to: bench)

        let ada = web.tell("customer", 1, [("email", "ada@example.com")], at: now)
        func order(_ key: Int64, _ number: Value, _ state: Value, _ total: Int64, _ currency: Value, _ milliseconds: Int64) {
            web.tell(
                "order", key,
                [
                    ("number", number), ("state", state), ("total", money(total)), ("currency", currency), ("at", ago(milliseconds, now)),
                    ("customer", ada),
                ], at: now)
        }
        order(2, "W-1", "placed", 60, "GBP", 4 * day)
        order(3, "W-2", "paid", 25, "GBP", 10 * day)
        order(4, "W-3", "cancelled", 99, "GBP", day)
        order(5, "W-4", "shipped", 5, "EUR", day)
        try await web.push(to: bench)
        return (bench, till, web)
    }

    @Test("Sales are told by channel and site, in each period and each currency, less what came back; an order and its sale count once")
    func sales() async throws {
        let (bench, _, _) = try await Self.story()
        let report = try await bench.hub.business(.utc, now: bench.now)
        #expect(report.at == bench.now.milliseconds && report.zone == "UTC" && report.today == 1_699_920_000_000)
        #expect(report.currencies.map(\.currency) == ["GBP", "EUR"])
        func nets(_ sales: BusinessReport.Sales) -> [Int64] {
            [sales.today, sales.week, sales.month, sales.before].map { $0.net / 10_000 }
        }
        let pounds = try #require(report.currencies.first)
        #expect(nets(pounds.sales) == [100, 180, 205, 51])
        #expect(pounds.sales.month.returned == Self.units(10) && pounds.sales.month.purchases == 4 && pounds.sales.before.purchases == 2)
        #expect(pounds.channels.map(\.kind) == [.store, .web])
        #expect(pounds.shops.map(\.site) == ["shop", "online"])
        #expect(pounds.shops.map { nets($0.sales) } == [[100, 180, 180, 51], [0, 0, 25, 0]])
        #expect(pounds.channels.map(\.sales) == pounds.shops.map(\.sales))
        #expect(pounds.sales.change.map { ($0 * 1_000).rounded() } == 3_020)
        let euros = try #require(report.currencies.last)
        #expect(nets(euros.sales) == [0, 5, 12, 0] && euros.sales.change == nil)
        // From the 16th of October on.
        #expect(pounds.days.count == 30 && pounds.days.first?.start == 1_697_414_400_000 && pounds.days.last?.start == report.today)
        #expect(pounds.days.suffix(6).map { $0.net / 10_000 } == [30, 0, 60, -10, 0, 100])
        #expect(pounds.days.map(\.net).reduce(0, +) == pounds.sales.month.net)
    }

    @Test("Linked records are one customer; new, active and lapsed are told by the first and the last purchase with a credible time")
    func customers() async throws {
        let (bench, _, _) = try await Self.story()
        let customers = try await bench.hub.business(.utc, now: bench.now).customers
        #expect(customers.people == 5 && customers.customers == 4)
        #expect(customers.new == 1 && customers.newBefore == 1)
        #expect(customers.active == 2 && customers.lapsed == 1 && customers.undated == 1)
    }

    @Test("What is oversold, what has run out though it sells, and which orders wait")
    func risks() async throws {
        let (bench, _, _) = try await Self.story()
        let report = try await bench.hub.business(.utc, now: bench.now)
        #expect(report.stock.oversoldCount == 1 && report.stock.goneCount == 1)
        #expect(report.stock.oversold == [.init(sku: "MUG", locations: ["shop"], available: -10_000, sold: 30_000)])
        #expect(report.stock.gone == [.init(sku: "PLATE", name: "Plate, white", locations: ["shop"], available: 0, sold: 10_000)])
        #expect(!report.stock.isOversoldCut && !report.stock.isGoneCut)
        #expect(report.orders.open == 1 && report.orders.paid == 1 && report.orders.old == 1)
        #expect(report.orders.oldest == bench.now.milliseconds - UInt64(10 * Self.day))
        #expect(report.orders.worth == [.init(currency: "GBP", orders: 1, sum: Self.units(25))])
    }

    @Test("People are parted in tenths by all that they are worth; fewer than ten, and who is worth nothing, are in none")
    func tenths() async throws {
        let bench = try await TestHub()
        var till = Teller("till", seed: 1, try await bench.enrol("shop"))
        let now = bench.now
        func buy(_ key: Int64, _ total: Int64, _ currency: Value) {
            let buyer = till.tell("customer", key, [("name", .text(Text("Person \(key)")))], at: now)
            till.tell(
                "sale", key, [("customer", buyer), ("total", Self.money(total)), ("currency", currency), ("at", Self.ago(0, now))], at: now)
        }
        for key in 1...20 as ClosedRange<Int64> { buy(key, key, "GBP") }
        buy(21, -5, "GBP")
        for key in 22...30 as ClosedRange<Int64> { buy(key, 1, "EUR") }
        try await till.push(to: bench)
        let report = try await bench.hub.business(.utc, now: now)
        let pounds = try #require(report.currencies.first { $0.currency == "GBP" })
        #expect(pounds.tenths.map(\.people) == Array(repeating: 2, count: 10) && pounds.worthless == 1)
        #expect(pounds.tenths.first == .init(people: 2, least: Self.units(19), sum: Self.units(39)))
        #expect(pounds.tenths.last == .init(people: 2, least: Self.units(1), sum: Self.units(3)))
        #expect(report.currencies.first { $0.currency == "EUR" }?.tenths == [])
        // Who gave back more than was bought is a customer, but has bought nothing that could be new.
        #expect(report.customers.customers == 30 && report.customers.new == 29 && report.customers.undated == 1)
    }

    @Test("Sums of amounts that no shop ever took are told as the most that fits, and stop no report")
    func enormous() async throws {
        let bench = try await TestHub()
        var till = Teller("till", seed: 1, try await bench.enrol("shop"))
        let now = bench.now
        let buyer = till.tell("customer", 0, [("name", "Croesus")], at: now)
        for key in 1...2_000 as ClosedRange<Int64> {
            till.tell(
                "sale", key, [("customer", buyer), ("total", .integer(.max)), ("currency", "GBP"), ("at", Self.ago(0, now))], at: now)
        }
        try await till.push(to: bench)
        let report = try await bench.hub.business(.utc, now: now)
        #expect(report.currencies.map(\.sales.month.net) == [.max] && report.customers.new == 1)
    }

    @Test("A hub without a sale has a report, too")
    func nothing() async throws {
        let bench = try await TestHub()
        let report = try await bench.hub.business(.utc, now: bench.now)
        #expect(report.currencies.isEmpty && report.customers.customers == 0 && report.orders.open == 0 && report.stock.goneCount == 0)
    }

    @Test("Days are those of the given zone, also where its clocks were put back")
    func zone() async throws {
        let bench = try await TestHub()
        var till = Teller("till", seed: 1, try await bench.enrol("shop"))
        let berlin = LocalDaysTests.berlin
        // 00:30 on the 29th of October, 00:30 on the 30th; in UTC both an hour or two earlier.
        for (key, at) in [1_698_532_200_000, 1_698_622_200_000].enumerated() {
            till.tell(
                "sale", Int64(key), [("total", Self.money(Int64(key) + 1)), ("currency", "EUR"), ("at", .integer(Int64(at)))],
                at: bench.now)
        }
        try await till.push(to: bench)
        let days = try #require(try await bench.hub.business(berlin, now: bench.now).currencies.first).days
        #expect(days[13] == .init(start: 1_698_530_400_000, net: Self.units(1)))
        #expect(days[14] == .init(start: 1_698_620_400_000, net: Self.units(2)))
    }

    // MARK: how old it may be

    @Test("Within ten minutes the last report is shown; after that the old one while a new one is made, which takes in what changed")
    func kept() async throws {
        var (bench, till, web) = try await Self.story()
        let hub = bench.hub
        let first = try await hub.business(.utc, now: bench.now)
        till.tell("sale", 90, [("total", Self.money(1)), ("currency", "GBP"), ("at", Self.ago(0, bench.now))], at: bench.now)
        try await till.push(to: bench)
        // The paid order goes out; one more comes in.
        let life = Dot(web.writer.replica, 3)
        web.changes.append(Make.write("order", 3, [("state", "shipped")], life: life, at: bench.now))
        web.tell(
            "order", 6, [("number", "W-5"), ("state", "on hold"), ("total", Self.money(8)), ("at", Self.ago(0, bench.now))], at: bench.now)
        try await web.push(to: bench)
        let minute: UInt64 = 60_000
        #expect(try await hub.business(.utc, now: bench.now.advanced(byMilliseconds: 10 * minute - 1)) == first)
        #expect(hub.businessDesk.making == nil)
        let later = bench.now.advanced(byMilliseconds: 10 * minute)
        #expect(try await hub.business(.utc, now: later) == first)
        _ = try await hub.businessDesk.making?.value
        let second = try await hub.business(.utc, now: later)
        #expect(second.at == later.milliseconds)
        #expect(second.currencies.first?.sales.today.net == Self.units(101))
        #expect(second.orders.open == 1 && second.orders.other == 1 && second.orders.old == 0)
        #expect(second.orders.worth == [.init(currency: "", orders: 1, sum: Self.units(8))])
    }

    @Test("Many who look for the first time wait for one report; one that fails is told to them, and tried again by the next")
    func once() async throws {
        let desk = BusinessDesk()
        let made = Counter()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let report = Self.nothing
        let answers = try await withThrowingTaskGroup(of: BusinessReport.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await desk.report(now: Timestamp(milliseconds: 1_000)) { orders in
                        made.increase()
                        for await _ in gate {}
                        return (report, orders)
                    }
                }
            }
            while desk.making == nil { await Task.yield() }
            open.finish()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: report, count: 20) && made.count == 1)

        let failing = BusinessDesk()
        for _ in 0..<2 {
            await #expect(throws: Broken.self) {
                try await failing.report(now: Timestamp(milliseconds: 1_000)) { _ in throw Broken() }
            }
        }
        #expect(try await failing.report(now: Timestamp(milliseconds: 1_000)) { (report, $0) } == report)
        // By a clock that was put back, the report is of the future: it is shown while another one is made.
        #expect(try await failing.report(now: Timestamp(milliseconds: 999)) { _ in throw Broken() } == report)
    }

    @Test("Who does not want to wait is told nothing until the first report is there, and once why there is none")
    func ifMade() async throws {
        let desk = BusinessDesk()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let (now, report) = (Timestamp(milliseconds: 1_000), Self.nothing)
        func look(_ isBroken: Bool = false) throws -> BusinessReport? {
            try desk.reportIfMade(now: now) { orders in
                for await _ in gate {}
                if isBroken { throw Broken() }
                return (report, orders)
            }
        }
        #expect(try look(true) == nil)
        #expect(try look() == nil)
        let failing = desk.making
        open.finish()
        await #expect(throws: Broken.self) { try await failing?.value }
        #expect(throws: Broken.self) { try look() }
        #expect(try look() == nil)
        _ = try await desk.making?.value
        #expect(try look() == report)
    }

    private struct Broken: Error {}
    private static let nothing = BusinessReport(
        at: 1_000, zone: "UTC", today: 0, customers: .init(people: 0, customers: 0, new: 0, newBefore: 0, active: 0, lapsed: 0),
        stock: .init(), orders: .init())

    @Test("Few records are counted each time, many once in a while", arguments: [KeptCounts.manyMin - 1, KeptCounts.manyMin])
    func keptCounts(records: Int64) async throws {
        let bench = try await TestHub()
        let kept = KeptCounts()
        try bench.store.readNow { store in
            let counts = try kept.counts(store)
            #expect(counts.records == 0 && !kept.isMany)
        }
        kept.set(StoreCounts(records: records))
        let isMany = records == KeptCounts.manyMin
        try bench.store.readNow { store in
            #expect(kept.isMany == isMany)
            let known = try kept.counts(store)
            #expect(known.records == (isMany ? records : 0))
            let fresh = try kept.counts(store, isFresh: true)
            #expect(fresh.records == 0 && !kept.isMany)
        }
    }
}

private final class Counter: Sendable {
    private let number = Mutex(0)
    var count: Int { number.withLock { $0 } }
    func increase() { number.withLock { $0 += 1 } }
}

@Suite("Days of a time zone")
struct LocalDaysTests {
    /// Put back on 29 October 2023, 01:00 UTC.
    static let berlin = LocalDays(
        zone: "Europe/Berlin",
        steps: [LocalDays.Step(from: .min, ahead: 7_200_000), LocalDays.Step(from: 1_698_541_200_000, ahead: 3_600_000)])

    @Test("Each day begins where the one before ends, the long one and the short one, too")
    func days() {
        let long = Self.berlin.day(of: 1_698_541_200_000)
        #expect(Self.berlin.start(of: long) == 1_698_530_400_000)
        #expect(Self.berlin.start(of: long + 1) - Self.berlin.start(of: long) == 25 * 3_600_000)
        // In Cairo the hour after midnight is skipped: 28 April 2023 begins at 01:00.
        let cairo = LocalDays(
            zone: "Africa/Cairo",
            steps: [LocalDays.Step(from: .min, ahead: 7_200_000), LocalDays.Step(from: 1_682_632_800_000, ahead: 10_800_000)])
        let short = cairo.day(of: 1_682_632_800_000)
        #expect(cairo.start(of: short) == 1_682_632_800_000)
        #expect(cairo.start(of: short + 1) - cairo.start(of: short) == 23 * 3_600_000)
        for zone in [Self.berlin, cairo, .utc] {
            for day in 19_400...19_700 as ClosedRange<Int64> {
                let start = zone.start(of: day)
                #expect(zone.day(of: start) == day && zone.day(of: start - 1) == day - 1)
            }
        }
    }

    @Test("Times before 1970 have days, too; without a step it is UTC, and of many steps the last three count")
    func edges() {
        #expect(LocalDays.utc.day(of: -1) == -1 && LocalDays.utc.day(of: 0) == 0 && LocalDays.utc.start(of: -1) == -86_400_000)
        let many = LocalDays(zone: "", steps: (1...5).map { LocalDays.Step(from: Int64($0) * 1_000, ahead: Int64($0)) })
        #expect(many.steps.map(\.ahead) == [3, 4, 5])
    }
}
