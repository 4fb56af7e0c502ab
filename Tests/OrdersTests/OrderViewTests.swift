import Causality
import ChangeSets
import Merging
import Orders
import Testing

@Suite("An order as everybody together tells it")
struct OrderViewTests {
    @Test(
        "Law 6: cancelled at the web while the warehouse shipped is a contradiction that shows both sides, in any order",
        arguments: [true, false])
    func contradiction(webFirst: Bool) throws {
        var desk = OrderDesk()
        var order = desk.create("order", ["number": "W-1", "state": "placed"], by: OrderDesk.web)
        let seen = order.id.life
        func cancel() { desk.write(["state": "cancelled"], to: &order, by: OrderDesk.web, at: 20) }
        func ship() { desk.write(["state": "shipped"], to: &order, by: OrderDesk.warehouse, at: 10, context: .named([seen])) }
        if webFirst {
            cancel()
            ship()
        } else {
            ship()
            cancel()
        }
        let view = OrderView(order, shipments: [], site: OrderDesk.site)
        let sides = try #require(view.contradiction?.sides)
        #expect(sides.map(\.state) == [.cancelled, .shipped])
        #expect(sides.map(\.site) == ["web", "depot"])
        #expect(view.state == .cancelled)
        // The operator was shown both, and decides: the goods are on their way.
        let names = sides.map(\.dot)
        desk.write(["state": "shipped"], to: &order, by: OrderDesk.till, at: 30, context: .named(names))
        #expect(OrderView(order, shipments: []).contradiction == nil)
        #expect(OrderView(order, shipments: []).state == .shipped)
    }

    @Test("Sides that tell one story do not contradict each other, and the furthest is shown, whatever the clocks say")
    func oneStory() {
        var desk = OrderDesk()
        var order = desk.create("order", ["number": "W-1", "state": "placed"], by: OrderDesk.web)
        let seen = order.id.life
        desk.write(["state": "paid"], to: &order, by: OrderDesk.web, at: 99)
        desk.write(["state": "shipped"], to: &order, by: OrderDesk.warehouse, at: 10, context: .named([seen]))
        let view = OrderView(order, shipments: [])
        #expect(view.states.count == 2)
        #expect(view.contradiction == nil && view.state == .shipped)
    }

    @Test("A shipment tells where its order stands; one that left a cancelled order contradicts it, unless its writer knew (S30)")
    func shipments() {
        var desk = OrderDesk()
        var order = desk.create("order", ["number": "W-1", "state": "paid"], by: OrderDesk.web)
        let shipment = desk.create(
            "shipment", ["order number": "W-1", "state": "sent", "carrier": "DHL", "tracking number": "T9", "at": 50],
            by: OrderDesk.warehouse, at: 50)
        let other = desk.create("shipment", ["order number": "W-2", "state": "sent"], by: OrderDesk.warehouse)
        #expect(OrderView.isShipment(shipment, of: order) && !OrderView.isShipment(other, of: order))
        var view = OrderView(order, shipments: [shipment])
        #expect(view.state == .shipped && view.contradiction == nil)
        #expect(view.shipments.map(\.trackingNumber) == ["T9"] && view.shipments[0].state == .shipped)
        var informed = order
        desk.write(["state": "cancelled"], to: &order, by: OrderDesk.web, at: 60)
        view = OrderView(order, shipments: [shipment])
        #expect(view.contradiction?.sides.map(\.record) == [order.id, shipment.id])
        desk.write(["state": "cancelled"], to: &informed, by: OrderDesk.web, at: 60, saw: [shipment.id.life])
        #expect(OrderView(informed, shipments: [shipment]).contradiction == nil)
    }

    @Test("A shipment finds its order by reference, whatever its number says")
    func reference() {
        var desk = OrderDesk()
        let order = desk.create("order", ["number": "W-1"], by: OrderDesk.web)
        let target = Reference(entity: "order", source: order.id.source, key: order.id.key, life: order.id.life)
        let shipment = desk.create("shipment", ["order": .reference(target), "order number": "W-2"], by: OrderDesk.warehouse)
        #expect(OrderView.isShipment(shipment, of: order))
        #expect(!OrderView.isShipment(shipment, of: desk.create("order", ["number": "W-2"], by: OrderDesk.web)))
        // Neither has a number: that is no match.
        #expect(!OrderView.isShipment(desk.create("shipment", [:], by: OrderDesk.web), of: desk.create("order", [:], by: OrderDesk.web)))
    }

