import ChangeSets
import Dispatch
import HTTPTypes
import HubRuntime
import Hummingbird
import Logging

/// Turns the route table into a Hummingbird router, and whatever goes wrong into JSON with a remedy.
struct HubResponder: Sendable {
    let routes: [HubRoute]
    let gate: HubGate
    /// Where requests are counted and timed; `nil`: nowhere.
    let metrics: PrometheusMetrics?

    func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: UnknownPaths(routes: routes))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                await respond(route, request, context)
            }
        }
        return router
    }

    private func respond(_ route: HubRoute, _ request: Request, _ context: BasicRequestContext) async -> Response {
        let started = DispatchTime.now().uptimeNanoseconds
        let reply: HubReply
        do {
            reply = try await gate.answer(route, request, parameters: context.parameters, logger: context.logger)
        } catch {
            reply = .error(Self.explain(error, route: route, logger: context.logger))
        }
        count(route, reply, nanoseconds: Int64(DispatchTime.now().uptimeNanoseconds - started))
        return reply.response
    }

    private func count(_ route: HubRoute, _ reply: HubReply, nanoseconds: Int64) {
        guard let metrics else { return }
        let dimensions = [("method", route.method.rawValue), ("route", route.path), ("status", String(reply.status.code))]
        metrics.makeCounter(label: "tributary_http_requests", dimensions: dimensions).increment(by: 1)
        metrics.makeTimer(label: "tributary_http_duration", dimensions: [("route", route.path)]).recordNanoseconds(nanoseconds)
    }

    /// Own errors as they are; a cancelled wait is the hub stopping; anything else is ours to mend, and logged whole.
    private static func explain(_ error: any Error, route: HubRoute, logger: Logger) -> Complaint {
        let complaint: Complaint
        switch error {
        case let error as HubServerError: complaint = Complaint(error)
        case let error as HubError: complaint = Complaint(error)
        case is CancellationError:
            complaint = Complaint(HubError(.stopping, "The hub is stopping.", remedy: "Ask again in a moment; nothing is lost."))
        default:
            logger.error("failed: \(error)", metadata: ["route": "\(route.path)"])
            complaint = Complaint(
                HubServerError(
                    .failed, "The hub could not answer; its log has the reason.",
                    remedy: "Try again; if it stays so, look at the hub's log, its disk and tributary-hub verify."))
        }
        logger.log(
            level: level(complaint), "refused: \(complaint.message)",
            metadata: ["route": "\(route.path)", "code": "\(complaint.code)", "status": "\(complaint.status.code)"])
        return complaint
    }

    /// What the hub cannot do is an error, unless it says so itself and every agent asks again; who may not ask is worth a look,
    /// and a question that finds nothing is neither.
    private static func level(_ complaint: Complaint) -> Logger.Level {
        switch complaint.status.kind {
        case .serverError: complaint.isTransient ? .debug : .error
        default: complaint.status == .unauthorized ? .notice : .debug
        }
    }
}

/// Answers what no route answers: 405 where the path exists with another method, else 404. In JSON, like all errors.
private struct UnknownPaths: RouterMiddleware {
    let routes: [HubRoute]

    func handle(
        _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return reply(for: request).response
        }
    }

    private func reply(for request: Request) -> HubReply {
        let allowed = routes.filter { $0.matches(request.uri.path[...]) }.map(\.method.rawValue).sorted()
        guard !allowed.isEmpty else {
            return .error(
                Complaint(
                    HubServerError(
                        .unknownPath, "This hub has nothing at this path.",
                        remedy: "See protocol/openapi.yaml for the paths; check the version.")))
        }
        var reply = HubReply.error(
            Complaint(
                HubServerError(
                    .wrongMethod, "This path does not take \(request.method.rawValue).",
                    remedy: "Use \(allowed.joined(separator: " or ")); see protocol/openapi.yaml.")))
        reply.fields[.allow] = allowed.joined(separator: ", ")
        return reply
    }
}

extension HubReply {
    var response: Response {
        var headers = fields
        headers[.contentType] = mediaType
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
