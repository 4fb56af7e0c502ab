import Causality
import ChangeSets

/// How good the records of each site are, customers and articles, field by field. It holds references of records and no value.
public struct QualityReport: Hashable, Sendable {
    public var now: Timestamp
    public var freshDays: Int
    /// Customers before articles; then in the order of sites' names, then of the catalogue's fields.
    public var rows: [Row]

    public struct Row: Hashable, Sendable {
        public var site: Text
        public var entity: QualityEntity
        public var field: FieldName
        /// All such records of the site, whether they have the field or not.
        public var records: Int
        public var present: Int
        public var valid: Int
        public var suspicious: Int
        public var invalid: Int
        /// The most frequent first.
        public var findings: [Finding]
        /// Of the present ones, how many were written within `freshDays`.
        public var fresh: Int
        /// `nil` where the field is never present.
        public var medianAgeDays: Int?
        public var oldestAgeDays: Int?
        /// `nil` for fields that records share by nature, like a city.
        public var shared: Shared?
    }

    public struct Finding: Hashable, Sendable {
        public var isInvalid: Bool
        public var reason: Validity.Reason
        public var count: Int
        /// At most `QualityTally.examplesMax` records, the first by their lives.
        public var examples: [RecordID]
    }

    /// Values that more than one record of the site holds, in normal form.
    public struct Shared: Hashable, Sendable {
        public var values: Int
        /// Records that hold one of them; a record with two of them counts twice.
        public var records: Int
    }
}

extension QualityReport.Row {
    init(site: Text, entity: QualityEntity, field: FieldName, records: Int, tally: FieldTally) {
        self.site = site
        self.entity = entity
        self.field = field
        self.records = records
        present = tally.present
        valid = tally.valid
        fresh = tally.fresh
        findings = tally.findings.compactMap { QualityReport.Finding($0, $1) }.sorted { $0.precedes($1) }
        suspicious = findings.filter { !$0.isInvalid }.reduce(0) { $0 + $1.count }
        invalid = findings.filter(\.isInvalid).reduce(0) { $0 + $1.count }
        medianAgeDays = tally.ageDays?.median
        oldestAgeDays = tally.ageDays?.oldest
        shared = entity.distinguishing.contains(field) ? .init(values: tally.shared.values, records: tally.shared.records) : nil
    }
}

extension QualityReport.Finding {
    fileprivate init?(_ validity: Validity, _ finding: FieldTally.Finding) {
        switch validity {
        case .valid: return nil
        case .suspicious(let reason): self.init(isInvalid: false, reason: reason, count: finding.count, examples: finding.examples)
        case .invalid(let reason): self.init(isInvalid: true, reason: reason, count: finding.count, examples: finding.examples)
        }
    }

    fileprivate func precedes(_ other: Self) -> Bool {
        if count != other.count { return count > other.count }
        return isInvalid == other.isInvalid ? reason.rawValue < other.reason.rawValue : isInvalid
    }
}