    @Test("An order without a state is placed; one with an unknown state shows it")
    func states() {
        var desk = OrderDesk()
        #expect(OrderView(desk.create("order", ["number": "W-1"], by: OrderDesk.web), shipments: []).state == .placed)
        let odd = desk.create("order", ["state": "awaiting stock"], by: OrderDesk.web)
        #expect(OrderView(odd, shipments: []).state == .other("awaiting stock"))
        let damaged = desk.create("order", ["state": 7], by: OrderDesk.web)
        #expect(OrderView(damaged, shipments: []).state == .placed)
    }

    @Test("What is told is somebody's word, since the first one that says so; nobody's word is told of an order without a state")
    func told() {
        var desk = OrderDesk()
        #expect(OrderView(desk.create("order", ["number": "W-1"], by: OrderDesk.web), shipments: []).told == nil)
        #expect(OrderView(desk.create("order", ["number": "W-1"], by: OrderDesk.web), shipments: []).since == nil)
        var order = desk.create("order", ["number": "W-1", "state": "paid"], by: OrderDesk.web, at: 5)
        #expect(OrderView(order, shipments: []).since == Timestamp(milliseconds: 5))
        let shipment = desk.create("shipment", ["order number": "W-1", "state": "sent"], by: OrderDesk.warehouse, at: 8)
        let view = OrderView(order, shipments: [shipment])
        #expect(view.told?.record == shipment.id && view.since == Timestamp(milliseconds: 8))
        // The web shop says the same later, without having heard: it was so before.
        desk.write(["state": "shipped"], to: &order, by: OrderDesk.web, at: 20)
        #expect(OrderView(order, shipments: [shipment]).since == Timestamp(milliseconds: 8))
    }

    @Test("The document of an order, byte by byte")
    func document() {
        var desk = OrderDesk()
        let order = desk.create("order", ["number": "W-1", "state": "Paid", "total": 250_000, "currency": "GBP"], by: OrderDesk.web, at: 5)
        let shipment = desk.create("shipment", ["order number": "W-1", "state": "shipped", "at": 9], by: OrderDesk.warehouse, at: 8)
        let (web, depot) = ("00000000000000010000000000000001", "00000000000000010000000000000002")
        let expected = """
            {"number":"W-1","state":"shipped","source":"\(web)","key":[1],"life":"\(web):1","fields":{"currency":"GBP","total":250000},\
            "dots":{"currency":"\(web):1","total":"\(web):1"},\
            "states":[{"state":"paid","site":"web","dot":"\(web):1","time":5,"record":"\(web):1"}],\
            "shipments":[{"source":"\(depot)","key":[1],"life":"\(depot):1","state":"shipped","time":9,"states":[{"state":"shipped","site":"depot","dot":"\(depot):1","time":8,\
            "record":"\(depot):1"}]}]}
            """
        let view = OrderView(order, shipments: [shipment], site: OrderDesk.site)
        #expect(String(decoding: view.json(), as: UTF8.self) == expected)
    }

    @Test(
        "An order too large for the feed keeps its state, its small fields and its last shipments, each whole",
        arguments: [400, 4_000, 40_000])
    func shortened(bytesMax: Int) {
        var desk = OrderDesk()
        let order = desk.create(
            "order", ["number": "W-1", "state": "placed", "city": "Bath", "note": .text(Text(String(repeating: "x", count: 5_000)))],
            by: OrderDesk.web)
        let shipments = (0..<300).map { index in
            desk.create(
                "shipment",
                ["order number": "W-1", "state": "shipped", "tracking number": .text(Text("T\(index)")), "at": .integer(Int64(index))],
                by: OrderDesk.warehouse)
        }
        let whole = OrderView(order, shipments: shipments, site: OrderDesk.site)
        let short = whole.shortened(toBytes: bytesMax)
        #expect(short.json().count <= bytesMax && whole.json().count > bytesMax)
        #expect(short.isShortened && short.number == "W-1" && short.state == .shipped)
        #expect(short.fields.map(\.name) == (bytesMax < 400 ? [] : bytesMax < 40_000 ? ["city"] : ["city", "note"]))
        #expect(bytesMax < 4_000 || short.shipments.last == whole.shipments.last)
        // A state of its system's own, which is a novel.
        let novel = desk.create(
            "order", ["number": "W-2", "state": .text(Text(String(repeating: "y", count: 100_000)))], by: OrderDesk.web)
        let told = OrderView(novel, shipments: []).shortened(toBytes: bytesMax)
        #expect(told.json().count <= bytesMax && told.state == .other("…") && told.states.isEmpty)
    }
}
