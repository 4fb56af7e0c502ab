import GRDB

/// What is wrong with an attached source, which one, and what to do about it.
public struct CaptureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable names, listed in `protocol/errors.md`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case noSuchFile = "source-no-such-file"
        case isDirectory = "source-is-a-directory"
        case notADatabase = "source-not-sqlite"
        case onNetwork = "source-on-network"
        case locked = "source-locked"
        case readOnly = "source-read-only"
        case diskFull = "source-disk-full"
        case damaged = "source-damaged"
        case alreadyAttached = "source-already-attached"
        case notAttached = "source-not-attached"
        case otherOwner = "source-other-owner"
        case replaced = "source-replaced"
        case tooNew = "source-too-new"
        case schemaChanged = "source-schema-changed"
        case recovering = "source-recovering"
        case keyTooWide = "source-key-too-wide"
        case unknownState = "source-unknown-state"
        case failed = "source-failed"
        case journalDamaged = "journal-damaged"
        case agentDiskFull = "agent-disk-full"
        case agentFile = "data-folder"
        case keyReused = "idempotency-key-reused"
        case lookAgain = "look-again"
        case recordUnknown = "record-unknown"
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

extension CaptureError {
    /// What SQLite said of the agent's own file, in an operator's words.
    public static func ofAgentFile(_ error: any Error, file: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        switch error.resultCode.primaryResultCode {
        case .SQLITE_FULL:
            return CaptureError(
                .agentDiskFull, "The disk of the agent's file \(file) is full.",
                remedy: "Make room; the agent goes on by itself, and nothing is lost.")
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            return CaptureError(
                .agentFile, "\(file) is damaged.",
                remedy:
                    "Check the disk, stop the agent, and run: tributary-agent salvage - it keeps what can be read; the hub tells the rest.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return CaptureError(
                .agentFile, "\(file) is locked by another program.",
                remedy: "Find the program that keeps it locked, for example a backup.")
        case .SQLITE_IOERR:
            return CaptureError(
                .agentFile, "\(file) cannot be read or written: \(error.message ?? "the disk failed").",
                remedy:
                    "Check the disk and the cable or network it hangs on. The agent tries again by itself; the application is not touched.")
        default:
            return CaptureError(
                .agentFile, "\(file) could not be used: \(error.message ?? "SQLite error \(error.resultCode.rawValue)").",
                remedy: "Check the disk and the rights of the folder.")
        }
    }

    /// What SQLite said of the application's file, in an operator's words.
    static func ofSource(_ error: any Error, file: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        switch error.resultCode.primaryResultCode {
        case .SQLITE_NOTADB:
            return CaptureError(
                .notADatabase, "\(file) is not an SQLite database, or it is encrypted.",
                remedy: "Name the application's database file itself; encrypted files cannot be attached.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return CaptureError(
                .locked, "\(file) is locked by another program.",
                remedy: "Nothing is lost, the next try comes by itself. If it stays, find the program that keeps the file locked.")
        case .SQLITE_CANTOPEN:
            return CaptureError(
                .noSuchFile, "\(file) cannot be opened.",
                remedy: "Check the path, and that the agent may read and write the file and its folder.")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            return CaptureError(
                .readOnly, "\(file) may not be written.",
                remedy: "Let the agent's user write the file and its folder, as the application does.")
        case .SQLITE_FULL:
            return CaptureError(
                .diskFull, "The disk of \(file) is full.", remedy: "Make room; the agent goes on by itself, and nothing is lost.")
        case .SQLITE_CORRUPT, .SQLITE_IOERR:
            return CaptureError(
                .damaged, "\(file) cannot be read: \(error.message ?? "damaged").",
                remedy: "Run PRAGMA integrity_check on a copy, check the disk, and restore the application's backup if it is damaged.")
        default:
            return CaptureError(
                .failed, "\(file): \(error.message ?? "SQLite error \(error.resultCode.rawValue)").",
                remedy: "The source is left alone until the next try; other sources go on. If it stays, report it with this message.")
        }
    }
}
