import Causality
import Console
import Foundation
import HubRuntime
import Logging
import ServiceLifecycle
import Serving

/// The hub on its address: listens, answers, and on a graceful stop finishes what is under way.
public struct HubListener: Service {
    public typealias Options = Listener.Options

    private let hub: Hub
    private let options: Options
    private let responder: HubResponder
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - metrics: what `/metrics` prints; `nil` prints nothing.
    ///   - clock: the wall clock, in milliseconds since 1970.
    ///   - onListening: called with the port, once connections are taken.
    /// - Throws: where the console's own files cannot be read: a mistake of ours.
    public init(
        hub: Hub, secret: BearerSecret, options: Options, metrics: PrometheusMetrics?, logger: Logger,
        clock: @escaping @Sendable () -> Timestamp = HubListener.wallClock,
        onListening: @escaping @Sendable (Int) async -> Void
    ) throws {
        self.hub = hub
        self.options = options
        self.logger = logger
        self.onListening = onListening
        let gate = HubGate(
            hub: hub, secret: secret, budget: BodyBudget(bytesMax: options.bodyBytesMax),
            answers: AnswerBudget(bytesMax: options.answerBytesMax), pace: options.pace, clock: clock)
        let console = try Console()
        let routes = HubRoutes(hub: hub, metrics: metrics, console: console, clock: clock).all
        responder = HubResponder(routes: routes, gate: gate, metrics: metrics, pages: ErrorPages(console: console, clock: clock))
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
        let listener = Listener("The hub", options: options, choice: "--listen", logger: logger)
        // Else a stop would wait for every agent's long poll to end.
        try await listener.run(responder.paths, onListening: onListening, onStopping: hub.stop)
    }
}
