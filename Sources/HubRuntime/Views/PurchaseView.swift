import Causality
import ChangeSets
import Merging
import Orders

/// What customers bought: a row per sale, order and return, a row per line, a sum per customer record and currency.
///
/// Everything is kept as net differences: a set that brings twenty lines of one sale writes that sale's row
/// once and the customer's sum once.
final class PurchaseView {
    private unowned let batch: Batch
    private var entries: [RecordNumber: Entry] = [:]
    private var order: [RecordNumber] = []

    private struct Entry {
        /// As the store has it: what the sums contain already.
        var before: PurchaseRow?
        var row: PurchaseRow
    }

    init(_ batch: Batch) { self.batch = batch }

    private func withEntry(_ number: RecordNumber, _ change: (inout PurchaseRow) throws -> Void) throws {
        if entries[number] == nil {
            let before = try batch.store.purchase(number)
            entries[number] = Entry(before: before, row: before ?? PurchaseRow(record: number))
            order.append(number)
        }
        guard var entry = entries[number] else { return }
        try change(&entry.row)
        entries[number] = entry
    }

    /// A sale, an order or a return.
    func touch(_ number: RecordNumber, _ record: TouchedRecord) throws {
        let state = record.state
        let isAlive = !state.isDead(in: batch.standing.lineage)
        let customer = try batch.target(state["customer"])
        let sale = try batch.target(state["sale"])
        let document = JoinedPurchase.Document(state)
        try withEntry(number) { row in
            row.kind = PurchaseRow.Kind(state.id.entity)
            row.source = record.source
            row.isAlive = isAlive
            row.isCancelled = document.isCancelled
            row.customer = customer
            row.at = state["at"]?.integer
            row.name = document.number?.string
            row.order = row.kind == .order ? row.name : document.orderNumber?.string
            row.currency = document.currency?.string
            row.total = document.total ?? state["amount"]?.integer
            if row.kind == .giveBack { row.total = row.total.map(Sum.magnitude) }
            row.sale = row.kind == .giveBack ? sale : nil
        }
    }

    /// A line of a sale or of an order.
    func touchLine(_ number: RecordNumber, _ record: TouchedRecord) throws {
        let state = record.state
        let before = record.isNew ? nil : try batch.store.purchaseLine(number)
        let purchase = try batch.target(state["sale"]) ?? batch.target(state["order"])
        var after: PurchaseLineRow?
        if let purchase, !state.isDead(in: batch.standing.lineage) {
            after = PurchaseLineRow(
                record: number, purchase: purchase, sku: state["sku"]?.typed?.string, name: state["name"]?.typed?.string,
                quantity: state["quantity"]?.integer ?? 0, amount: LineAmount.amount(of: state))
        }
        guard before != after else { return }
        if let before { try withEntry(before.purchase) { $0.take(before, sign: -1) } }
        if let after {
            try withEntry(after.purchase) { $0.take(after, sign: 1) }
            try batch.store.put(after, isNew: before == nil)
        } else if before != nil {
            try batch.store.deletePurchaseLine(number)
        }
    }

    /// Joins orders with the sales that fulfil them, then brings the sums up to date.
    func flush() throws {
        // What bears an order number is put first, so that the joining below reads it from the store like any other.
        for number in order {
            guard let entry = entries[number], entry.row.order != nil || entry.before?.order != nil else { continue }
            try batch.store.put(entry.row)
        }
        var names: [String] = []
        for number in order {
            guard let entry = entries[number] else { continue }
            for name in [entry.before?.order, entry.row.order].compactMap({ $0 }) where names.last != name { names.append(name) }
        }
        for number in order where entries[number]?.row.order == nil { try countAlone(number) }
        var done: Set<[UInt8]> = []
        for name in names where done.insert(Array(name.utf8)).inserted { try join(name) }
        try followSales()
        try sumUp()
    }

    /// A return that names nobody is that of whoever bought what it names.
    private func followSales() throws {
        for number in order {
            guard let entry = entries[number], entry.row.kind == .sale, entry.before?.buyer != entry.row.buyer else { continue }
            for row in try batch.store.returns(of: number) { try withEntry(row.record) { _ in } }
        }
        for number in order {
            guard let row = entries[number]?.row, row.kind == .giveBack, row.customer == nil, row.order == nil, let sale = row.sale
            else { continue }
            let buyer = try (entries[sale]?.row ?? batch.store.purchase(sale))?.buyer
            try withEntry(number) { $0.buyer = buyer }
        }
    }

    private func countAlone(_ number: RecordNumber) throws {
        try withEntry(number) { row in
            row.isCounted = row.isAlive && row.kind != nil && !row.isCancelled
            row.buyer = row.kind == nil ? nil : row.customer
        }
    }

