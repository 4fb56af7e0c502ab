import AgentRuntime
import AgentServer
import ArgumentParser
import Logging
import ServiceLifecycle
import Serving
import UnixSignals

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Capture and send until told to stop (SIGTERM or Ctrl-C).",
        discussion: """
            Looks at each file when the system tells that it was written, and besides every 5 seconds (poll-seconds in the YAML file);
            compares every row every 6 hours (sweep-hours), when nobody works. Ends with 0; what was under way is done at the next start.

            With --listen, programs on this machine can look up customers, stock and orders, and post writes
            (docs/operating/loopback.md).

              tributary-agent run
              tributary-agent run --data /srv/agent --log-level debug
              tributary-agent run --listen 127.0.0.1:7441
            """)

    @OptionGroup var options: AgentOptions
    @Option(
        help: ArgumentHelp(
            "Answer programs on this machine at this loopback address (or TRIBUTARY_LISTEN); port 0 lets the system choose. Default: none.",
            valueName: "host:port"))
    var listen: String?

    func run() async throws {
        let resolved = try options.resolved()
        let log = AgentOptions.logger(resolved.logLevel ?? .info)
        let lock = try resolved.folder.lock()
        defer { withExtendedLifetime(lock) {} }
        let agent = try Agent(folder: resolved.folder, proxy: resolved.proxy, log: log)
        var settings = AgentService.Settings()
        if let seconds = resolved.pollSeconds { settings.pollMilliseconds = UInt64(seconds) * 1000 }
        if let hours = resolved.sweepHours { settings.sweepMilliseconds = UInt64(hours) * 3_600_000 }
        let service = AgentService(agent: agent, settings: settings)
        var services: [any Service] = [service]
        if let text = listen ?? resolved.listen {
            services.append(try Self.listener(text, desk: service.desk, folder: resolved.folder, log: log))
        }
        defer { resolved.folder.withdrawLoopback() }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
        try await group.run()
    }

    private static func listener(_ text: String, desk: LoopbackDesk, folder: DataFolder, log: Logger) throws -> LoopbackListener {
        guard let address = ListenAddress(text) else {
            throw AgentError(.configuration, "\"\(text)\" is no address.", remedy: "Write it like 127.0.0.1:7441.")
        }
        guard address.isLoopback else {
            throw AgentError(
                .configuration, "\(address) can be reached from other machines, which the agent does not answer.",
                remedy: "Listen on 127.0.0.1; a program on another machine needs an agent of its own there.")
        }
        return LoopbackListener(
            desk: desk, secret: try folder.loopbackSecret(), host: address.host, port: address.port, logger: log
        ) { port in
            let address = "http://\(ListenAddress(host: address.host, port: port))"
            log.notice("answering programs on this machine", metadata: ["address": "\(address)"])
            do { try folder.announceLoopback(address) } catch {
                log.error("loopback.address could not be written", metadata: ["error": "\(error)"])
            }
        }
    }
}
