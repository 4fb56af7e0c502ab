import Causality
import ChangeSets
import HubRuntime

// Stock, orders, the feed, and what is stale.
extension Session {
    private static func cell(_ row: RawStatement) -> StockCellRow {
        StockCellRow(
            cell: row.int64(0), sku: row.string(1), location: row.string(2), number: row.uint64(3), state: row.bytes(5), asks: row.bool(4))
    }

    func cell(sku: String, location: String) throws -> StockCellRow? {
        try first(
            "SELECT * FROM cell WHERE sku = ? AND location = ?",
            bind: {
                $0.bind(sku)
                $0.bind(location)
            }, Self.cell)
    }

    func cell(_ number: Int64) throws -> StockCellRow? {
        try first("SELECT * FROM cell WHERE cell = ?", bind: { $0.bind(number) }, Self.cell)
    }

    func cells(sku: String) throws -> [StockCellRow] {
        try all("SELECT * FROM cell WHERE sku = ? ORDER BY location", bind: { $0.bind(sku) }, Self.cell)
    }

    func cells(flaggedAfter cell: Int64, limit: Int) throws -> [StockCellRow] {
        try all(
            "SELECT * FROM cell WHERE asks = 1 AND cell > ? ORDER BY cell LIMIT ?",
            bind: {
                $0.bind(cell)
                $0.bind(Int64(limit))
            }, Self.cell)
    }

    func skus(startingWith prefix: String, after: String?, at location: String?, limit: Int) throws -> [String] {
        // No string lies between one and the same with a zero behind it, so the search may begin there: one bound, which the index takes.
        let behind = after.map { $0 + "\0" } ?? ""
        var from = prefix.utf8.lexicographicallyPrecedes(behind.utf8) ? behind : prefix
        // No valid UTF-8 holds a byte above F4, so this ends every SKU that starts with the prefix.
        if let location {
            return try all(
                """
                SELECT sku FROM cell WHERE sku >= ? AND sku < ? || CAST(x'FF' AS TEXT) AND location = ? ORDER BY sku LIMIT ?
                """,
                bind: {
                    $0.bind(from)
                    $0.bind(prefix)
                    $0.bind(location)
                    $0.bind(Int64(limit))
                }
            ) { $0.string(0) }
        }
        // A search in the index for each, which passes over its other locations.
        var skus: [String] = []
        while skus.count < limit,
            let sku = try first(
                "SELECT sku FROM cell WHERE sku >= ? AND sku < ? || CAST(x'FF' AS TEXT) ORDER BY sku LIMIT 1",
                bind: {
                    $0.bind(from)
                    $0.bind(prefix)
                }, { $0.string(0) })
        {
            skus.append(sku)
            from = sku + "\0"
        }
        return skus
    }

    func askingSKUs(startingWith prefix: String, after: String?, at location: String?, limit: Int) throws -> [String] {
        let behind = after.map { $0 + "\0" } ?? ""
        // Few piles ask, of very many: they are looked for first, and then brought in order.
        return try all(
            """
            SELECT DISTINCT sku FROM cell INDEXED BY cell_asks WHERE asks = 1 AND sku >= ?1 AND sku < ?2 || CAST(x'FF' AS TEXT)
            AND (?3 IS NULL OR location = ?3) ORDER BY sku LIMIT ?4
            """,
            bind: {
                $0.bind(prefix.utf8.lexicographicallyPrecedes(behind.utf8) ? behind : prefix)
                $0.bind(prefix)
                $0.bind(location)
                $0.bind(Int64(limit))
            }
        ) { $0.string(0) }
    }

    func put(_ cell: StockCellRow) throws -> Int64 {
        if cell.cell != 0 {
            try run("UPDATE cell SET number = ?, asks = ?, state = ? WHERE cell = ?") {
                $0.bind(cell.number)
                $0.bind(cell.asks)
                $0.bind(cell.state)
                $0.bind(cell.cell)
            }
            return cell.cell
        }
        try run("INSERT INTO cell (sku, location, number, asks, state) VALUES (?, ?, ?, ?, ?)") {
            $0.bind(cell.sku)
            $0.bind(cell.location)
            $0.bind(cell.number)
            $0.bind(cell.asks)
            $0.bind(cell.state)
        }
        return database.lastInsertedRowID
    }

    func moved(cell: Int64, replica: ReplicaNumber, upTo counter: UInt64) throws -> Int128 {
        // Two sums, so that no sum of 64-bit quantities overflows: high parts and low 20 bits.
        try first(
            """
            SELECT total(0), ifnull(sum(quantity >> 20), 0), ifnull(sum(quantity & 1048575), 0) FROM movement
            WHERE cell = ? AND replica = ? AND counter <= ? AND kind < 7
            """,
            bind: {
                $0.bind(cell)
                $0.bind(replica)
                $0.bind(min(counter, UInt64(Int64.max)))
            }
        ) { Int128($0.int64(1)) << 20 + Int128($0.int64(2)) } ?? 0
    }

