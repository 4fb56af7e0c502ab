import HTTPTypes

/// What any of our servers answers in place of a result when the request itself is wrong: a stable code, what is wrong, what to do.
///
/// Messages name paths and bounds, never what a request carried: it may be a customer's.
public struct ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable names, listed in `protocol/errors.md`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case unknownPath = "path-unknown"
        case wrongMethod = "method-not-allowed"
        case badRequest = "request-malformed"
        case tooLarge = "request-too-large"
        case tooSlow = "request-too-slow"
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
}

/// An error as it goes out, whoever raised it. On the line it is `{"error":{"code":…,"message":…,"remedy":…}}`.
public struct ErrorReply: Sendable {
    public let status: HTTPResponse.Status
    public let code: String
    public let message: String
    public let remedy: String
    /// The same request may succeed soon with nothing changed at the caller's side.
    public let isTransient: Bool

    public init(status: HTTPResponse.Status, code: String, message: String, remedy: String, isTransient: Bool = false) {
        self.status = status
        self.code = code
        self.message = message
        self.remedy = remedy
        self.isTransient = isTransient
    }

    public init(_ error: ServerError) {
        self.init(
            status: Self.status(of: error.code), code: error.code.rawValue, message: error.message, remedy: error.remedy,
            isTransient: error.code == .tooSlow)
    }

    private static func status(of code: ServerError.Code) -> HTTPResponse.Status {
        switch code {
        case .unknownPath: .notFound
        case .wrongMethod: .methodNotAllowed
        case .badRequest: .badRequest
        case .tooLarge: .contentTooLarge
        case .tooSlow: .requestTimeout
        case .address: .internalServerError
        }
    }
}
