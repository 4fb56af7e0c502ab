import ArgumentParser

struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Changes that the hub keeps but cannot apply, with their reasons.",
        discussion: """
            How many, by site and cause; one by one; one taken in again; one wrong
            value put right; all of a cause:

              tributary quarantine groups
              tributary quarantine list --limit 20
              tributary quarantine replay 3f9a1c2b
              tributary quarantine mend 3f9a1c2b --set total=12.50
              tributary conflict resolve-all --cause value-of-wrong-kind --replay
            """,
        subcommands: [List.self, Groups.self, Replay.self, Mend.self, Discard.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the changes in quarantine, the oldest first.",
            discussion: """
                The last line tells how to go on, when there is more. Those of one
                cause: tributary conflict list --cause value-of-wrong-kind

                  tributary quarantine list --limit 20
                """)

        @OptionGroup var paging: PageOptions
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let (connection, most) = (try listing.hub.connection(), ConflictCommand.List.pageMax)
            let page = try await paging.read(usual: most, most: most) { limit, after in
                try await connection.page("quarantine", query: [:], limit: limit, after: after)
            }
            let more = page.next.map { paging.more("tributary quarantine list", [], after: $0) }
            try listing.show(page, as: [ConflictCommand.Conflict].self, more: more) {
                ConflictCommand.List.text(of: $0, none: more == nil ? "Nothing is in quarantine." : "None so far.")
            }
        }
    }

    struct Groups: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count the changes in quarantine by site and cause, the most first.",
            discussion: """
                All of a cause are settled by tributary conflict resolve-all.

                  tributary quarantine groups
                  tributary conflict resolve-all --cause value-of-wrong-kind --replay
                """)

        @OptionGroup var listing: ListingOptions

        private struct Group: Decodable {
            let site, code: String
            let changes: Int
            let since: UInt64
        }

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get("quarantine", "groups")
            try listing.show(bytes, as: [Group].self) { groups in
                var table = Table("SITE", "CAUSE", ">CHANGES", "SINCE")
                for group in groups { table.add(group.site, group.code, Readable.count(group.changes), Readable.time(group.since)) }
                return table.isEmpty ? "Nothing is in quarantine." : table.text()
            }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Judge a change again by today's rules; if it passes, it takes its place, and what stood behind it follows.",
            discussion: "Example: tributary quarantine replay 3f9a1c2b --note \"deleted by mistake\"")

        @Argument(help: "The change's id, as `quarantine list` shows it.") var id: String
        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws { try await QuarantineCommand.settle(id, "replay", decider, listing) }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drop a change for good; what stood behind it goes on. It stays in the journal.",
            discussion: "Example: tributary quarantine discard 3f9a1c2b --note \"a test sale\"")

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
