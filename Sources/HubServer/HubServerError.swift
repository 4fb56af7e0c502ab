import HTTPTypes

/// What the hub answers in place of a result: a status, a stable code, what is wrong, and what to do about it.
///
/// On the line it is `{"error":{"code":…,"message":…,"remedy":…}}`. Messages name routes, sites and codes,
/// never what a request carried: it may be a customer's.
public struct HubServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable names, listed in `protocol/errors.md`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case unknownPath = "path-unknown"
        case wrongMethod = "method-not-allowed"
        case badRequest = "request-malformed"
        case tooLarge = "request-too-large"
        case noSignature = "request-unsigned"
        case badSignature = "request-signature-invalid"
        case unknownAgent = "agent-unknown"
        case revokedAgent = "agent-revoked"
        case repeated = "request-repeated"
        case notAnOperator = "operator-unknown"
        case notFound = "not-found"
        case busy = "hub-busy"
        case stopping = "hub-stopping"
        case failed = "hub-failed"
        case address = "address-not-usable"
    }

    public var code: Code
    public var message: String
    public var remedy: String

    public init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(message)\n\(remedy)" }

    /// The status that goes with the code; the code says more.
    public var status: HTTPResponse.Status {
        switch code {
        case .unknownPath, .notFound: .notFound
        case .wrongMethod: .methodNotAllowed
        case .badRequest: .badRequest
        case .tooLarge: .contentTooLarge
        case .noSignature, .badSignature, .unknownAgent, .revokedAgent, .notAnOperator: .unauthorized
        case .repeated: .conflict
        case .busy, .stopping: .serviceUnavailable
        case .failed, .address: .internalServerError
        }
    }
}
