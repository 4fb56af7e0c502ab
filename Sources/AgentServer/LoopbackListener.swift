import AgentRuntime
import Capture
import HTTPTypes
import Hummingbird
import Logging
import ServiceLifecycle
import Serving

/// The agent's interface for programs on its own machine: a till's own screen, a web back-end without a file of its own.
///
/// It listens on a loopback address only, and asks for the secret of the agent's folder all the same: other users of the machine,
/// and pages in its browsers, can reach a loopback address, too. A browser's request is told by its `Origin`, and by a `Host`
/// that is no loopback name.
public struct LoopbackListener: Service {
    private let listener: Listener
    private let routes: LoopbackRoutes
    private let secret: BearerSecret
    private let onListening: @Sendable (Int) async -> Void

    /// - Parameter onListening: called with the port, once connections are taken.
    public init(
        desk: LoopbackDesk, secret: String, host: String, port: Int, logger: Logger, onListening: @escaping @Sendable (Int) async -> Void
    ) {
        var options = Listener.Options(host: host, port: port)
        options.connectionsMax = 16
        listener = Listener("The agent", options: options, choice: "--listen", logger: logger)
        routes = LoopbackRoutes(desk: desk)
        self.secret = BearerSecret(secret)
        self.onListening = onListening
    }

    /// The route table, as a test holds it against `agent/openapi.yaml`.
    public var table: [LoopbackRoute] { routes.all }

    /// Runs until the service group stops gracefully.
    ///
    /// - Throws: `ServerError` when the address cannot be listened on.
    public func run() async throws {
        let paths = Paths(routes.all, of: "this agent", describedIn: LoopbackCall.description) { route, request, context in
            do { return try await answer(route, request) } catch {
                return .error(Self.explain(error, route: route, logger: context.logger))
            }
        }
        try await listener.run(paths, onListening: onListening)
    }

    private func answer(_ route: LoopbackRoute, _ request: Request) async throws -> Reply {
        guard secret.admits(authorization: request.headers[.authorization]) else {
            throw AgentError(
                .callerUnknown, "This needs the secret of the agent's folder, and the request has none or another one.",
                remedy: "Send the line of loopback.secret in the agent's folder as Authorization: Bearer.")
        }
        guard request.headers[.origin] == nil, Self.isLoopback(request.head.authority) else {
            throw AgentError(
                .callerUnknown, "A page of a browser asks, or the agent is called by another name than its loopback address.",
                remedy: "Ask from a program on this machine, by 127.0.0.1 or localhost.")
        }
        _ = try BoundedBody.declaredLength(of: request, for: route)
        let body = try await BoundedBody.read(request, for: route)
        return try await route.answer(LoopbackCall(body: body, idempotencyKey: request.headers[.idempotencyKey]))
    }

    static func isLoopback(_ authority: String?) -> Bool {
        guard let authority else { return false }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        let name = host.lowercased()
        // A name that only begins like an address is somebody's.
        return name == "localhost" || name == "[::1]" || name.hasPrefix("127.") && name.allSatisfy { $0.isNumber || $0 == "." }
    }

    /// Own errors as they are; anything else is ours to mend, and logged whole.
    private static func explain(_ error: any Error, route: LoopbackRoute, logger: Logger) -> ErrorReply {
        switch error {
        case let error as ServerError: return ErrorReply(error)
        case let error as AgentError: return ErrorReply(error)
        case let error as CaptureError: return ErrorReply(error)
        default:
            if let error = AgentError(storage: error) { return ErrorReply(error) }
            logger.error("failed: \(error)", metadata: ["route": "\(route.path)"])
            return ErrorReply(
                status: .internalServerError, code: AgentError.Code.failed.rawValue,
                message: "The agent could not answer; its log has the reason.",
                remedy: "Try again; if it stays so, look at the agent's log and its disk: tributary-agent status.")
        }
    }
}

extension LoopbackListener: CustomStringConvertible {
    /// Not its parts: logs of the service group print it.
    public var description: String { "loopback interface" }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
}

extension ErrorReply {
    init(_ error: AgentError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .callerUnknown: .unauthorized
            case .badPost: .badRequest
            case .lookAgain, .movedElsewhere: .conflict
            case .unknownSource: .notFound
            case .diskFull, .dataFolder: .serviceUnavailable
            default: .internalServerError
            }
        self.init(status: status, code: error.code.rawValue, message: error.message, remedy: error.remedy)
    }

    init(_ error: CaptureError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .keyReused, .lookAgain: .conflict
            case .recordUnknown: .notFound
            case .agentDiskFull, .agentFile: .serviceUnavailable
            default: .internalServerError
            }
        self.init(
            status: status, code: error.code.rawValue, message: error.message, remedy: error.remedy,
            isTransient: error.code == .agentFile)
    }
}
