import ChangeSets
import Profiles

/// How good one field of customer records was on one day: what its course over time is drawn from.
public struct QualityDay: Encodable, Hashable, Sendable {
    /// Whose records they are; `nil`: all sites' together.
    public var site: String?
    public var field: String
    /// When the records were looked through, in milliseconds since 1970; of one day the last one is kept.
    public var at: UInt64
    /// All records, whether they have the field or not.
    public var records: Int
    public var present: Int
    public var valid: Int

    public init(site: String? = nil, field: String, at: UInt64, records: Int, present: Int, valid: Int) {
        self.site = site
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
        var days: [FieldName: QualityDay] = [:]
        for row in report.rows {
            let start = QualityDay(field: row.field.description, at: report.now.milliseconds, records: 0, present: 0, valid: 0)
            days[row.field, default: start].records += row.records
            days[row.field, default: start].present += row.present
            days[row.field, default: start].valid += row.valid
        }
        return FieldCheck.fields.compactMap { days[$0] }
    }
}
