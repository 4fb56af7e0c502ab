import AgentRuntime
import ArgumentParser
import Logging

struct Sync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One drain, one push, one pull, then exit.",
        discussion: """
            For machines where no daemon may run: call it from a schedule. With a running agent it is not needed.
            Ends with 1 when the hub could not be brought up to date, or a file not be read.

              tributary-agent sync
            """)

    @OptionGroup var options: AgentOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let resolved = try options.resolved()
        let log = AgentOptions.logger(resolved.logLevel ?? .error)
        let lock = try resolved.folder.lock()
        defer { withExtendedLifetime(lock) {} }
        let agent = try Agent(folder: resolved.folder, proxy: resolved.proxy, log: log)
        let result = try await SyncOnce(agent: agent).run()
        if json { try JSONOutput.print(result) } else { tell(result) }
        if result.sources.contains(where: { $0.problem != nil }) { throw ExitCode(1) }
    }

    private func tell(_ result: SyncOnce.Result) {
        for source in result.sources {
            guard let problem = source.problem else { continue }
            say("! \(source.name): \(problem.message)")
            say("  \(problem.remedy)")
        }
        say("\(result.captured) changes captured, \(result.sent) sent; the view is up to date.")
    }
}
