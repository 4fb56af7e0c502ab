import AgentRuntime
import ArgumentParser
import Logging
import ServiceLifecycle
import UnixSignals

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Capture and send until told to stop (SIGTERM or Ctrl-C).",
        discussion: """
            Looks at each file when the system tells that it was written, and besides every 5 seconds (poll-seconds in the YAML file);
            compares every row every 6 hours (sweep-hours), when nobody works. Ends with 0; what was under way is done at the next start.

              tributary-agent run
              tributary-agent run --data /srv/agent --log-level debug
            """)

    @OptionGroup var options: AgentOptions

    func run() async throws {
        let resolved = try options.resolved()
        let log = AgentOptions.logger(resolved.logLevel ?? .info)
        let lock = try resolved.folder.lock()
        defer { withExtendedLifetime(lock) {} }
        let agent = try Agent(folder: resolved.folder, proxy: resolved.proxy, log: log)
        var settings = AgentService.Settings()
        if let seconds = resolved.pollSeconds { settings.pollMilliseconds = UInt64(seconds) * 1000 }
        if let hours = resolved.sweepHours { settings.sweepMilliseconds = UInt64(hours) * 3_600_000 }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: AgentService(agent: agent, settings: settings))], gracefulShutdownSignals: [.sigterm, .sigint],
                logger: log))
        try await group.run()
    }
}
