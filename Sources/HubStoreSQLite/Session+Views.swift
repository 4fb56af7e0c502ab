import Causality
import ChangeSets
import HubRuntime

// Purchases, events, customers.
extension Session {
    static func purchase(_ row: RawStatement) throws -> PurchaseRow {
        var purchase = PurchaseRow(record: row.record(0))
        purchase.kind = row.isNull(1) ? nil : PurchaseRow.Kind(rawValue: row.int32(1))
        purchase.source = row.int32(2)
        purchase.isAlive = row.bool(3)
        purchase.isCancelled = row.bool(4)
        purchase.customer = row.optionalRecord(5)
        purchase.buyer = row.optionalRecord(6)
        purchase.at = row.optionalInt64(7)
        purchase.name = row.optionalString(8)
        purchase.order = row.optionalString(9)
        purchase.currency = row.optionalString(10)
        purchase.total = row.optionalInt64(11)
        purchase.lines = row.int64(12)
        purchase.lineAmount = row.int64(13)
        purchase.isCounted = row.bool(14)
        purchase.returned = row.int64(15)
        purchase.sale = row.optionalRecord(16)
        return purchase
    }

    func purchase(_ record: RecordNumber) throws -> PurchaseRow? {
        try first("SELECT * FROM purchase WHERE record = ?", bind: { $0.bind(record) }, Self.purchase)
    }

    func purchases(order: String) throws -> [PurchaseRow] {
        try all("SELECT * FROM purchase WHERE order_name = ? ORDER BY record", bind: { $0.bind(order) }, Self.purchase)
    }

    func purchases(order: String, limit: Int) throws -> [PurchaseRow] {
        try all(
            "SELECT * FROM purchase WHERE order_name = ? ORDER BY record LIMIT ?",
            bind: {
                $0.bind(order)
                $0.bind(Int64(limit))
            }, Self.purchase)
    }

    func purchases(buyer: RecordNumber, limit: Int) throws -> [PurchaseRow] {
        try counted(
            """
            SELECT p.* FROM purchase p CROSS JOIN replica r ON r.number = p.record >> 40 WHERE p.buyer = ? AND p.counted = 1
            ORDER BY p.at DESC, r.id DESC, p.record DESC LIMIT ?
            """, of: buyer, limit: limit)
    }

    func orders(countedOf buyer: RecordNumber, limit: Int) throws -> [PurchaseRow] {
        try counted(
            """
            SELECT p.* FROM purchase p CROSS JOIN replica r ON r.number = p.record >> 40
            WHERE p.buyer = ? AND p.counted = 1 AND p.kind = 2 ORDER BY p.at DESC, r.id DESC, p.record DESC LIMIT ?
            """, of: buyer, limit: limit)
    }

    private func counted(_ sql: StaticString, of buyer: RecordNumber, limit: Int) throws -> [PurchaseRow] {
        try all(
            sql,
            bind: {
                $0.bind(buyer)
                $0.bind(Int64(limit))
            }, Self.purchase)
    }

    func firstPurchase(buyer: RecordNumber) throws -> Int64? {
        try first(
            "SELECT at FROM purchase WHERE buyer = ? AND at IS NOT NULL AND counted = 1 ORDER BY at LIMIT 1", bind: { $0.bind(buyer) }
        ) { $0.int64(0) }
    }

    func put(_ purchase: PurchaseRow) throws {
        try run("INSERT OR REPLACE INTO purchase VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {
            $0.bind(purchase.record)
            $0.bind(purchase.kind.map { Int64($0.rawValue) })
            $0.bind(purchase.source)
            $0.bind(purchase.isAlive)
            $0.bind(purchase.isCancelled)
            $0.bind(purchase.customer)
            $0.bind(purchase.buyer)
            $0.bind(purchase.at)
            $0.bind(purchase.name)
            $0.bind(purchase.order)
            $0.bind(purchase.currency)
            $0.bind(purchase.total)
            $0.bind(purchase.lines)
            $0.bind(purchase.lineAmount)
            $0.bind(purchase.isCounted)
            $0.bind(purchase.returned)
            $0.bind(purchase.sale)
        }
    }

    private static func line(_ row: RawStatement) -> PurchaseLineRow {
        PurchaseLineRow(
            record: row.record(0), purchase: row.record(1), sku: row.optionalString(2), name: row.optionalString(3), quantity: row.int64(4),
            amount: row.int64(5))
    }

