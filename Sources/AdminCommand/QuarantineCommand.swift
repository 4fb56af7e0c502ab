import ArgumentParser

struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Changes that the hub keeps but cannot apply, with their reasons.",
        subcommands: [List.self, Replay.self, Discard.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the changes in quarantine.")

        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get("quarantine")
            try listing.show(bytes, as: [ConflictCommand.Conflict].self) {
                ConflictCommand.List.text(of: $0, none: "Nothing is in quarantine.")
            }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Judge a change again by today's rules; if it passes, it takes its place, and what stood behind it follows.")

        @Argument(help: "The change's id, as `quarantine list` shows it.") var id: String
        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws { try await QuarantineCommand.settle(id, "replay", decider, listing) }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drop a change for good; what stood behind it goes on. It stays in the journal.")

        @Argument(help: "The change's id, as `quarantine list` shows it.") var id: String
        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws { try await QuarantineCommand.settle(id, "discard", decider, listing) }
    }

    private struct Question: Encodable {
        let id, choice, author: String
        let note: String?
    }

    fileprivate static func settle(_ id: String, _ choice: String, _ decider: DeciderOptions, _ listing: ListingOptions) async throws {
        let connection = try listing.hub.connection()
        let bytes = try await connection.post(
            "conflicts", "resolve", body: Question(id: id, choice: choice, author: decider.by, note: decider.note))
        let left = try await connection.post("conflicts", "search", body: ["id": id])
        try listing.show(bytes, as: DecisionShown.self) { _ in
            guard choice == "replay" else { return "\(id) is discarded." }
            return left.count > 2
                ? "\(id) was judged again and stays in quarantine: tributary quarantine list" : "\(id) has taken its place."
        }
    }
}
