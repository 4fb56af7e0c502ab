import ChangeSets
import Profiles

/// How good one field of customers' records, or of articles, was on one day: what its course over time is drawn from.
public struct QualityDay: Encodable, Hashable, Sendable {
    /// Whose records they are; `nil`: all sites' together.
    public var site: String?
    public var entity: QualityEntity
    public var field: String
    /// When the records were looked through, in milliseconds since 1970; of one day the last one is kept.
    public var at: UInt64
    /// All such records, whether they have the field or not.
    public var records: Int
    public var present: Int
    public var valid: Int

    public init(
        site: String? = nil, entity: QualityEntity = .customer, field: String, at: UInt64, records: Int, present: Int, valid: Int
    ) {
        self.site = site
        self.entity = entity
        self.field = field
        self.at = at
        self.records = records
        self.present = present
        self.valid = valid
    }

    /// Days since 1970, in UTC.
    public var day: UInt64 { Self.day(at) }

    static func day(_ milliseconds: UInt64) -> UInt64 { milliseconds / 86_400_000 }

    /// The sums over all sites, field by field.
    static func all(of report: QualityReport) -> [QualityDay] {
        QualityEntity.allCases.flatMap { entity in
            let rows = Dictionary(grouping: report.rows.filter { $0.entity == entity }, by: \.field)
            return entity.fields.compactMap { field in
                rows[field].map { rows in
                    QualityDay(
                        entity: entity, field: field.description, at: report.now.milliseconds, records: rows.reduce(0) { $0 + $1.records },
                        present: rows.reduce(0) { $0 + $1.present }, valid: rows.reduce(0) { $0 + $1.valid })
                }
            }
        }
    }
}
