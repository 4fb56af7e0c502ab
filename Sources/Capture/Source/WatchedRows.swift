import ChangeSets
import GRDB

/// A watched table with its number in the log, and what follows from a change of its rows.
struct WatchedRows: Sendable {
    var number: Int64
    var table: WatchedTable
    /// `nil`: watched for its children only.
    var mapping: TableMapping?
    /// Tables whose records hold values of this table's rows: index in the list of watched tables, and how.
    var children: [(index: Int, lookup: ParentLookup)]
}

/// All watched tables of a source: mapped ones first, in the order of the mapping (S19).
struct WatchList: Sendable {
    var tables: [WatchedRows]
    private var byNumber: [Int64: Int]
    private var byEntity: [EntityName: [Int64]]

    /// Gives every watched table its number; numbers once given are kept.
    init(_ mapping: CheckedMapping, source: Int64, _ db: Database) throws {
        var numbers: [[UInt8]: Int64] = [:]
        let known = try RawStatement(db, "SELECT number, name FROM capture_table WHERE source = ?1").bind(source, at: 1)
        while try known.step() { numbers[SQLName.folded(known.string(1))] = known.integer(0) }
        var highest = numbers.values.max() ?? 0
        tables = try mapping.watchedTables.map { table in
            guard table.keyColumns.count <= ChangeLog.keyColumnsMax else {
                throw CaptureError(
                    .keyTooWide,
                    "The key of the table \(table.name) has \(table.keyColumns.count) columns; at most \(ChangeLog.keyColumnsMax) can be watched.",
                    remedy: "Leave the table out of the mapping, or name a narrower unique key of it.")
            }
            if numbers[SQLName.folded(table.name)] == nil {
                highest += 1
                numbers[SQLName.folded(table.name)] = highest
                let insert = try RawStatement(db, "INSERT INTO capture_table (source, number, name) VALUES (?1, ?2, ?3)")
                try insert.bind(source, at: 1).bind(highest, at: 2).bind(table.name, at: 3).run()
            }
            return WatchedRows(number: numbers[SQLName.folded(table.name)] ?? 0, table: table, mapping: mapping[table.name], children: [])
        }
        byNumber = Dictionary(uniqueKeysWithValues: tables.enumerated().map { ($1.number, $0) })
        byEntity = [:]
        for watched in tables { if let entity = watched.mapping?.entity { byEntity[entity, default: []].append(watched.number) } }
        for (child, watched) in tables.enumerated() {
            for lookup in watched.mapping?.parents ?? [] {
                for parent in tables.indices where SQLName.same(tables[parent].table.name, lookup.table) {
                    tables[parent].children.append((child, lookup))
                }
            }
        }
    }

    func index(of number: Int64) -> Int? { byNumber[number] }
    func numbers(of entity: EntityName) -> [Int64] { byEntity[entity] ?? [] }
    var keyCounts: [Int64: Int] { Dictionary(uniqueKeysWithValues: tables.map { ($0.number, $0.table.keyColumns.count) }) }
    var triggers: TriggerSet {
        TriggerSet(tables: tables.map { TriggerSet.Table(number: $0.number, name: $0.table.name, keyColumns: $0.table.keyColumns) })
    }

    /// Whether stock-takes from before the baseline tell the present stock: where a quantity column or a ledger does, they are
    /// mere history. Sale lines alone only take away, so there the last stock-take is what they take from.
    var countsMoveStock: Bool { !tables.contains { [.level, .movements].contains($0.mapping?.stockRole) } }

    /// Tables in the order in which a sweep reads them: as mapped, but stock-takes last, because a count includes the
    /// movements before it and a baseline's sales are from before its counts.
    var sweepOrder: [Int] {
        let mapped = tables.indices.filter { tables[$0].mapping != nil }
        return mapped.filter { tables[$0].mapping?.stockRole != .counts } + mapped.filter { tables[$0].mapping?.stockRole == .counts }
    }
}

extension CheckedMapping {
    /// Changes when the mapping would give other records for the same rows.
    var fingerprint: UInt64 {
        var writer = ByteWriter()
        writer.text(explanation())
        for table in tables {
            writer.text(table.table)
            writer.entity(table.entity)
            for column in table.keyColumns { writer.text(column) }
            for column in table.columns { writer.text(column.sql) }
            for field in table.fieldNames + table.sameIf { writer.text(field.text) }
            writer.flag(table.isMutable)
            writer.text(table.deletion.rawValue)
        }
        return ContentHash.of(writer.bytes)
    }
}
