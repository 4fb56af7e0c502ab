import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubStoreSQLite
import HubTestSupport
import TestSupport
import Testing

/// Makes the hub of a large retailer, to look at and to measure: `scripts/console/speed` times its pages. Asked for by name, on a
/// folder that `tributary-hub init` has made: `TRIBUTARY_LARGE_HUB=FOLDER TRIBUTARY_CUSTOMERS=1000000 TRIBUTARY_SALES=10000000
/// swift test -c release -Xswiftc -enable-testing --filter LargeHubTests`. Customers are records; a tenth of every second site's are known at another one;
/// a quarter of the web shops' sales were ordered, and of twenty articles more is sold than is there.
@Suite("A large hub", .enabled(if: ProcessInfo.processInfo.environment["TRIBUTARY_LARGE_HUB"] != nil))
struct LargeHubTests {
    private static let articles = 20_000
    private static let shops = 47
    private static let day: UInt64 = 24 * 3_600_000

    /// A site's writer with what it knows.
    private struct Till {
        let name: Text
        let agent: TestAgent
        var writer: TestWriter
        var customers: [(key: Int64, life: Dot)] = []
        var changes: [Change] = []

        var next: Dot { Dot(writer.replica, writer.last + UInt64(changes.count) + 1) }
        var hasRoom: Bool { changes.count + 4 <= Limits.changesMax }

        mutating func push(to bench: TestHub) async throws {
            guard !changes.isEmpty else { return }
            guard case .receipt = try await bench.push([writer.seal(changes)], from: agent) else { throw NotTaken() }
            changes.removeAll(keepingCapacity: true)
        }

        /// What a web shop's sale fulfils.
        mutating func order(_ key: Int64, of sale: [(FieldName, Value)], isOpen: Bool, at time: Timestamp) {
            let order = next
            var fields: [(FieldName, Value)] = sale.filter { ["at", "currency", "total", "customer"].contains($0.0) }
            for (name, value) in sale where name == "order number" { fields.append(("number", value)) }
            fields.append(("state", isOpen ? "paid" : "delivered"))
            changes.append(Make.write("order", key, fields, at: time))
            changes.append(
                Make.write(
                    "order line", key,
                    [
                        ("order", Make.reference("order", key, life: order)),
                        ("sku", .text(LargeHubTests.sku(Int(key) % LargeHubTests.articles))), ("quantity", 10_000),
                    ],
                    at: time))
        }
    }

    private struct NotTaken: Error {}

