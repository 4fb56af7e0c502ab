import Foundation
import Profiles

/// One entity's part of a report as the hub writes it (`QualityReport.json`).
struct QualityDocument: Decodable {
    struct Row: Decodable {
        let site, field: String
        /// An earlier hub told of customers alone, and not that it did.
        let entity: String?
        let records, present, valid, suspicious, invalid, fresh: Int
        let findings: [Finding]
        let medianAgeDays, oldestAgeDays: Int?
        let shared: Shared?
    }
    struct Finding: Decodable {
        let verdict, reason: String
        let count: Int
        /// Lives of records.
        let examples: [String]
    }
    struct Shared: Decodable { let values, records: Int }

    let now: UInt64
    let freshDays: Int
    private(set) var rows: [Row]

    init?(_ bytes: [UInt8]?, of entity: QualityEntity) {
        guard let bytes, let document = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
        self = document
        rows.removeAll { ($0.entity ?? QualityEntity.customer.rawValue) != entity.rawValue }
    }

    /// By name, as the report has them.
    var sites: [String] { Self.distinct(rows.map(\.site)) }

    private static func distinct(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    /// The fields of some rows that hold anything at all, in the report's order; and those that do not.
    static func fields(of rows: some Sequence<Row>) -> (used: [String], unused: [String]) {
        var present: [String: Int] = [:]
        for row in rows { present[row.field, default: 0] += row.present }
        let names = distinct(rows.map(\.field))
        return (names.filter { present[$0] != 0 }, names.filter { present[$0] == 0 })
    }
}

/// The counts of several rows together.
struct QualitySum {
    /// Where a value could stand: records, times the fields that are summed up.
    private(set) var places = 0
    private(set) var present = 0
    private(set) var valid = 0
    private(set) var suspicious = 0
    private(set) var invalid = 0
    private(set) var old = 0
    /// Records with a value that others of their site hold, too; `nil` where no field is somebody's own.
    private(set) var shared: Int?
    /// Of one row: several have no median that could be told from theirs.
    private(set) var ageDays: (median: Int, oldest: Int)?

    init(_ rows: some Collection<QualityDocument.Row>) {
        for row in rows {
            places += row.records
            present += row.present
            valid += row.valid
            suspicious += row.suspicious
            invalid += row.invalid
            old += max(row.present - row.fresh, 0)
            if let records = row.shared?.records { shared = (shared ?? 0) + records }
        }
        if rows.count == 1, let row = rows.first, let median = row.medianAgeDays, let oldest = row.oldestAgeDays {
            ageDays = (median, oldest)
        }
    }

    /// Of all that stands there, what somebody should look at.
    var badShare: Double { present == 0 ? 0 : Double(suspicious + invalid) / Double(present) }
}
