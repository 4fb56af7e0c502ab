import HTTPTypes
import HubRuntime
import Serving

/// What the hub's server answers in place of a result, besides `ServerError` and the hub's own: a status, a stable code, what is
/// wrong, and what to do about it.
///
/// Messages name routes, sites and codes,
/// never what a request carried: it may be a customer's.
public struct HubServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable names, listed in `protocol/errors.md`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case noSignature = "request-unsigned"
        case badSignature = "request-signature-invalid"
        case repeated = "request-repeated"
        case notAnOperator = "operator-unknown"
        case roleTooLow = "role-too-low"
        case foreignForm = "form-foreign"
        case busy = "hub-busy"
        case failed = "hub-failed"
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
        case .noSignature, .badSignature, .notAnOperator: .unauthorized
        case .roleTooLow, .foreignForm: .forbidden
        case .repeated: .conflict
        case .busy: .serviceUnavailable
        case .failed: .internalServerError
        }
    }
}

extension ErrorReply {
    init(_ error: HubServerError) {
        self.init(
            status: error.status, code: error.code.rawValue, message: error.message, remedy: error.remedy, isTransient: error.code == .busy)
    }

    init(_ error: HubError) {
        self.init(
            status: Self.status(of: error.code), code: error.code.rawValue, message: error.message, remedy: error.remedy,
            isTransient: error.isTransient)
    }

    private static func status(of code: HubError.Code) -> HTTPResponse.Status {
        switch code {
        case .unknownAgent, .revokedAgent, .badToken, .usedToken, .expiredToken, .signInRefused: .unauthorized
        case .signInPaused: .tooManyRequests
        case .undoForbidden: .forbidden
        case .keyInUse, .siteExists, .nameTaken, .conflictGone, .decisionSuperseded: .conflict
        case .badName, .badRequest, .choiceInvalid, .weakPassword: .badRequest
        case .unknownSite, .notFound: .notFound
        case .tooLarge: .contentTooLarge
        case .storageFull, .storageBusy, .storageFailed, .busy, .stopping: .serviceUnavailable
        case .storageTooNew, .notAHubFolder, .alreadyAHubFolder, .hubRunning, .journalDamaged: .internalServerError
        }
    }
}
