/// What the hub cannot do, why, and what an operator or an agent does about it.
public struct HubError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable names, listed in `protocol/errors.md`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case unknownAgent = "agent-unknown"
        case revokedAgent = "agent-revoked"
        case badToken = "token-invalid"
        case usedToken = "token-used"
        case expiredToken = "token-expired"
        case keyInUse = "agent-key-in-use"
        case badName = "site-name-invalid"
        case siteExists = "site-exists"
        case nameTaken = "name-taken"
        case signInRefused = "sign-in-refused"
        case signInPaused = "sign-in-paused"
        case weakPassword = "password-too-weak"
        case unknownSite = "site-unknown"
        case notFound = "not-found"
        case conflictGone = "conflict-gone"
        case choiceInvalid = "choice-invalid"
        case undoForbidden = "undo-forbidden"
        case decisionSuperseded = "decision-superseded"
        case badRequest = "request-invalid"
        case tooLarge = "request-too-large"
        case storageFull = "storage-full"
        case storageBusy = "storage-busy"
        case storageFailed = "storage-failed"
        case storageTooNew = "storage-too-new"
        case notAHubFolder = "not-a-hub-folder"
        case alreadyAHubFolder = "already-a-hub-folder"
        case hubRunning = "hub-running"
        case journalDamaged = "journal-damaged"
        case busy = "hub-busy"
        case stopping = "hub-stopping"
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

    /// Whether the same request may succeed later with nothing changed at the caller's side.
    public var isTransient: Bool {
        switch code {
        case .storageFull, .storageBusy, .storageFailed, .busy, .stopping: true
        default: false
        }
    }
}
