import ChangeSets
import Dispatch
import HTTPTypes
import HubRuntime
import Hummingbird
import Logging
import Serving

/// Has every route answered, counted and timed, and whatever goes wrong told in JSON with a remedy.
struct HubResponder: Sendable {
    let routes: [HubRoute]
    let gate: HubGate
    /// Where requests are counted and timed; `nil`: nowhere.
    let metrics: PrometheusMetrics?
    let pages: ErrorPages

    var paths: Paths<HubRoute> {
        Paths(routes, of: "this hub", describedIn: HubCall.description, show: show) { route, request, context in
            await respond(route, request, context)
        }
    }

    /// Who looks for a page gets one, who asks the API gets JSON.
    private func show(_ error: ErrorReply, _ request: Request) -> Reply {
        let isLook = request.headers[.accept]?.contains("text/html") ?? false
        return isLook && !request.uri.path.hasPrefix("/v1/") ? pages.page(error, request) : .error(error)
    }

    private func respond(_ route: HubRoute, _ request: Request, _ context: BasicRequestContext) async -> Reply {
        let started = DispatchTime.now().uptimeNanoseconds
        let reply: Reply
        do {
            reply = try await gate.answer(route, request, parameters: context.parameters, logger: context.logger)
        } catch let turn as SeeOther {
            reply = .seeOther(turn.address)
        } catch {
            let refusal = Self.explain(error, route: route, logger: context.logger)
            reply = route.access.isPage ? pages.page(refusal, request) : .error(refusal)
        }
        count(route, reply, nanoseconds: Int64(DispatchTime.now().uptimeNanoseconds - started))
        return reply
    }

    private func count(_ route: HubRoute, _ reply: Reply, nanoseconds: Int64) {
        guard let metrics else { return }
        let dimensions = [("method", route.method.rawValue), ("route", route.path), ("status", String(reply.status.code))]
        metrics.makeCounter(label: "tributary_http_requests", dimensions: dimensions).increment(by: 1)
        metrics.makeTimer(label: "tributary_http_duration", dimensions: [("route", route.path)]).recordNanoseconds(nanoseconds)
    }

    private static func explain(_ error: any Error, route: HubRoute, logger: Logger) -> ErrorReply {
        let refusal = ErrorReply(answering: error)
        if refusal.code == HubServerError.Code.failed.rawValue { logger.error("failed: \(error)", metadata: ["route": "\(route.path)"]) }
        logger.log(
            level: level(refusal), "refused: \(refusal.message)",
            metadata: ["route": "\(route.path)", "code": "\(refusal.code)", "status": "\(refusal.status.code)"])
        return refusal
    }

    /// What the hub cannot do is an error, unless it says so itself and every agent asks again; who may not ask is worth a look,
    /// and a question that finds nothing is neither.
    private static func level(_ refusal: ErrorReply) -> Logger.Level {
        switch refusal.status.kind {
        case .serverError: refusal.isTransient ? .debug : .error
        default: refusal.status == .unauthorized ? .notice : .debug
        }
    }
}

extension ErrorReply {
    /// Own errors as they are; a cancelled wait is the hub stopping; anything else is ours to mend.
    init(answering error: any Error) {
        switch error {
        case let error as HubServerError: self.init(error)
        case let error as ServerError: self.init(error)
        case let error as HubError: self.init(error)
        case is CancellationError:
            self.init(HubError(.stopping, "The hub is stopping.", remedy: "Ask again in a moment; nothing is lost."))
        default:
            self.init(
                HubServerError(
                    .failed, "The hub could not answer; its log has the reason.",
                    remedy: "Try again; if it stays so, look at the hub's log, its disk and tributary-hub verify."))
        }
    }
}
