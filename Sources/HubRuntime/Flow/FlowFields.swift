import Causality
import ChangeSets

/// Counts the fields of the mappings that brought most, out of one read transaction.
///
/// All fields of two thousand sites are some hundred thousand rows, so where so many stand together, those of the sources that brought most
/// within the week are added up, and it is told of how many.
struct FlowFields {
    private let store: any HubReading
    private let now: Timestamp
    private let entity: String?

    /// Of more mappings no field is counted.
    static let mappingsMax = 20
    /// So many rows are read for one picture: of everything, and of one site or one entity. A source's are read whole, so there may be
    /// `FlowField.perSourceMax` more for each mapping.
    static let rowsMax = 4_000
    static let narrowedRowsMax = 10_000
    private static let freshMilliseconds: UInt64 = 7 * 24 * 3_600_000

    init(_ documents: Documents, entity: String?) {
        store = documents.store
        now = documents.now
        self.entity = entity
    }

    private struct Key: Hashable {
        var entity: Text
        var field: Text

        init(_ entity: String, _ field: String) { (self.entity, self.field) = (Text(entity), Text(field)) }
    }

    /// - Parameters:
    ///   - mapping: with its tables.
    ///   - sources: what brought most first.
    ///   - rowsMax: the mapping's share.
    /// - Returns: the fields, and of how many sources they are counted; `nil`: of all.
    func fields(
        of mapping: DataFlow.Mapping, sources: [(number: SourceNumber, site: String)], rowsMax: Int
    ) throws -> (fields: [DataFlow.Field], sources: Int?) {
        let tables = Dictionary(grouping: mapping.tables) { Text($0.entity) }
        var found: [Key: DataFlow.Field] = [:]
        for table in mapping.tables {
            for field in table.fields {
                found[Key(table.entity, field.field)] = self.field(field.field, of: table.entity, tables[Text(table.entity)] ?? [])
            }
        }
        let fresh = now.milliseconds - min(now.milliseconds, Self.freshMilliseconds)
        var (rows, counted) = (0, 0)
        for source in sources where rows < rowsMax {
            let own = try store.flowFields(of: source.number, entity: entity)
            (rows, counted) = (rows + own.count, counted + 1)
            for row in own {
                let key = Key(row.entity, row.field)
                if found[key] == nil { found[key] = untold(row, mapping, tables[key.entity] ?? []) }
                found[key]?.take(row, of: source.site, fresh: fresh)
            }
        }
        let fields = found.sorted { ($0.key.entity, $0.key.field) < ($1.key.entity, $1.key.field) }.map(\.value)
        return (fields, counted < sources.count ? counted : nil)
    }

    private func field(_ name: String, of entity: String, _ tables: [SourceMapping.Table]) -> DataFlow.Field {
        DataFlow.Field(
            entity: entity, field: name, views: FlowView.fed(by: name, of: entity, in: tables),
            isGolden: FlowView.isGolden(name, of: entity))
    }

    /// What came though no table of the mapping names it; `nil`: what its rows say to the stock, out of fields that stand here already.
    private func untold(_ row: FlowField, _ mapping: DataFlow.Mapping, _ tables: [SourceMapping.Table]) -> DataFlow.Field? {
        if FlowView.isStock(row.field), tables.contains(where: { $0.stock != nil }) { return nil }
        var field = field(row.field, of: row.entity, tables)
        // Where not all was told, it may be among the rest. What only moves stock is named by no mapping.
        field.isFormer =
            mapping.version != nil && mapping.leftOut == nil && !row.entity.isEmpty && !tables.contains { $0.leftOut != nil }
        return field
    }
}
