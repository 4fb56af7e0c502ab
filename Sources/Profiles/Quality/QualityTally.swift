import Causality
import ChangeSets

/// Counts, per site and field, how good customers' records and articles are: fed record by record, in any order, each once.
///
/// It holds no value, only counts, references of a few records and 64-bit hashes of identifying values: 8 bytes a record and
/// such field (`QualityEntity.distinguishing`), so 32 MB for a site of a million records, twice that while an array grows.
public struct QualityTally: Sendable {
    /// Records named per reason, the first by their lives.
    public static let examplesMax = 5

    /// The present time: ages are measured to it.
    public let now: Timestamp
    /// A value written within so many days is fresh.
    public let freshDays: Int
    private let countries: [Text: Text]
    private var sites: [Place: Site] = [:]

    private struct Place: Hashable {
        var entity: QualityEntity
        var site: Text
    }

    private struct Site: Sendable {
        var records = 0
        var fields: [FieldName: FieldTally] = [:]
    }

    /// - Parameter countries: default country of each site (ISO 3166, two letters).
    public init(now: Timestamp, freshDays: Int, countries: [Text: Text] = [:]) {
        self.now = now
        self.freshDays = freshDays
        self.countries = countries
    }

    private static let fields = Dictionary(uniqueKeysWithValues: QualityEntity.allCases.map { ($0, Set($0.fields)) })

    /// Nothing is counted of what is neither a customer's record nor an article.
    public mutating func add(_ record: QualityRecord) {
        guard let entity = QualityEntity(rawValue: record.id.entity.text.string), let fields = Self.fields[entity] else { return }
        let place = Place(entity: entity, site: record.site)
        sites[place, default: Site()].records += 1
        let home = home(of: record)
        for (first, value) in record.values.enumerated() where fields.contains(value.field) {
            let field = value.field
            // Each field once, with its siblings: records have a dozen values.
            guard !record.values[..<first].contains(where: { $0.field == field }) else { continue }
            let values = record.values[first...].filter { $0.field == field }
            let country = field == "phone" ? countries[record.site] : home
            guard let seen = seen(values, of: field, entity, country: country) else { continue }
            sites[place, default: Site()].fields[field, default: FieldTally()].add(seen, of: record.id)
        }
    }

    /// The counts of both, as if one had been fed all records.
    public mutating func merge(_ other: QualityTally) {
        precondition(now == other.now && freshDays == other.freshDays, "Tallies of different times were to be added up.")
        for (place, site) in other.sites {
            sites[place, default: Site()].records += site.records
            for (field, tally) in site.fields { sites[place, default: Site()].fields[field, default: FieldTally()].merge(tally) }
        }
    }

    public func report() -> QualityReport {
        QualityReport(
            now: now, freshDays: freshDays,
            rows: QualityEntity.allCases.flatMap { entity in
                sites.filter { $0.key.entity == entity }.sorted { $0.key.site < $1.key.site }.flatMap { place, site in
                    entity.fields.map { field in
                        QualityReport.Row(
                            site: place.site, entity: entity, field: field, records: site.records,
                            tally: site.fields[field] ?? FieldTally())
                    }
                }
            })
    }

    /// The customer's country where the record has its code, else the site's. Phone numbers go by the site's alone, as in linking.
    private func home(of record: QualityRecord) -> Text? {
        let codes = record.values.filter { $0.field == "country" }.compactMap { CountryCode.normal($0.text.string) }
        return codes.min().map { Text($0) } ?? countries[record.site]
    }

    /// What a record has in one field: the worst of its siblings, the latest of their times; `nil` when all are blank.
    private func seen(_ values: [QualityRecord.Value], of field: FieldName, _ entity: QualityEntity, country: Text?) -> FieldTally.Seen? {
        var seen: FieldTally.Seen?
        for value in values {
            let validity = entity.check(field, value.text, country: country, now: now)
            guard validity != .invalid(.blank) else { continue }
            var next = seen ?? FieldTally.Seen(validity: validity, ageDays: .max, isFresh: false, hashes: [])
            next.validity = validity.worse(than: next.validity)
            let age = now.milliseconds - min(now.milliseconds, value.written.milliseconds)
            next.ageDays = min(next.ageDays, UInt32(age / 86_400_000))
            next.isFresh = next.isFresh || age <= UInt64(max(freshDays, 0)) * 86_400_000
            if entity.distinguishing.contains(field), let form = entity.comparable(field, value.text, country: country) {
                next.hashes.insert(FieldTally.hash(form))
            }
            seen = next
        }
        return seen
    }
}