    /// Decides what counts among all that bear one order number.
    private func join(_ name: String) throws {
        let rows = try batch.store.purchases(order: name)
        let joined = JoinedPurchase.joined(rows, batch.standing)
        var counted: Set<Dot> = []
        var orderOf: [Dot: Dot] = [:]
        for purchase in joined {
            counted.formUnion(purchase.counted.map(\.id.life))
            if let order = purchase.order { for sale in purchase.sales { orderOf[sale.id.life] = order.id.life } }
        }
        for row in rows {
            guard let life = batch.standing.dot(of: row.record) else { continue }
            let order = orderOf[life].flatMap { batch.standing.record($0) }
            let buyer = row.customer ?? order.flatMap { number in rows.first { $0.record == number }?.customer }
            try withEntry(row.record) { row in
                row.isCounted = counted.contains(life)
                row.buyer = row.kind == nil ? nil : buyer
            }
        }
    }

    private func sumUp() throws {
        var sums: [TotalKey: TotalRow] = [:]
        var touched: [TotalKey] = []
        for number in order {
            guard let entry = entries[number], entry.before != entry.row else { continue }
            try batch.store.put(entry.row)
            for (row, sign) in [(entry.before, -1 as Int64), (entry.row, 1)] {
                guard let row, let buyer = row.buyer else { continue }
                batch.customers.bought(buyer)
                guard row.isCounted else { continue }
                let key = TotalKey(customer: buyer, currency: Text(row.currency ?? ""))
                if sums[key] == nil {
                    sums[key] =
                        try batch.store.total(customer: buyer, currency: key.currency.string)
                        ?? TotalRow(customer: buyer, currency: key.currency.string, purchases: 0, amount: 0)
                    touched.append(key)
                }
                sums[key]?.take(row, sign: sign)
            }
        }
        for key in touched { if let row = sums[key] { try batch.store.put(row) } }
    }

    private struct TotalKey: Hashable {
        var customer: RecordNumber
        var currency: Text
    }
}

extension JoinedPurchase {
    /// Of rows that bear one order number, those that are alive.
    static func joined(_ rows: [PurchaseRow], _ standing: Standing) -> [JoinedPurchase] {
        let alive = rows.filter { $0.isAlive && $0.kind != nil }
        func documents(_ isIncluded: (PurchaseRow) -> Bool) -> [Document] {
            alive.filter(isIncluded).compactMap { Document($0, standing) }
        }
        return joined(orders: documents { $0.kind == .order }, sales: documents { $0.kind != .order })
    }
}

extension JoinedPurchase.Document {
    fileprivate init?(_ row: PurchaseRow, _ standing: Standing) {
        guard let life = standing.dot(of: row.record), let source = standing.source(row.source)?.id else { return nil }
        let id = RecordID(entity: row.kind == .order ? "order" : "sale", source: source, key: LocalKey([]), life: life)
        self.init(
            id: id, number: row.name.map { Text($0) }, orderNumber: row.kind == .order ? nil : row.order.map { Text($0) },
            time: Timestamp(milliseconds: row.at.flatMap(UInt64.init(exactly:)) ?? 0), total: row.value,
            currency: row.currency.map { Text($0) }, isCancelled: row.isCancelled)
    }
}

extension PurchaseRow {
    /// What it is worth: its own total, else the sum of its lines.
    var value: Int64 { total.map { max(-Sum.amountMax, min(Sum.amountMax, $0)) } ?? lineAmount }

    mutating func take(_ line: PurchaseLineRow, sign: Int64) {
        lines += sign
        lineAmount = Sum.adding(lineAmount, sign * line.amount)
        if line.quantity < 0, line.amount < 0 { returned = Sum.adding(returned, -sign * line.amount) }
    }
}

extension PurchaseRow.Kind {
    init?(_ entity: EntityName) {
        switch entity.text.string {
        case "sale": self = .sale
        case "order": self = .order
        case "return": self = .giveBack
        default: return nil
        }
    }
}

extension TotalRow {
    mutating func take(_ row: PurchaseRow, sign: Int64) {
        if row.kind == .giveBack {
            amount = Sum.adding(amount, -sign * row.value)
        } else {
            purchases += sign
            amount = Sum.adding(amount, sign * row.value)
        }
    }
}

/// Sums that stop at the end of 64 bits instead of going round. Wrong figures are capped, so that no mistyped
/// price can stop a change-set.
enum Sum {
    /// Largest amount that one row may bring: 10¹² units of a currency. What is above counts as this much.
    static let amountMax: Int64 = 10_000_000_000_000_000

    static func magnitude(_ amount: Int64) -> Int64 { Int64(min(amount.magnitude, UInt64(amountMax))) }

    static func adding(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? (right > 0 ? .max : .min) : sum
    }
}

/// What a line is worth: what it says, else quantity × unit price − discount.
enum LineAmount {
    static func amount(of state: RecordState) -> Int64 {
        let amount: Int128
        if let stated = state["amount"]?.integer {
            amount = Int128(stated)
        } else {
            let product = Int128(state["quantity"]?.integer ?? 0) * Int128(state["unit price"]?.integer ?? 0)
            amount = rounded(product, by: Int128(FixedPoint.one)) - Int128(state["discount"]?.integer ?? 0)
        }
        return Int64(max(Int128(-Sum.amountMax), min(Int128(Sum.amountMax), amount)))
    }

    /// Half away from zero.
    private static func rounded(_ value: Int128, by unit: Int128) -> Int128 {
        (value + (value < 0 ? -unit / 2 : unit / 2)) / unit
    }
}
