import AgentRuntime
import ArgumentParser
import Capture
import Foundation

@main
struct Main {
    static func main() async {
        do {
            var command = try TributaryAgent.parseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch {
            exit(Failure.report(error))
        }
    }
}

struct TributaryAgent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tributary-agent",
        abstract: "Captures an application's changes beside it, sends them to the hub, and answers look-ups without a line.",
        discussion: """
            A first time, from a token of the hub's operator to a running agent:

              tributary-agent enroll --hub https://hub.example.com:8443 --token TOKEN
              tributary-agent attach /opt/till/till.db --as till --mapping open-source-pos.yaml
              tributary-agent run
            """,
        version: Agent.version,
        subcommands: [
            Enroll.self, Attach.self, Detach.self, Scan.self, Run.self, Sync.self, Status.self, Doctor.self, Find.self,
        ])
}

/// Says on stderr what was wrong, and on the next line what to do.
enum Failure {
    static let failed: Int32 = 1
    static let usage: Int32 = 2

    /// Returns the exit code.
    static func report(_ error: any Error) -> Int32 {
        let parserCode = TributaryAgent.exitCode(for: error)
        if parserCode == .success {
            print(TributaryAgent.fullMessage(for: error))
            return 0
        }
        if let code = error as? ExitCode { return code.rawValue }
        if parserCode == .validationFailure {
            write(TributaryAgent.fullMessage(for: error))
            return usage
        }
        let problem = error is MappingError ? nil : AgentHealth.Problem(error)
        write(problem.map { "error: \($0.message)\n\($0.remedy)" } ?? "\(error)")
        return failed
    }

    private static func write(_ text: String) { FileHandle.standardError.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8)) }
}
