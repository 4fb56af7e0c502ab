/// One kept HTTP connection to one host: a request in, a response out.
///
/// Requests wait for one another in the order they were asked for; a long poll belongs on a connection
/// of its own. Redirects are answers like others, nothing is decoded, no cookie, password file or proxy
/// of the environment is looked at. Cancelling the task aborts the exchange.
///
/// What the caller must know: libcurl sends a request *again* when a kept connection turns out to be dead
/// before the first byte of an answer, although the other side may have acted on it. Everything sent here
/// must have one effect however often it arrives.
public final class HTTPConnection: Sendable {
    private let loop: TransferLoop

    /// - Parameter proxy: `nil`: none, whatever the environment says.
    public init(proxy: String? = nil, userAgent: String = "tributary") {
        loop = TransferLoop(settings: Transfer.Settings(proxy: proxy, userAgent: userAgent))
    }

    deinit { loop.close() }

    /// - Throws: `TransferError` when no whole answer came; `CancellationError` when the task was cancelled.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.check()
        try Task.checkCancellation()
        let id = loop.reserve()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                loop.begin(Transfer(id: id, request: request, continuation: continuation))
            }
        } onCancel: {
            loop.cancel(id)
        }
    }

    /// Drops the kept connection, so that the next request starts on a new one.
    public func reconnect() { loop.dropConnections() }
}
