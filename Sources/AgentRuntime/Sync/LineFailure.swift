/// Why an exchange with the hub brought no valid answer.
///
/// Whatever it is, nothing is deleted here and nothing counts as acknowledged (law 2).
public struct LineFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// No connection, a time-out, an answer cut short: it will pass.
        case unreachable = "hub-unreachable"
        /// The hub says it is busy, full or starting: 408, 429, 5xx.
        case busy = "hub-busy"
        /// Something that is no hub answered: a captive portal, a proxy, another web server.
        case notTheHub = "not-the-hub"
        /// An answer in our own format with a wrong signature or for another request.
        case untrusted = "hub-untrusted"
        /// 401, 403: this agent is unknown there or revoked.
        case unauthorised = "agent-unauthorised"
        /// 413 without a signature: an intermediary or the hub takes less per request.
        case tooLarge = "request-too-large"
        /// Another refusal of the request as such: 400, 404, 409, 426.
        case rejected = "request-rejected"
        /// This side could not prepare the request: disk full, damaged file.
        case local = "agent-local"
    }

    public var kind: Kind
    public var message: String
    public var remedy: String
    public var retryAfterMilliseconds: UInt64?

    public init(_ kind: Kind, _ message: String, remedy: String, retryAfterMilliseconds: UInt64? = nil) {
        self.kind = kind
        self.message = message
        self.remedy = remedy
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }

    public var description: String { "\(message)\n\(remedy)" }
}
