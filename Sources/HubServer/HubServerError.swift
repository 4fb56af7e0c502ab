import HTTPTypes
import HubRuntime

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
        case repeated = "request-repeated"
        case notAnOperator = "operator-unknown"
        case busy = "hub-busy"
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
        case .unknownPath: .notFound
        case .wrongMethod: .methodNotAllowed
        case .badRequest: .badRequest
        case .tooLarge: .contentTooLarge
        case .noSignature, .badSignature, .notAnOperator: .unauthorized
        case .repeated: .conflict
        case .busy: .serviceUnavailable
        case .failed, .address: .internalServerError
        }
    }
}

/// An error as it goes out: either of ours, or one of the hub's own with the status that fits its code.
struct Complaint: Sendable {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    let remedy: String
    /// The same request may succeed soon with nothing changed at the caller's side.
    let isTransient: Bool

    init(_ error: HubServerError) {
        (status, code, message, remedy) = (error.status, error.code.rawValue, error.message, error.remedy)
        isTransient = error.code == .busy
    }

    init(_ error: HubError) {
        (status, code, message, remedy) = (Self.status(of: error.code), error.code.rawValue, error.message, error.remedy)
        isTransient = error.isTransient
    }

    private static func status(of code: HubError.Code) -> HTTPResponse.Status {
        switch code {
        case .unknownAgent, .revokedAgent, .badToken, .usedToken, .expiredToken: .unauthorized
        case .keyInUse, .siteExists, .conflictGone, .decisionSuperseded: .conflict
        case .badName, .badRequest, .choiceInvalid: .badRequest
        case .unknownSite, .notFound: .notFound
        case .tooLarge: .contentTooLarge
        case .storageFull, .storageBusy, .storageFailed, .busy, .stopping: .serviceUnavailable
        case .storageTooNew, .notAHubFolder, .alreadyAHubFolder, .hubRunning, .journalDamaged: .internalServerError
        }
    }
}