    func claims(cell: Int64, note: String) throws -> [MovementRow] {
        try all(
            "SELECT * FROM movement WHERE cell = ? AND note = ? AND kind >= 7 ORDER BY replica, counter",
            bind: {
                $0.bind(cell)
                $0.bind(note)
            }, Self.movement)
    }

    func movements(cell: Int64, replica: ReplicaNumber, before counter: UInt64, limit: Int) throws -> [MovementRow] {
        try all(
            "SELECT * FROM movement WHERE cell = ? AND replica = ? AND counter < ? ORDER BY counter DESC LIMIT ?",
            bind: {
                $0.bind(cell)
                $0.bind(replica)
                $0.bind(min(counter, UInt64(Int64.max)))
                $0.bind(Int64(limit))
            }, Self.movement)
    }

    private static func movement(_ row: RawStatement) throws -> MovementRow {
        guard let kind = Movement.Kind(rawValue: UInt8(truncatingIfNeeded: row.int64(3))) else { throw damaged("A movement") }
        return MovementRow(
            cell: row.int64(0), replica: row.int32(1), counter: row.uint64(2), kind: kind, quantity: row.int64(4),
            note: row.optionalString(5), expires: row.optionalTime(6))
    }

    func insert(_ movement: MovementRow) throws {
        try run("INSERT INTO movement VALUES (?, ?, ?, ?, ?, ?, ?)") {
            $0.bind(movement.cell)
            $0.bind(movement.replica)
            $0.bind(movement.counter)
            $0.bind(Int64(movement.kind.rawValue))
            $0.bind(movement.quantity)
            $0.bind(movement.note)
            $0.bind(movement.expires)
        }
    }

    // MARK: orders

    private static func order(_ row: RawStatement) -> OrderRow {
        OrderRow(record: row.record(0), name: row.optionalString(1), number: row.uint64(2), asks: row.bool(3), isAlive: row.bool(4))
    }

    func order(_ record: RecordNumber) throws -> OrderRow? {
        try first("SELECT * FROM \"order\" WHERE record = ?", bind: { $0.bind(record) }, Self.order)
    }

    func orders(named name: String) throws -> [OrderRow] {
        try all("SELECT * FROM \"order\" WHERE name = ? ORDER BY record", bind: { $0.bind(name) }, Self.order)
    }

    func orders(aliveNamed name: String, after record: RecordNumber?, limit: Int) throws -> [OrderRow] {
        try all(
            "SELECT * FROM \"order\" WHERE name = ? AND record > ? AND alive = 1 ORDER BY record LIMIT ?",
            bind: {
                $0.bind(name)
                $0.bind(record?.raw ?? -1)
                $0.bind(Int64(limit))
            }, Self.order)
    }

    func orders(aliveStartingWith prefix: String, looked: Int, limit: Int) throws -> [OrderRow] {
        // As for identifiers, this ends every name that starts with the prefix.
        try all(
            """
            SELECT * FROM (SELECT * FROM "order" WHERE name >= ?1 AND name < ?1 || CAST(x'FF' AS TEXT) ORDER BY name, record LIMIT ?2)
            WHERE alive = 1 ORDER BY name, record LIMIT ?3
            """,
            bind: {
                $0.bind(prefix)
                $0.bind(Int64(looked))
                $0.bind(Int64(limit))
            }, Self.order)
    }

    func orders(flaggedAfter record: RecordNumber, limit: Int) throws -> [OrderRow] {
        try all(
            "SELECT * FROM \"order\" WHERE asks = 1 AND record > ? ORDER BY record LIMIT ?",
            bind: {
                $0.bind(record)
                $0.bind(Int64(limit))
            }, Self.order)
    }

    func orders(limit: Int) throws -> [OrderRow] {
        try all("SELECT * FROM \"order\" ORDER BY number DESC, record DESC LIMIT ?", bind: { $0.bind(Int64(limit)) }, Self.order)
    }

    func put(_ order: OrderRow) throws {
        try run("INSERT OR REPLACE INTO \"order\" VALUES (?, ?, ?, ?, ?)") {
            $0.bind(order.record)
            $0.bind(order.name)
            $0.bind(order.number)
            $0.bind(order.asks)
            $0.bind(order.isAlive)
        }
    }

    private static func shipment(_ row: RawStatement) -> ShipmentRow {
        ShipmentRow(record: row.record(0), order: row.optionalRecord(1), orderName: row.optionalString(2))
    }

    func shipment(_ record: RecordNumber) throws -> ShipmentRow? {
        try first("SELECT * FROM shipment WHERE record = ?", bind: { $0.bind(record) }, Self.shipment)
    }

    func shipments(of order: RecordNumber, named name: String?) throws -> [ShipmentRow] {
        try all(
            "SELECT * FROM shipment WHERE of_order = ? UNION ALL SELECT * FROM shipment WHERE of_order IS NULL AND name = ? ORDER BY record",
            bind: {
                $0.bind(order)
                $0.bind(name)
            }, Self.shipment)
    }

