import ArgumentParser
import Complaints

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "API tokens: who may ask the hub in a name and a role of their own.",
        discussion: """
            A program, or a colleague at another machine, gets a token instead of the secret of the hub's folder. What it decides
            bears its name, and it may do what its role may:
              viewer    looks at everything and changes nothing
              operator  decides conflicts, links customers, replays, mends and discards, sets what is kept back
              admin     sites and tokens, policies and rules of identity, collecting, backups

              tributary token create reports --role viewer --days 365
              tributary login --hub https://hub.example.com:8443 --token trb-...
            A site's agent is another matter: tributary site add.
            """,
        subcommands: [Create.self, List.self, Revoke.self])

    enum Role: String, Codable, CaseIterable, ExpressibleByArgument { case viewer, `operator`, admin }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token; prints it, once.", discussion: "Example: tributary token create reports --role viewer --days 365")

        @Argument(help: "What stands as the author of its decisions.") var name: String
        @Option(help: "What it may do.") var role: Role
        @Option(help: "How long it is good. Without: until it is revoked.") var days: Int?
        @Option(help: ArgumentHelp("Who makes it.", valueName: "name")) var by = DeciderOptions.user
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable {
            let name: String
            let role: Role
            let days: Int?
            let author: String
        }
        private struct Answer: Decodable {
            let token: String
            let expiresAt: UInt64?
        }

        mutating func run() async throws {
            let (name, role) = (name, role)
            let question = Question(name: name, role: role, days: days, author: by)
            let bytes = try await listing.hub.connection().post("tokens", body: question)
            try listing.show(bytes, as: Answer.self) { answer in
                """
                The token of \(name), \(role.rawValue), good until \(answer.expiresAt.map(Readable.time) ?? "it is revoked"); it is shown this once:
                \(answer.token)
                Use it: tributary login --hub ADDRESS --token TOKEN. End it: tributary token revoke \(name)
                """
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the tokens, without what they are.", discussion: "Example: tributary token list")

        @OptionGroup var listing: ListingOptions

        private struct Token: Decodable {
            let name, author: String
            let role: String
            let createdAt: UInt64
            let expiresAt: UInt64?
            let isExpired: Bool
        }

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get("tokens")
            try listing.show(bytes, as: [Token].self) { tokens in
                var table = Table("NAME", "ROLE", "MADE", "BY", "GOOD UNTIL")
                for token in tokens {
                    let end = token.expiresAt.map { (token.isExpired ? "expired " : "") + Readable.time($0) } ?? "revoked"
                    table.add(token.name, token.role, Readable.time(token.createdAt), token.author, end)
                }
                return table.isEmpty
                    ? "No tokens: only whoever has the secret of the hub's folder asks it. Make one: tributary token create NAME --role viewer"
                    : table.text()
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a token at once. Decisions made in its name stay.", discussion: "Example: tributary token revoke reports")

        @Argument(help: "The token's name.") var name: String
        @OptionGroup var listing: ListingOptions

        private struct Nothing: Encodable {}
        private struct Answer: Decodable { let name: String }

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().post("tokens", name, "revoke", body: Nothing())
            try listing.show(bytes, as: Answer.self) { "The token \($0.name) is ended." }
        }
    }
}
