import Causality
import ChangeSets
import CurlClient
import Foundation

/// What the hub told this agent when it enrolled, kept in `agent.db`.
public struct Membership: Codable, Hashable, Sendable {
    /// The hub's base address, as given to `enroll`.
    public var hubAddress: String
    public var allowsPlainHTTP: Bool
    /// The site's name at the hub.
    public var site: String
    public var kind: String
    public var region: String
    /// 64 hexadecimal digits.
    public var hubKey: String
    /// The hub's id, 32 hexadecimal digits.
    public var hub: String

    public func address() throws -> HubAddress { try HubAddress(hubAddress, allowPlainHTTP: allowsPlainHTTP) }

    public func verifyingKey() throws -> VerifyingKey {
        guard let key = VerifyingKey(hubKey) else {
            throw AgentError(
                .notEnrolled, "The stored key of the hub is damaged.", remedy: "Restore agent.db, or enrol again with a new token.")
        }
        return key
    }
}

/// Spends a token: this agent's key is known to the hub afterwards, and the hub's key to this agent.
///
/// The key pair is on disk before the token is posted; an answer that was lost is asked for again with the same key
/// and token, and the hub answers the same.
public struct Enrolment: Sendable {
    let hub: HubAddress
    let key: SigningKey
    let version: String

    public init(hub: HubAddress, key: SigningKey, version: String) {
        self.hub = hub
        self.key = key
        self.version = version
    }

    static let tries = 3

    public func run(token: String, proxy: String?, allowsPlainHTTP: Bool, now: Timestamp) async throws -> Membership {
        struct Question: Encodable {
            var token: String
            var publicKey: String
            var version: String
        }
        let body = try HubLine.json(Question(token: token, publicKey: key.publicKey.description, version: version))
        let connection = HTTPConnection(proxy: proxy, userAgent: "tributary-agent/\(version)")
        var random = SystemRandomNumberGenerator()
        var failure: TransferError?
        for _ in 0..<Self.tries {
            let signed = try SignedRequest(
                .post, "/v1/agents/enroll", at: hub, body: body, contentType: "application/json",
                limits: TransferLimits(totalMilliseconds: 30_000, responseBytesMax: 64 << 10), key: key, now: now, random: &random)
            do { return try read(try await connection.send(signed.request), allowsPlainHTTP: allowsPlainHTTP) } catch let error
                as TransferError
            {
                failure = error
                // A line that is not there at all does not come back in a moment; one that broke may.
                if error.code != .cutShort { break }
            }
        }
        throw AgentError(
            failure?.code == .notHTTP ? .notTheHub : .hubUnreachable, failure?.message ?? "\(hub) did not answer.",
            remedy: (failure?.remedy ?? "Check the address.") + " The token is not spent by a failed try; run the same command again.")
    }

    func read(_ response: HTTPResponse, allowsPlainHTTP: Bool) throws -> Membership {
        struct Given: Decodable {
            var site: String
            var kind: String
            var region: String?
            var hubKey: String
            var hub: String
        }
        guard response.status == 200 else { throw refusal(response) }
        guard response.contentType == "application/json", let given = try? JSONDecoder().decode(Given.self, from: Data(response.body)),
            VerifyingKey(given.hubKey) != nil, ReplicaID(given.hub) != nil
        else { throw notTheHub(response) }
        return Membership(
            hubAddress: hub.description, allowsPlainHTTP: allowsPlainHTTP, site: given.site, kind: given.kind, region: given.region ?? "",
            hubKey: given.hubKey, hub: given.hub)
    }

    private func refusal(_ response: HTTPResponse) -> AgentError {
        guard let error = HubErrorBody(response) else {
            guard (500...599).contains(response.status) || response.status == 429 else { return notTheHub(response) }
            return AgentError(
                .hubUnreachable, "\(hub) answers with status \(response.status).",
                remedy: "Look at the hub's log, then run the same command again.")
        }
        let isToken = response.status == 401 || response.status == 403 || response.status == 409
        return AgentError(isToken ? .tokenRefused : .hubRefused, error.message, remedy: error.remedy)
    }

    private func notTheHub(_ response: HTTPResponse) -> AgentError {
        let failure = HubAnswer.notTheHub(response, hub: hub)
        return AgentError(
            .notTheHub, failure.message,
            remedy: "Check the address and port; the token is not spent. A sign-in page of the network may stand between.")
    }
}
