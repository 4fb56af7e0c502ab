import AgentRuntime
import ArgumentParser
import Logging

struct Scan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare every row of a file with what was captured, and capture what is missing.",
        discussion: """
            Finds what triggers cannot see: rows replaced by others, edits made with triggers off, a file that was worked on elsewhere.
            The running agent does the same by itself every 6 hours; stop it first.

              tributary-agent scan till
            """)

    @OptionGroup var options: AgentOptions
    @Argument(help: "The source's name.") var source: String

    func run() async throws {
        let resolved = try options.resolved()
        let log = AgentOptions.logger(resolved.logLevel ?? .warning)
        let lock = try resolved.folder.lock()
        defer { withExtendedLifetime(lock) {} }
        let agent = try Agent(folder: resolved.folder, log: log)
        try await agent.keeper.open()
        let round = try await agent.keeper.sweep(source)
        if !round.recoveries.isEmpty {
            throw AgentError(
                .recovery, "\(source) was restored from a backup; the hub is asked what it knew then.",
                remedy: "Run: tributary-agent sync - then scan again.")
        }
        print(round.changes == 0 ? "Nothing was missing." : "\(round.changes) changes were missing and are captured now.")
    }
}
