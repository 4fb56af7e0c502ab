import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import Profiles
import Testing

@Suite("People are found by what somebody types")
struct FindCustomersTests {
    @Test(
        "What is typed is looked for as what it may be",
        arguments: [
            ("ada@love", "email"), ("020 7946 0107", "phone+id+order"), ("+44 (0)20-79", "phone+id+order"), ("1182", "name+id+order"),
            ("Ada", "name+id+order"), ("W-19988", "name+id+order"), ("  ", ""), ("a", ""),
            ("p0123456789abcdef0123456789abcdef-17", "id"), ("p0123-17", "name+id+order"),
        ])
    func kinds(typed: String, trail: String) { #expect(CustomerText(typed).trail == trail) }

    @Test("Each person comes once, with the sums and the last purchase of all records; who holds exactly what was typed comes first")
    func found() async throws {
        let bench = try await TestHub()
        let (shop, web) = (try await bench.enrol("shop", region: "GB"), try await bench.enrol("web", kind: .web))
        var till = TestWriter("till", seed: 1, key: shop.key)
        var store = TestWriter("web", seed: 2, key: web.key)
        let (ada, sale) = (till.nextDot, Dot(till.replica, 2))
        try await bench.push(
            [
                try till.seal([
                    Make.customer(1, email: "ada@lovelace.example", phone: "020 7946 0107", name: "Ada Lovelace", at: bench.now),
                    Make.sale(2, customer: Make.reference("customer", 1, life: ada), at: bench.now),
                    Make.line(
                        3, sale: Make.reference("sale", 2, life: sale), sku: "A", pieces: 2, price: 30_000, location: "s", at: bench.now),
                    Make.customer(4, email: "ada@lovelace.example.org", name: "Adam Lovel", at: bench.now),
                ])
            ], from: shop)
        let buyer = store.nextDot
        try await bench.push(
            [
                try store.seal([
                    Make.customer(7, email: "ada@lovelace.example", name: "A. Lovelace", at: bench.now),
                    Make.write(
                        "order", 8,
                        [
                            ("number", "W-1"), ("customer", Make.reference("customer", 7, life: buyer)), ("state", "shipped"),
                            ("total", 50_000), ("currency", "GBP"),
                        ], at: bench.now),
                ])
            ], from: web)

        func find(_ typed: String, limit: Int = 20) async throws -> CustomersFound {
            try await bench.hub.findCustomers(CustomerText(typed), limit: limit, now: bench.now)
        }
        let both = try await find("ada@lovelace.example")
        #expect(both.customers.map(\.records) == [2, 1] && !both.hasMore)
        let person = try #require(both.customers.first)
        #expect(person.spent == ["GBP": 110_000] && person.lastPurchase == bench.now.milliseconds && person.lastShop == "shop")
        #expect(person.sites == ["shop", "web"] && person.email == "ada@lovelace.example")
        // By a beginning, a number in another spelling, either order of the names, and an order.
        #expect(try await find("ada@lov").customers.count == 2)
        #expect(try await find("+44 20 7946 0107").customers.map(\.id) == [person.id])
        #expect(try await find("lovelace a").customers.map(\.id) == [person.id])
        #expect(try await find(person.id).customers.map(\.id) == [person.id])
        let ordered = try await find("W-1")
        #expect(ordered.customers.map(\.id) == [person.id])
        #expect(ordered.orders.map(\.customer) == [person.id] && ordered.orders.map(\.state) == ["shipped"])
        let first = try await find("ada@lov", limit: 1)
        #expect(first.customers.count == 1 && first.hasMore)
        #expect(try await find("nobody").customers.isEmpty)
    }

    @Test("A list of people has so many, whatever is asked for beyond the most, and says that there are more", arguments: [0, 1])
    func most(more: Int) async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop")
        var till = TestWriter("till", seed: 1, key: shop.key)
        func tell(_ keys: Range<Int>) async throws {
            let people = keys.map { Make.customer(Int64($0), name: "Ada Number\($0)", at: bench.now) }
            try await bench.push([try till.seal(people)], from: shop)
        }
        let (usual, most) = (Hub.customersFoundMax + more, Hub.profilesFoundMax + more)
        try await tell(0..<usual)
        let found = try await bench.hub.findCustomers(CustomerText("ada"), now: bench.now)
        #expect(found.customers.count == Hub.customersFoundMax && found.hasMore == (more == 1))
        try await tell(usual..<most)
        let all = try await bench.hub.findCustomers(CustomerText("ada"), limit: most, now: bench.now)
        #expect(all.customers.count == Hub.profilesFoundMax && all.hasMore == (more == 1))
    }

