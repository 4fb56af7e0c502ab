import ArgumentParser

struct ProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "Customers, as merged from all sites.", subcommands: [Find.self, Show.self])

    /// A field's value in JSON: text, a number or nothing.
    enum Scalar: Decodable, CustomStringConvertible {
        case text(String), integer(Int64), real(Double), nothing

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .nothing
            } else if let value = try? container.decode(Int64.self) {
                self = .integer(value)
            } else if let value = try? container.decode(Double.self) {
                self = .real(value)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        var description: String {
            switch self {
            case .text(let value): value
            case .integer(let value): String(value)
            case .real(let value): String(value)
            case .nothing: "-"
            }
        }
    }

    struct Profile: Decodable {
        struct Golden: Decodable {
            let value: Scalar
            let site: String
            let time: UInt64
        }
        struct Identifier: Decodable {
            let kind, value: String
            let isCurrent: Bool
        }
        struct Member: Decodable { let site, source, key, life: String }
        struct Line: Decodable {
            let sku, name: String?
            let quantity, amount: Int64
        }
        struct Purchase: Decodable {
            let kind: String
            let number, orderNumber: String?
            let at: UInt64?
            let site: String
            let amount: Int64
            let currency: String?
            let isCounted: Bool
            let lines: [Line]
        }
        struct Total: Decodable {
            let currency: String?
            let amount, purchases: Int64
        }
        let id: String
        let formerIds: [String]
        let fields: [String: Golden]
        let identifiers: [Identifier]
        let members: [Member]
        let totals: [Total]
        let purchases: [Purchase]
        let isStale: Bool

        var title: String { (fields["name"] ?? fields["given name"]).map { $0.value.description } ?? "-" }
        var sites: String { Array(Set(members.map(\.site))).sorted().joined(separator: ", ") }
        var spent: String { totals.map { Readable.money($0.amount, $0.currency) }.joined(separator: ", ") }
    }

    struct Find: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find customers by e-mail, phone, id or name.",
            discussion: "Example: tributary profile find --email ada@example.com")

        @Option(help: "An e-mail address, in any spelling.") var email: String?
        @Option(help: "A phone number, in any spelling.") var phone: String?
        @Option(help: "A customer number, as a site wrote it.") var id: String?
        @Option(help: "A name, or its beginning.") var name: String?
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable { let email, phone, id, name: String? }

        func validate() throws {
            guard [email, phone, id, name].compactMap({ $0 }).count == 1 else {
                throw ValidationError("Give exactly one of --email, --phone, --id and --name.")
            }
        }

        mutating func run() async throws {
            let question = Question(email: email, phone: phone, id: id, name: name)
            let bytes = try await listing.hub.connection().post("profiles", "search", body: question)
            try listing.show(bytes, as: [Profile].self) { profiles in
                var table = Table("PROFILE", "NAME", "IDENTIFIERS", "SITES", ">SPENT")
                for profile in profiles {
                    let identifiers = profile.identifiers.filter(\.isCurrent).map(\.value).joined(separator: ", ")
                    table.add(profile.id, profile.title, identifiers, profile.sites, profile.spent)
                }
                return table.isEmpty ? "No customer found." : table.text()
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one customer: fields with their origin, records, purchases.")

        @Argument(help: "The profile's id, or a former one.") var id: String
        @Option(help: ArgumentHelp("Purchases shown, newest first.", valueName: "count")) var last = 20
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let last = last
            let bytes = try await listing.hub.connection().get("profiles", id)
            try listing.show(bytes, as: Profile.self) { Self.text(of: $0, purchasesMax: last) }
        }

        private static func text(of profile: Profile, purchasesMax: Int) -> String {
            var blocks = ["profile \(profile.id)" + (profile.isStale ? "  (behind its records)" : "")]
            if !profile.formerIds.isEmpty { blocks[0] += "\n  formerly \(profile.formerIds.joined(separator: ", "))" }

            var fields = Table("FIELD", "VALUE", "FROM", "WRITTEN")
            for (name, golden) in profile.fields.sorted(by: { $0.key < $1.key }) {
                fields.add(name, golden.value.description, golden.site, Readable.time(golden.time))
            }
            if !fields.isEmpty { blocks.append(fields.text(indentedBy: 2)) }

            var identifiers = Table("IDENTIFIER", "VALUE", "")
            for identifier in profile.identifiers { identifiers.add(identifier.kind, identifier.value, identifier.isCurrent ? "" : "earlier") }
            if !identifiers.isEmpty { blocks.append(identifiers.text(indentedBy: 2)) }

            var members = Table("SITE", "SOURCE", "KEY")
            for member in profile.members { members.add(member.site, member.source, member.key) }
            if !members.isEmpty { blocks.append(members.text(indentedBy: 2)) }

            var purchases = Table("WHEN", "WHAT", "NUMBER", "SITE", ">AMOUNT", "ITEMS")
            for purchase in profile.purchases.prefix(purchasesMax) {
                purchases.add(
                    Readable.time(purchase.at), purchase.kind + (purchase.isCounted ? "" : " (counted as its sale)"), purchase.number ?? "-",
                    purchase.site, Readable.money(purchase.amount, purchase.currency),
                    purchase.lines.map { "\(Readable.amount($0.quantity)) \($0.name ?? $0.sku ?? "?")" }.joined(separator: ", "))
            }
            if !purchases.isEmpty { blocks.append(purchases.text(indentedBy: 2)) }

            for total in profile.totals {
                blocks.append("  spent \(Readable.money(total.amount, total.currency)) in \(total.purchases) purchases")
            }
            return blocks.joined(separator: "\n\n")
        }
    }
}
