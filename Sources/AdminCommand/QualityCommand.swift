import ArgumentParser
import Foundation

struct QualityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality", abstract: "How good the customer records of each site are, field by field.",
        discussion: """
            PRESENT: of all records of the site. INVALID and DOUBTFUL: of those that are present, with the most frequent reason. FRESH: written
            within a year. SHARED: records with a value that others of the site hold, too. Nothing is changed at any site.

              tributary quality --site shop-1
              tributary quality --trend --field email     how it was, day by day, over all sites together
            """)

    @Option(help: "Only this site.") var site: String?
    @Option(help: "Only this field.") var field: String?
    @Flag(help: "Day by day, of all sites together.") var trend = false
    @Option(help: ArgumentHelp("With --trend: so many days back, at most 800.", valueName: "count")) var days = 30
    @OptionGroup var listing: ListingOptions

    func validate() throws {
        guard !trend || site == nil else { throw ValidationError("The trend is of all sites together: leave --site out.") }
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

    private struct Report: Decodable {
        struct Row: Decodable {
            struct Finding: Decodable {
                let verdict, reason: String
                let count: Int
            }
            struct Shared: Decodable { let records: Int }
            let site, field: String
            let records, present, suspicious, invalid, fresh: Int
            let medianAgeDays: Int?
            let findings: [Finding]
            let shared: Shared?
        }
        let rows: [Row]
    }

    mutating func run() async throws {
        if trend {
            let (bytes, field) = (try await listing.hub.connection().get("quality", "trend", query: ["days": String(days)]), field)
            return try listing.show(bytes, as: [Day].self) { Self.text(of: $0, field: field) }
        }
        let bytes = try await listing.hub.connection().get(["quality"], secondsMax: IdentityCommand.secondsMax)
        let (site, field) = (site, field)
        try listing.show(bytes, as: Report.self) { report in
            var table = Table("SITE", "FIELD", ">PRESENT", ">INVALID", ">DOUBTFUL", ">FRESH", ">MEDIAN AGE", ">SHARED", "MOST OFTEN")
            for row in report.rows where row.present > 0 && (site ?? row.site) == row.site && (field ?? row.field) == row.field {
                table.add(
                    row.site, row.field, Self.share(row.present, of: row.records), Self.share(row.invalid, of: row.present),
                    Self.share(row.suspicious, of: row.present), Self.share(row.fresh, of: row.present),
                    row.medianAgeDays.map { "\($0) d" } ?? "-", row.shared.map { String($0.records) } ?? "-",
                    row.findings.first.map { "\($0.reason) (\($0.count))" } ?? "")
            }
            return table.isEmpty ? "No customer records\(site.map { " of \($0)" } ?? "")." : table.text()
        }
    }

    private static func share(_ part: Int, of whole: Int) -> String {
        whole == 0 || part == 0 ? "0 %" : String(format: part == whole ? "%.0f %%" : "%.1f %%", 100 * Double(part) / Double(whole))
    }
}
