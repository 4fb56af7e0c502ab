import Causality
import Console
import Hummingbird
import Serving

/// What went wrong, as a page for who looks at one.
struct ErrorPages: Sendable {
    let console: Console
    let clock: @Sendable () -> Timestamp

    func page(_ error: ErrorReply, _ request: Request) -> Reply {
        let visitor = HubRoutes.visitor(headers: request.headers, address: request.uri.path, now: clock(), session: nil)
        var reply = Reply.page(
            console.message(code: error.code, message: error.message, remedy: error.remedy, for: visitor), status: error.status)
        if error.status == .serviceUnavailable { reply.fields[.retryAfter] = error.isTransient ? "1" : "60" }
        return reply
    }
}