    func purchaseLine(_ record: RecordNumber) throws -> PurchaseLineRow? {
        try first("SELECT * FROM purchase_line WHERE record = ?", bind: { $0.bind(record) }, Self.line)
    }

    func purchaseLines(of purchase: RecordNumber, limit: Int) throws -> [PurchaseLineRow] {
        try all(
            "SELECT * FROM purchase_line WHERE purchase = ? ORDER BY record LIMIT ?",
            bind: {
                $0.bind(purchase)
                $0.bind(Int64(limit))
            }, Self.line)
    }

    func put(_ line: PurchaseLineRow, isNew: Bool) throws {
        // A plain INSERT appends; a replacing one looks for what it would replace, in the index, too.
        let sql: StaticString =
            isNew ? "INSERT INTO purchase_line VALUES (?, ?, ?, ?, ?, ?)" : "REPLACE INTO purchase_line VALUES (?, ?, ?, ?, ?, ?)"
        try run(sql) {
            $0.bind(line.record)
            $0.bind(line.purchase)
            $0.bind(line.sku)
            $0.bind(line.name)
            $0.bind(line.quantity)
            $0.bind(line.amount)
        }
    }

    func deletePurchaseLine(_ record: RecordNumber) throws {
        try run("DELETE FROM purchase_line WHERE record = ?") { $0.bind(record) }
    }

    private static func total(_ row: RawStatement) -> TotalRow {
        TotalRow(customer: row.record(0), currency: row.string(1), purchases: row.int64(2), amount: row.int64(3))
    }

    func total(customer: RecordNumber, currency: String) throws -> TotalRow? {
        try first(
            "SELECT * FROM total WHERE customer = ? AND currency = ?",
            bind: {
                $0.bind(customer)
                $0.bind(currency)
            }, Self.total)
    }

    func totals(customer: RecordNumber) throws -> [TotalRow] {
        try all("SELECT * FROM total WHERE customer = ? ORDER BY currency", bind: { $0.bind(customer) }, Self.total)
    }

    func put(_ total: TotalRow) throws {
        try run("INSERT OR REPLACE INTO total VALUES (?, ?, ?, ?)") {
            $0.bind(total.customer)
            $0.bind(total.currency)
            $0.bind(total.purchases)
            $0.bind(total.amount)
        }
    }

    func events(customer: RecordNumber, limit: Int) throws -> [EventRow] {
        try all(
            "SELECT * FROM event WHERE customer = ? ORDER BY at DESC, record DESC LIMIT ?",
            bind: {
                $0.bind(customer)
                $0.bind(Int64(limit))
            }, Self.event)
    }

    static func event(_ row: RawStatement) -> EventRow {
        EventRow(
            record: row.record(0), customer: row.optionalRecord(1), at: row.optionalInt64(2), kind: row.optionalString(3),
            device: row.optionalString(4), cookie: row.optionalString(5))
    }

    func put(_ event: EventRow) throws {
        try run("INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?, ?, ?)") {
            $0.bind(event.record)
            $0.bind(event.customer)
            $0.bind(event.at)
            $0.bind(event.kind)
            $0.bind(event.device)
            $0.bind(event.cookie)
        }
    }

    func deleteEvent(_ record: RecordNumber) throws {
        try run("DELETE FROM event WHERE record = ?") { $0.bind(record) }
    }

    // MARK: customers and profiles

    private static func customer(_ row: RawStatement) -> CustomerRow { customer(row, from: 0) }

    private static func customer(_ row: RawStatement, from column: Int32) -> CustomerRow {
        CustomerRow(
            record: row.record(column), profile: row.record(column + 1), created: row.time(column + 2),
            isCreatedInBound: row.bool(column + 3), names: list(row.string(column + 4)))
    }

    func customers(after record: RecordNumber, limit: Int) throws -> [CustomerRow] {
        try all(
            "SELECT * FROM customer WHERE record > ? ORDER BY record LIMIT ?",
            bind: {
                $0.bind(record)
                $0.bind(Int64(limit))
            }, Self.customer)
    }

