import Causality
import ChangeSets
import Foundation
import HubTestSupport
import Profiles
import Testing

@testable import HubRuntime

@Suite("What the hub tells of an order")
struct OrderDetailsTests {
    /// A document as programs read it.
    private struct Told: Decodable {
        struct Customer: Decodable { let key, profile, name: String? }
        struct Line: Decodable, Equatable {
            let sku, name: String?
            let quantity, unitPrice, amount: Int64?
            let isStocked: Bool
        }
        struct Sale: Decodable {
            let number, site: String?
            let total: Int64?
        }
        struct Conflict: Decodable { let id, short, kind, field: String? }
        let state: String
        let shown, site, channel: String?
        let since: UInt64?
        let customer: Customer?
        let lines: [Line]
        let lineCount: Int
        let sales: [Sale]?
        let saleCount: Int?
        let conflicts: [Conflict]
    }

    /// A web shop that takes orders, and a depot that sends them.
    private struct Trade {
        let bench: TestHub
        let web, depot: TestAgent
        var shop, wms: TestWriter

        init() async throws {
            bench = try await TestHub()
            web = try await bench.enrol("web", kind: .web)
            depot = try await bench.enrol("depot", kind: .warehouse)
            shop = TestWriter("shop", seed: 1, key: web.key)
            wms = TestWriter("wms", seed: 2, key: depot.key)
        }

        mutating func online(_ changes: [Change]) async throws { try await bench.push([try shop.seal(changes)], from: web) }
        mutating func inDepot(_ changes: [Change]) async throws { try await bench.push([try wms.seal(changes)], from: depot) }

        func order(_ fields: [(FieldName, Value)] = []) -> Change {
            Make.write("order", 1, [("number", "W-1"), ("state", "placed")] + fields, at: bench.now)
        }

        func told(_ number: String = "W-1") async throws -> [Told] {
            try await bench.hub.orders(number: number, now: bench.now).map { try JSONDecoder().decode(Told.self, from: Data($0.bytes)) }
        }

        func only() async throws -> Told {
            let told = try await told()
            #expect(told.count == 1)
            return try #require(told.first)
        }
    }

    @Test("customer, place, lines, sales and whose word the state is; what nobody has said is not told as nought")
    func everything() async throws {
        var trade = try await Trade()
        let (now, ann) = (trade.bench.now, trade.shop.nextDot)
        let order = Dot(ann.replica, ann.counter + 1)
        let itself = Make.reference("order", 1, life: order)
        try await trade.online([
            Make.customer(9, email: "ann@example.com", name: "Ann Wye", at: now),
            trade.order([("customer", Make.reference("customer", 9, life: ann)), ("total", 500_000), ("currency", "GBP")]),
            Make.write(
                "order line", 1,
                [("order", itself), ("sku", "BOOT"), ("name", "Boots"), ("quantity", 20_000), ("unit price", 250_000)], at: now),
            Make.write("order line", 2, [("order", itself), ("sku", "MAP")], at: now),
            Make.write("item", 1, [("sku", "MAP"), ("name", "Map")], at: now),
            // An article that only begins alike is another one.
            Make.movement("BOOT", "web", pieces: 5, at: now), Make.movement("MAP-2", "web", pieces: 5, at: now),
        ])
        let placed = try await trade.only()
        #expect(placed.state == "placed" && placed.shown == order.description && placed.since == now.milliseconds)
        #expect(placed.site == "web" && placed.channel == "web" && placed.sales?.isEmpty == true && placed.conflicts.isEmpty)
        let profile = "\(ProfileID(life: ann))"
        #expect(placed.customer?.key == "9" && placed.customer?.profile == profile && placed.customer?.name == "Ann Wye")
        #expect(
            placed.lines == [
                Told.Line(sku: "BOOT", name: "Boots", quantity: 20_000, unitPrice: 250_000, amount: 500_000, isStocked: true),
                Told.Line(sku: "MAP", name: "Map", quantity: nil, unitPrice: nil, amount: nil, isStocked: false),
            ])
        #expect(placed.lineCount == 2)

