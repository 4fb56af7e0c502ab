import AgentRuntime
import ArgumentParser
import Logging

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check files, rights, clock and the way to the hub, and say what to mend.",
        discussion: """
            Changes nothing. Ends with 1 when something is to be mended.

              tributary-agent doctor
              tributary-agent doctor --json
            """)

    @OptionGroup var options: AgentOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let resolved = try options.resolved()
        let log = AgentOptions.logger(resolved.logLevel ?? .error)
        let checks = await HealthChecks(folder: resolved.folder, proxy: resolved.proxy, log: log).run()
        if json {
            try JSONOutput.print(checks)
        } else {
            for check in checks {
                say("\(check.problem == nil ? "ok  " : "BAD ") \(check.subject)\(check.detail.map { ": \($0)" } ?? "")")
                if let problem = check.problem {
                    say("     \(problem.message)")
                    say("     \(problem.remedy)")
                }
            }
        }
        if checks.contains(where: { $0.problem != nil }) { throw ExitCode(1) }
    }
}
