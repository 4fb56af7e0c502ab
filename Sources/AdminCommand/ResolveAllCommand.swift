import ArgumentParser
import ChangeSets
import Complaints

extension ConflictCommand {
    struct ResolveAll: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide many conflicts by one rule; says what it would do, and does it with --apply.",
            discussion: """
                Which ones: by a filter, or by their ids, at most 500. What the rule does not fit is left, with the reason.

                  tributary conflict resolve-all --field phone --take web
                  tributary conflict resolve-all 3f9a1c2b 8e21aa07 --take latest --apply
                  tributary conflict resolve-all --cause value-of-wrong-kind --site shop-1 --replay
                  tributary quarantine groups                                    tells the causes
                """)

        @Argument(help: ArgumentHelp("Their ids, as `conflict list` shows them.", valueName: "id")) var ids: [String] = []
        @OptionGroup var filter: Filter

        @Option(help: ArgumentHelp("Take the side of this site, or the latest or earliest.", valueName: "SITE|latest|earliest"))
        var take: String?

        @Flag(help: "Leave them as they are, and ask no more until something new is known.")
        var accept = false

        @Flag(help: "Of records that were deleted and edited at once: keep them.")
        var keep = false

        @Flag(help: "Of records that were deleted and edited at once: delete them.")
        var delete = false

        @Flag(help: "Of sources that were restored: take back what they had created since, and nobody else has written to.")
        var withdraw = false

        @Flag(help: "Of records that may be one person's: they are.")
        var same = false

        @Flag(help: "Of records that may be one person's: they never are.")
        var apart = false

        @Flag(help: "Of changes set aside: judge them again by today's rules; those that pass take their places.")
        var replay = false

        @Flag(help: "Of changes set aside, or that wait for long: drop them for good.")
        var discard = false

        @Flag(help: "Do it; without this it is only said what would be done.")
        var apply = false

        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        /// The most that the hub decides at once.
        static let idsMax = 500

        func validate() throws {
            guard choices.count == 1 else {
                throw ValidationError(
                    "Give exactly one of --take, --accept, --keep, --delete, --withdraw, --same, --apart, --replay and --discard.")
            }
            let isFiltered = filter.given.contains { $0.value != nil }
            guard isFiltered || !ids.isEmpty else {
                throw ValidationError("Say which conflicts: their ids, or --kind, --site, --field, --entity, --cause, --text or --days.")
            }
            guard !isFiltered || ids.isEmpty else { throw ValidationError("Give ids or a filter, not both.") }
            guard ids.count <= Self.idsMax else { throw ValidationError("Give at most \(Self.idsMax) ids at once.") }
        }

        private var choices: [String] {
            ConflictCommand.given([
                ("take", take != nil), ("accept", accept), ("keep", keep), ("delete", delete), ("withdraw", withdraw), ("same", same),
                ("apart", apart), ("replay", replay), ("discard", discard),
            ])
        }

        struct Question: Encodable {
            struct Which: Encodable {
                let filter: Filter
                let ids: [String]

                private enum CodingKeys: CodingKey { case ids }

                func encode(to encoder: any Encoder) throws {
                    try filter.encode(to: encoder)
                    guard !ids.isEmpty else { return }
                    var container = encoder.container(keyedBy: CodingKeys.self)
                    try container.encode(ids, forKey: .ids)
                }
            }

            let filter: Which
            let rule, author: String
            let site, note: String?
            let isDryRun: Bool
        }

        var question: Question {
            let isPlainSide = take == "latest" || take == "earliest"
            return Question(
                filter: .init(filter: filter, ids: ids), rule: take.map { isPlainSide ? $0 : "site" } ?? choices[0], author: decider.by,
                site: isPlainSide ? nil : take, note: decider.note, isDryRun: !apply)
        }

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().post("conflicts", "resolve-all", body: question)
            try listing.show(bytes, as: BulkShown.self, \.text)
        }
    }

    /// What a rule did, or would do, as the hub tells it.
    struct BulkShown: Decodable {
        struct Decided: Decodable {
            let conflict, message, choice: String
            let values: [JSONValue]

            var text: String {
                let values = values.map { ConflictCommand.shown($0, of: conflict) }.joined(separator: ", ")
                return "\(ConflictCommand.said(choice))\(values.isEmpty ? "" : ": \(values)")"
            }
        }
        struct Left: Decodable { let conflict, message, reason: String }
        let isDryRun: Bool
        let decided: [Decided]
        let left: [Left]

        var text: String {
            var lines = decided.flatMap { [$0.message, "  → \($0.text)"] }
            lines += left.flatMap { [$0.message, "  left: \($0.reason)"] }
            let rest = "\(left.count) left."
            switch (decided.count, isDryRun) {
            case (0, _): lines.append("Nothing fits the rule; \(rest)")
            case (let count, true): lines.append("\(count) would be decided, \(rest) Do it: --apply")
            case (let count, false):
                lines.append("\(count) decided, \(rest)")
                if decided.contains(where: { $0.choice == "replay" }) {
                    lines.append("What still breaks a rule stays set aside: tributary quarantine groups")
                }
            }
            return lines.map(TerminalText.line).joined(separator: "\n")
        }
    }
}
