import ArgumentParser
import Foundation

// Links that weaker evidence proposes: names, birth dates, addresses, with typing errors.
extension IdentityCommand {
    struct Proposals: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List records that may be one person's, the likeliest first, with the reasons.",
            discussion: """
                tributary identity proposals --above 0.99
                tributary profile link ID ID              they are one person
                tributary profile apart ID ID             they never are
                The last line tells how to go on, when there is more.
                """)
        @Option(help: ArgumentHelp("Only above this probability, from 0 to 1.", valueName: "probability")) var above: Double?
        @OptionGroup var paging: PageOptions
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable {
            let above: Double?
            let limit: Int
            let after: String?
        }

        mutating func run() async throws {
            let (connection, above) = (try listing.hub.connection(), above)
            let page = try await paging.read(usual: 20, most: 200) { limit, after in
                try await connection.page("identity", "proposals", body: Question(above: above, limit: limit, after: after))
            }
            let more = page.next.map {
                paging.more("tributary identity proposals", [("--above", above.map { "\($0)" })], after: $0)
            }
            try listing.show(page, as: [Proposal].self, more: more) { proposals in
                proposals.isEmpty ? "Nothing is proposed." : proposals.map(\.text).joined(separator: "\n\n")
            }
        }
    }

    struct Match: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Learn from all customer records anew, and propose from nothing.",
            discussion: """
                The hub does so by itself when much has changed. It takes seconds for ten thousand records, minutes for a million.
                Example: tributary identity match
                """
        )
        @OptionGroup var listing: ListingOptions

        private struct Nothing: Encodable {}
        private struct Answer: Decodable { let records, proposals: Int }

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().post(
                "identity", "match", body: Nothing(), secondsMax: HubConnection.lookBackSecondsMax)
            try listing.show(bytes, as: Answer.self) {
                "\(Readable.count($0.records, "record")) compared, \(Readable.count($0.proposals, "link")) proposed."
            }
        }
    }

    struct Accept: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Link everything that is proposed above a probability.",
            discussion: """
                Says what it would do; --apply does it, in one decision. Take it back: tributary conflict undo DECISION. The likeliest come first; a \
                pair is left out that would make one person of people who contradict each other.

                  tributary identity accept --above 0.9999
                  tributary identity accept --above 0.9999 --apply
                """)
        @Option(help: ArgumentHelp("From 0 to 1, like 0.9999.", valueName: "probability")) var above: Double
        @Flag(help: "Do it.") var apply = false
        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable {
            let above: Double
            let isDryRun: Bool
            let author: String
            let note: String?
        }
        private struct Answer: Decodable {
            let pairs, records, contradicting, left: Int
            let decision: DecisionShown?
        }

        mutating func run() async throws {
            let question = Question(above: above, isDryRun: !apply, author: decider.by, note: decider.note)
            let bytes = try await listing.hub.connection().post(
                "identity", "proposals", "accept", body: question, secondsMax: IdentityCommand.secondsMax)
            try listing.show(bytes, as: Answer.self) { answer in
                let contradicting =
                    answer.contradicting == 0
                    ? ""
                    : " \(Readable.count(answer.contradicting, "pair")) left out: the people that they would join contradict each other."
                let rest =
                    contradicting
                    + (answer.left == 0
                        ? "" : " \(Readable.count(answer.left)) more \(answer.left == 1 ? "is" : "are") left for another time.")
                if let decision = answer.decision {
                    return "\(decision.message)\(rest)\nTake it back: tributary conflict undo \(Readable.dot(decision.id))"
                }
                guard answer.pairs > 0 else {
                    return rest.isEmpty ? "Nothing is proposed above that." : "Nothing can be linked above that.\(rest)"
                }
                return
                    "\(Readable.count(answer.pairs, "pair")) of \(Readable.count(answer.records, "record")) would be linked.\(rest) Do it: --apply"
            }
        }
    }
}

/// Two records side by side.
private struct Proposal: Decodable {
    struct Reason: Decodable {
        let subject, finding: String
        let bits: Double
    }
    struct Side: Decodable {
        let id: String
        let site: String?
        let fields: [String: String]
    }
    let probability: Double
    let reasons: [Reason]
    let lower, higher: Side

    private static let reasonsMax = 8

    var text: String {
        var table = Table("FIELD", lower.site ?? "-", higher.site ?? "-")
        for field in Set(lower.fields.keys).union(higher.fields.keys).sorted() {
            table.add(field, lower.fields[field] ?? "", higher.fields[field] ?? "")
        }
        let reasons = reasons.prefix(Self.reasonsMax).map { "\($0.subject) \($0.finding) \(String(format: "%+.1f", $0.bits))" }
        // What rounds up to certainty is not certain.
        let likely = probability > 0.99995 ? "over 99.99 %" : String(format: "%.2f %%", 100 * probability)
        return """
            \(likely): \(reasons.joined(separator: ", "))
            \(table.text(indentedBy: 2))
              tributary profile link \(lower.id) \(higher.id)
            """
    }
}
