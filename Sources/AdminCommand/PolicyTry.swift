import ArgumentParser
import ChangeSets
import Complaints

extension PolicyCommand {
    struct Try: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a policy would decide, and of which customers it would show another value. Nothing is set.",
            discussion: """
                tributary policy try customer phone "ranked: web, shop-1"
                tributary policy try customer address longest
                """)

        @Argument(help: "customer, order, ...") var entity: String
        @Argument(help: "The field's name in the catalogue.") var field: String
        @Argument(help: "The policy.") var policy: String
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let asked = ["entity": entity, "field": field, "policy": policy]
            // All customers are looked through.
            let bytes = try await listing.hub.connection().get(
                ["policies", "try"], query: asked, secondsMax: IdentityCommand.secondsMax)
            try listing.show(bytes, as: Trial.self) { $0.text() }
        }
    }

    /// What a policy would do, as the hub tells it.
    struct Trial: Decodable {
        struct Example: Decodable {
            let conflict: ConflictCommand.Conflict
            let shown: JSONValue
            let site: String?
        }
        let entity, field, policy: String
        let conflicts: Int
        let hasMore: Bool
        let examples: [Example]
        let reach: Reach?

        /// Of whom another value would be shown.
        struct Reach: Decodable {
            struct Example: Decodable {
                let profile: String
                let name: String?
                let now, then: JSONValue
            }
            let several, changed: Int
            let examples: [Example]

            func lines(of field: String, widthMax: Int?) -> [String] {
                let people =
                    "\(Readable.count(changed, "customer")) would be shown otherwise, of \(several) of whom sites say several things."
                var table = Table("PROFILE", "NAME", "NOW", "THEN")
                for example in examples {
                    table.add(example.profile, example.name ?? "-", example.now.shown(in: field), example.then.shown(in: field))
                }
                return [people] + (table.isEmpty ? [] : [table.text(widthMax: widthMax, indentedBy: 2)])
            }
        }

        func text(widthMax: Int? = Terminal.width) -> String {
            ([decided(widthMax)] + (reach?.lines(of: field, widthMax: widthMax) ?? [])).joined(separator: "\n")
        }

        private func decided(_ widthMax: Int?) -> String {
            let subject = "\"\(field)\" of \(entity)"
            guard conflicts > 0 else {
                return TerminalText.line("No conflict about \(subject) is open: \(policy) would decide nothing now.")
            }
            let count = (hasMore ? "at least " : "") + Readable.count(conflicts, "open conflict")
            let head =
                policy == "ask"
                ? "It would leave \(count) about \(subject) to people, like" : "It would decide \(count) about \(subject), like"
            var table = Table("CONFLICT", "OF", "SIDES", "SHOWN THEN", "FROM")
            for example in examples {
                let (conflict, about) = (example.conflict, example.conflict.about)
                let sides = conflict.sides.map { "\($0.value.shown(in: field)) (\($0.by.first ?? $0.site))" }.joined(separator: ", ")
                table.add(
                    conflict.short, about?.name ?? about?.record.map(Readable.dot) ?? "-", sides, example.shown.shown(in: field),
                    example.site ?? "-")
            }
            let words = [entity, field, policy].map(PageOptions.quoted).joined(separator: " ")
            return [
                TerminalText.line(head), table.text(widthMax: widthMax, indentedBy: 2),
                TerminalText.line("Set it: tributary policy set \(words)"),
            ].joined(separator: "\n")
        }
    }
}
