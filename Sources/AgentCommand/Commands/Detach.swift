import AgentRuntime
import ArgumentParser
import Capture
import ChangeSets
import Logging

struct Detach: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop capturing a file, and leave it as it was before.",
        discussion: """
            What was captured before is still sent. Stop the running agent first.

              tributary-agent detach till
            """)

    @OptionGroup var options: AgentOptions
    @Argument(help: "The source's name.") var source: String

    func run() async throws {
        let resolved = try options.resolved()
        let log = AgentOptions.logger(resolved.logLevel ?? .warning)
        let lock = try resolved.folder.lock()
        defer { withExtendedLifetime(lock) {} }
        let agent = try Agent(folder: resolved.folder, log: log)
        let sources = SourceList(agent.database)
        guard let entry = try sources.all().first(where: { $0.name == source }) else {
            throw AgentError(.unknownSource, "No source is attached as \(source).", remedy: "See tributary-agent status for the names.")
        }
        try await agent.keeper.detach(source)
        try sources.set(nil, of: source)
        say("Detached \(entry.file). What was captured before is still sent.")
    }
}
