import Causality
import ChangeSets
import Merging
import Orders
import Profiles

/// Reads what the hub tells of the orders of one number, in one read transaction.
struct OrderReader {
    let documents: Documents
    let conflicts: ConflictList
    private var store: any HubReading { documents.store }
    /// The sales that fulfil an order, by its life; `nil` where too much bears the number.
    private let sales: [Dot: [PurchaseRow]]?

    init(number: String, documents: Documents, conflicts: ConflictList) throws {
        self.documents = documents
        self.conflicts = conflicts
        let rows = try documents.store.purchases(order: number, limit: Hub.orderNamesakesMax + 1)
        sales = rows.count > Hub.orderNamesakesMax ? nil : Self.sales(among: rows, documents.standing)
    }

    private static func sales(among rows: [PurchaseRow], _ standing: Standing) -> [Dot: [PurchaseRow]] {
        let byLife = Dictionary(
            rows.compactMap { row in standing.dot(of: row.record).map { ($0, row) } }, uniquingKeysWith: { first, _ in first })
        var sales: [Dot: [PurchaseRow]] = [:]
        for purchase in JoinedPurchase.joined(rows, standing) {
            guard let order = purchase.order else { continue }
            sales[order.id.life] = purchase.sales.compactMap { byLife[$0.id.life] }.filter { $0.kind == .sale }
        }
        return sales
    }

    /// `nil` for one that is not there any more.
    func answer(_ row: OrderRow) throws -> JSONAnswer? {
        guard let view = try documents.order(row), let state = try documents.state(row.record) else { return nil }
        let purchase = try store.purchase(row.record)
        let details = OrderDetails(
            place: documents.place(purchase?.source), customer: try customer(state, purchase?.customer),
            lines: try documents.lines(of: row.record, limit: OrderDetails.linesMax),
            lineCount: purchase.map { Int($0.lines) } ?? 0, sales: try sales(of: view.id.life), conflicts: try open(about: row.record))
        return JSONAnswer(bytes: details.json(of: view))
    }

    private func customer(_ order: RecordState, _ number: RecordNumber?) throws -> OrderDetails.Customer? {
        guard let reference = order["customer"]?.reference else { return nil }
        var customer = OrderDetails.Customer(key: "\(reference.key)", profile: nil, name: nil)
        guard let profile = try number.flatMap({ try store.customer($0)?.profile }), let life = documents.standing.dot(of: profile)
        else { return customer }
        customer.profile = ProfileID(life: life)
        customer.name = try documents.personName(of: store.customers(profile: profile).compactMap { try documents.state($0.record) })
        return customer
    }

    private func sales(of order: Dot) throws -> (first: [OrderDetails.Sale], count: Int)? {
        guard let rows = sales.map({ $0[order] ?? [] }) else { return nil }
        let first = rows.prefix(OrderDetails.salesMax).compactMap { row -> OrderDetails.Sale? in
            documents.standing.dot(of: row.record).map { life in
                OrderDetails.Sale(
                    life: life, number: row.name, place: documents.place(row.source), at: row.at,
                    total: row.total == nil && row.lines == 0 ? nil : row.value, currency: row.currency)
            }
        }
        return (first, rows.count)
    }

    private func open(about order: RecordNumber) throws -> [OrderDetails.Conflict] {
        try conflicts.open(about: order).map { OrderDetails.Conflict(id: $0.id, short: $0.short, kind: $0.kind, field: $0.about.field) }
    }
}

extension Documents {
    /// The first lines of an order.
    func lines(of order: RecordNumber, limit: Int) throws -> [OrderDetails.Line] {
        try store.purchaseLines(of: order, limit: limit).map { row in
            // The row has a nought where the line says nothing.
            let state = try state(row.record)
            let (quantity, price) = (state?["quantity"]?.integer, state?["unit price"]?.integer)
            let isPriced = state?["amount"]?.integer != nil || (quantity != nil && price != nil)
            return OrderDetails.Line(
                sku: row.sku, name: try row.name ?? row.sku.flatMap { try item(sku: $0)?["name"]?.typed?.string },
                quantity: quantity, unitPrice: price, amount: isPriced ? row.amount : nil, currency: state?["currency"]?.typed?.string,
                isStocked: try row.sku.map(isStocked) ?? false)
        }
    }

    /// Of all SKUs that begin with this one it is itself the first.
    private func isStocked(_ sku: String) throws -> Bool {
        try store.skus(startingWith: sku, after: nil, at: nil, limit: 1).contains { Text($0) == Text(sku) }
    }
}
