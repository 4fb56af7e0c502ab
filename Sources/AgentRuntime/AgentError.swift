/// What went wrong at the agent, and what to do about it.
public struct AgentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable names, listed in `protocol/errors.md`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case badHubAddress = "hub-address-invalid"
        case plainHTTP = "plain-http-refused"
        case tokenRefused = "token-refused"
        case alreadyEnrolled = "already-enrolled"
        case notEnrolled = "not-enrolled"
        case notTheHub = "not-the-hub"
        case hubUnreachable = "hub-unreachable"
        case hubRefused = "hub-refused"
        case keyFile = "key-file"
        case dataFolder = "data-folder"
        case diskFull = "agent-disk-full"
        case alreadyRunning = "agent-already-running"
        case unknownSource = "source-unknown"
        case sourceExists = "source-exists"
        case configuration = "configuration-invalid"
        case outboxDamaged = "outbox-damaged"
        case recovery = "recovery-incomplete"
        case badPost = "post-invalid"
        case lookAgain = "look-again"
        case callerUnknown = "caller-unknown"
        case failed = "agent-failed"
        case movedElsewhere = "stock-moved-elsewhere"
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
