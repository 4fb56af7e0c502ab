import Causality
import ChangeSets
import Merging
import Orders
import Testing

@Suite("An order and the sale that fulfils it count once")
struct JoinedPurchaseTests {
    private func document(
        _ counter: UInt64, by replica: ReplicaID, number: Text? = nil, order: Text? = nil, at time: UInt64 = 1, total: Int64? = 100,
        cancelled: Bool = false
    ) -> JoinedPurchase.Document {
        let id = RecordID(entity: "x", source: SourceID(replica), key: LocalKey(.integer(Int64(counter))), life: Dot(replica, counter))
        return .init(
            id: id, number: number, orderNumber: order, time: Timestamp(milliseconds: time), total: total, currency: "GBP",
            isCancelled: cancelled)
    }

    private func value(_ purchases: [JoinedPurchase]) -> Int64 { purchases.flatMap(\.counted).reduce(0) { $0 + ($1.total ?? 0) } }

    @Test("The sale's value counts, the order's no more")
    func once() {
        let order = document(1, by: OrderDesk.web, number: "W-1", at: 1, total: 100)
        let sale = document(1, by: OrderDesk.till, number: "5001", order: "W-1", at: 9, total: 95)
        let lone = document(2, by: OrderDesk.till, number: "5002", at: 5, total: 7)
        let joined = JoinedPurchase.joined(orders: [order], sales: [lone, sale])
        #expect(joined == [JoinedPurchase(order: order, sales: [sale]), JoinedPurchase(order: nil, sales: [lone])])
        #expect(value(joined) == 102)
        #expect(value(JoinedPurchase.joined(orders: [order], sales: [])) == 100)
        #expect(joined == JoinedPurchase.joined(orders: [order], sales: [sale, lone]))
    }

    @Test("An order fulfilled in parts counts by its parts, a cancelled one by what was sold all the same")
    func partsAndCancellation() {
        let order = document(1, by: OrderDesk.web, number: "W-1", total: 100, cancelled: true)
        #expect(value(JoinedPurchase.joined(orders: [order], sales: [])) == 0)
        let parts = [
            document(2, by: OrderDesk.till, order: "W-1", at: 4, total: 30),
            document(1, by: OrderDesk.till, order: "W-1", at: 3, total: 40),
        ]
        let joined = JoinedPurchase.joined(orders: [order], sales: parts)
        #expect(joined.count == 1 && joined[0].sales == parts.reversed())
        #expect(value(joined) == 70)
    }

    @Test("A number that two web shops gave joins nothing, unless the sale's own source gave it")
    func ambiguousNumber() {
        let orders = [document(1, by: OrderDesk.web, number: "1"), document(1, by: OrderDesk.warehouse, number: "1")]
        let sale = document(1, by: OrderDesk.till, order: "1")
        #expect(JoinedPurchase.joined(orders: orders, sales: [sale]).count == 3)
        let own = document(2, by: OrderDesk.web, order: "1")
        let joined = JoinedPurchase.joined(orders: orders, sales: [own])
        #expect(joined.count == 2 && joined.contains(JoinedPurchase(order: orders[0], sales: [own])))
    }

    @Test("A merged record is read as a document; lines' sum and the site's currency stand in for what it lacks")
    func reading() {
        var desk = OrderDesk()
        let sale = desk.create("sale", ["number": "5001", "order number": "W-1", "at": 77], by: OrderDesk.till)
        let read = JoinedPurchase.Document(sale, total: 12, currency: "EUR")
        #expect(
            read == .init(id: sale.id, number: "5001", orderNumber: "W-1", time: Timestamp(milliseconds: 77), total: 12, currency: "EUR"))
        let order = desk.create(
            "order", ["number": "W-1", "at": -5, "total": 40, "currency": "GBP", "state": "Cancelled"], by: OrderDesk.web)
        let other = JoinedPurchase.Document(order, total: 12, currency: "EUR")
        #expect(other.total == 40 && other.currency == "GBP" && other.isCancelled && other.time == Timestamp(milliseconds: 0))
    }
}