    func put(_ shipment: ShipmentRow) throws {
        try run("INSERT OR REPLACE INTO shipment VALUES (?, ?, ?)") {
            $0.bind(shipment.record)
            $0.bind(shipment.order)
            $0.bind(shipment.orderName)
        }
    }

    func deleteShipment(_ record: RecordNumber) throws {
        try run("DELETE FROM shipment WHERE record = ?") { $0.bind(record) }
    }

    // MARK: feed

    private static func feed(_ row: RawStatement) -> FeedRow { FeedRow(number: row.uint64(0), id: row.int64(1)) }

    func feed(_ topic: FeedTopic, after number: UInt64, limit: Int) throws -> [FeedRow] {
        func bind(_ statement: inout RawStatement) {
            if case .records(let source) = topic { statement.bind(source) }
            statement.bind(min(number, UInt64(Int64.max)))
            statement.bind(Int64(limit))
        }
        return switch topic {
        case .records:
            try all(
                "SELECT number, record FROM record WHERE source = ? AND number > ? ORDER BY number, record LIMIT ?", bind: bind, Self.feed)
        case .profiles: try all("SELECT number, id FROM profile WHERE number > ? ORDER BY number, id LIMIT ?", bind: bind, Self.feed)
        case .stock: try all("SELECT number, cell FROM cell WHERE number > ? ORDER BY number, cell LIMIT ?", bind: bind, Self.feed)
        case .orders:
            try all("SELECT number, record FROM \"order\" WHERE number > ? ORDER BY number, record LIMIT ?", bind: bind, Self.feed)
        }
    }

    func eachLiveRecord(of source: SourceNumber, _ body: (UInt64, RecordNumber, [UInt8]) throws -> Void) throws {
        try each("SELECT number, record, key FROM record WHERE source = ? AND flags & 1 = 0", bind: { $0.bind(source) }) {
            try body($0.uint64(0), $0.record(1), $0.bytes(2))
        }
    }

    func eachProfile(_ body: (ProfileRow) throws -> Void) throws {
        // A region's name stands in very many rows: each list is read once.
        var lists: [String: [String]] = ["": []]
        func list(_ text: String) -> [String] {
            if let known = lists[text] { return known }
            let list = Self.list(text)
            lists[text] = list
            return list
        }
        try each("SELECT id, number, regions, former, alive FROM profile") {
            try body(
                ProfileRow(
                    id: $0.record(0), number: $0.uint64(1), regions: list($0.string(2)), formerRegions: list($0.string(3)),
                    isAlive: $0.bool(4)))
        }
    }

    func eachCell(_ body: (StockCellRow) throws -> Void) throws {
        try each("SELECT cell, sku, location, number, asks FROM cell") {
            try body(
                StockCellRow(
                    cell: $0.int64(0), sku: $0.string(1), location: $0.string(2), number: $0.uint64(3), state: [], asks: $0.bool(4)))
        }
    }

    func eachOrder(_ body: (OrderRow) throws -> Void) throws { try each("SELECT * FROM \"order\"") { try body(Self.order($0)) } }

    // MARK: stale views and counts

    private static func stale(_ row: RawStatement) -> StaleRow {
        StaleRow(view: row.string(0), key: row.bytes(1), reason: row.string(2))
    }

    func stale(after place: StaleRow.Place?, limit: Int) throws -> [StaleRow] {
        try all(
            "SELECT view, key, reason FROM stale WHERE (view, key) > (?, ?) ORDER BY view, key LIMIT ?",
            bind: {
                $0.bind(place?.view ?? "")
                $0.bind(place?.key ?? [])
                $0.bind(Int64(limit))
            }, Self.stale)
    }

    func stale(_ place: StaleRow.Place) throws -> StaleRow? {
        try first(
            "SELECT view, key, reason FROM stale WHERE view = ? AND key = ?",
            bind: {
                $0.bind(place.view)
                $0.bind(place.key)
            }, Self.stale)
    }

    func staleCount() throws -> Int64 { try first("SELECT count(*) FROM stale") { $0.int64(0) } ?? 0 }

    func put(_ stale: StaleRow) throws {
        try run("INSERT OR REPLACE INTO stale VALUES (?, ?, ?)") {
            $0.bind(stale.view)
            $0.bind(stale.key)
            $0.bind(stale.reason)
        }
    }

    func deleteStale(view: String, key: [UInt8]) throws {
        try run("DELETE FROM stale WHERE view = ? AND key = ?") {
            $0.bind(view)
            $0.bind(key)
        }
    }

    func counts() throws -> StoreCounts {
        var counts = StoreCounts()
        counts.records = try first("SELECT count(*) FROM record") { $0.int64(0) } ?? 0
        counts.profiles = try first("SELECT count(*) FROM profile WHERE alive = 1") { $0.int64(0) } ?? 0
        counts.cells = try first("SELECT count(*) FROM cell") { $0.int64(0) } ?? 0
        counts.orders = try first("SELECT count(*) FROM \"order\" WHERE alive = 1") { $0.int64(0) } ?? 0
        return counts
    }
}
