import ArgumentParser
import ChangeSets

struct SiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "site", abstract: "The stores, warehouses and web systems that take part.",
        discussion: """
            tributary site add shop-1 --kind store --region north
            tributary site list --state silent
            tributary site log shop-1
            """,
        subcommands: [Add.self, List.self, Show.self, Log.self, Revoke.self])

    enum Kind: String, Codable, CaseIterable, ExpressibleByArgument {
        case store, warehouse, web
    }

    struct Site: Decodable {
        struct Agent: Decodable {
            let publicKey: String
            let enrolledAt: UInt64
            let lastHeard: UInt64?
            let clockOffsetMilliseconds: Int64
            let isRevoked: Bool
            let isReplaced: Bool?
            let exchange: Exchange?

            var takesPart: Bool { !isRevoked && isReplaced != true }
            var standing: String { isRevoked ? "revoked" : isReplaced == true ? "replaced" : "enrolled" }
        }
        /// How an agent gets on with the hub.
        struct Exchange: Decodable {
            let asked: UInt64
            let waiting, waitingSince, behindSince, equalAt, differsSince, repairedAt: UInt64?
            let differsIn: [String]
            let repaired: [String: UInt64]
            let isStalled: Bool
            /// Not told by hubs of earlier versions.
            let isWhole: Bool?
        }
        struct Source: Decodable {
            let id, name: String
            let replicas: [Replica]
        }
        struct Replica: Decodable {
            let id: String
            let last: UInt64
            let follows: String?
            let openedAt, lastReceivedAt: UInt64?
            let isClosed: Bool
            let held: Int
        }
        let name, kind: String
        let region: String?
        let agents: [Agent]
        let sources: [Source]
        let lastHeard: UInt64?
        let warnings: [String]
        /// How it gets on, as the hub judges it; of an earlier version it does not tell.
        let state: String?

        /// Of the agent that asked last: a site's former agents say nothing about it.
        var exchange: Exchange? { agents.filter(\.takesPart).compactMap(\.exchange).max { $0.asked < $1.asked } }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a site, or give a known one a new token; prints the token that its agent enrols with, once.",
            discussion: "Example: tributary site add shop-1 --kind store --region north")

        @Argument(help: "The site's name: letters, digits, dashes.") var name: String
        @Option(help: "What it is.") var kind: Kind
        @Option(help: "Shops of one region see each other's customers.") var region: String?
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable {
            let name: String
            let kind: Kind
            let region: String?
        }
        struct Answer: Decodable {
            let token: String
            let expires: UInt64
            /// What the application there is usually called; a hub of an earlier version does not tell.
            let sourceName: String?

            /// What to type at the site, as the console tells it.
            ///
            /// - Parameter address: how the hub is reached from here, and most likely from there.
            func text(of name: String, hub address: String) -> String {
                let plain = HubOptions.isOpenLine(to: address) ? " --allow-plain-http" : ""
                return """
                    Site \(name) is ready. Its token works once, until \(Readable.time(expires)):
                      \(token)
                    On the site's machine:
                      tributary-agent enroll --hub \(address)\(plain) --token \(token) --data \(Self.folder)
                      tributary-agent attach APP.db --as \(sourceName ?? "SOURCE") --mapping FILE.yaml --data \(Self.folder)
                    Whether it has come: tributary site show \(name)
                    """
                        + (HubOptions.isThisMachine(address)
                            ? "\n\(address) works on this machine alone: give the address by which the site reaches the hub." : "")
            }

            /// As `tributary-agent` takes it by itself, and its service has it.
            private static let folder = "/var/lib/tributary-agent"
        }

        mutating func run() async throws {
            let connection = try listing.hub.connection()
            let name = name
            let bytes = try await connection.post("sites", body: Question(name: name, kind: kind, region: region))
            try listing.show(bytes, as: Answer.self) { $0.text(of: name, hub: connection.address) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one site: its agents, its sources, and how far each has come.",
            discussion: "Example: tributary site show shop-1")

        @Argument(help: "The site's name.") var name: String
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get("sites", name)
            try listing.show(bytes, as: Site.self) { site in
                var lines = [
                    "\(site.name), \(site.kind)\(site.region.map { ", region \($0)" } ?? ""), heard \(Readable.age(site.lastHeard))"
                ]
                var agents = Table("AGENT", "ENROLLED", "LAST HEARD", ">CLOCK", "STATE")
                for agent in site.agents {
                    agents.add(
                        String(agent.publicKey.prefix(8)), Readable.time(agent.enrolledAt), Readable.age(agent.lastHeard),
                        "\(agent.clockOffsetMilliseconds) ms", agent.standing)
                }
                if !agents.isEmpty { lines.append(agents.text(indentedBy: 2)) }
                if let exchange = site.exchange { lines += exchange.lines }
                var replicas = Table("SOURCE", "REPLICA", "SINCE", "GOES ON FROM", ">CHANGES", ">HELD", "LAST RECEIVED", "STATE")
                for source in site.sources {
                    for replica in source.replicas {
                        replicas.add(
                            source.name, String(replica.id.prefix(8)), Readable.time(replica.openedAt),
                            replica.follows.map(Readable.dot) ?? "-", String(replica.last), String(replica.held),
                            Readable.age(replica.lastReceivedAt), replica.isClosed ? "closed" : "open")
                    }
                }
                if !replicas.isEmpty { lines.append(replicas.text(indentedBy: 2)) }
                lines += site.warnings.map { Colour.warning("! " + $0) }
                return lines.joined(separator: "\n")
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a site's access at once; what it has sent stays.",
            discussion: """
                The site's agent keeps everything that it has not sent. To take it back: tributary site add, then enroll again.
                Example: tributary site revoke shop-1
                """)

        @Argument(help: "The site's name.") var name: String
        @OptionGroup var listing: ListingOptions

        private struct Nothing: Codable {}

        mutating func run() async throws {
            let name = name
            let bytes = try await listing.hub.connection().post("sites", name, "revoke", body: Nothing())
            try listing.show(bytes, as: Nothing.self) { _ in "The access of \(name) is revoked." }
        }
    }
}

extension SiteCommand.Site.Exchange {
    var waitingText: String? {
        waiting.map { count in count == 0 ? "nothing" : "\(count)" + (waitingSince.map { ", \(Readable.age($0))" } ?? "") }
    }

    var servedText: String { behindSince.map { "from \(Readable.age($0))" } ?? "all" }

    /// Whether all was equal then, and not the view alone; of a hub that does not say so, whether nothing waits now.
    private var wasWhole: Bool { isWhole ?? (waiting == 0) }

    var equalText: String? {
        if let differsSince { return "differs since \(Readable.clock(differsSince))" }
        guard let equalAt else { return nil }
        return wasWhole ? "at \(Readable.clock(equalAt))" : "view, at \(Readable.clock(equalAt))"
    }

    var lines: [String] {
        var lines = ["  asked \(Readable.age(asked)); waiting there: \(waitingText ?? "not told"); served: \(servedText)"]
        if let differsSince {
            lines.append("  differs from the hub since \(Readable.time(differsSince)), in \(differsIn.joined(separator: ", "))")
        } else if let equalAt {
            lines.append("  \(wasWhole ? "equal to the hub" : "view equal to the hub's") at \(Readable.time(equalAt))")
        } else {
            lines.append("  not held against the hub yet")
        }
        if let repairedAt {
            lines.append("  repaired \(AgentReport.Repaired.text(repaired)) at \(Readable.time(repairedAt))")
        }
        return lines
    }
}
