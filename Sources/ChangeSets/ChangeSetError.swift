/// What is wrong with a change-set, a receipt or a page, where, and what to do about it.
public struct ChangeSetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable names, listed in `protocol/errors.md`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case truncated = "changeset-truncated"
        case damaged = "changeset-damaged"
        case tooLarge = "changeset-too-large"
        case tooNew = "changeset-too-new"
        case notAChangeSet = "not-a-changeset"
        case badSignature = "signature-invalid"
        case badReceipt = "receipt-invalid"
        case notCanonical = "changeset-not-canonical"
        /// What was to be encoded breaks a rule of the format.
        case invalid = "changeset-invalid"
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
