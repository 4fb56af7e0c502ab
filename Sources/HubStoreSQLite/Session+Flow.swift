import Causality
import ChangeSets
import HubRuntime

// How data flows: counted with every commit, and told by agents.
extension Session {
    func flow(since day: Int64, before end: Int64) throws -> [FlowSum] {
        try all(
            """
            SELECT source, entity, sum(CASE WHEN day >= ?1 THEN changes ELSE 0 END), sum(CASE WHEN day >= ?1 THEN stock ELSE 0 END),
                sum(CASE WHEN day >= ?1 THEN aside ELSE 0 END), max(last)
            FROM flow_day WHERE day < ?2 GROUP BY source, entity
            """,
            bind: {
                $0.bind(day)
                $0.bind(end)
            }, Self.flowSum)
    }

    func flow(since day: Int64) throws -> [FlowSum] {
        try all(
            "SELECT source, entity, sum(changes), sum(stock), sum(aside), max(last) FROM flow_day WHERE day >= ? GROUP BY source, entity",
            bind: { $0.bind(day) }, Self.flowSum)
    }

    private static func flowSum(_ row: RawStatement) -> FlowSum {
        FlowSum(
            source: row.int32(0), entity: row.string(1), changes: row.int64(2), stock: row.int64(3), aside: row.int64(4),
            last: row.int64(5) == 0 ? nil : row.time(5))
    }

    func add(_ row: FlowRow) throws {
        try run(
            """
            INSERT INTO flow_day (day, source, entity, changes, stock, aside, last) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (day, source, entity) DO UPDATE SET changes = changes + excluded.changes, stock = stock + excluded.stock,
                aside = aside + excluded.aside, last = max(last, excluded.last)
            """
        ) {
            $0.bind(row.day)
            $0.bind(row.source)
            $0.bind(row.entity)
            $0.bind(row.changes)
            $0.bind(row.stock)
            $0.bind(row.aside)
            $0.bind(row.last)
        }
    }

    func add(_ fields: [FlowField], of source: SourceNumber) throws {
        var room: Int64?
        // Of so many most are not known: those that are, are read once, and not looked for one by one.
        var known: [String: Set<String>]?
        if fields.count > FlowField.perSourceMax {
            known = Dictionary(grouping: try flowFields(of: source, entity: nil), by: \.entity).mapValues { Set($0.map(\.field)) }
        }
        for field in fields {
            if known?[field.entity]?.contains(field.field) ?? (known == nil), try addToKnown(field, of: source) { continue }
            let left = try room ?? Int64(FlowField.perSourceMax) - fieldCount(of: source)
            room = left - 1
            guard left > 0 else { continue }
            known?[field.entity, default: []].insert(field.field)
            try run("INSERT INTO flow_field (source, entity, field, changes, aside, since, last) VALUES (?, ?, ?, ?, ?, ?, ?)") {
                $0.bind(source)
                $0.bind(field.entity)
                $0.bind(field.field)
                $0.bind(field.changes)
                $0.bind(field.aside)
                $0.bind(field.since)
                $0.bind(field.last)
            }
        }
    }

    /// - Returns: whether it is known.
    private func addToKnown(_ field: FlowField, of source: SourceNumber) throws -> Bool {
        try run(
            """
            UPDATE flow_field SET changes = changes + ?, aside = aside + ?, since = min(since, ?), last = max(last, ?)
            WHERE source = ? AND entity = ? AND field = ?
            """
        ) {
            $0.bind(field.changes)
            $0.bind(field.aside)
            $0.bind(field.since)
            $0.bind(field.last)
            $0.bind(source)
            $0.bind(field.entity)
            $0.bind(field.field)
        }
        return database.changesCount > 0
    }

    private func fieldCount(of source: SourceNumber) throws -> Int64 {
        try first("SELECT count(*) FROM flow_field WHERE source = ?", bind: { $0.bind(source) }) { $0.int64(0) } ?? 0
    }

    func flowFields(of source: SourceNumber, entity: String?) throws -> [FlowField] {
        guard let entity else {
            return try all(
                "SELECT entity, field, changes, aside, since, last FROM flow_field WHERE source = ? ORDER BY entity, field",
                bind: { $0.bind(source) }
            ) { Self.flowField($0, of: source) }
        }
        return try all(
            "SELECT entity, field, changes, aside, since, last FROM flow_field WHERE source = ? AND entity = ? ORDER BY field",
            bind: {
                $0.bind(source)
                $0.bind(entity)
            }
        ) { Self.flowField($0, of: source) }
    }

    private static func flowField(_ row: RawStatement, of source: SourceNumber) -> FlowField {
        FlowField(
            source: source, entity: row.string(0), field: row.string(1), changes: row.int64(2), aside: row.int64(3), since: row.time(4),
            last: row.time(5))
    }

    func deleteFlow(before day: Int64) throws { try run("DELETE FROM flow_day WHERE day < ?") { $0.bind(day) } }

    func heldRecords(limit: Int) throws -> [(replica: ReplicaNumber, record: [UInt8])] {
        try all(
            "SELECT replica, record FROM held WHERE cause <> ? ORDER BY replica, counter LIMIT ?",
            bind: {
                $0.bind(HeldRow.Cause.waiting.rawValue)
                $0.bind(Int64(limit))
            }
        ) { (replica: $0.int32(0), record: $0.bytes(1)) }
    }

    // MARK: mappings

    func mappings() throws -> [MappingRow] {
        try all("SELECT site, source, name, at, hash FROM source_mapping ORDER BY site, source") { row in
            guard let source = SourceID(bytes: row.bytes(1)) else { throw Self.damaged("A source's id") }
            return MappingRow(site: row.int32(0), source: source, name: row.string(2), at: row.time(3), hash: row.bytes(4))
        }
    }

    func mapping(site: SiteNumber, source: SourceID) throws -> [UInt8]? {
        try first(
            "SELECT mapping FROM source_mapping WHERE site = ? AND source = ?",
            bind: {
                $0.bind(site)
                $0.bind(source.bytes)
            }
        ) { $0.bytes(0) }
    }

    func replaceMappings(of site: SiteNumber, with mappings: [(row: MappingRow, mapping: [UInt8])]) throws {
        try run("DELETE FROM source_mapping WHERE site = ?") { $0.bind(site) }
        for (row, mapping) in mappings {
            try run("INSERT OR REPLACE INTO source_mapping (site, source, name, at, hash, mapping) VALUES (?, ?, ?, ?, ?, ?)") {
                $0.bind(row.site)
                $0.bind(row.source.bytes)
                $0.bind(row.name)
                $0.bind(row.at)
                $0.bind(row.hash)
                $0.bind(mapping)
            }
        }
    }
}
