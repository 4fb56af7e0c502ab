import AgentRuntime
import ArgumentParser
import Foundation

struct Enroll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make this machine known to a hub, with a one-time token.",
        discussion: """
            The key pair is made here and the secret half never leaves this folder. A lost answer does no harm: run the same command again.

              tributary-agent enroll --hub https://hub.example.com:8443 --token 4f1c...
              tributary-agent enroll --hub http://10.8.0.1:8080 --allow-plain-http --token 4f1c...   (within a VPN)
            """)

    @OptionGroup var options: AgentOptions
    @Option(help: ArgumentHelp("The hub's address, like https://hub.example.com:8443.", valueName: "url")) var hub: String
    @Option(help: "The token that `tributary site add` printed.") var token: String
    @Flag(help: "Take http to another machine, readable for everybody on the way.") var allowPlainHttp = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let resolved = try options.resolved()
        _ = AgentOptions.logger(resolved.logLevel ?? .warning)
        let address = try HubAddress(hub, allowPlainHTTP: allowPlainHttp)
        let lock = try resolved.folder.lock(makes: true)
        defer { withExtendedLifetime(lock) {} }
        let database = try resolved.folder.open()
        let settings = AgentSettings(queue: database.queue)
        if let known: Membership = try settings.read(.membership), known.hubAddress != address.description {
            throw AgentError(
                .alreadyEnrolled, "This agent is enrolled as \(known.site) with \(known.hubAddress).",
                remedy: "Use another folder (--data) for another hub; one folder belongs to one hub.")
        }
        let key = try KeyFile.readOrMake(in: resolved.folder.path)
        let membership = try await Enrolment(hub: address, key: key, version: Agent.version)
            .run(token: token, proxy: resolved.proxy, allowsPlainHTTP: allowPlainHttp, now: AgentClock.system.wall())
        if let known: Membership = try settings.read(.membership), known.hubKey != membership.hubKey {
            throw AgentError(
                .alreadyEnrolled, "The hub at \(address) has another key than the one this agent is enrolled with.",
                remedy: "If the hub was set up anew, enrol in a new folder (--data) and attach with --take-over.")
        }
        try settings.write(.membership, membership)
        if json { return try JSONOutput.print(membership) }
        say("Enrolled as \(membership.site) (\(membership.kind)) with \(membership.hubAddress).")
        say("Next: tributary-agent attach APP.db --as NAME --mapping FILE.yaml")
    }
}
