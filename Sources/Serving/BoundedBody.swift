import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A request's body within its path's bound.
public enum BoundedBody {
    /// What the request announces; `nil` where it does not.
    ///
    /// - Throws: `request-malformed`, or `request-too-large` before anything is read.
    public static func declaredLength(of request: Request, for path: some ServedPath) throws(ServerError) -> Int? {
        guard let field = request.headers[.contentLength] else { return nil }
        guard let length = Int(field), length >= 0 else {
            throw ServerError(.badRequest, "Content-Length is no number.", remedy: "Send the body's length in bytes.")
        }
        guard length <= path.bodyBytesMax else { throw tooLarge(path) }
        return length
    }

    /// - Throws: `request-too-large`; `request-too-slow` where it takes room for longer than so many bytes may.
    public static func read(_ request: Request, for path: some ServedPath, pace: LinePace = .usual) async throws -> [UInt8] {
        guard path.bodyBytesMax > 0 else { return [] }
        let started = ContinuousClock.now
        return try await collect(request.body.map { Array($0.readableBytesView) }, for: path, pace: pace) { ContinuousClock.now - started }
    }

    /// - Parameter elapsed: how long it has taken so far. It is asked with each part: where none comes, the connection's idle time ends it.
    static func collect<Parts: AsyncSequence>(
        _ parts: Parts, for path: some ServedPath, pace: LinePace, elapsed: () -> Duration
    ) async throws -> [UInt8] where Parts.Element == [UInt8] {
        var body: [UInt8] = []
        for try await part in parts {
            guard body.count + part.count <= path.bodyBytesMax else { throw tooLarge(path) }
            body += part
            guard elapsed() <= pace.allowance(for: body.count) else { throw tooSlow(pace) }
        }
        return body
    }

    /// The body as JSON of `type`.
    ///
    /// - Parameter description: where the path's body is described.
    public static func json<Body: Decodable>(
        _ body: [UInt8], as type: Body.Type, describedIn description: String
    ) throws(ServerError) -> Body {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw ServerError(
                .badRequest, "The body is not the JSON that this path takes\(place(of: error)).",
                remedy: "See the path's request body in \(description).")
        }
    }

    /// Where the decoder stumbled: names of our own fields, never a value.
    private static func place(of error: any Error) -> String {
        let path: [any CodingKey]
        switch error {
        case DecodingError.keyNotFound(let key, let context): path = context.codingPath + [key]
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context): path = context.codingPath
        default: path = []
        }
        return path.isEmpty ? "" : ": look at " + path.map(\.stringValue).joined(separator: ".")
    }

    private static func tooSlow(_ pace: LinePace) -> ServerError {
        ServerError(
            .tooSlow, "The body comes more slowly than \(pace.bytesPerSecondMin) bytes a second.",
            remedy: "Send it again; if it stays so, look at the line, and at what stands between.")
    }

    private static func tooLarge(_ path: some ServedPath) -> ServerError {
        ServerError(
            .tooLarge, "The body is longer than the \(path.bodyBytesMax) bytes that \(path.path) takes.",
            remedy: path.bodyBytesMax == 0 ? "Send no body." : "Send it in smaller pieces.")
    }
}
