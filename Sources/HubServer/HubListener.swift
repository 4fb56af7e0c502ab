import Causality
import Foundation
import HubRuntime
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// The hub on its address: listens, answers, and on a graceful stop finishes what is under way.
public struct HubListener: Service {
    public struct Options: Sendable {
        public var host: String
        /// 0: the system chooses.
        public var port: Int
        /// Connections at once; more wait in the system's queue.
        public var connectionsMax = 2000
        /// A connection on which nothing happens is closed.
        public var idleSeconds: Int64 = 120
        /// Request bodies held at once.
        public var bodyBytesMax = 64 << 20
        /// All header lines of a request.
        public var headerBytesMax = 16 << 10
        public var headersMax = 100

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    private let hub: Hub
    private let options: Options
    private let responder: HubResponder
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - metrics: what `/metrics` prints; `nil` prints nothing.
    ///   - clock: the wall clock, in milliseconds since 1970.
    ///   - onListening: called with the port, once connections are taken.
    public init(
        hub: Hub, secret: OperatorSecret, options: Options, metrics: PrometheusMetrics?, logger: Logger,
        clock: @escaping @Sendable () -> Timestamp = HubListener.wallClock,
        onListening: @escaping @Sendable (Int) async -> Void
    ) {
        self.hub = hub
        self.options = options
        self.logger = logger
        self.onListening = onListening
        let gate = HubGate(hub: hub, secret: secret, budget: BodyBudget(bytesMax: options.bodyBytesMax), clock: clock)
        responder = HubResponder(routes: HubRoutes(hub: hub, metrics: metrics, clock: clock).all, gate: gate, metrics: metrics)
    }

    public static let wallClock: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: UInt64(max(Date().timeIntervalSince1970 * 1000, 0)))
    }

    /// The route table, as a test holds it against `protocol/openapi.yaml`.
    public var routes: [HubRoute] { responder.routes }

    /// Runs until the service group stops gracefully: no new connections then, waiting pulls end, pushes under way finish.
    ///
    /// - Throws: `address-not-usable` when the address cannot be listened on.
    public func run() async throws {
        let application = Application(
            router: responder.router(),
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(options.idleSeconds),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: options.headerBytesMax, maxHeaderListSize: options.headerBytesMax,
                        maxHeaderFieldCount: options.headersMax))),
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port),
                availableConnectionsDelegate: MaximumAvailableConnections(options.connectionsMax, logger: logger)),
            onServerRunning: { [onListening] channel in
                await onListening(channel.localAddress?.port ?? 0)
            },
            logger: logger)
        do {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask {
                    // Else a stop would wait for every agent's long poll to end. Cancelled when the application ended by itself.
                    try? await gracefulShutdown()
                    await hub.stop()
                }
                try await application.run()
                group.cancelAll()
            }
        } catch let error as IOError {
            throw HubServerError(
                .address, "The hub cannot listen on \(options.host):\(options.port): \(error.reasonPhrase).",
                remedy: "Another program may have the port: choose another with --listen, or stop that program.")
        }
    }
}

extension IOError {
    /// The system's words, without our caller's place in them.
    fileprivate var reasonPhrase: String { String(cString: strerror(errnoCode)) }
}