    func customersWithRecords(after record: RecordNumber, limit: Int) throws -> [(customer: CustomerRow, record: RecordRow?)] {
        try all(
            "SELECT r.*, c.* FROM customer c LEFT JOIN record r ON r.record = c.record WHERE c.record > ? ORDER BY c.record LIMIT ?",
            bind: {
                $0.bind(record)
                $0.bind(Int64(limit))
            }
        ) { (customer: Self.customer($0, from: 6), record: $0.isNull(0) ? nil : Self.record($0)) }
    }

    func customer(_ record: RecordNumber) throws -> CustomerRow? {
        try first("SELECT * FROM customer WHERE record = ?", bind: { $0.bind(record) }, Self.customer)
    }

    func customers(profile: RecordNumber) throws -> [CustomerRow] {
        try all("SELECT * FROM customer WHERE profile = ? ORDER BY record", bind: { $0.bind(profile) }, Self.customer)
    }

    func put(_ customer: CustomerRow) throws {
        try run("INSERT OR REPLACE INTO customer VALUES (?, ?, ?, ?, ?)") {
            $0.bind(customer.record)
            $0.bind(customer.profile)
            $0.bind(customer.created)
            $0.bind(customer.isCreatedInBound)
            $0.bind(customer.names.joined(separator: "\n"))
        }
    }

    func setProfile(_ profile: RecordNumber, of customer: RecordNumber) throws {
        try run("UPDATE customer SET profile = ? WHERE record = ?") {
            $0.bind(profile)
            $0.bind(customer)
        }
    }

    func deleteCustomer(_ record: RecordNumber) throws {
        try run("DELETE FROM customer WHERE record = ?") { $0.bind(record) }
    }

    private static func identifier(_ row: RawStatement) throws -> IdentifierRow {
        IdentifierRow(
            record: row.record(2), kind: IdentifierRow.Kind(rawValue: row.int32(0)), value: row.string(1), source: row.int32(3),
            isCurrent: row.bool(4))
    }

    func identifiers(record: RecordNumber) throws -> [IdentifierRow] {
        try all("SELECT * FROM identifier WHERE record = ? ORDER BY kind, value", bind: { $0.bind(record) }, Self.identifier)
    }

    func identifiers(from first: RecordNumber, to last: RecordNumber) throws -> [IdentifierRow] {
        try all(
            "SELECT * FROM identifier WHERE record BETWEEN ? AND ? ORDER BY record, kind, value",
            bind: {
                $0.bind(first)
                $0.bind(last)
            }, Self.identifier)
    }

    func identifiers(_ kind: IdentifierRow.Kind, _ value: String, after record: RecordNumber?, limit: Int) throws -> [IdentifierRow] {
        try all(
            "SELECT * FROM identifier WHERE kind = ? AND value = ? AND record > ? ORDER BY record LIMIT ?",
            bind: {
                $0.bind(kind.rawValue)
                $0.bind(value)
                $0.bind(record?.raw ?? -1)
                $0.bind(Int64(limit))
            }, Self.identifier)
    }

    func identifiers(
        _ kind: IdentifierRow.Kind, startingWith prefix: String, after place: (value: String, record: RecordNumber)?, limit: Int
    ) throws -> [IdentifierRow] {
        // A place before all that starts with the prefix is none; so the index is looked into from one value on.
        let place = place.flatMap { prefix.utf8.lexicographicallyPrecedes($0.value.utf8) || $0.value == prefix ? $0 : nil }
        // No valid UTF-8 holds a byte above F4, so this ends every value that starts with the prefix.
        return try all(
            """
            SELECT * FROM identifier WHERE kind = ?1 AND value >= ?2 AND value < ?3 || CAST(x'FF' AS TEXT) AND (value > ?2 OR record > ?4)
            ORDER BY value, record LIMIT ?5
            """,
            bind: {
                $0.bind(kind.rawValue)
                $0.bind(place?.value ?? prefix)
                $0.bind(prefix)
                $0.bind(place?.record.raw ?? -1)
                $0.bind(Int64(limit))
            }, Self.identifier)
    }

    func holderCounts(_ kind: IdentifierRow.Kind, _ value: String) throws -> [(source: SourceNumber, records: Int)] {
        try all(
            "SELECT source, count(*) FROM identifier WHERE kind = ? AND value = ? GROUP BY source ORDER BY source",
            bind: {
                $0.bind(kind.rawValue)
                $0.bind(value)
            }
        ) { (source: $0.int32(0), records: Int($0.int64(1))) }
    }

