import ArgumentParser
import Complaints

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Which of several values of a field is shown.",
        discussion: """
            tributary policy try customer phone "ranked: web, shop-1"      what it would decide, and nothing is set
            tributary policy set customer phone "ranked: web, shop-1"
            tributary policy set customer address longest
            Values that are not shown stay. A field without a policy shows the latest value, and its concurrent values are a conflict;
            so it is with the policy "ask". To take a policy back: tributary conflict undo DECISION.
            """,
        subcommands: [List.self, Try.self, Set.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the policies in force, with the decisions to undo.", discussion: "Example: tributary policy list")

        @OptionGroup var listing: ListingOptions

        private struct Policy: Decodable { let entity, field, policy, decision: String }

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get("policies")
            try listing.show(bytes, as: [Policy].self) { policies in
                var table = Table("ENTITY", "FIELD", "POLICY", "DECISION")
                for policy in policies { table.add(policy.entity, policy.field, policy.policy, Readable.dot(policy.decision)) }
                return table.isEmpty
                    ? "No policies: every field shows its latest value, and asks where values are concurrent." : table.text()
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Set a field's policy: latest, earliest, most frequent, longest, maximum, minimum, most restrictive, union, ask, or \"ranked: SITE, SITE\".",
            discussion: """
                Try it first: tributary policy try customer phone "ranked: web, shop-1"
                Example: tributary policy set customer phone "ranked: web, shop-1" --note "the web asks for it at every order"
                """)

        @Argument(help: "customer, order, ...") var entity: String
        @Argument(help: "The field's name in the catalogue.") var field: String
        @Argument(help: "The policy.") var policy: String
        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable {
            let entity, field, policy, author: String
            let note: String?
        }

        mutating func run() async throws {
            let question = Question(entity: entity, field: field, policy: policy, author: decider.by, note: decider.note)
            let bytes = try await listing.hub.connection().post("policies", body: question)
            try listing.show(bytes, as: DecisionShown.self) { decision in
                "\(decision.message)\nTake it back: tributary conflict undo \(Readable.dot(decision.id))"
            }
        }
    }
}
