import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubTestSupport
import Testing

@Suite("Views")
struct ViewTests {
    @Test("One person at a shop and online is one profile with all purchases; the order and the sale that fulfils it count once")
    func onePerson() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        let web = try await bench.enrol("web", kind: .web)
        var till = TestWriter("till", seed: 1, key: shop.key)
        var store = TestWriter("shop", seed: 2, key: web.key)
        let atShop = till.nextDot
        let online = store.nextDot
        try await bench.push(
            [
                try till.seal([
                    Make.customer(1, email: "ann@example.com", at: bench.now),
                    Make.write(
                        "sale", 1,
                        [
                            ("number", "S1"), ("customer", Make.reference("customer", 1, life: atShop)), ("total", 100_000),
                            ("currency", "GBP"),
                        ],
                        at: bench.now),
                    // Handed out at the shop, to nobody by name.
                    Make.write(
                        "sale", 2, [("number", "S2"), ("order number", "O1"), ("total", 400_000), ("currency", "GBP")], at: bench.now),
                ])
            ], from: shop)
        try await bench.push(
            [
                try store.seal([
                    Make.customer(9, email: " ANN@example.com ", phone: "+44 20 7946 0018", at: bench.now.advanced(byMilliseconds: 5)),
                    Make.write(
                        "order", 1,
                        [
                            ("number", "O1"), ("customer", Make.reference("customer", 9, life: online)), ("total", 450_000),
                            ("currency", "GBP"),
                            ("state", "placed"),
                        ], at: bench.now),
                ])
            ], from: web)
        let found = try await bench.profile(.phone("+442079460018"))
        #expect(found.records == 2)
        #expect(found.totals == ["GBP": 500_000])
        #expect(found.number == 2)
        #expect(found.id == "p\(till.replica)-1")

        // The web record turns out to be somebody else's: both sides get back what was their own.
        try await bench.push(
            [
                try store.seal([
                    Make.write("customer", 9, [("email", "bob@example.com")], life: online, at: bench.now.advanced(byMilliseconds: 9))
                ])
            ],
            from: web)
        #expect(try await bench.profile(.email("ann@example.com")).totals == ["GBP": 100_000])
        let bob = try await bench.profile(.email("bob@example.com"))
        #expect(bob.totals == ["GBP": 400_000] && bob.records == 1)
        #expect(bob.id == "p\(store.replica)-1")
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("An earlier e-mail goes on linking, unless the change was a correction within a day")
    func earlierValues() async throws {
        for (hours, profiles) in [(30 as UInt64, 1), (2, 2)] {
            let bench = try await TestHub()
            let one = try await bench.enrol("shop-1")
            let two = try await bench.enrol("shop-2")
            var till = TestWriter("till", seed: 1, key: one.key)
            var other = TestWriter("till", seed: 2, key: two.key)
            let life = till.nextDot
            let before = Timestamp(milliseconds: bench.now.milliseconds - hours * 3_600_000)
            try await bench.push(
                [
                    try till.seal([
                        Make.customer(1, email: "old@example.com", at: before),
                        Make.write("customer", 1, [("email", "new@example.com")], life: life, at: bench.now),
                    ])
                ], from: one)
            try await bench.push([try other.seal([Make.customer(1, email: "old@example.com", at: bench.now)])], from: two)
            #expect(try await bench.hub.status(now: bench.now).profiles == Int64(profiles), "\(hours) hours")
        }
    }

    @Test("Lines that come before, change after, or lose their sale are counted right")
    func lines() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let customer = till.nextDot
        try await bench.push([try till.seal([Make.customer(1, email: "ann@example.com", at: bench.now)])], from: shop)
        let line = till.nextDot
        let sale = Dot(till.replica, 3)
        let reference = Make.reference("sale", 5, life: sale)
        func total() async throws -> [String: Int64] { try await bench.profile(.email("ann@example.com")).totals }
        try await bench.push(
            [try till.seal([Make.line(1, sale: reference, sku: "MUG", pieces: 2, price: 25_000, location: "s", at: bench.now)])], from: shop
        )
        #expect(try await total() == [:])
        try await bench.push(
            [try till.seal([Make.sale(5, customer: Make.reference("customer", 1, life: customer), at: bench.now)])], from: shop)
        #expect(try await total() == ["GBP": 50_000])
        try await bench.push([try till.seal([Make.write("sale line", 1, [("quantity", 50_000)], life: line, at: bench.now)])], from: shop)
        #expect(try await total() == ["GBP": 125_000])
        let deletion = Change(time: bench.now, action: .delete(Subject(entity: "sale", key: LocalKey(.integer(5)), life: sale), .chain))
        try await bench.push([try till.seal([deletion])], from: shop)
        #expect((try await total())["GBP", default: 0] == 0)
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("Two shops sell 3 and 4 of the pool's 10 while the line is down: 3 are left")
    func pool() async throws {
        let bench = try await TestHub()
        let one = try await bench.enrol("shop-1")
        let two = try await bench.enrol("shop-2")
        var first = TestWriter("till", seed: 1, key: one.key)
        var second = TestWriter("till", seed: 2, key: two.key)
        try await bench.push([try first.seal([Make.count("BOOT", "pool", pieces: 10, at: bench.now)])], from: one)
        try await bench.push([try second.seal([Make.movement("BOOT", "pool", pieces: -4, kind: .sale, at: bench.now)])], from: two)
        try await bench.push([try first.seal([Make.movement("BOOT", "pool", pieces: -3, kind: .sale, at: bench.now)])], from: one)
        #expect(try await bench.stockOnHand("BOOT", "pool") == 30_000)
        try await bench.push([try second.seal([Make.movement("BOOT", "pool", pieces: -4, kind: .sale, at: bench.now)])], from: two)
        #expect(try await bench.hub.conflicts(now: bench.now).map(\.kind) == [.oversell])
    }

    @Test("More received of a transfer than was sent is a conflict of its own kind, not one of counts")
    func receivedMoreThanSent() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let arrival = Movement(sku: "BOOT", location: "shop-1", quantity: 6 * FixedPoint.one, kind: .transferIn, note: "T1")
        try await bench.push([try till.seal([Change(time: bench.now, action: .stockOnly, stock: .movement(arrival))])], from: shop)
        #expect(try await bench.hub.conflicts(now: bench.now).map(\.kind) == [.receivedMoreThanSent])
    }
}

extension TestHub {
    struct FoundProfile {
        var id: String
        var records: Int
        var totals: [String: Int64]
        var number: Int
    }

    /// The only profile found.
    func profile(_ search: ProfileSearch) async throws -> FoundProfile {
        struct Document: Decodable {
            struct Member: Decodable { var life: String }
            struct Purchases: Decodable {
                var number: Int
                var totals: [String: Int64]
            }
            var id: String
            var records: [Member]
            var purchases: Purchases
        }
        let found = try await hub.profiles(search, now: now)
        try #require(found.count == 1)
        let document = try JSONDecoder().decode(Document.self, from: Data(found[0].bytes))
        return FoundProfile(
            id: document.id, records: document.records.count, totals: document.purchases.totals, number: document.purchases.number)
    }
}
