import ArgumentParser

struct StockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stock", abstract: "Stock, over all locations, and what is kept back of it.",
        discussion: """
            tributary stock list --oversold
            tributary stock show 85123A
            tributary stock history 85123A --location depot
            """,
        subcommands: [List.self, Show.self, History.self, Safety.self])

    private struct Stock: Decodable {
        struct Contributor: Decodable {
            let site: String
            let lastHeard: UInt64
        }
        struct Conflict: Decodable { let code: String }
        /// A figure, or why there is none.
        struct Place: Decodable {
            let location: String
            let onHand, reserved, inTransit, available, safety: Int64?
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
        @OptionGroup var past: PastOption
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable {
            let sku: String
            let time: UInt64
            let site: String?
        }

        mutating func run() async throws {
            let connection = try listing.hub.connection()
            let bytes =
                if let time = try past.time() {
                    try await connection.post(
                        "as-of", "stock", body: Question(sku: sku, time: time, site: past.site),
                        secondsMax: HubConnection.lookBackSecondsMax)
                } else { try await connection.get("stock", sku) }
            try listing.show(bytes, as: Stock.self) { stock in
                var table = Table("LOCATION", ">ON HAND", ">RESERVED", ">KEPT BACK", ">AVAILABLE", ">IN TRANSIT", "KNOWN FROM", "NOTE")
                for place in stock.locations {
                    let figures = [place.onHand, place.reserved, place.safety, place.available, place.inTransit].map {
                        $0.map { Readable.amount($0) } ?? "?"
                    }
                    let known = (place.sites ?? []).map { "\($0.site) \(Readable.age($0.lastHeard))" }.joined(separator: ", ")
                    let note = place.message ?? (place.conflicts ?? []).map(\.code).joined(separator: ", ")
                    table.add(place.location, figures[0], figures[1], figures[2], figures[3], figures[4], known, note)
                }
                let total = stock.locations.reduce(0) { $0 + ($1.onHand ?? 0) }
                return "\(stock.sku): \(Readable.amount(total)) on hand\n" + table.text(indentedBy: 2)
            }
        }
    }

    struct Safety: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Keep something back, so that it is not offered: available = on hand - reserved - safety. Without arguments: list it.",
            discussion: """
                tributary stock safety 85123A depot 5
                tributary stock safety '*' web 1          of every SKU at web
                What names the pile more closely counts, the SKU before the location. To take it back: tributary conflict undo DECISION.
                """)

        @Argument(help: "The SKU; * is every one.") var sku: String?
        @Argument(help: "The location; * is every one.") var location: String?
        @Argument(help: "How many pieces.") var pieces: String?
        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        func validate() throws {
            guard sku == nil || pieces != nil else { throw ValidationError("Give the SKU, the location and the number of pieces.") }
        }

        private struct Kept: Decodable {
            let sku, location, decision: String
            let quantity: Int64
        }

        private struct Question: Encodable {
            let sku, location, author: String
            let quantity: Int64
            let note: String?
        }

        mutating func run() async throws {
            let connection = try listing.hub.connection()
            guard let sku, let location, let pieces else {
                return try listing.show(try await connection.get("safety-stock"), as: [Kept].self) { kept in
                    var table = Table("SKU", "LOCATION", ">KEPT BACK", "DECISION")
                    for rule in kept { table.add(rule.sku, rule.location, Readable.amount(rule.quantity), Readable.dot(rule.decision)) }
                    return table.isEmpty ? "Nothing is kept back." : table.text()
                }
            }
            let question = Question(
                sku: sku, location: location, author: decider.by, quantity: try Readable.units(ofPieces: pieces), note: decider.note)
            let bytes = try await connection.post("safety-stock", body: question)
            try listing.show(bytes, as: DecisionShown.self) { decision in
                "\(decision.message)\nTake it back: tributary conflict undo \(Readable.dot(decision.id))"
            }
        }
    }
}
