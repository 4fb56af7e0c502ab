import ArgumentParser
import Complaints

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "People who sign in at the hub's console, and what each may do.",
        discussion: """
            The first one is added on the hub's machine, with the hub's data folder:
              tributary user add anna --role admin --data /var/lib/tributary-hub
            It prints a first password. At the first sign-in anna chooses one of her own; what she decides bears her name. Roles:
              viewer    looks at everything and changes nothing
              operator  decides conflicts, links customers, replays, mends and discards, sets what is kept back
              admin     people, sites and tokens, policies and rules of identity, collecting, backups
            """,
        subcommands: [Add.self, List.self, SetRole.self, Password.self, Remove.self])

    private struct NewPassword: Decodable { let name, password: String }
    private struct Named: Decodable { let name: String }
    private struct Nothing: Encodable {}

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a person sign in; prints a first password, once.", discussion: "Example: tributary user add ben --role operator")

        @Argument(help: "What stands as the author of that person's decisions.") var name: String
        @Option(help: "What that person may do.") var role: TokenCommand.Role
        @Option(help: ArgumentHelp("Who adds them.", valueName: "name")) var by = DeciderOptions.user
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable {
            let name: String
            let role: TokenCommand.Role
            let author: String
        }

        mutating func run() async throws {
            let role = role
            let connection = try listing.hub.connection()
            let bytes = try await connection.post("users", body: Question(name: name, role: role, author: by))
            try listing.show(bytes, as: NewPassword.self) { added in
                """
                \(added.name) may sign in at \(connection.address) as \(role.rawValue). The first password is shown this once:
                \(added.password)
                It is good for choosing another one.
                """
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the people who may sign in.", discussion: "Example: tributary user list")

        @OptionGroup var listing: ListingOptions

        private struct User: Decodable {
            let name, role, author: String
            let createdAt: UInt64
            let mustChange: Bool
        }

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get("users")
            try listing.show(bytes, as: [User].self) { users in
                var table = Table("NAME", "ROLE", "ADDED", "BY", "PASSWORD")
                for user in users {
                    table.add(
                        user.name, user.role, Readable.time(user.createdAt), user.author, user.mustChange ? "the first one" : "their own")
                }
                return table.isEmpty ? "Nobody can sign in yet: tributary user add NAME --role admin" : table.text()
            }
        }
    }

    struct SetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Give a person another role.", discussion: "Example: tributary user role ben --role admin")

        @Argument(help: "Who.") var name: String
        @Option(help: "What that person may do from now on.") var role: TokenCommand.Role
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable { let role: TokenCommand.Role }

        mutating func run() async throws {
            let role = role
            let bytes = try await listing.hub.connection().post("users", name, "role", body: Question(role: role))
            try listing.show(bytes, as: Named.self) { "\($0.name) has the role \(role.rawValue) now." }
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a person who has forgotten it another first password; prints it, once. All their sessions end.",
            discussion: "Example: tributary user password ben")

        @Argument(help: "Who.") var name: String
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().post("users", name, "password", body: Nothing())
            try listing.show(bytes, as: NewPassword.self) { given in
                "\(given.name) may sign in with this, and then chooses another one; it is shown this once:\n\(given.password)"
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End what a person can do here, at once. Decisions stay.", discussion: "Example: tributary user remove ben")

        @Argument(help: "Who.") var name: String
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().post("users", name, "remove", body: Nothing())
            try listing.show(bytes, as: Named.self) { "\($0.name) cannot sign in any more." }
        }
    }
}
