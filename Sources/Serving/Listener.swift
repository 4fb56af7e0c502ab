import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// A server on its address: listens, answers, and on a graceful stop finishes what is under way.
public struct Listener: Sendable {
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
        /// Long answers held at once until they are read.
        public var answerBytesMax = 64 << 20
        /// How slowly bodies may come, and long answers go.
        public var pace = LinePace.usual
        /// All header lines of a request.
        public var headerBytesMax = 16 << 10
        public var headersMax = 100

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    let options: Options
    let logger: Logger
    /// Who listens, in words: `The hub`.
    let server: String
    /// How another address is chosen: `--listen`.
    let choice: String

    public init(_ server: String, options: Options, choice: String, logger: Logger) {
        self.server = server
        self.options = options
        self.choice = choice
        self.logger = logger
    }

    /// Runs until the service group stops gracefully: no new connections then, and requests under way finish.
    ///
    /// - Parameters:
    ///   - onListening: called with the port, once connections are taken.
    ///   - onStopping: called when the stop begins: ends what would wait for long.
    /// - Throws: `address-not-usable` when the address cannot be listened on.
    public func run(
        _ paths: Paths<some ServedPath>, onListening: @escaping @Sendable (Int) async -> Void,
        onStopping: @escaping @Sendable () async -> Void = {}
    ) async throws {
        let application = Application(
            router: paths.router(),
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(options.idleSeconds),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: options.headerBytesMax, maxHeaderListSize: options.headerBytesMax,
                        maxHeaderFieldCount: options.headersMax))),
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port),
                availableConnectionsDelegate: MaximumAvailableConnections(options.connectionsMax, logger: logger)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
        do {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask {
                    // Cancelled when the application ended by itself.
                    try? await gracefulShutdown()
                    await onStopping()
                }
                try await application.run()
                group.cancelAll()
            }
        } catch let error as IOError {
            throw ServerError(
                .address, "\(server) cannot listen on \(options.host):\(options.port): \(String(cString: strerror(error.errnoCode))).",
                remedy: "Another program may have the port: choose another with \(choice), or stop that program.")
        }
    }
}
