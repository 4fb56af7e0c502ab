import Causality
import ChangeSets
import HubRuntime

// Items, consents, notes, former values.
extension Session {
    private static func item(_ row: RawStatement) -> ItemRow {
        ItemRow(
            record: row.record(0), source: row.int32(1), sku: row.string(2), category: row.optionalString(3), brand: row.optionalString(4),
            size: row.optionalString(5), colour: row.optionalString(6), isInBound: row.bool(7), time: row.time(8), replica: row.int32(9),
            counter: row.uint64(10))
    }

    func items(sku: String, source: SourceNumber?) throws -> [ItemRow] {
        let sql: StaticString =
            """
            SELECT i.* FROM item i JOIN replica r ON r.number = i.replica WHERE i.sku = ?1 AND (?2 IS NULL OR i.source = ?2)
            ORDER BY i.in_bound DESC, i.time DESC, r.id DESC, i.counter DESC
            """
        return try all(
            sql,
            bind: {
                $0.bind(sku)
                $0.bind(source.map(Int64.init))
            }, Self.item)
    }

    func put(_ item: ItemRow) throws {
        try run("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {
            $0.bind(item.record)
            $0.bind(item.source)
            $0.bind(item.sku)
            $0.bind(item.category)
            $0.bind(item.brand)
            $0.bind(item.size)
            $0.bind(item.colour)
            $0.bind(item.isInBound)
            $0.bind(item.time)
            $0.bind(item.replica)
            $0.bind(item.counter)
        }
    }

    func deleteItem(_ record: RecordNumber) throws {
        try run("DELETE FROM item WHERE record = ?") { $0.bind(record) }
        try run("DELETE FROM item_word WHERE record = ?") { $0.bind(record) }
    }

    func setWords(_ words: [String], ofItem record: RecordNumber, sku: String) throws {
        try run("DELETE FROM item_word WHERE record = ?") { $0.bind(record) }
        for word in words {
            try run("INSERT OR IGNORE INTO item_word VALUES (?, ?, ?)") {
                $0.bind(word)
                $0.bind(sku)
                $0.bind(record)
            }
        }
    }

    func itemWords(startingWith word: String, max: Int) throws -> Int {
        try first(
            "SELECT count(*) FROM (SELECT 1 FROM item_word WHERE word >= ? AND word < ? || CAST(x'FF' AS TEXT) LIMIT ?)",
            bind: {
                $0.bind(word)
                $0.bind(word)
                $0.bind(Int64(max))
            }
        ) { Int($0.int64(0)) } ?? 0
    }

    func skus(bearing words: [String], after: String?, at location: String?, looked: Int, limit: Int) throws -> [String] {
        guard let first = words.first else { return [] }
        // No valid UTF-8 holds a byte above F4, so this ends every word that starts so.
        return try all(
            """
            SELECT DISTINCT w.sku
            FROM (SELECT sku, record FROM item_word WHERE word >= ?1 AND word < ?1 || CAST(x'FF' AS TEXT) LIMIT ?2) w
            WHERE w.sku > ?3 AND NOT EXISTS (
                SELECT 1 FROM json_each(?4) j WHERE NOT EXISTS (
                    SELECT 1 FROM item_word o
                    WHERE o.record = w.record AND o.word >= j.value AND o.word < j.value || CAST(x'FF' AS TEXT)))
                AND EXISTS (SELECT 1 FROM cell c WHERE c.sku = w.sku AND (?5 IS NULL OR c.location = ?5))
            ORDER BY w.sku LIMIT ?6
            """,
            bind: {
                $0.bind(first)
                $0.bind(Int64(looked))
                $0.bind(after ?? "")
                // Letters and digits only, as `words` are folded.
                $0.bind("[" + words.dropFirst().map { "\"\($0)\"" }.joined(separator: ",") + "]")
                $0.bind(location)
                $0.bind(Int64(limit))
            }
        ) { $0.string(0) }
    }

    func consents(customer: RecordNumber) throws -> [ConsentRow] {
        try all("SELECT * FROM consent WHERE customer = ? ORDER BY record", bind: { $0.bind(customer) }) {
            ConsentRow(record: $0.record(0), customer: $0.optionalRecord(1))
        }
    }

