import ArgumentParser
import Complaints
import Foundation

struct QualityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality", abstract: "How good the records of each site are, customers or articles, field by field.",
        discussion: """
            PRESENT: of all records of the site. INVALID and DOUBTFUL: of those that are present, with the most frequent reason. FRESH: written
            within a year. SHARED: records with a value that others of the site hold, too, and in brackets how many such values. Nothing is
            changed at any site.

              tributary quality --site shop-1
              tributary quality --findings --site shop-1  what is wrong, with customers to look at
              tributary quality --entity item             articles instead of customers
              tributary quality --trend --field email     how it was, day by day, over all sites together
              tributary quality --trend --site shop-1     the same of one site
            """)

    @Option(help: "Whose fields: customers' or articles'.") var entity = Entity.customer
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

    /// As mappings call it.
    enum Entity: String, CaseIterable, ExpressibleByArgument {
        case customer, item

        /// A hub that does not tell it knows customers alone.
        func admits(_ told: String?) -> Bool { (told ?? Entity.customer.rawValue) == rawValue }

        var records: String {
            switch self {
            case .customer: "customer records"
            case .item: "articles"
            }
        }
    }

    struct Day: Decodable {
        let entity: String?
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
            let entity: String?
            let site, field: String
            let records, present, suspicious, invalid, fresh: Int
            let medianAgeDays: Int?
            let findings: [Finding]
            let shared: Shared?
        }
        let rows: [Row]

        /// The rows that were asked for and hold anything at all.
        func rows(_ entity: Entity, of site: String?, _ field: String?) -> [Row] {
            rows.filter {
                entity.admits($0.entity) && $0.present > 0 && (site ?? $0.site) == $0.site && (field ?? $0.field) == $0.field
            }
        }

        func text(_ entity: Entity = .customer, of site: String?, _ field: String?, widthMax: Int? = Terminal.width) -> String {
            var table = Table("SITE", "FIELD", ">PRESENT", ">INVALID", ">DOUBTFUL", ">FRESH", ">MEDIAN AGE", ">SHARED", "MOST OFTEN")
            for row in rows(entity, of: site, field) {
                table.add(
                    row.site, row.field, QualityCommand.share(row.present, of: row.records),
                    QualityCommand.share(row.invalid, of: row.present), QualityCommand.share(row.suspicious, of: row.present),
                    QualityCommand.share(row.fresh, of: row.present), row.medianAgeDays.map { "\($0) d" } ?? "-",
                    row.shared.map { "\($0.records) (\($0.values))" } ?? "-", row.findings.first.map { "\($0.reason) (\($0.count))" } ?? "")
            }
            return table.isEmpty ? "No \(entity.records)\(site.map { " of \($0)" } ?? "")." : table.text(widthMax: widthMax)
        }
    }

    mutating func run() async throws {
        let (entity, site, field, findings) = (entity, site, field, findings)
        if trend {
            var query = ["days": String(days)]
            query["site"] = site
            query["entity"] = entity.rawValue
            let bytes = try await listing.hub.connection().get("quality", "trend", query: query)
            func asked(_ days: [Day]) -> [Day] { days.filter { entity.admits($0.entity) } }
            if !listing.json { try Self.check(field, isAmong: asked(ListingOptions.read(bytes, as: [Day].self)).map(\.field)) }
            return try listing.show(bytes, as: [Day].self) { Self.text(of: asked($0), field: field) }
        }
        let connection = try listing.hub.connection()
        let bytes = try await connection.get(["quality"], query: ["entity": entity.rawValue], secondsMax: IdentityCommand.secondsMax)
        if !listing.json {
            let rows = try ListingOptions.read(bytes, as: Report.self).rows.filter { entity.admits($0.entity) }
            try Self.check(field, isAmong: rows.map(\.field))
            // A site whose records nobody has looked through yet has no rows, and none one that has no such records.
            if let site, !rows.contains(where: { $0.site == site }) {
                try Self.check(site: site, isAmong: ListingOptions.read(await connection.get("sites"), as: [Site].self).map(\.name))
            }
        }
        try listing.show(bytes, as: Report.self) {
            findings ? $0.findingsText(entity, of: site, field) : $0.text(entity, of: site, field)
        }
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
        if part == 0 || part == whole { return part == 0 ? "0 %" : "100 %" }
        // Cut off, as at the console: what is not whole never looks so.
        let thousandths = Int(Double(part) / Double(whole) * 1_000)
        return thousandths == 0 ? "< 0.1 %" : "\(thousandths / 10).\(thousandths % 10) %"
    }
}
