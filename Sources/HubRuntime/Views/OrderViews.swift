import Causality
import ChangeSets
import Merging
import Orders

/// Keeps track of which orders changed, themselves or through a shipment, and whether their sides contradict each other.
final class OrderViews {
    private unowned let batch: Batch
    private var orders: Set<RecordNumber> = []
    private var order: [RecordNumber] = []

    init(_ batch: Batch) { self.batch = batch }

    func touch(_ number: RecordNumber, _ record: TouchedRecord) throws {
        switch record.state.id.entity.text.string {
        case "order": changed(number)
        case "order line": if let order = try batch.target(record.state["order"]) { changed(order) }
        case "shipment": try touchShipment(number, record)
        default: break
        }
    }

    /// Every order is sent anew: what is shown of them may have changed, though nothing of theirs has.
    func redrawAll() throws {
        for row in try batch.store.changed(.orders) { changed(RecordNumber(raw: row.id)) }
    }

    private func changed(_ number: RecordNumber) {
        if orders.insert(number).inserted { order.append(number) }
    }

    private func touchShipment(_ number: RecordNumber, _ record: TouchedRecord) throws {
        let before = record.isNew ? nil : try batch.store.shipment(number)
        try changed(by: before)
        if record.state.isDead(in: batch.standing.lineage) {
            try batch.store.deleteShipment(number)
        } else {
            let order = try batch.target(record.state["order"])
            let after = ShipmentRow(
                record: number, order: order, orderName: order == nil ? record.state["order number"]?.text?.string : nil)
            if after != before { try batch.store.put(after) }
            try changed(by: after)
        }
    }

    private func changed(by shipment: ShipmentRow?) throws {
        guard let shipment else { return }
        if let order = shipment.order { changed(order) }
        if let name = shipment.orderName { for order in try batch.store.orders(named: name) { changed(order.record) } }
    }

    func flush() throws {
        for number in order {
            // A line or a shipment may have come before its order.
            guard let record = try batch.record(number), record.state.id.entity == "order" else { continue }
            try batch.guarded("order", key: Array("\(record.state.id.life)".utf8)) {
                let name = record.state["number"]?.text?.string
                let view = try OrderDocument.view(of: record.state, number: number, name: name, store: batch.store) {
                    try batch.record($0)?.state
                }
                try batch.store.put(
                    OrderRow(
                        record: number, name: name, number: batch.place(cost: 2048), asks: view.contradiction != nil,
                        isAlive: !record.state.isDead(in: batch.standing.lineage)))
            }
        }
    }
}

/// Draws an order from its record and its shipments.
enum OrderDocument {
    static func view(
        of order: RecordState, number: RecordNumber, name: String?, store: any HubReading, policies: [FieldName: FieldPolicy] = [:],
        site: (ReplicaID) -> Text? = { _ in nil },
        state: (RecordNumber) throws -> RecordState?
    ) throws -> OrderView {
        let shipments = try store.shipments(of: number, named: name).compactMap { try state($0.record) }
        return OrderView(order, shipments: shipments, policies: policies, site: site)
    }
}