    @Test("A year of many shops, of two web shops and a warehouse, through the hub's own door")
    func fill() async throws {
        let environment = ProcessInfo.processInfo.environment
        let folder = try #require(environment["TRIBUTARY_LARGE_HUB"])
        let customers = Int(environment["TRIBUTARY_CUSTOMERS"] ?? "") ?? 100_000
        let sales = Int(environment["TRIBUTARY_SALES"] ?? "") ?? 1_000_000
        let bench = try await TestHub(store: SQLiteHubStore(path: folder + "/hub.db"))
        let now = Timestamp(milliseconds: UInt64(Date().timeIntervalSince1970 * 1_000))
        bench.now = now
        var random = SeededGenerator(seed: 6)
        let start = ContinuousClock.now
        func tell(_ what: String) { print("\(Int((ContinuousClock.now - start).components.seconds)) s: \(what)") }

        var tills: [Till] = []
        for number in 1...Self.shops + 3 {
            let kind: SiteKind = number <= Self.shops ? .store : number <= Self.shops + 2 ? .web : .warehouse
            let name = kind == .store ? "shop-\(number)" : "\(kind.rawValue)-\(number)"
            let agent = try await bench.enrol(name, kind: kind, region: "GB")
            tills.append(Till(name: Text(name), agent: agent, writer: TestWriter("till", seed: UInt64(number), key: agent.key)))
        }
        let warehouse = tills.count - 1
        for article in 0..<Self.articles {
            if !tills[warehouse].hasRoom { try await tills[warehouse].push(to: bench) }
            let fields: [(FieldName, Value)] = [
                ("sku", .text(Self.sku(article))), ("name", .text(Text("Article number \(article)"))), ("currency", "GBP"),
                ("price", .integer(Int64(article % 90 + 10) * FixedPoint.one)),
            ]
            tills[warehouse].changes.append(Make.write("item", Int64(article), fields, at: now))
        }
        for place in tills.indices {
            for article in 0..<Self.articles {
                if !tills[place].hasRoom { try await tills[place].push(to: bench) }
                tills[place].changes.append(
                    Make.count(
                        Self.sku(article), tills[place].name, pieces: place == warehouse ? 900 : article % 1_000 == 0 ? 5 : 30,
                        at: Timestamp(milliseconds: now.milliseconds - 401 * Self.day)))
            }
            try await tills[place].push(to: bench)
        }
        tell("\(Self.articles) articles counted at \(tills.count) sites")

        for place in 0..<warehouse {
            for number in 0..<customers / warehouse {
                if !tills[place].hasRoom { try await tills[place].push(to: bench) }
                let isKnownElsewhere = place % 2 == 1 && number < customers / warehouse / 10
                let person = number * warehouse + (isKnownElsewhere ? place - 1 : place)
                let key = Int64(tills[place].next.counter)
                tills[place].customers.append((key, tills[place].next))
                tills[place].changes.append(Make.write("customer", key, Self.customer(person), at: now))
            }
            try await tills[place].push(to: bench)
        }
        tell("\(customers) customers")

        var made = 0
        while made < sales {
            for place in 0..<warehouse where made < sales {
                while tills[place].hasRoom, made < sales {
                    let sale = tills[place].next
                    let key = Int64(sale.counter)
                    let time = Timestamp(milliseconds: now.milliseconds - .random(in: 0..<400 * Self.day, using: &random))
                    let price = Int64.random(in: 10..<100, using: &random) * FixedPoint.one
                    var fields: [(FieldName, Value)] = [
                        ("number", .text(Text("\(tills[place].name)-\(key)"))), ("at", .integer(Int64(time.milliseconds))),
                        ("currency", "GBP"), ("total", .integer(price)),
                    ]
                    if random.chance(90), let customer = tills[place].customers.randomElement(using: &random) {
                        fields.append(("customer", Make.reference("customer", customer.key, life: customer.life)))
                    }
                    let isOrdered = place >= Self.shops && made % 4 == 0
                    if isOrdered { fields.append(("order number", .text(Text("W\(place)-\(key)")))) }
                    tills[place].changes.append(Make.write("sale", key, fields, at: time))
                    tills[place].changes.append(
                        Make.line(
                            key, sale: Make.reference("sale", key, life: sale),
                            sku: Self.sku(.random(in: 0..<Self.articles, using: &random)), pieces: 1, price: price,
                            location: tills[place].name, at: time))
                    if isOrdered { tills[place].order(key, of: fields, isOpen: made % 40 == 0, at: time) }
                    made += 1
                }
                try await tills[place].push(to: bench)
            }
            tell("\(made) sales")
        }
        let status = try await bench.hub.status(now: now)
        tell("\(status.records) records, \(status.profiles) profiles")
        await bench.hub.stop()
    }

    private static func sku(_ article: Int) -> Text { Text("SKU-\(article)") }

    private static func customer(_ person: Int) -> [(FieldName, Value)] {
        [
            ("first name", .text(Text("First\(person % 1_500)"))), ("last name", .text(Text("Last\(person / 1_500 * 7_919 % 20_000)"))),
            ("email", .text(Text("person.\(person)@shop\(person % 100).example.net"))),
            ("phone", .text(Text("020 \(7_000_0000 + person % 10_000_000)"))), ("city", .text(Text("City \(person % 300)"))),
        ]
    }
}
