import Causality
import ChangeSets
import Foundation
import HubTestSupport
import Profiles
import Testing

@testable import HubRuntime

@Suite("What a customer waits for")
struct AwaitedTests {
    /// A document as programs read it.
    private struct Told: Decodable {
        struct Pile: Decodable, Equatable {
            let location: String
            let onHand, available, inTransit: Int64
        }
        struct Line: Decodable {
            let sku, name: String?
            let quantity: Int64?
            let isStocked: Bool
            let stock: [Pile]?
            let stockCount: Int?
            let stockCut: Bool?
        }
        struct Order: Decodable {
            let record, state: String
            let number, site: String?
            let time: Int64?
            let lines: [Line]
            let lineCount: Int
        }
        let awaited: [Order]
        let awaitedCut: Bool?
    }

    /// Ann, who orders online, and a depot that sends.
    private struct Trade {
        let bench: TestHub
        let web, depot: TestAgent
        var shop, wms: TestWriter
        let ann: Dot

        init() async throws {
            bench = try await TestHub()
            web = try await bench.enrol("web", kind: .web)
            depot = try await bench.enrol("depot", kind: .warehouse)
            shop = TestWriter("shop", seed: 1, key: web.key)
            wms = TestWriter("wms", seed: 2, key: depot.key)
            ann = shop.nextDot
            try await online([Make.customer(9, email: "ann@example.com", name: "Ann Wye", at: bench.now)])
        }

        mutating func online(_ changes: [Change]) async throws { try await bench.push([try shop.seal(changes)], from: web) }
        mutating func inDepot(_ changes: [Change]) async throws { try await bench.push([try wms.seal(changes)], from: depot) }

        /// An order of Ann's with lines of one piece each.
        mutating func order(_ key: Int64, _ state: Text = "placed", _ skus: [Text] = [], at: Int64 = 1_000) async throws {
            let order = Make.reference("order", key, life: shop.nextDot)
            let fields: [(FieldName, Value)] = [
                ("number", .text(Text("W-\(key)"))), ("state", .text(state)), ("customer", Make.reference("customer", 9, life: ann)),
                ("at", .integer(at)),
            ]
            let lines = skus.enumerated().map { index, sku in
                Make.write(
                    "order line", key * 1_000 + Int64(index), [("order", order), ("sku", .text(sku)), ("quantity", 10_000)], at: bench.now)
            }
            try await online([Make.write("order", key, fields, at: bench.now)] + lines)
        }

        func told() async throws -> Told {
            let document = try #require(try await bench.hub.profile("\(ProfileID(life: ann))", now: bench.now))
            return try JSONDecoder().decode(Told.self, from: Data(document.bytes))
        }
    }