        let shipment = trade.wms.nextDot
        let later = now.advanced(byMilliseconds: 60_000)
        try await trade.inDepot([
            Make.write("shipment", 1, [("order number", "W-1"), ("state", "sent"), ("carrier", "DHL")], at: later),
            Make.sale(1, customer: nil, order: "W-1", at: now),
            Make.write("sale", 2, [("number", "S2"), ("order number", "W-1"), ("total", 500_000), ("at", .integer(.max))], at: now),
            Make.sale(3, customer: nil, order: "W-2", at: now),
        ])
        let sent = try await trade.only()
        #expect(sent.state == "shipped" && sent.shown == shipment.description && sent.since == later.milliseconds)
        #expect(Set(sent.sales?.map(\.number) ?? []) == ["S1", "S2"] && sent.saleCount == 2)
        #expect(sent.sales?.first { $0.number == "S1" }?.total == nil && sent.sales?.first { $0.number == "S2" }?.total == 500_000)
        #expect(sent.sales?.allSatisfy { $0.site == "depot" } == true)
    }

    @Test("an order may name a customer whom the hub does not know, or nobody")
    func customers() async throws {
        var trade = try await Trade()
        try await trade.online([trade.order([("customer", Make.reference("customer", 7, life: nil))])])
        let told = try await trade.only()
        #expect(told.customer?.key == "7" && told.customer?.profile == nil && told.customer?.name == nil)
        try await trade.inDepot([Make.write("order", 5, [("number", "W-5")], at: trade.bench.now)])
        let other = try #require(try await trade.told("W-5").first)
        #expect(other.customer == nil && other.shown == nil && other.since == nil && other.state == "placed")
    }

    @Test("of two shops' orders of one number each has the sales of its own shop, and a third shop's sale belongs to none")
    func namesakes() async throws {
        var trade = try await Trade()
        try await trade.online([trade.order(), Make.sale(1, customer: nil, order: "W-1", at: trade.bench.now)])
        try await trade.inDepot([trade.order(), Make.sale(2, customer: nil, order: "W-1", at: trade.bench.now)])
        let agent = try await trade.bench.enrol("camden")
        var till = TestWriter("till", seed: 3, key: agent.key)
        try await trade.bench.push([try till.seal([Make.sale(3, customer: nil, order: "W-1", at: trade.bench.now)])], from: agent)
        let told = try await trade.told()
        #expect(Set(told.map(\.site)) == ["web", "depot"])
        for order in told { #expect(order.sales?.map(\.number) == [order.site == "web" ? "S1" : "S2"]) }
    }

    @Test("what is open about an order is told with it, until it is decided")
    func conflicts() async throws {
        var trade = try await Trade()
        let order = trade.shop.nextDot
        try await trade.online([trade.order([("currency", "GBP")])])
        func edit(_ fields: [(FieldName, Value)], _ source: SourceID?) -> Change {
            Make.write("order", 1, fields, life: order, source: source, at: trade.bench.now, context: .named([order]))
        }
        try await trade.inDepot([edit([("state", "shipped"), ("currency", "EUR")], trade.shop.source)])
        try await trade.online([edit([("state", "cancelled"), ("currency", "USD")], nil)])
        let told = try await trade.only()
        let contradiction = "order-contradiction:\(order)"
        #expect(Set(told.conflicts.map(\.id)) == [contradiction, "concurrent-writes:\(order)/currency"])
        #expect(Set(told.conflicts.map(\.field)) == [nil, "currency"] && told.conflicts.allSatisfy { $0.short?.count == 8 })
        let conflict = try #require(
            try await trade.bench.hub.conflicts(ConflictFilter(id: contradiction), now: trade.bench.now).first)
        _ = try await trade.bench.hub.resolve(
            contradiction, Resolution(.take, side: conflict.sides[0].dot, seen: conflict.seen, author: "ann"), now: trade.bench.now)
        #expect(try await trade.only().conflicts.map(\.field) == ["currency"])
    }

    @Test("a site's other name for an order does not hide its number: a conflict about it is named by that")
    func name() async throws {
        var trade = try await Trade()
        let order = trade.shop.nextDot
        try await trade.online([trade.order([("name", "Ann's boots"), ("currency", "GBP")])])
        for (value, isWeb) in [("USD" as Value, true), ("EUR", false)] {
            let edit = Make.write(
                "order", 1, [("currency", value)], life: order, source: isWeb ? nil : trade.shop.source, at: trade.bench.now,
                context: .named([order]))
            if isWeb { try await trade.online([edit]) } else { try await trade.inDepot([edit]) }
        }
        #expect(try await trade.bench.hub.conflicts(now: trade.bench.now).map(\.about.name) == ["W-1"])
    }

    @Test("so many lines are told, and how many there are; so many sales likewise", arguments: [0, 1])
    func many(more: Int) async throws {
        var trade = try await Trade()
        let order = Make.reference("order", 1, life: trade.shop.nextDot)
        let now = trade.bench.now
        let (lines, sales) = (OrderDetails.linesMax + more, OrderDetails.salesMax + more)
        try await trade.online(
            [trade.order()]
                + (1...lines).map { Make.write("order line", Int64($0), [("order", order), ("sku", "BOOT")], at: now) }
                + (1...sales).map { Make.sale(Int64($0), customer: nil, order: "W-1", at: now) })
        let told = try await trade.only()
        #expect(told.lines.count == OrderDetails.linesMax && told.lineCount == lines)
        #expect(told.sales?.count == OrderDetails.salesMax && told.saleCount == sales)
    }

    @Test("where more sales bear one number than are joined to be shown, none is told to belong to an order", arguments: [0, 1])
    func tooMany(more: Int) async throws {
        var trade = try await Trade()
        let now = trade.bench.now
        // The order itself bears it, too.
        let sales = (1..<Hub.orderNamesakesMax + more).map { Make.sale(Int64($0), customer: nil, order: "W-1", at: now) }
        try await trade.online([trade.order()])
        for set in try trade.shop.seal(sales, by: 250) { try await trade.bench.push([set], from: trade.web) }
        let told = try await trade.only()
        #expect(told.saleCount == (more == 0 ? Hub.orderNamesakesMax - 1 : nil) && (told.sales == nil) == (more == 1))
    }

    @Test("a sale in a person's timeline names the order that it fulfils, and no order that the hub does not have")
    func timeline() async throws {
        var trade = try await Trade()
        let (now, ann) = (trade.bench.now, trade.shop.nextDot)
        let customer = Make.reference("customer", 9, life: ann)
        try await trade.online([
            Make.customer(9, email: "ann@example.com", at: now), Make.sale(1, customer: customer, order: "W-1", at: now),
            Make.sale(2, customer: customer, order: "W-2", at: now), trade.order(),
        ])
        struct Page: Decodable {
            struct Entry: Decodable { let what, number, order: String? }
            let entries: [Entry]
        }
        let document = try #require(try await trade.bench.hub.timeline("\(ProfileID(life: ann))", now: now))
        let sales = try JSONDecoder().decode(Page.self, from: Data(document.bytes)).entries.filter { $0.what == "sale" }
        #expect(sales.first { $0.number == "S1" }?.order == "W-1" && sales.contains { $0.number == "S2" && $0.order == nil })
    }
}
