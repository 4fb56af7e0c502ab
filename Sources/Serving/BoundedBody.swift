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

    public static func read(_ request: Request, for path: some ServedPath) async throws -> [UInt8] {
        guard path.bodyBytesMax > 0 else { return [] }
        do {
            let buffer = try await request.body.collect(upTo: path.bodyBytesMax)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge(path)
        }
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

    private static func tooLarge(_ path: some ServedPath) -> ServerError {
        ServerError(
            .tooLarge, "The body is longer than the \(path.bodyBytesMax) bytes that \(path.path) takes.",
            remedy: path.bodyBytesMax == 0 ? "Send no body." : "Send it in smaller pieces.")
    }
}
