import ArgumentParser

struct StockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stock", abstract: "Stock, over all locations.", subcommands: [Show.self])

    private struct Stock: Decodable {
        struct Contributor: Decodable {
            let site: String
            let lastHeard: UInt64
        }
        struct Conflict: Decodable { let code: String }
        /// A figure, or why there is none.
        struct Place: Decodable {
            let location: String
            let onHand, reserved, inTransit, available: Int64?
            let sites: [Contributor]?
            let conflicts: [Conflict]?
            let message: String?
        }
        let sku: String
        let locations: [Place]
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one SKU: what is where, and how old each site's figure is.", discussion: "Example: tributary stock show 85123A")

        @Argument(help: "The SKU, as the sites write it.") var sku: String
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get("stock", sku)
            try listing.show(bytes, as: Stock.self) { stock in
                var table = Table("LOCATION", ">ON HAND", ">RESERVED", ">AVAILABLE", ">IN TRANSIT", "KNOWN FROM", "NOTE")
                for place in stock.locations {
                    let figures = [place.onHand, place.reserved, place.available, place.inTransit].map {
                        $0.map { Readable.amount($0) } ?? "?"
                    }
                    let known = (place.sites ?? []).map { "\($0.site) \(Readable.age($0.lastHeard))" }.joined(separator: ", ")
                    let note = place.message ?? (place.conflicts ?? []).map(\.code).joined(separator: ", ")
                    table.add(place.location, figures[0], figures[1], figures[2], figures[3], known, note)
                }
                let total = stock.locations.reduce(0) { $0 + ($1.onHand ?? 0) }
                return "\(stock.sku): \(Readable.amount(total)) on hand\n" + table.text(indentedBy: 2)
            }
        }
    }
}
