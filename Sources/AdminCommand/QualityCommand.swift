import ArgumentParser
import Complaints
import Foundation

struct QualityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality", abstract: "How good the customer records of each site are, field by field.",
        discussion: """
            PRESENT: of all records of the site. INVALID and DOUBTFUL: of those that are present, with the most frequent reason. FRESH: written
            within a year. SHARED: records with a value that others of the site hold, too, and in brackets how many such values. Nothing is
            changed at any site.

              tributary quality --site shop-1
              tributary quality --findings --site shop-1  what is wrong, with customers to look at
              tributary quality --trend --field email     how it was, day by day, over all sites together
              tributary quality --trend --site shop-1     the same of one site
            """)

    @Option(help: "Only this site.") var site: String?
    @Option(help: "Only this field.") var field: String?
    @Flag(help: "What is wrong, over the sites, the most frequent first, with examples.") var findings = false
    @Flag(help: "Day by day, of all sites together or of one.") var trend = false
    @Option(help: ArgumentHelp("With --trend: so many days back, at most \(Self.daysMax).", valueName: "count")) var days = 30
    @OptionGroup var listing: ListingOptions

    /// So far back the hub keeps them.
    static let daysMax = 800

    func validate() throws {
        guard !trend || !findings else { throw ValidationError("Give --findings or --trend, not both.") }
        guard (1...Self.daysMax).contains(days) else {
            throw ValidationError("--days is a whole number from 1 to \(Self.daysMax): --days 366.")
        }
    }

    struct Day: Decodable {
        let field: String
        let at: UInt64
        let records, present, valid: Int
    }

    static func text(of days: [Day], field: String?, widthMax: Int? = Terminal.width) -> String {
        var table = Table("FIELD", "DAY", ">RECORDS", ">PRESENT", ">VALID")
        for day in days.sorted(by: { ($0.field, $0.at) < ($1.field, $1.at) }) where field == nil || day.field == field {
            table.add(
                day.field, String(Readable.time(day.at).prefix(10)), Readable.count(day.records), share(day.present, of: day.records),
                share(day.valid, of: day.present))
        }
        return table.isEmpty ? "The records were not looked through in that time." : table.text(widthMax: widthMax)
    }

    struct Report: Decodable {
        struct Row: Decodable {
            struct Finding: Decodable {
                let verdict, reason: String
                let count: Int
                /// Lives of records.
                let examples: [String]
            }
            struct Shared: Decodable { let values, records: Int }
            let site, field: String
            let records, present, suspicious, invalid, fresh: Int
            let medianAgeDays: Int?
            let findings: [Finding]
            let shared: Shared?
        }
        let rows: [Row]

        /// The rows that were asked for and hold anything at all.
        func rows(of site: String?, _ field: String?) -> [Row] {
            rows.filter { $0.present > 0 && (site ?? $0.site) == $0.site && (field ?? $0.field) == $0.field }
        }

        func text(of site: String?, _ field: String?, widthMax: Int? = Terminal.width) -> String {
            var table = Table("SITE", "FIELD", ">PRESENT", ">INVALID", ">DOUBTFUL", ">FRESH", ">MEDIAN AGE", ">SHARED", "MOST OFTEN")
            for row in rows(of: site, field) {
                table.add(
                    row.site, row.field, QualityCommand.share(row.present, of: row.records),
                    QualityCommand.share(row.invalid, of: row.present), QualityCommand.share(row.suspicious, of: row.present),
                    QualityCommand.share(row.fresh, of: row.present), row.medianAgeDays.map { "\($0) d" } ?? "-",
                    row.shared.map { "\($0.records) (\($0.values))" } ?? "-", row.findings.first.map { "\($0.reason) (\($0.count))" } ?? "")
            }
            return table.isEmpty ? "No customer records\(site.map { " of \($0)" } ?? "")." : table.text(widthMax: widthMax)
        }
    }

    mutating func run() async throws {
        if trend {
            var query = ["days": String(days)]
            query["site"] = site
            let (bytes, field) = (try await listing.hub.connection().get("quality", "trend", query: query), field)
            if !listing.json { try Self.check(field, isAmong: ListingOptions.read(bytes, as: [Day].self).map(\.field)) }
            return try listing.show(bytes, as: [Day].self) { Self.text(of: $0, field: field) }
        }
        let connection = try listing.hub.connection()
        let bytes = try await connection.get(["quality"], secondsMax: IdentityCommand.secondsMax)
        if !listing.json {
            let rows = try ListingOptions.read(bytes, as: Report.self).rows
            try Self.check(field, isAmong: rows.map(\.field))
            // A site whose customers nobody has looked through yet has no rows.
            if let site, !rows.contains(where: { $0.site == site }) {
                try Self.check(site: site, isAmong: ListingOptions.read(await connection.get("sites"), as: [Site].self).map(\.name))
            }
        }
        let (site, field, findings) = (site, field, findings)
        try listing.show(bytes, as: Report.self) { findings ? $0.findingsText(of: site, field) : $0.text(of: site, field) }
    }

    private struct Site: Decodable { let name: String }

    static func check(site: String, isAmong sites: [String]) throws {
        guard !sites.contains(site) else { return }
        throw Complaint("There is no site \(site).", remedy: "List them: tributary site list")
    }

    /// - Parameter fields: of all rows; where there is none, nothing is known of any.
    static func check(_ field: String?, isAmong fields: [String]) throws {
        guard let field, !fields.isEmpty, !fields.contains(field) else { return }
        throw Complaint("There is no field \(field).", remedy: "Fields are: \(Set(fields).sorted().joined(separator: ", ")).")
    }

    /// `-` of nothing.
    fileprivate static func share(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "-" }
        return part == 0 ? "0 %" : String(format: part == whole ? "%.0f %%" : "%.1f %%", 100 * Double(part) / Double(whole))
    }
}