    @Test("A phone number is found by its beginning as it is typed at home, from five digits on, in the countries of the sites")
    func phones() async throws {
        let bench = try await TestHub()
        let (berlin, london) = (try await bench.enrol("berlin", region: "DE"), try await bench.enrol("london", region: "GB"))
        var (till, desk) = (TestWriter("till", seed: 1, key: berlin.key), TestWriter("desk", seed: 2, key: london.key))
        try await bench.push([try till.seal([Make.customer(1, phone: "0170 1234568", name: "Jo", at: bench.now)])], from: berlin)
        try await bench.push([try desk.seal([Make.customer(2, phone: "020 7946 0018", name: "Al", at: bench.now)])], from: london)
        func names(_ typed: String) async throws -> [String?] {
            try await bench.hub.findCustomers(CustomerText(typed), now: bench.now).customers.map(\.name)
        }
        for typed in ["01701", "0170-12", "(0170) 1234 568", "+49170", "0049 170 12", "49 170 12", "170 12"] {
            #expect(try await names(typed) == ["Jo"], "\(typed)")
        }
        #expect(try await names("020 79") == ["Al"])
        #expect(try await names("0170").isEmpty)
        #expect(try await names("0171 1").isEmpty)
    }

    @Test("An order is found by the beginning of its number, from three characters on, also in small letters, while it is there")
    func orderBeginnings() async throws {
        let bench = try await TestHub()
        let web = try await bench.enrol("web", kind: .web)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        let buyer = shop.nextDot
        let numbers = ["W-1", "W-10", "W-101", "W-2"]
        let orders = numbers.enumerated().map { key, number in
            Make.write(
                "order", Int64(key), [("number", .text(Text(number))), ("customer", Make.reference("customer", 9, life: buyer))],
                at: bench.now)
        }
        let gone = Subject(entity: "order", key: LocalKey(.integer(2)), life: Dot(buyer.replica, 4))
        try await bench.push([try shop.seal([Make.customer(9, name: "Jo", at: bench.now)] + orders)], from: web)
        func found(_ typed: String, limit: Int = 20) async throws -> CustomersFound {
            try await bench.hub.findCustomers(CustomerText(typed), limit: limit, now: bench.now)
        }
        let begun = try await found("W-1")
        #expect(begun.orders.map(\.number) == ["W-1", "W-10", "W-101"] && begun.customers.map(\.name) == ["Jo"] && !begun.hasMore)
        #expect(try await found("w-10").orders.map(\.number) == ["W-10", "W-101"])
        #expect(try await found("W-").orders.isEmpty)
        let cut = try await found("W-1", limit: 2)
        #expect(cut.orders.map(\.number) == ["W-1", "W-10"] && cut.hasMore)
        try await bench.push([try shop.seal([Change(time: bench.now, action: .delete(gone, .chain))])], from: web)
        #expect(try await found("W-1").orders.map(\.number) == ["W-1", "W-10"])
    }

    @Test("What was decided about a person's records is told while it is in force")
    func decisions() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push(
            [try till.seal((1...3).map { Make.customer(Int64($0), name: "Person \($0)", at: bench.now) })], from: shop)
        let ids = (1...3).map { "\(ProfileID(life: Dot(till.replica, UInt64($0))))" }
        let hub = bench.hub
        _ = try await hub.link(LinkQuestion(id: ids[0], records: [ids[1]], author: "ann", note: "showed her card"), now: bench.now)
        let apart = try await hub.keepApart(LinkQuestion(id: ids[0], records: [ids[2]], author: "ben"), now: bench.now)
        let told = try await hub.linkDecisions(of: ids[1], now: bench.now)
        #expect(Set(told.map(\.author)) == ["ann", "ben"] && told.count == 2)
        #expect(told.first { $0.isSame }?.note == "showed her card")
        #expect(told.first { !$0.isSame }.map { Set([$0.lower.profile, $0.higher.profile].compactMap { $0 }) } == Set([ids[0], ids[2]]))
        _ = try await hub.undo(apart.decision.id, author: "ben", note: nil, now: bench.now)
        #expect(try await hub.linkDecisions(of: ids[0], now: bench.now).map(\.author) == ["ann"])
    }
}
