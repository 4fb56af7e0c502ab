import ArgumentParser
import ChangeSets

// What a profile tells beyond its fields: figures, consents, notes, and the timeline.
extension ProfileCommand {
    struct Measures: Decodable {
        struct TraitCount: Decodable {
            let value: String
            let bought, returned: Int64
        }
        struct Favourites: Decodable { let category, brand, shop: String? }
        let gross, returned, net: [String: Int64]
        let purchases, returns, categories, visits: Int
        let first, last: UInt64?
        let frequency: Int64?
        let channels: [String]
        let favourites: Favourites
        let sizes, colours: [TraitCount]
        let logInsAWeek: Int64

        func text(widthMax: Int? = Terminal.width) -> String {
            var table = Table("FIGURE", ">VALUE", "")
            for (currency, gross) in gross.sorted(by: { $0.key < $1.key }) {
                let back = Readable.money(returned[currency] ?? 0, currency)
                table.add(
                    "value", Readable.money(net[currency] ?? 0, currency), "\(Readable.money(gross, currency)) bought, \(back) given back")
            }
            let span = first == nil ? nil : "from \(Readable.time(first)) to \(Readable.time(last))"
            let back = returns == 0 ? nil : Readable.count(returns, "return")
            table.add("purchases", String(purchases), [span, back].compactMap { $0 }.joined(separator: "; "))
            if let frequency { table.add("again in 30 days", Readable.amount(frequency), "purchases on average, after the first") }
            let places = channels.isEmpty ? "" : "; " + channels.joined(separator: ", ")
            table.add("visits", String(visits), "days at a site\(places)")
            table.add("categories", String(categories), "")
            table.add("log-ins", Readable.amount(logInsAWeek), "a week, over the last 12")
            for (name, favourite) in [("category", favourites.category), ("brand", favourites.brand), ("shop", favourites.shop)] {
                if let favourite { table.add("favourite \(name)", favourite, "") }
            }
            for (name, counts) in [("size", sizes), ("colour", colours)] {
                for count in counts {
                    table.add(
                        "\(name) \(count.value)", Readable.amount(count.bought), "bought, \(Readable.amount(count.returned)) given back")
                }
            }
            return table.text(widthMax: widthMax, indentedBy: 2)
        }
    }

    /// A time as a record tells it: it may be anything.
    static func said(_ time: Int64?) -> String {
        guard let time, let milliseconds = UInt64(exactly: time), milliseconds < 253_402_300_800_000 else { return "-" }
        return Readable.time(milliseconds)
    }

    struct Consent: Decodable {
        struct Word: Decodable {
            let given: Bool
            let time: Int64
            let document, site: String?
        }
        let purpose, channel: String?
        let given: Bool?
        let decidedBy: Word?
        let history: [Word]
    }

    struct Note: Decodable {
        let text, author, site: String?
        let time: Int64?
    }

    struct Timeline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what one customer did, over all channels, the newest first.",
            discussion: """
                The last line tells how to go on, when there is more.
                Example: tributary profile timeline p89abcdef0123456789abcdef01234567-4 --last 20
                """)

        @Argument(help: "The profile's id, or a former one.") var id: String
        @Option(help: ArgumentHelp("Entries shown, at most 200.", valueName: "count")) var last = 50
        @Option(help: ArgumentHelp("Where the page before ended.", valueName: "place")) var before: String?
        @OptionGroup var past: PastOption
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable {
            let id: String
            let time: UInt64
            let site, before: String?
            let limit: Int
        }

        private struct Page: Decodable {
            struct Shipment: Decodable { let state, carrier, trackingNumber: String? }
            struct Identifier: Decodable { let kind, value: String }
            struct Entry: Decodable {
                let what: String
                let time: Int64?
                let timeDoubtful: Bool?
                let site, number, order, currency, state, kind, page, sku, text, reason: String?
                let total: Int64?
                let shipments: [Shipment]?
                let purposes, channels: [String]?
                let given: Bool?
                let identifiers: [Identifier]?

                var when: String {
                    guard timeDoubtful == nil else { return "(no sound time)" }
                    return ProfileCommand.said(time)
                }

                var details: String {
                    var words = [number, order.map { "for order \($0)" }, kind, page, sku, state, reason, text].compactMap { $0 }
                    for shipment in shipments ?? [] {
                        words.append([shipment.state, shipment.carrier, shipment.trackingNumber].compactMap { $0 }.joined(separator: " "))
                    }
                    words += (identifiers ?? []).map { "\($0.kind) \($0.value)" }
                    if let given {
                        let about = ((purposes ?? []) + (channels ?? [])).filter { !$0.isEmpty }.joined(separator: ", ")
                        words.append("\(given ? "yes" : "no") to \(about.isEmpty ? "everything" : about)")
                    }
                    return words.joined(separator: ", ")
                }
            }
            let entries: [Entry]
            let next: String?
        }

        private func page() async throws -> [UInt8] {
            let connection = try listing.hub.connection()
            guard let time = try past.time() else {
                var query = ["limit": String(last)]
                if let before { query["before"] = before }
                return try await connection.get("profiles", id, "timeline", query: query)
            }
            return try await connection.post(
                "as-of", "timeline", body: Question(id: id, time: time, site: past.site, before: before, limit: last),
                secondsMax: HubConnection.lookBackSecondsMax)
        }

        mutating func run() async throws {
            let bytes = try await page()
            let again = ([id] + past.arguments).joined(separator: " ")
            try listing.show(bytes, as: Page.self) { page in
                var table = Table("WHEN", "WHAT", "SITE", ">AMOUNT", "DETAILS")
                for entry in page.entries {
                    let amount = entry.total.map { Readable.money($0, entry.currency) } ?? ""
                    table.add(entry.when, entry.what, entry.site ?? "-", amount, entry.details)
                }
                guard !table.isEmpty else { return "Nothing is known." }
                return table.text() + (page.next.map { "\n\nMore: tributary profile timeline \(again) --before \($0)" } ?? "")
            }
        }
    }
}

extension ProfileCommand.Profile {
    typealias Measures = ProfileCommand.Measures
    typealias Consent = ProfileCommand.Consent
    typealias Note = ProfileCommand.Note

    func consentText(widthMax: Int? = Terminal.width) -> String? {
        var table = Table("CONSENT", "CHANNEL", "GIVEN", "SAID", "AT", "TEXT", ">WORDS")
        for consent in consents ?? [] {
            table.add(
                consent.purpose ?? "(all)", consent.channel ?? "(all)", consent.given.map { $0 ? "yes" : "no" } ?? "-",
                ProfileCommand.said(consent.decidedBy?.time), consent.decidedBy?.site ?? "-", consent.decidedBy?.document ?? "-",
                String(consent.history.count))
        }
        return table.isEmpty ? nil : table.text(widthMax: widthMax, indentedBy: 2)
    }

    func noteText(widthMax: Int? = Terminal.width) -> String? {
        var table = Table("NOTE", "BY", "AT", "WRITTEN")
        for note in notes ?? [] { table.add(note.text ?? "-", note.author ?? "-", note.site ?? "-", ProfileCommand.said(note.time)) }
        return table.isEmpty ? nil : table.text(widthMax: widthMax, indentedBy: 2)
    }
}
