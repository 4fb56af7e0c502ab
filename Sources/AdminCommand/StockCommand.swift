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
        struct Figure: Decodable {
            let location: String
            let onHand, reserved, inTransit, available: Int64
            let oversold: Bool
            let sites: [Contributor]
            let conflicts: [Conflict]
        }
        let sku: String
        let locations: [Figure]
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
                    let known = place.sites.map { "\($0.site) \(Readable.age($0.lastHeard))" }.joined(separator: ", ")
                    table.add(
                        place.location, Readable.amount(place.onHand), Readable.amount(place.reserved), Readable.amount(place.available),
                        Readable.amount(place.inTransit), known, place.conflicts.map(\.code).joined(separator: ", "))
                }
                let total = stock.locations.reduce(0) { $0 + $1.onHand }
                return "\(stock.sku): \(Readable.amount(total)) on hand\n" + table.text(indentedBy: 2)
            }
        }
    }
}
