import Causality
import ChangeSets
import Foundation
import HTTPTypes
import HubRuntime
import Logging
import Serving

/// One row of the hub's route table: what is asked how, who may ask, how much a request may carry, and who answers.
///
/// The table is the only list of routes: the router is built from it, the 405 answer is told from it, and a test
/// holds `protocol/openapi.yaml` against it.
public struct HubRoute: ServedPath {
    public enum Access: Hashable, Sendable {
        /// No proof: health and metrics, which say nothing about customers.
        case anyone
        /// A signature of any key: enrolment, where the token is the proof.
        case signed
        /// A signature of an enrolled agent that is not revoked.
        case agent
        /// A bearer token of somebody with that role or a higher one: the operators' secret, or an API token.
        case person(Role)
        /// A page that needs nobody: where one signs in, and what pages are made with.
        case visitor
        /// A page, or a form of one, for somebody who signed in with that role or a higher one.
        case console(Role)

        /// The lowest role that may ask; `nil` where no person asks.
        public var role: Role? {
            switch self {
            case .person(let role), .console(let role): role
            case .anyone, .signed, .agent, .visitor: nil
            }
        }

        /// Whether a browser asks, and errors are pages.
        public var isPage: Bool {
            switch self {
            case .visitor, .console: true
            case .anyone, .signed, .agent, .person: false
            }
        }
    }

    public let method: HTTPRequest.Method
    /// With `{name}` for a part that varies, as in OpenAPI.
    public let path: String
    public let access: Access
    /// A longer body is refused before it is read.
    public let bodyBytesMax: Int
    /// Whether the very same signed request may come twice: it has one effect, and libcurl itself may send a POST twice.
    let mayRepeat: Bool
    let answer: @Sendable (HubCall) async throws -> Reply

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, bodyBytesMax: Int = 0, mayRepeat: Bool = false,
        answer: @escaping @Sendable (HubCall) async throws -> Reply
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.bodyBytesMax = bodyBytesMax
        self.mayRepeat = mayRepeat
        self.answer = answer
    }
}

/// A request that has passed the gate: its body is read, its caller is known.
struct HubCall: Sendable {
    let body: [UInt8]
    /// Set for `signed` and `agent` routes.
    let caller: SignedCaller?
    /// Set for `agent` routes.
    let agent: AgentRecord?
    /// Set for `person` routes.
    let principal: Principal?
    /// Set for `console` routes.
    let session: SignedIn?
    let headers: HTTPFields
    /// The request's own path, with what follows its question mark.
    let address: String
    /// The host, and the port, that the caller asked for (`Host`): how this hub is reached from there.
    let authority: String?
    /// The hub's clock when the request was let in.
    let now: Timestamp
    let logger: Logger
    let parameters: @Sendable (String) -> String?
    /// What the path's question mark is followed by, of one name.
    let query: @Sendable (String) -> String?

    /// The part of the path that stands for `{name}`, percent-decoded.
    func parameter(_ name: String) throws(ServerError) -> String {
        let decoded = parameters(name).map { PercentCoding.decoded($0.utf8, plus: UInt8(ascii: "+")) }
        guard let decoded, decoded.isWellFormed, let value = String(validating: decoded.bytes, as: UTF8.self), !value.isEmpty else {
            throw ServerError(
                .badRequest, "The path's part for \(name) is empty or not percent-encoded UTF-8.",
                remedy: "See \(name) in protocol/openapi.yaml.")
        }
        return value
    }

    /// The body as JSON of `type`. Who asks under a name of his own decides under that name, whatever the body says.
    func json<Body: Decodable>(_ type: Body.Type = Body.self) throws(ServerError) -> Body {
        var body = body
        if let name = principal?.name { body = try Self.signed(body, by: name) }
        return try BoundedBody.json(body, as: type, describedIn: Self.description)
    }

    /// Only where the body names an author: rules, for one, take no name that they do not know. What cannot be read is refused here, or it
    /// might be read otherwise further on.
    private static func signed(_ body: [UInt8], by name: String) throws(ServerError) -> [UInt8] {
        do {
            guard var object = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any], object["author"] != nil else {
                return body
            }
            object["author"] = name
            return Array(try JSONSerialization.data(withJSONObject: object))
        } catch {
            throw ServerError(.badRequest, "The body is no JSON.", remedy: "See the route's request body in \(description).")
        }
    }

    static let description = "protocol/openapi.yaml"
}

extension Reply {
    /// A document that a view has written.
    static func document(_ answer: JSONAnswer) -> Reply { Reply(bytes: answer.bytes) }

    static func list(_ answers: [JSONAnswer]) -> Reply {
        let bytes = Array(answers.map(\.bytes).joined(separator: [UInt8(ascii: ",")]))
        return Reply(bytes: [UInt8(ascii: "[")] + bytes + [UInt8(ascii: "]")])
    }

    /// A signed answer of the sync line.
    static func answer(_ bytes: [UInt8]) -> Reply { Reply(mediaType: lineMediaType, bytes: bytes) }

    static let lineMediaType = "application/vnd.tributary"
}
