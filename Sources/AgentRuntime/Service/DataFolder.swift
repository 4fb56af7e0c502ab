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

    /// Opens `agent.db`, and makes it with the folder if `makes`.
    public func open(makes: Bool = true) throws -> AgentDatabase {
        if makes { try make() }
        guard makes || hasDatabase else {
            throw AgentError(
                .notEnrolled, "There is no agent in \(path).",
                remedy: "Name the agent's folder with --data, or begin with: tributary-agent enroll.")
        }
        do {
            let before = umask(0o077)
            defer { umask(before) }
            let database = try AgentDatabase(path: path + "/" + Self.databaseName)
            try AgentSchema.migrate(database.queue)
            return database
        } catch { throw AgentError(database: error, file: path + "/" + Self.databaseName) }
    }

    /// Held while a process captures or sends. `find` and `status` do without.
    public final class Lock: Sendable {
        private let descriptor: CInt
        fileprivate init(_ descriptor: CInt) { self.descriptor = descriptor }
        deinit { close(descriptor) }
    }

    public func lock() throws -> Lock {
        try make()
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

    /// Bytes that may still be written where the folder is; `nil` where the system does not say.
    var freeBytes: UInt64? {
        var info = statvfs()
        return statvfs(path, &info) == 0 ? UInt64(info.f_bavail) * UInt64(info.f_frsize) : nil
    }

    /// A running agent cannot write down that it cannot write: whoever reads its file looks for himself.
    var spaceProblem: AgentHealth.Problem? {
        guard let freeBytes, freeBytes < Self.workingBytesMin else { return nil }
        return AgentHealth.Problem(
            AgentError(
                .diskFull, "The disk of the agent's folder \(path) is full, so nothing is captured or received.",
                remedy: "Make room; the agent goes on by itself, and what the application writes meanwhile is captured then."))
    }

    /// Below this a drain may not fit: what SQLite keeps for its WAL.
    static let workingBytesMin: UInt64 = 1 << 20

    private func failure(_ what: String) -> AgentError {
        AgentError(
            .dataFolder, "The agent's folder \(path) \(what).", remedy: "Name another folder with --data, or set its owner and rights.")
    }
}
