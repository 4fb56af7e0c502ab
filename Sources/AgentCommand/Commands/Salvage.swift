import AgentRuntime
import ArgumentParser
import Capture

struct Salvage: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a new agent.db of what can still be read of a damaged one.",
        discussion: """
            For when status or the log says that agent.db is damaged. What waits to be sent is kept up to the first damaged change; every
            file is then held against the hub, and what is missing there is captured anew. The damaged file stays beside the new one.
            Stop the running agent first, and check the disk.

              tributary-agent salvage
            """)

    @OptionGroup var options: AgentOptions

    func run() throws {
        let resolved = try options.resolved()
        let lock = try resolved.folder.lock()
        defer { withExtendedLifetime(lock) {} }
        let report = try AgentRuntime.Salvage(resolved.folder).run()
        for table in report.damaged { say("Not whole: \(table.name); \(table.rows) rows could be read.") }
        if report.damaged.isEmpty { say("Everything that counts could be read.") }
        say("The damaged file is kept as \(report.damagedFile).")
        say(
            "Start the agent again: it holds every file against the hub, which needs the line. Then tributary-agent status tells what is lost."
        )
    }
}
