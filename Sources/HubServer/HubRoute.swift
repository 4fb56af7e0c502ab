import Causality
import ChangeSets
import Foundation
import HTTPTypes
import HubRuntime
import Logging

/// One row of the hub's route table: what is asked how, who may ask, how much a request may carry, and who answers.
///
/// The table is the only list of routes: the router is built from it, the 405 answer is told from it, and a test
/// holds `protocol/openapi.yaml` against it.
public struct HubRoute: Sendable {
    public enum Access: Hashable, Sendable {
        /// No proof: health and metrics, which say nothing about customers.
        case anyone
        /// A signature of any key: enrolment, where the token is the proof.
        case signed
        /// A signature of an enrolled agent that is not revoked.
        case agent
        /// The operators' secret as a bearer token.
        case `operator`
    }

    public let method: HTTPRequest.Method
    /// With `{name}` for a part that varies, as in OpenAPI.
    public let path: String
    public let access: Access
    /// A longer body is refused before it is read.
    public let bodyBytesMax: Int
    /// Whether the very same signed request may come twice: it has one effect, and libcurl itself may send a POST twice.
    let mayRepeat: Bool
    let answer: @Sendable (HubCall) async throws -> HubReply

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, bodyBytesMax: Int = 0, mayRepeat: Bool = false,
        answer: @escaping @Sendable (HubCall) async throws -> HubReply
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.bodyBytesMax = bodyBytesMax
        self.mayRepeat = mayRepeat
        self.answer = answer
    }

    /// Whether `path` of a request has this route's form.
    func matches(_ path: Substring) -> Bool {
        let wanted = self.path.split(separator: "/")
        let given = path.split(separator: "/")
        return wanted.count == given.count && zip(wanted, given).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }
}

/// A request that has passed the gate: its body is read, its caller is known.
struct HubCall: Sendable {
    let body: [UInt8]
    /// Set for `signed` and `agent` routes.
    let caller: SignedCaller?
    /// Set for `agent` routes.
    let agent: AgentRecord?
    /// The hub's clock when the request was let in.
    let now: Timestamp
    let logger: Logger
    let parameters: @Sendable (String) -> String?

    /// The part of the path that stands for `{name}`, percent-decoded.
    func parameter(_ name: String) throws(HubServerError) -> String {
        guard let value = parameters(name)?.removingPercentEncoding, !value.isEmpty else {
            throw HubServerError(
                .badRequest, "The path's part for \(name) is empty or not percent-encoded UTF-8.",
                remedy: "See \(name) in protocol/openapi.yaml.")
        }
        return value
    }

    /// The body as JSON of `type`.
    func json<Body: Decodable>(_ type: Body.Type = Body.self) throws(HubServerError) -> Body {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw HubServerError(
                .badRequest, "The body is not the JSON that this route takes\(Self.place(of: error)).",
                remedy: "See the route's request body in protocol/openapi.yaml.")
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
}

/// What goes back: a status, a media type and bytes.
struct HubReply: Sendable {
    var status: HTTPResponse.Status = .ok
    var mediaType: String
    var bytes: [UInt8]
    var fields: HTTPFields = [:]

    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> HubReply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return HubReply(status: status, mediaType: "application/json", bytes: [UInt8](try encoder.encode(value)))
    }

    /// A document that a view has written.
    static func document(_ answer: JSONAnswer) -> HubReply { HubReply(mediaType: "application/json", bytes: answer.bytes) }

    static func list(_ answers: [JSONAnswer]) -> HubReply {
        let bytes = Array(answers.map(\.bytes).joined(separator: [UInt8(ascii: ",")]))
        return HubReply(mediaType: "application/json", bytes: [UInt8(ascii: "[")] + bytes + [UInt8(ascii: "]")])
    }

    /// A signed answer of the sync line.
    static func answer(_ bytes: [UInt8]) -> HubReply { HubReply(mediaType: lineMediaType, bytes: bytes) }

    static let lineMediaType = "application/vnd.tributary"

    static func error(_ complaint: Complaint) -> HubReply {
        struct Body: Encodable {
            struct Detail: Encodable { let code, message, remedy: String }
            let error: Detail
        }
        let detail = Body.Detail(code: complaint.code, message: complaint.message, remedy: complaint.remedy)
        let encoded = try? json(Body(error: detail), status: complaint.status)
        var reply = encoded ?? HubReply(status: complaint.status, mediaType: "application/json", bytes: [])
        if complaint.status == .serviceUnavailable { reply.fields[.retryAfter] = complaint.isTransient ? "1" : "60" }
        if complaint.status == .unauthorized { reply.fields[.wwwAuthenticate] = "Bearer" }
        return reply
    }
}
