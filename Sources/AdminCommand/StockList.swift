import ArgumentParser
import Complaints

// Articles by place, and one article's past.
extension StockCommand {
    struct Pile: Decodable {
        struct Figure: Decodable { let onHand, reserved, inTransit, safety, available: Int64 }
        struct Heard: Decodable { let lastHeard: UInt64 }
        let location: String
        let figure: Figure?
        let error: String?
        let sites: [Heard]
        let conflicts: [String]
        let countedAt: UInt64?

        /// As old as the site that was silent longest.
        var heard: UInt64? { sites.map(\.lastHeard).min() }
        var note: String { ([error] + conflicts).compactMap { $0 }.joined(separator: ", ") }
        func shown(_ part: KeyPath<Figure, Int64>) -> String { figure.map { Readable.amount($0[keyPath: part]) } ?? "?" }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List articles with what every location has of them, by SKU.",
            discussion: """
                tributary stock list --prefix BOOT-
                tributary stock list --oversold --location web
                tributary stock list --count-due
                A page has at most 25 articles; the last line tells how to go on, when there is more.
                """)

        @Option(help: "How their SKUs begin.") var prefix: String?
        @Option(help: "Only what this location has or had.") var location: String?
        @Flag(help: "Only what is oversold somewhere.") var oversold = false
        @Flag(help: "Only what was never counted somewhere, or not for 90 days.") var countDue = false
        @Option(help: ArgumentHelp("Go on behind this SKU.", valueName: "SKU")) var after: String?
        @OptionGroup var listing: ListingOptions

        private struct Page: Decodable {
            struct Article: Decodable {
                let sku: String
                let name: String?
                let piles: [Pile]
            }
            let articles: [Article]
            let next: String?
        }

        mutating func run() async throws {
            var query: [String: String] = [:]
            query["prefix"] = prefix
            query["location"] = location
            query["after"] = after
            if oversold { query["oversold"] = "true" }
            if countDue { query["countDue"] = "true" }
            let bytes = try await listing.hub.connection().get("stock", query: query)
            let (location, given) = (location, given)
            try listing.show(bytes, as: Page.self) { page in
                var table = Table("SKU", "NAME", "LOCATION", ">ON HAND", ">AVAILABLE", "COUNTED", "HEARD", "NOTE")
                for article in page.articles {
                    for pile in article.piles where location == nil || pile.location == location {
                        table.add(
                            article.sku, article.name ?? "", pile.location, pile.shown(\.onHand), pile.shown(\.available),
                            Readable.age(pile.countedAt), Readable.age(pile.heard), pile.note)
                    }
                }
                let more = page.next.map { next in
                    "\n\n" + (["More: tributary stock list"] + given + ["--after", PageOptions.quoted(next)]).joined(separator: " ")
                }
                return (table.isEmpty ? (more == nil ? "No such article." : "None so far.") : table.text()) + (more ?? "")
            }
        }

        private var given: [String] {
            let options = [("--prefix", prefix), ("--location", location)].compactMap { name, value in
                value.map { "\(name) \(PageOptions.quoted($0))" }
            }
            return options + (oversold ? ["--oversold"] : []) + (countDue ? ["--count-due"] : [])
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what one SKU's figures are made of: movements, claims and counts, the newest first.",
            discussion: """
                Example: tributary stock history 85123A --location depot
                ON HAND is what was there with the movement; "-" where that is not known. LOWEST and HIGHEST: within the time that is known.
                """)

        @Argument(help: "The SKU, as the sites write it.") var sku: String
        @Option(help: "Only what happened there.") var location: String?
        @Option(help: ArgumentHelp("Only older ones: as the last line of the page before says.", valueName: "place")) var before: String?
        @OptionGroup var listing: ListingOptions

        struct Item: Decodable {
            struct Label: Decodable { let name: String? }
            struct Level: Decodable {
                let at: UInt64
                let onHand: Int64
            }
            struct Place: Decodable {
                let pile: Pile
                let history: [Level]
                let beginning: String?
            }
            struct Entry: Decodable {
                let at: UInt64
                let location, kind, site, source: String
                let quantity: Int64
                let author, note, counterpart: String?
                let onHand: Int64?
                let isCounted: Bool
            }
            let sku: String
            let label: Label?
            let places: [Place]
            let entries: [Entry]
            let isCut: Bool
            let next: String?

            func text(at location: String?, widthMax: Int? = Terminal.width) -> String {
                var places = Table(
                    "LOCATION", ">ON HAND", ">RESERVED", ">AVAILABLE", ">LOWEST", ">HIGHEST", "KNOWN SINCE", "WHY NOT LONGER")
                for place in self.places where location == nil || place.pile.location == location {
                    let levels = place.history.map(\.onHand)
                    places.add(
                        place.pile.location, place.pile.shown(\.onHand), place.pile.shown(\.reserved), place.pile.shown(\.available),
                        levels.min().map { Readable.amount($0) } ?? "-", levels.max().map { Readable.amount($0) } ?? "-",
                        Readable.time(place.history.first?.at), place.beginning.map(Self.why) ?? "-")
                }
                guard !places.isEmpty else { return "\(sku) was never at \(location ?? "any location")." }
                var entries = Table("WHEN", "LOCATION", "WHAT", ">PIECES", ">ON HAND", "SITE", "DETAILS")
                for entry in self.entries where location == nil || entry.location == location {
                    let details = [entry.author, entry.counterpart, entry.note, entry.isCounted ? "in the count" : nil]
                    entries.add(
                        Readable.time(entry.at), entry.location, entry.kind, Readable.amount(entry.quantity),
                        entry.onHand.map { Readable.amount($0) } ?? "-", entry.site, details.compactMap { $0 }.joined(separator: ", "))
                }
                let title = TerminalText.line([sku, label?.name].compactMap { $0 }.joined(separator: ", "))
                let past = entries.isEmpty ? "Nothing was moved there." : entries.text(widthMax: widthMax, indentedBy: 2)
                let more = next.map { next in
                    let place = location.map { " --location " + PageOptions.quoted($0) } ?? ""
                    return "More: tributary stock history \(PageOptions.quoted(sku))\(place) --before \(next)"
                }
                return [title, places.text(widthMax: widthMax, indentedBy: 2), past, more ?? (isCut ? "  There are older ones." : nil)]
                    .compactMap { $0 }.joined(separator: "\n")
            }

            private static func why(_ beginning: String) -> String {
                switch beginning {
                case "count": "a count"
                case "newest": "older movements were not read"
                case "first": "the first movement"
                case "bound": "30 days"
                default: beginning
                }
            }
        }

        mutating func run() async throws {
            let query = before.map { ["before": $0] } ?? [:]
            let bytes = try await listing.hub.connection().get("stock", sku, "history", query: query)
            let location = location
            try listing.show(bytes, as: Item.self) { $0.text(at: location) }
        }
    }
}