    func put(_ consent: ConsentRow) throws {
        try run("INSERT OR REPLACE INTO consent VALUES (?, ?)") {
            $0.bind(consent.record)
            $0.bind(consent.customer)
        }
    }

    func deleteConsent(_ record: RecordNumber) throws { try run("DELETE FROM consent WHERE record = ?") { $0.bind(record) } }

    func put(_ note: NoteRow) throws {
        try run("INSERT OR REPLACE INTO note VALUES (?, ?, ?)") {
            $0.bind(note.record)
            $0.bind(note.customer)
            $0.bind(note.at)
        }
    }

    func deleteNote(_ record: RecordNumber) throws { try run("DELETE FROM note WHERE record = ?") { $0.bind(record) } }

    private static func superseded(_ row: RawStatement) -> SupersededRow {
        SupersededRow(
            record: row.record(0), field: row.string(1), replica: row.int32(2), counter: row.uint64(3), time: row.time(4),
            isInBound: row.bool(5), isChained: row.bool(6), value: row.value(7), ended: row.time(8), isEndInBound: row.bool(9),
            endReplica: row.int32(10), endCounter: row.uint64(11))
    }

    func superseded(record: RecordNumber) throws -> [SupersededRow] {
        try all(
            "SELECT * FROM superseded WHERE record = ? ORDER BY field, replica, counter", bind: { $0.bind(record) }, Self.superseded)
    }

    func superseded(record: RecordNumber, field: String, endedAfter time: Timestamp, isInBound: Bool) throws -> [SupersededRow] {
        try all(
            """
            SELECT * FROM superseded WHERE record = ?1 AND field = ?2
            AND (end_in_bound = ?3 AND ended >= ?4 OR end_in_bound <> ?3 AND ?3 = 1) ORDER BY replica, counter
            """,
            bind: {
                $0.bind(record)
                $0.bind(field)
                $0.bind(isInBound)
                $0.bind(time)
            }, Self.superseded)
    }

    func put(_ superseded: SupersededRow) throws {
        try run("INSERT OR REPLACE INTO superseded VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {
            $0.bind(superseded.record)
            $0.bind(superseded.field)
            $0.bind(superseded.replica)
            $0.bind(superseded.counter)
            $0.bind(superseded.time)
            $0.bind(superseded.isInBound)
            $0.bind(superseded.isChained)
            $0.bind(superseded.value)
            $0.bind(superseded.ended)
            $0.bind(superseded.isEndInBound)
            $0.bind(superseded.endReplica)
            $0.bind(superseded.endCounter)
        }
    }
}

// Walks over what a person did, for measures.
extension Session {
    func eachPurchase(buyer: RecordNumber, _ body: (PurchaseRow) throws -> Void) throws {
        try each("SELECT * FROM purchase WHERE buyer = ?", bind: { $0.bind(buyer) }) { try body(Self.purchase($0)) }
    }

    func eachLine(buyer: RecordNumber, _ body: (MeasuredLine) throws -> Void) throws {
        try each(
            """
            SELECT p.source, l.sku, l.quantity, p.at FROM purchase p CROSS JOIN purchase_line l ON l.purchase = p.record
            WHERE p.buyer = ? AND p.counted = 1
            """, bind: { $0.bind(buyer) }
        ) { try body(MeasuredLine(source: $0.int32(0), sku: $0.optionalString(1), quantity: $0.int64(2), at: $0.optionalInt64(3))) }
    }

    func eachEvent(customer: RecordNumber, _ body: (EventRow) throws -> Void) throws {
        try each("SELECT * FROM event WHERE customer = ?", bind: { $0.bind(customer) }) { try body(Self.event($0)) }
    }

    func returns(of sale: RecordNumber) throws -> [PurchaseRow] {
        try all("SELECT * FROM purchase WHERE of_sale = ? ORDER BY record", bind: { $0.bind(sale) }, Self.purchase)
    }

    func each(_ sql: StaticString, bind: (inout RawStatement) -> Void = { _ in }, _ body: (RawStatement) throws -> Void) throws {
        var statement = try prepare(sql)
        bind(&statement)
        defer { statement.finish() }
        while try statement.step() { try body(statement) }
    }
}

