import ChangeSets
import Orders
import Testing

@Suite("States of an order")
struct OrderStateTests {
    @Test(
        "States are read as systems write them; an unknown one travels as it is",
        arguments: [
            ("placed", .placed), (" Shipped\n", .shipped), ("CANCELED", .cancelled), ("In Transit", .shipped), ("complete", .delivered),
            ("refunded", .returned), ("awaiting stock", .other("awaiting stock")), ("", .other("")),
        ] as [(Text, OrderState)])
    func reading(text: Text, state: OrderState) {
        #expect(OrderState(text) == state)
        #expect(OrderState(state.name) == state)
    }

    @Test("The allowed transitions, all of them")
    func transitions() {
        let allowed: [OrderState: Set<OrderState>] = [
            .placed: [.placed, .paid, .picking, .shipped, .delivered, .cancelled],
            .paid: [.paid, .picking, .shipped, .delivered, .cancelled],
            .picking: [.picking, .paid, .shipped, .delivered, .cancelled], .shipped: [.shipped, .delivered, .returned],
            .delivered: [.delivered, .returned], .cancelled: [.cancelled], .returned: [.returned],
        ]
        for from in OrderState.known {
            for to in OrderState.known { #expect(from.mayBecome(to) == allowed[from]?.contains(to), "\(from) to \(to)") }
            #expect(from.mayBecome(.other("held")) && OrderState.other("held").mayBecome(from))
        }
    }

    @Test("A state follows another when steps lead there; what left the house is never cancelled")
    func following() {
        #expect(OrderState.returned.follows(.placed) && OrderState.cancelled.follows(.picking) && OrderState.paid.follows(.paid))
        #expect(!OrderState.cancelled.follows(.shipped) && !OrderState.placed.follows(.paid) && !OrderState.shipped.follows(.cancelled))
        #expect(OrderState.known.filter(\.hasLeft) == [.shipped, .delivered, .returned])
    }
}
