/// Why no answer came, and what to do about it. An answer with an error status is no `TransferError`.
public struct TransferError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable names, listed in `protocol/errors.md`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case badAddress = "address-invalid"
        case badHeader = "header-invalid"
        case unknownHost = "host-unknown"
        case unreachable = "unreachable"
        case timedOut = "timed-out"
        case cutShort = "answer-cut-short"
        case tooLarge = "answer-too-large"
        case notHTTP = "answer-not-http"
        case untrusted = "certificate-untrusted"
        case closed = "connection-closed"
        case unexpected = "transfer-failed"
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
