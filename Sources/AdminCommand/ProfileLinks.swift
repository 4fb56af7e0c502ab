import ArgumentParser

/// Commands that say which customer records are one person.
enum ProfileLinks {
    struct Link: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make one person of a profile and other records, whatever the rules say.",
            discussion: """
                tributary profile link p0123…-17 p89ab…-4 --note "showed her card"
                Take it back: tributary conflict undo DECISION
                """)
        @OptionGroup var pair: Pair

        mutating func run() async throws { try await pair.decide("link") }
    }

    struct Unlink: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take records out of a profile for good.",
            discussion: """
                They, and all that stays, are never the same from now on. Each side keeps what is its own.
                Example: tributary profile unlink p0123…-17 89abcdef:4 --note "two people of one name"
                """)
        @OptionGroup var pair: Pair

        mutating func run() async throws { try await pair.decide("unlink") }
    }

    struct Apart: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Declare that records are never the same, linked now or not.",
            discussion: "Example: tributary profile apart p0123…-17 p89ab…-4 --note \"father and son\"")
        @OptionGroup var pair: Pair

        mutating func run() async throws { try await pair.decide("apart") }
    }

    struct Pair: ParsableArguments {
        @Argument(help: "The profile's id, or a former one.") var id: String
        @Argument(help: ArgumentHelp("Records, as `tributary profile show` lists them, or ids of their profiles.", valueName: "record"))
        var records: [String]
        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable {
            let id: String
            let records: [String]
            let author: String
            let note: String?
        }
        private struct Answer: Decodable {
            let decision: DecisionShown
            let profiles: [String]
        }

        func decide(_ verb: String) async throws {
            let question = Question(id: id, records: records, author: decider.by, note: decider.note)
            let bytes = try await listing.hub.connection().post("profiles", verb, body: question)
            try listing.show(bytes, as: Answer.self) { answer in
                """
                \(answer.decision.message)
                Now: \(answer.profiles.joined(separator: ", "))
                Take it back: tributary conflict undo \(Readable.dot(answer.decision.id))
                """
            }
        }
    }
}