    @Test("an order that is neither sent nor over, with where its articles can be sold, lie for somebody, or are coming to")
    func open() async throws {
        var trade = try await Trade()
        let now = trade.bench.now
        #expect(try await trade.told().awaited.isEmpty)
        try await trade.order(1, "paid", ["BOOT", "MAP", "LAMP"])
        try await trade.inDepot([
            Make.write("item", 1, [("sku", "BOOT"), ("name", "Boots")], at: now),
            Make.movement("BOOT", "depot", pieces: 2, at: now), Make.movement("BOOT", "york", pieces: 5, at: now),
            Make.movement("BOOT", "leeds", pieces: 1, at: now),
            // Promised to somebody, perhaps to her.
            Make.movement("BOOT", "leeds", pieces: 1, kind: .reservation, at: now),
            Make.movement("BOOT", "bath", pieces: 1, at: now), Make.movement("BOOT", "bath", pieces: -1, at: now),
            Make.movement("LAMP", "york", pieces: 0, at: now),
        ])
        let told = try await trade.told()
        let order = try #require(told.awaited.first)
        #expect(told.awaited.count == 1 && told.awaitedCut == nil && order.number == "W-1" && order.state == "paid")
        #expect(order.site == "web" && order.time == 1_000 && order.lineCount == 3 && order.lines.map(\.sku) == ["BOOT", "MAP", "LAMP"])
        let boots = order.lines[0]
        #expect(boots.name == "Boots" && boots.quantity == 10_000 && boots.stockCount == 3 && boots.stockCut == nil)
        #expect(
            boots.stock == [
                Told.Pile(location: "york", onHand: 50_000, available: 50_000, inTransit: 0),
                Told.Pile(location: "depot", onHand: 20_000, available: 20_000, inTransit: 0),
                Told.Pile(location: "leeds", onHand: 10_000, available: 0, inTransit: 0),
            ])
        // Nobody keeps stock of the map; of the lamp there is none.
        #expect(order.lines[1].stock == nil && !order.lines[1].isStocked && order.lines[2].stock == [] && order.lines[2].stockCount == 0)
    }

    @Test(
        "who was sent, or cancelled, or came and bought it waits no more; a state that only its site knows is told as open",
        arguments: ["shipped", "delivered", "cancelled", "returned", "waiting for moon"])
    func over(state: String) async throws {
        var trade = try await Trade()
        try await trade.order(1, Text(state), ["BOOT"])
        #expect(try await trade.told().awaited.map(\.state) == (state.hasPrefix("waiting") ? [state] : []))
    }

    @Test("a shipment, or a sale that names the order, ends the waiting")
    func fulfilled() async throws {
        var trade = try await Trade()
        let now = trade.bench.now
        try await trade.order(1, "paid", ["BOOT"], at: 1)
        try await trade.order(2, "paid", ["BOOT"], at: 2)
        #expect(try await trade.told().awaited.map(\.number) == ["W-2", "W-1"])
        try await trade.inDepot([Make.write("shipment", 1, [("order number", "W-1"), ("state", "sent")], at: now)])
        #expect(try await trade.told().awaited.map(\.number) == ["W-2"])
        try await trade.inDepot([Make.sale(1, customer: nil, order: "W-2", at: now)])
        #expect(try await trade.told().awaited.isEmpty)
    }

    @Test("the latest orders are told, and that there are more", arguments: [0, 1])
    func orders(more: Int) async throws {
        var trade = try await Trade()
        for key in 1...Int64(Awaited.ordersMax + more) { try await trade.order(key, at: key) }
        let told = try await trade.told()
        #expect(told.awaited.map(\.time) == (1...Int64(Awaited.ordersMax)).map { $0 + Int64(more) }.reversed())
        #expect(told.awaitedCut == (more == 0 ? nil : true))
    }

    @Test("so many orders are looked at: an open one behind them is not found, and that is said", arguments: [0, 1])
    func looked(more: Int) async throws {
        var trade = try await Trade()
        try await trade.order(1, at: 1)
        for key in 2...Int64(Awaited.ordersLookedMax + more) { try await trade.order(key, "delivered", at: key) }
        let told = try await trade.told()
        #expect(told.awaited.map(\.number) == (more == 0 ? ["W-1"] : []) && told.awaitedCut == (more == 0 ? nil : true))
    }

    @Test("so many lines and places are told, and how many there are", arguments: [0, 1])
    func lines(more: Int) async throws {
        var trade = try await Trade()
        try await trade.order(1, "placed", Array(repeating: "BOOT", count: Awaited.linesMax + more))
        try await trade.inDepot(
            (1...Awaited.pilesMax + more).map { Make.movement("BOOT", Text("shop \($0)"), pieces: Int64($0), at: trade.bench.now) })
        let order = try #require(try await trade.told().awaited.first)
        #expect(order.lines.count == Awaited.linesMax && order.lineCount == Awaited.linesMax + more)
        for line in order.lines {
            #expect(line.stock?.map(\.onHand) == (1...Int64(Awaited.pilesMax)).reversed().map { ($0 + Int64(more)) * FixedPoint.one })
            #expect(line.stockCount == Awaited.pilesMax + more)
        }
    }

    @Test("so many piles are looked at for one person: that some were not is said", arguments: [0, 1])
    func piles(more: Int) async throws {
        var trade = try await Trade()
        let now = trade.bench.now
        try await trade.order(1, "placed", ["BOOT", "MAP"])
        let boots = (0..<Awaited.pilesLookedMax - 1).map { Make.movement("BOOT", Text("shop \($0)"), pieces: 1, at: now) }
        for set in try trade.wms.seal(boots, by: 250) { try await trade.bench.push([set], from: trade.depot) }
        try await trade.inDepot((0...more).map { Make.movement("MAP", Text("shop \($0)"), pieces: 1, at: now) })
        let lines = try #require(try await trade.told().awaited.first).lines
        #expect(lines[0].stockCount == Awaited.pilesLookedMax - 1 && lines[0].stockCut == nil)
        #expect(lines[1].stockCount == 1 && lines[1].stockCut == (more == 0 ? nil : true))
    }
}
