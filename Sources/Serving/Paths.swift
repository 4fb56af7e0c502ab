import Dispatch
import HTTPTypes
import Hummingbird

/// One row of a table of routes. The table is the only list of them: the router is built from it, and the 405 answer is told from it.
public protocol ServedPath: Sendable {
    var method: HTTPRequest.Method { get }
    /// With `{name}` for a part that varies, as in OpenAPI.
    var path: String { get }
    /// A longer body is refused before it is read.
    var bodyBytesMax: Int { get }
}

extension ServedPath {
    /// Whether `path` of a request has this row's form.
    public func matches(_ path: Substring) -> Bool {
        let wanted = self.path.split(separator: "/")
        let given = path.split(separator: "/")
        return wanted.count == given.count && zip(wanted, given).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }
}

/// A table of routes with who answers them; whatever is not in it is answered in JSON, like all errors.
public struct Paths<Path: ServedPath>: Sendable {
    public let table: [Path]
    /// Who answers, in words: `this hub`.
    let server: String
    /// Where the table is described.
    let description: String
    /// How an error is shown to who asks for nothing that there is.
    let show: @Sendable (ErrorReply, Request) -> Reply
    let answer: @Sendable (Path, Request, BasicRequestContext) async -> Reply

    public init(
        _ table: [Path], of server: String, describedIn description: String,
        show: @escaping @Sendable (ErrorReply, Request) -> Reply = { error, _ in .error(error) },
        answer: @escaping @Sendable (Path, Request, BasicRequestContext) async -> Reply
    ) {
        self.table = table
        self.server = server
        self.description = description
        self.show = show
        self.answer = answer
    }

    func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: UnknownPaths(paths: self))
        for row in table {
            router.on(RouterPath(row.path), method: row.method) { request, context in await answer(row, request, context).response }
        }
        return router
    }
}

/// Answers what no route answers: 405 where the path exists with another method, else 404.
private struct UnknownPaths<Path: ServedPath>: RouterMiddleware {
    let paths: Paths<Path>

    func handle(
        _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return reply(for: request).response
        }
    }

    private func reply(for request: Request) -> Reply {
        let allowed = paths.table.filter { $0.matches(request.uri.path[...]) }.map(\.method.rawValue).sorted()
        guard !allowed.isEmpty else {
            return paths.show(
                ErrorReply(
                    ServerError(
                        .unknownPath, "There is nothing at this path of \(paths.server).",
                        remedy: "See \(paths.description) for the paths; check the version.")), request)
        }
        var reply = paths.show(
            ErrorReply(
                ServerError(
                    .wrongMethod, "This path does not take \(request.method.rawValue).",
                    remedy: "Use \(allowed.joined(separator: " or ")); see \(paths.description).")), request)
        reply.fields[.allow] = allowed.joined(separator: ", ")
        return reply
    }
}
