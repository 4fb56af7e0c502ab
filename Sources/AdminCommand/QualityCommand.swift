import ArgumentParser
import Foundation

struct QualityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality", abstract: "How good the customer records of each site are, field by field.",
        discussion: """
            PRESENT: of all records of the site. INVALID and DOUBTFUL: of those that are present, with the most frequent reason. FRESH: written
            within a year. SHARED: records with a value that others of the site hold, too. Nothing is changed at any site.

              tributary quality --site shop-1
            """)

    @Option(help: "Only this site.") var site: String?
    @OptionGroup var listing: ListingOptions

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
        let bytes = try await listing.hub.connection().get(["quality"], secondsMax: IdentityCommand.secondsMax)
        let site = site
        try listing.show(bytes, as: Report.self) { report in
            var table = Table("SITE", "FIELD", ">PRESENT", ">INVALID", ">DOUBTFUL", ">FRESH", ">MEDIAN AGE", ">SHARED", "MOST OFTEN")
            for row in report.rows where row.present > 0 && (site == nil || row.site == site) {
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
