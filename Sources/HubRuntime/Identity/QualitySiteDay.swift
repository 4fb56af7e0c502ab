import ChangeSets
import Profiles

/// How good one site's customer records, or its articles, were on one day, all fields in one row: two thousand sites make at most four
/// thousand rows a day, of some 70 bytes.
public struct QualitySiteDay: Hashable, Sendable {
    public var site: SiteNumber
    public var entity: QualityEntity
    /// When the records were looked through, in milliseconds since 1970; of one day the last one is kept.
    public var at: UInt64
    public var records: Int
    /// For each of the first of the entity's `fields`: how many records have it, how many of these can be right, as varints.
    public var counts: [UInt8]

    public init(site: SiteNumber, entity: QualityEntity, at: UInt64, records: Int, counts: [UInt8]) {
        self.site = site
        self.entity = entity
        self.at = at
        self.records = records
        self.counts = counts
    }

    /// Days since 1970, in UTC.
    public var day: UInt64 { QualityDay.day(at) }

    /// The fields in the order in which they are packed. A new one comes to the end: rows are read for years, and theirs are fewer.
    static func fields(of entity: QualityEntity) -> [FieldName] {
        switch entity {
        case .customer:
            [
                "first name", "last name", "name", "email", "phone", "loyalty id", "company", "birth date", "address", "city", "region",
                "postcode", "country", "number",
            ]
        case .item: ["sku", "name", "category", "brand", "barcode", "price", "cost", "currency", "size", "colour"]
        }
    }

    /// A row for each site that is known by its name, and each entity that it has.
    static func all(of report: QualityReport, sites: [SiteRow]) -> [QualitySiteDay] {
        QualityEntity.allCases.flatMap { entity in
            let rows = Dictionary(grouping: report.rows.filter { $0.entity == entity }, by: \.site)
            return sites.compactMap { site in
                rows[Text(site.name)].map { QualitySiteDay(site: site.number, entity: entity, at: report.now.milliseconds, rows: $0) }
            }
        }
    }

    private init(site: SiteNumber, entity: QualityEntity, at: UInt64, rows: [QualityReport.Row]) {
        let own = Dictionary(rows.map { ($0.field, $0) }, uniquingKeysWith: { first, _ in first })
        var writer = ByteWriter()
        for field in Self.fields(of: entity) {
            writer.varint(own[field]?.present ?? 0)
            writer.varint(own[field]?.valid ?? 0)
        }
        // Each row of a site has all its records.
        self.init(site: site, entity: entity, at: at, records: rows.first?.records ?? 0, counts: writer.bytes)
    }

    /// By field.
    ///
    /// - Parameter name: the site's.
    func days(of name: String) throws(ChangeSetError) -> [QualityDay] {
        var reader = ByteReader(counts, of: "a site's day")
        var days: [QualityDay] = []
        for field in Self.fields(of: entity) where !reader.isAtEnd {
            let (present, valid) = (Int(clamping: try reader.varint()), Int(clamping: try reader.varint()))
            days.append(
                QualityDay(
                    site: name, entity: entity, field: field.description, at: at, records: records, present: present, valid: valid))
        }
        return days.sorted { $0.field < $1.field }
    }
}
