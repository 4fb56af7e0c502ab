import ArgumentParser
import ChangeSets

struct ProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "Customers, as merged from all sites.",
        discussion: """
            tributary profile find --email ada@example.com
            tributary profile show p89abcdef0123456789abcdef01234567-4
            tributary profile timeline p89abcdef0123456789abcdef01234567-4
            """,
        subcommands: [Find.self, Show.self, Timeline.self, ProfileLinks.Link.self, ProfileLinks.Unlink.self, ProfileLinks.Apart.self])

    struct Profile: Decodable {
        struct Golden: Decodable {
            let value: JSONValue
            let site: String?
            let time: UInt64
            /// Of the record that holds it.
            let record: String?
            let beaten: [Beaten]?
        }
        struct Beaten: Decodable {
            let value: JSONValue
            let site, why: String?
        }
        struct Identifier: Decodable {
            let kind, value: String
            let records: [String]
            let intervals: [Interval]?
        }
        struct Interval: Decodable {
            let standing: String
            let site: String?
            let since: UInt64
            let until: UInt64?
        }
        struct Member: Decodable {
            let entity: String
            let site: String?
            let source: String
            let key: [JSONValue]
            let life: String?
        }
        struct Purchases: Decodable {
            let number: Int64
            let totals: [String: Int64]
            let recent: [Purchase]
        }
        struct Purchase: Decodable {
            let entity: String
            let number, site: String?
            let time: UInt64
            let total: Int64
            let currency: String
        }
        let id: String
        let fields: [String: Golden]
        let identifiers: [Identifier]
        let records: [Member]
        let links: [Link]?
        let purchases: Purchases
        // What is told where one profile is asked for.
        let stage: String?
        let measures: Measures?
        let consents: [Consent]?
        let notes: [Note]?
        let awaited: [Awaited]?
        let awaitedCut: Bool?

        /// The name, from whichever fields the sites keep it in.
        var title: String {
            if let name = fields["name"] { return name.value.shown }
            let parts = ["first name", "last name"].compactMap { fields[$0]?.value.text }
            return parts.isEmpty ? "-" : parts.joined(separator: " ")
        }
        var sites: String { Set(records.compactMap(\.site)).sorted().joined(separator: ", ") }
        var spent: String {
            purchases.totals.sorted { $0.key < $1.key }.map { Readable.money($0.value, $0.key) }.joined(separator: ", ")
        }
    }

    struct Find: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find customers by e-mail, phone, id or name.",
            discussion: """
                Example: tributary profile find --email ada@example.com
                The last line tells how to go on, when there is more.
                """)

        @Option(help: "An e-mail address, in any spelling.") var email: String?
        @Option(help: "A phone number, in any spelling.") var phone: String?
        @Option(help: "A customer number, as a site wrote it.") var id: String?
        @Option(help: "A name, or its beginning.") var name: String?
        @OptionGroup var paging: PageOptions
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable {
            let email, phone, id, name: String?
            let limit: Int
            let after: String?
        }

        func validate() throws {
            guard [email, phone, id, name].compactMap({ $0 }).count == 1 else {
                throw ValidationError("Give exactly one of --email, --phone, --id and --name.")
            }
        }

        mutating func run() async throws {
            let (connection, email, phone, id, name) = (try listing.hub.connection(), email, phone, id, name)
            let page = try await paging.read(usual: 50, most: 50) { limit, after in
                try await connection.page(
                    "profiles", "search",
                    body: Question(email: email, phone: phone, id: id, name: name, limit: limit, after: after))
            }
            let given = [("--email", email), ("--phone", phone), ("--id", id), ("--name", name)]
            let more = page.next.map { paging.more("tributary profile find", given, after: $0) }
            try listing.show(page, as: [Profile].self, more: more) { profiles in
                var table = Table("PROFILE", "NAME", "IDENTIFIERS", "SITES", ">SPENT")
                for profile in profiles {
                    let identifiers = profile.identifiers.map(\.value).joined(separator: ", ")
                    table.add(profile.id, profile.title, identifiers, profile.sites, profile.spent)
                }
                return table.isEmpty ? (more == nil ? "No customer found." : "None so far.") : table.text()
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Show one customer: fields with their origin, records and why they are one person, purchases, what is still to be sent.",
            discussion: """
                tributary profile show p89abcdef0123456789abcdef01234567-4
                tributary profile show p89abcdef0123456789abcdef01234567-4 --as-of "2026-11-20 18:00"
                Records are named as `profile unlink` takes them. Take a decision back: tributary conflict undo DECISION
                """)

        @Argument(help: "The profile's id, or a former one.") var id: String
        @Option(help: ArgumentHelp("Purchases shown, newest first.", valueName: "count")) var last = 20
        @OptionGroup var past: PastOption
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable {
            let id: String
            let time: UInt64
            let site: String?
        }

        mutating func run() async throws {
            let last = last
            let connection = try listing.hub.connection()
            let time = try past.time()
            let bytes =
                if let time {
                    try await connection.post(
                        "as-of", "profile", body: Question(id: id, time: time, site: past.site),
                        secondsMax: HubConnection.lookBackSecondsMax)
                } else { try await connection.get("profiles", id) }
            // Who decided about links is told as it is now; a program asks for it by itself.
            let decisions: [LinkDecision] =
                try await time != nil || listing.json ? [] : ListingOptions.read(connection.get("profiles", id, "decisions"))
            try listing.show(bytes, as: Profile.self) { Self.text(of: $0, decisions, purchasesMax: last) }
        }

        private static func text(of profile: Profile, _ decisions: [LinkDecision], purchasesMax: Int) -> String {
            let blocks = [
                "profile \(profile.id)" + (profile.stage.map { ", \($0)" } ?? ""), fields(of: profile), identifiers(of: profile),
                records(of: profile), profile.linkText(decisions), profile.apartText(decisions), profile.awaitedText(),
                purchases(of: profile, max: purchasesMax), profile.measures?.text(),
                profile.consentText(),
                profile.noteText(),
            ]
            return blocks.compactMap { $0 }.joined(separator: "\n\n")
        }

        private static func fields(of profile: Profile) -> String? {
            var table = Table("FIELD", "VALUE", "FROM", "WRITTEN", "OTHERS SAY")
            for (name, golden) in profile.fields.sorted(by: { $0.key < $1.key }) {
                let others = (golden.beaten ?? []).map { beaten in
                    "\(beaten.value.shown(in: name)) (\([beaten.site ?? "?", beaten.why].compactMap { $0 }.joined(separator: ", ")))"
                }.joined(separator: ", ")
                table.add(name, golden.value.shown(in: name), golden.site ?? "-", Readable.time(golden.time), others)
            }
            return table.isEmpty ? nil : table.text(indentedBy: 2)
        }

        private static func identifiers(of profile: Profile) -> String? {
            var table = Table("IDENTIFIER", "VALUE", ">RECORDS", "FROM", "SINCE", "UNTIL", "")
            for identifier in profile.identifiers {
                let records = String(identifier.records.count)
                guard let intervals = identifier.intervals, !intervals.isEmpty else {
                    table.add(identifier.kind, identifier.value, records, "-", "-", "-", "")
                    continue
                }
                for one in intervals {
                    let standing = one.standing == "current" ? "" : one.standing
                    table.add(
                        identifier.kind, identifier.value, records, one.site ?? "-", Readable.time(one.since), Readable.time(one.until),
                        standing)
                }
            }
            return table.isEmpty ? nil : table.text(indentedBy: 2)
        }

        private static func records(of profile: Profile) -> String? {
            var table = Table("RECORD", "AT", "SOURCE", "KEY")
            for member in profile.records {
                table.add(
                    member.life.map(Readable.dot) ?? "-", member.site ?? "-", String(member.source.prefix(8)),
                    member.key.map(\.shown).joined(separator: "/"))
            }
            return table.isEmpty ? nil : table.text(indentedBy: 2)
        }

        private static func purchases(of profile: Profile, max: Int) -> String? {
            var table = Table("WHEN", "WHAT", "NUMBER", "SITE", ">AMOUNT")
            for purchase in profile.purchases.recent.prefix(max) {
                table.add(
                    Readable.time(purchase.time), purchase.entity, purchase.number ?? "-", purchase.site ?? "-",
                    Readable.money(purchase.total, purchase.currency))
            }
            guard !table.isEmpty else { return nil }
            return table.text(indentedBy: 2) + "\n\n  \(Readable.count(profile.purchases.number, "purchase")), \(profile.spent)"
        }
    }
}

extension JSONValue {
    /// As a table shows it.
    var shown: String { self == .other ? "(see --json)" : text ?? "-" }

    /// As a table shows it of a field that may hold a time.
    func shown(in field: String) -> String {
        guard field == "at" || field.hasSuffix(" at"), case .integer(let milliseconds) = self, milliseconds >= 0 else { return shown }
        return Readable.time(UInt64(milliseconds))
    }
}
