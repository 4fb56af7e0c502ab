import Foundation
import HTTPTypes
import Hummingbird

/// What goes back: a status, a media type and bytes.
public struct Reply: Sendable {
    public var status: HTTPResponse.Status
    public var mediaType: String
    public var bytes: [UInt8]
    public var fields: HTTPFields = [:]
    /// What follows the bytes for as long as the caller listens; the connection is the caller's alone meanwhile.
    public var rest: AsyncStream<[UInt8]>?
    /// Held until all bytes are written, or nobody reads them any more.
    public var room: AnswerRoom?
    /// How slowly they may be read.
    public var pace = LinePace.usual

    public init(status: HTTPResponse.Status = .ok, mediaType: String = "application/json", bytes: [UInt8]) {
        self.status = status
        self.mediaType = mediaType
        self.bytes = bytes
    }

    public static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Reply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Reply(status: status, bytes: [UInt8](try encoder.encode(value)))
    }

    public static func error(_ error: ErrorReply) -> Reply {
        struct Body: Encodable {
            struct Detail: Encodable { let code, message, remedy: String }
            let error: Detail
        }
        let detail = Body.Detail(code: error.code, message: error.message, remedy: error.remedy)
        let encoded = try? json(Body(error: detail), status: error.status)
        var reply = encoded ?? Reply(status: error.status, bytes: [])
        if error.status == .serviceUnavailable { reply.fields[.retryAfter] = error.isTransient ? "1" : "60" }
        if error.status == .unauthorized { reply.fields[.wwwAuthenticate] = "Bearer" }
        return reply
    }

    var response: Response {
        var headers = fields
        headers[.contentType] = mediaType
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
        headers[.xContentTypeOptions] = "nosniff"
        guard let rest else { return Response(status: status, headers: headers, body: written) }
        let first = ByteBuffer(bytes: bytes)
        let body = ResponseBody { writer in
            try await writer.write(first)
            for await part in rest { try await writer.write(ByteBuffer(bytes: part)) }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }

    /// Written at once more than a connection buffers only seems written: it stays in memory for as long as it is read.
    private static let pieceBytesMax = 64 << 10

    private var written: ResponseBody {
        guard bytes.count > Self.pieceBytesMax else { return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)) }
        return ResponseBody(contentLength: bytes.count) { [bytes, room, pace] writer in
            defer { withExtendedLifetime(room) {} }
            // Safe: the writer is used by that one task alone, and its owner waits for it here.
            nonisolated(unsafe) let line = writer
            try await pace.hold(bytes.count) {
                var line = line
                var rest = bytes[...]
                while !rest.isEmpty {
                    try await line.write(ByteBuffer(bytes: rest.prefix(Self.pieceBytesMax)))
                    rest = rest.dropFirst(Self.pieceBytesMax)
                }
                try await line.finish(nil)
            }
        }
    }
}
