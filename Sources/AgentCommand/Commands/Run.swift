import AgentRuntime
import ArgumentParser
import Logging
import ServiceLifecycle
import UnixSignals

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Capture and send until told to stop (SIGTERM or Ctrl-C).",
        discussion: """
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
