import Capture
import Foundation
import Glibc

/// The agent's own folder: `agent.db`, `agent.key`, and the lock that lets one process write at a time.
public struct DataFolder: Sendable {
    public let path: String

    public static let databaseName = "agent.db"
    public static let lockName = "agent.lock"

    public init(_ path: String) { self.path = (path as NSString).expandingTildeInPath }

    /// Makes the folder if it is not there: for its owner only, since it holds customers' data.
    public func make() throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else { throw failure("is a file, not a folder") }
        } else {
            do {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch { throw failure("cannot be made (\(error.localizedDescription))") }
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else { throw failure("may not be written by this user") }
    }

    public var hasDatabase: Bool { FileManager.default.fileExists(atPath: path + "/" + Self.databaseName) }

    private func check() throws {
        guard hasDatabase else {
            throw AgentError(
                .notEnrolled, "There is no agent in \(path).",
                remedy: "Name the agent's folder with --data, or begin with: tributary-agent enroll.")
        }
    }

    /// Opens `agent.db`, and makes it with the folder if `makes`.
    public func open(makes: Bool = true) throws -> AgentDatabase {
        if makes { try make() } else { try check() }
        do {
            let before = umask(0o077)
            defer { umask(before) }
            let database = try AgentDatabase(path: path + "/" + Self.databaseName)
            try AgentSchema.migrate(database.queue)
            return database
        } catch {
            // SQLite cannot make its own files beside ours then, and calls that an I/O error.
            if let full = spaceProblem(freeBytesMin: 1 << 20) { throw AgentError(.diskFull, full.message, remedy: full.remedy) }
            throw AgentError(database: error, file: path + "/" + Self.databaseName)
        }
    }

    /// Held while a process captures or sends. `find` and `status` do without.
    public final class Lock: Sendable {
        private let descriptor: CInt
        fileprivate init(_ descriptor: CInt) { self.descriptor = descriptor }
        deinit { close(descriptor) }
    }

    /// - Parameter makes: make the folder if it is not there. Else a mistyped one is refused, and nothing is left behind.
    public func lock(makes: Bool = false) throws -> Lock {
        if makes { try make() } else { try check() }
        let descriptor = Glibc.open(path + "/" + Self.lockName, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot hold a lock file (\(String(cString: strerror(errno))))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw AgentError(
                .alreadyRunning, "An agent is already at work in \(path).",
                remedy: "Let it do the work (tributary-agent status), or stop it first: systemctl stop tributary-agent.")
        }
        return Lock(descriptor)
    }

    /// Whether a process captures or sends right now.
    public var isLocked: Bool {
        let descriptor = Glibc.open(path + "/" + Self.lockName, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }

    private func failure(_ what: String) -> AgentError {
        AgentError(
            .dataFolder, "The agent's folder \(path) \(what).", remedy: "Name another folder with --data, or set its owner and rights.")
    }
}

extension DataFolder {
    /// What is free on the folder's disk for this user; `nil` when the system does not say.
    var freeBytes: UInt64? {
        var info = statvfs()
        guard statvfs(path, &info) == 0 else { return nil }
        return UInt64(info.f_bavail) * UInt64(info.f_frsize)
    }

    /// A running agent whose disk is full cannot even write that down; so whoever asks looks for himself.
    func spaceProblem(freeBytesMin: UInt64) -> AgentHealth.Problem? {
        guard let free = freeBytes, free < freeBytesMin else { return nil }
        return AgentHealth.Problem(
            code: AgentError.Code.diskFull.rawValue,
            message: free >> 20 == 0
                ? "The disk of the agent's folder \(path) is full." : "Only \(free >> 20) MB are free where the agent keeps its file.",
            remedy: "Make room there. Without any the agent stops capturing; the application sells on, and what it sells is captured then.")
    }
}