    func put(_ identifier: IdentifierRow) throws {
        try run("INSERT OR REPLACE INTO identifier VALUES (?, ?, ?, ?, ?)") {
            $0.bind(identifier.kind.rawValue)
            $0.bind(identifier.value)
            $0.bind(identifier.record)
            $0.bind(identifier.source)
            $0.bind(identifier.isCurrent)
        }
    }

    func delete(_ identifier: IdentifierRow) throws {
        try run("DELETE FROM identifier WHERE kind = ? AND value = ? AND record = ?") {
            $0.bind(identifier.kind.rawValue)
            $0.bind(identifier.value)
            $0.bind(identifier.record)
        }
    }

    func earlier(record: RecordNumber) throws -> [EarlierRow] {
        try all("SELECT * FROM earlier WHERE record = ? ORDER BY field, replica, counter", bind: { $0.bind(record) }, Self.earlier)
    }

    func earlier(from first: RecordNumber, to last: RecordNumber) throws -> [EarlierRow] {
        try all(
            "SELECT * FROM earlier WHERE record BETWEEN ? AND ? ORDER BY record, field, replica, counter",
            bind: {
                $0.bind(first)
                $0.bind(last)
            }, Self.earlier)
    }

    private static func earlier(_ row: RawStatement) -> EarlierRow {
        EarlierRow(
            record: row.record(0), field: row.string(1), replica: row.int32(2), counter: row.uint64(3), time: row.time(4),
            isInBound: row.bool(5), isChained: row.bool(6), kind: IdentifierRow.Kind(rawValue: row.int32(7)), value: row.string(8),
            isCorrected: row.bool(9))
    }

    func put(_ earlier: EarlierRow) throws {
        try run("INSERT OR REPLACE INTO earlier VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {
            $0.bind(earlier.record)
            $0.bind(earlier.field)
            $0.bind(earlier.replica)
            $0.bind(earlier.counter)
            $0.bind(earlier.time)
            $0.bind(earlier.isInBound)
            $0.bind(earlier.isChained)
            $0.bind(earlier.kind.rawValue)
            $0.bind(earlier.value)
            $0.bind(earlier.isCorrected)
        }
    }

    private static func linkDecision(_ row: RawStatement) -> LinkDecisionRow {
        LinkDecisionRow(lower: row.record(0), higher: row.record(1), decision: row.record(2), isSame: row.bool(3))
    }

    func linkDecisions(about record: RecordNumber) throws -> [LinkDecisionRow] {
        try all(
            "SELECT * FROM link_decision WHERE lower = ?1 OR higher = ?1 ORDER BY lower, higher, decision", bind: { $0.bind(record) },
            Self.linkDecision)
    }

    func linkDecisions() throws -> [LinkDecisionRow] {
        try all("SELECT * FROM link_decision ORDER BY lower, higher, decision", bind: { _ in }, Self.linkDecision)
    }

    func put(_ decision: LinkDecisionRow) throws {
        try run("INSERT OR REPLACE INTO link_decision VALUES (?, ?, ?, ?)") {
            $0.bind(decision.lower)
            $0.bind(decision.higher)
            $0.bind(decision.decision)
            $0.bind(decision.isSame)
        }
    }

    func deleteLinkDecisions(of decision: RecordNumber) throws {
        try run("DELETE FROM link_decision WHERE decision = ?") { $0.bind(decision) }
    }

    func profile(_ id: RecordNumber) throws -> ProfileRow? {
        try first("SELECT * FROM profile WHERE id = ?", bind: { $0.bind(id) }) { row in
            ProfileRow(
                id: row.record(0), number: row.uint64(1), regions: Self.list(row.string(2)), formerRegions: Self.list(row.string(3)),
                isAlive: row.bool(4))
        }
    }

    func put(_ profile: ProfileRow) throws {
        try run("INSERT OR REPLACE INTO profile VALUES (?, ?, ?, ?, ?)") {
            $0.bind(profile.id)
            $0.bind(profile.number)
            $0.bind(profile.regions.joined(separator: "\n"))
            $0.bind(profile.formerRegions.joined(separator: "\n"))
            $0.bind(profile.isAlive)
        }
    }

    /// Regions hold no line feed, since `addSite` refuses one, and folded names hold none.
    static func list(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
}
