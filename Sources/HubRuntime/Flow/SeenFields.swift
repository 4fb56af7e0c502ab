import ChangeSets
import Merging

/// Which fields records of sources have that told no mapping: what the hub knows by itself.
///
/// A sample of the records that each wrote last is looked at, so a field that hardly any record has may be missed.
struct SeenFields {
    private let documents: Documents

    static let sourcesMax = 50
    /// So many records are looked at, of all replicas together.
    static let recordsMax = 2_000
    /// So far back the sample goes, in changes of one replica.
    static let changesMax: UInt64 = 1_000

    init(_ documents: Documents) { self.documents = documents }

    /// As tables without a name, and fields without a column.
    func tables(of sources: Set<SourceNumber>, recordsMax: Int = Self.recordsMax) throws -> [SourceMapping.Table] {
        var seen: [Text: Set<Text>] = [:]
        let replicas = documents.standing.replicas.filter { $0.last > 0 && ($0.source.map(sources.contains) ?? false) }
        let looked = replicas.suffix(Self.sourcesMax)
        let share = recordsMax / max(1, looked.count)
        for replica in looked {
            let first = replica.last > Self.changesMax ? replica.last - Self.changesMax : 1
            let rows = try documents.store.records(
                from: RecordNumber(replica: replica.number, counter: first),
                to: RecordNumber(replica: replica.number, counter: replica.last), limit: share)
            for row in rows {
                let state = try RecordState(row, standing: documents.standing)
                seen[state.id.entity.text, default: []].formUnion(state.fieldNames.map(\.text))
            }
        }
        return seen.sorted { $0.key < $1.key }.prefix(MappingReport.tablesMax).map { entity, fields in
            SourceMapping.Table(
                table: "", entity: entity.string,
                fields: fields.sorted().prefix(MappingReport.fieldsMax).map { SourceMapping.Field($0.string, from: "") })
        }
    }
}