// A page of a timeline: of many records with one time, those of the highest lives come first, whatever numbers this hub gave them.
extension Session {
    func marks(
        _ topic: TimelineTopic, customer: RecordNumber, in range: ClosedRange<Int64>?, after: (at: Int64, life: Dot)?, limit: Int
    ) throws -> [TimelineMark] {
        try all(
            range == nil ? Self.timeless(topic) : Self.timed(topic),
            bind: { statement in
                statement.bind(customer)
                statement.bindPage(range, after: after, limit: limit)
            }
        ) { TimelineMark(record: $0.record(0), at: $0.optionalInt64(1)) }
    }

    private static func timed(_ topic: TimelineTopic) -> StaticString {
        switch topic {
        case .purchases:
            """
            SELECT t.record, t.at FROM purchase t CROSS JOIN replica r ON r.number = t.record >> 40
            WHERE t.buyer = ?1 AND t.at BETWEEN ?2 AND ?3 AND t.alive = 1 AND t.kind IS NOT NULL
            AND (t.at < ?4 OR r.id < ?5 OR (r.id = ?5 AND t.record & 1099511627775 < ?6))
            ORDER BY t.at DESC, r.id DESC, t.record DESC LIMIT ?7
            """
        case .events:
            """
            SELECT t.record, t.at FROM event t CROSS JOIN replica r ON r.number = t.record >> 40
            WHERE t.customer = ?1 AND t.at BETWEEN ?2 AND ?3
            AND (t.at < ?4 OR r.id < ?5 OR (r.id = ?5 AND t.record & 1099511627775 < ?6))
            ORDER BY t.at DESC, r.id DESC, t.record DESC LIMIT ?7
            """
        case .notes:
            """
            SELECT t.record, t.at FROM note t CROSS JOIN replica r ON r.number = t.record >> 40
            WHERE t.customer = ?1 AND t.at BETWEEN ?2 AND ?3
            AND (t.at < ?4 OR r.id < ?5 OR (r.id = ?5 AND t.record & 1099511627775 < ?6))
            ORDER BY t.at DESC, r.id DESC, t.record DESC LIMIT ?7
            """
        }
    }

    private static func timeless(_ topic: TimelineTopic) -> StaticString {
        switch topic {
        case .purchases:
            """
            SELECT t.record, t.at FROM purchase t CROSS JOIN replica r ON r.number = t.record >> 40
            WHERE t.buyer = ?1 AND t.at IS NULL AND t.alive = 1 AND t.kind IS NOT NULL
            AND (r.id < ?2 OR (r.id = ?2 AND t.record & 1099511627775 < ?3)) ORDER BY r.id DESC, t.record DESC LIMIT ?4
            """
        case .events:
            """
            SELECT t.record, t.at FROM event t CROSS JOIN replica r ON r.number = t.record >> 40
            WHERE t.customer = ?1 AND t.at IS NULL
            AND (r.id < ?2 OR (r.id = ?2 AND t.record & 1099511627775 < ?3)) ORDER BY r.id DESC, t.record DESC LIMIT ?4
            """
        case .notes:
            """
            SELECT t.record, t.at FROM note t CROSS JOIN replica r ON r.number = t.record >> 40
            WHERE t.customer = ?1 AND t.at IS NULL
            AND (r.id < ?2 OR (r.id = ?2 AND t.record & 1099511627775 < ?3)) ORDER BY r.id DESC, t.record DESC LIMIT ?4
            """
        }
    }
}

extension RawStatement {
    /// The parameters from the second on of a page of marks.
    mutating func bindPage(_ range: ClosedRange<Int64>?, after: (at: Int64, life: Dot)?, limit: Int) {
        if let range {
            bind(range.lowerBound)
            bind(min(range.upperBound, after?.at ?? .max))
            bind(after?.at ?? .max)
        }
        // Longer than any id, so that it comes behind all of them.
        bind(after.map { $0.life.replica.bytes } ?? Array(repeating: 0xFF, count: 17))
        bind(after?.life.counter ?? 0)
        bind(Int64(limit))
    }
}
