import AgentRuntime
import ArgumentParser
import Foundation
import Logging

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say in plain words how the agent is, what is wrong, and what to do.",
        discussion: """
            Ends with 0 when all is well and 1 when something needs a look, so that a monitor can call it.

              tributary-agent status
              tributary-agent status --json
            """)

    @OptionGroup var options: AgentOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let resolved = try options.resolved()
        _ = AgentOptions.logger(resolved.logLevel ?? .warning)
        let status = try AgentStatus.read(folder: resolved.folder)
        if json { try JSONOutput.print(status) } else { tell(status) }
        if !status.isWell { throw ExitCode(1) }
    }

    private func tell(_ status: AgentStatus) {
        let now = AgentClock.system.wall().milliseconds
        if let site = status.site { say("Site \(site), hub \(status.hub ?? "")") }
        say(
            status.isRunning
                ? "The agent is running\(status.isConnected ? " and connected" : ", without a line to the hub")."
                : "The agent is not running.")
        if let address = status.loopback { say("Programs on this machine are answered at \(address).") }
        say("To send: \(status.queued) changes. Last sent \(Words.age(of: status.lastPush, now: now)).")
        let view =
            "View: \(status.profiles) customers, \(status.stockFigures) stock figures, as of \(Words.age(of: status.viewAsOf, now: now))"
        say(view + (status.isLoadingView ? ", loading" : "") + ".")
        if let agreement = status.agreement { tell(agreement) }
        for source in status.sources {
            let reading = source.changesBeingRead.map { "; being read now, \($0) changes so far" } ?? ""
            say("Source \(source.name): \(source.file), last read \(Words.age(of: source.lastDrain, now: now))\(reading)")
            if let problem = source.problem { tell(problem, indent: "  ") }
            for rows in status.rowsSetAside where rows.source == source.name {
                let which = rows.example.map { rows.count == 1 ? " (key \($0))" : " (one has the key \($0))" } ?? ""
                say("  ! \(rows.count) \(rows.count == 1 ? "row" : "rows") of \(rows.table)\(which): \(rows.problem.message)")
                say("    \(rows.problem.remedy)")
            }
        }
        for lost in status.lost { say(lost.told(noticed: Words.day(lost.foundAt))) }
        for problem in status.problems { tell(problem, indent: "") }
        if status.isWell { say("All is well.") }
    }

    /// Equal is more than the same view: the hub has all of ours, too.
    private func tell(_ agreement: LineReport.Agreement) {
        if let since = agreement.differsSince {
            say("Differs from the hub since \(Words.day(since)).")
        } else if let at = agreement.equalAt {
            say(
                agreement.isWhole ?? false
                    ? "Equal to the hub at \(Words.day(at)): it had all of ours, and the view was its own, entry by entry."
                    : "View equal to the hub's at \(Words.day(at)), while changes were still to be sent.")
        } else {
            say("Not held against the hub yet.")
        }
        if let at = agreement.repairedAt { say("Repaired \(agreement.repairedText) at \(Words.day(at)).") }
    }

    private func tell(_ problem: AgentHealth.Problem, indent: String) {
        say("\(indent)! \(problem.message)")
        say("\(indent)  \(problem.remedy)")
    }
}
