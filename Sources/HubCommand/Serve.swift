import Serving
import ArgumentParser
import Complaints
import Foundation
import HubRuntime
import HubServer
import HubStoreSQLite
import Logging
import ServiceLifecycle
import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the hub until SIGTERM or SIGINT; what is under way then finishes.",
        discussion: "Example: tributary-hub serve --data /var/lib/tributary-hub --listen 127.0.0.1:8080")

    @OptionGroup var options: SettingsOptions

    @Option(
        help: ArgumentHelp(
            "Where to listen (or TRIBUTARY_HUB_LISTEN); port 0 lets the system choose. Default: 127.0.0.1:8080.", valueName: "host:port"))
    var listen: ListenAddress?

    @Flag(help: "Listen beyond this machine without TLS (or TRIBUTARY_HUB_ALLOW_PLAIN_HTTP). Only where the line itself is safe.")
    var allowPlainHttp = false

    mutating func run() async throws {
        var settings = try options.settings()
        if let listen { settings.listen = listen }
        if allowPlainHttp { settings.allowPlainHTTP = true }
        guard settings.listen.isLoopback || settings.allowPlainHTTP else {
            throw Complaint(
                "\(settings.listen) can be reached from other machines, and the hub has no TLS yet.",
                remedy: "Listen on 127.0.0.1 behind a tunnel or proxy, or say --allow-plain-http where the line itself is safe.")
        }
        try await Self.serve(settings)
    }

    private static func serve(_ settings: HubSettings) async throws {
        let folder = HubFolder(url: try settings.folder())
        try folder.check()
        let lock = try folder.lock()
        defer { withExtendedLifetime(lock) {} }
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)

        let (logger, metrics) = Observation.start(level: settings.logLevel)
        let secret = BearerSecret(try folder.secret())
        let store = try SQLiteHubStore(path: folder.database)
        let hub = try await Hub.open(store: store, now: HubListener.wallClock(), logger: logger)
        logger.info("hub opened", metadata: ["hub": "\(hub.id.short)", "position": "\(hub.head)", "folder": "\(folder.path)"])

        var options = HubListener.Options(host: settings.listen.host, port: settings.listen.port)
        let openFiles = OpenFiles.raiseLimit()
        options.connectionsMax = OpenFiles.connections(openFiles: openFiles)
        logger.info("connections", metadata: ["most": "\(options.connectionsMax)", "open files": "\(openFiles)"])
        let listener = try HubListener(
            hub: hub, secret: secret, options: options, metrics: metrics, logger: logger,
            onListening: { port in Self.announce(ListenAddress(host: settings.listen.host, port: port), folder: folder, logger: logger) })
        defer { folder.withdrawAddress() }
        let housekeeping = Housekeeping(hub: hub, collectAfterDays: settings.collectAfterDays, logger: logger)
        let services: [any Service] =
            [listener, housekeeping, Pulse(hub: hub, logger: logger), QualityLook(hub: hub, logger: logger)]
            + (settings.proposesLinks ? [Matchmaking(hub: hub, logger: logger)] : [])
        let group = ServiceGroup(
            configuration: .init(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        await hub.stop()
        try store.close()
        logger.info("hub stopped")
    }

    private static func announce(_ address: ListenAddress, folder: HubFolder, logger: Logger) {
        logger.info("hub listens", metadata: ["address": "http://\(address)"])
        do {
            try folder.announce("http://\(address)")
        } catch {
            logger.error("hub.address could not be written: tributary --data will not find the hub", metadata: ["error": "\(error)"])
        }
    }
}
