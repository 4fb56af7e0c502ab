import ArgumentParser
import ChangeSets
import Complaints

extension PolicyCommand {
    struct Try: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how many open conflicts a policy would decide, with examples. Nothing is set.",
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
            let bytes = try await listing.hub.connection().get("policies", "try", query: asked)
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

        func text(widthMax: Int? = Terminal.width) -> String {
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
