import Foundation
import GRDB
import Mutants

/// The application's own file: one connection, held as shortly as it is needed.
///
/// A good guest (S17): nothing of the WAL is checkpointed while others hold the file, and the connection
/// is closed in the ordinary way as soon as nothing is to be read (`rest`). Whoever closes last checkpoints,
/// so when the application has gone home, that is this agent; while it is open, closing costs nothing. So
/// nobody has to find out who else holds the file.
///
/// The file is opened through SQLite only: closing any other descriptor of it would drop the process's locks.
final class SourceFile {
    let path: String
    private let settings: CaptureSettings
    private var queue: DatabaseQueue?
    /// Whether readers and writers do not wait for each other.
    private(set) var isWAL = false

    init(path: String, settings: CaptureSettings) {
        self.path = path
        self.settings = settings
    }

    /// Runs `body` on the connection, which is opened if need be. No transaction is begun.
    ///
    /// - Throws: `CaptureError` in place of SQLite's own errors.
    func access<Result>(_ body: (Database) throws -> Result) throws -> Result {
        do {
            return try opened().inDatabase { db in
                do {
                    return try body(db)
                } catch {
                    // SQLite has rolled back by itself where this fails.
                    if db.isInsideTransaction { try? db.rollback() }
                    throw error
                }
            }
        } catch {
            throw CaptureError.ofSource(error, file: path)
        }
    }

    /// Closes the connection until the next access.
    func rest() throws {
        guard let queue else { return }
        self.queue = nil
        do { try queue.close() } catch { throw CaptureError.ofSource(error, file: path) }
    }

    private func opened() throws -> DatabaseQueue {
        if let queue { return queue }
        try checkPlace()
        var configuration = Configuration()
        configuration.busyMode = .callback(waiting)
        configuration.foreignKeysEnabled = false
        configuration.label = "tributary.source"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = \(Mutant.marksWithoutSync.isOn ? "NORMAL" : "FULL")")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try db.execute(sql: "PRAGMA cache_size = -2000")
        }
        let opened = try DatabaseQueue(path: path, configuration: configuration)
        isWAL = try opened.inDatabase { try String.fetchOne($0, sql: "PRAGMA journal_mode") == "wal" }
        queue = opened
        return opened
    }

    /// Waits for a lock as SQLite does, in steps of 1, 2, 3 ... 10 milliseconds, but not while the program ends.
    private var waiting: @Sendable (Int) -> Bool {
        let (limit, isStopping) = (settings.busyTimeoutSeconds * 1000, settings.isStopping)
        return { tries in
            let waited = tries < 10 ? tries * (tries + 1) / 2 : 55 + (tries - 10) * 10
            guard Double(waited) < limit, !isStopping() else { return false }
            usleep(UInt32(min(tries + 1, 10)) * 1000)
            return true
        }
    }

    // MARK: The place

    /// - Throws: `CaptureError` for what SQLite would report badly, or would create.
    func checkPlace() throws {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw CaptureError(
                .noSuchFile, "There is no file \(path).", remedy: "Check the path; the agent makes no application file itself.")
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw CaptureError(.isDirectory, "\(path) is a folder.", remedy: "Name the application's database file inside it.")
        }
        guard status.st_size > 0 else {
            throw CaptureError(
                .notADatabase, "\(path) is empty.", remedy: "Start the application once, so that it makes its tables, and attach then.")
        }
        if Self.isOnNetwork(path) {
            throw CaptureError(
                .onNetwork, "\(path) lies on a network drive, where SQLite's locks cannot be trusted.",
                remedy: "Run the agent on the machine that holds the file.")
        }
    }

    private static func isOnNetwork(_ path: String) -> Bool {
        guard let resolved = realpath(path, nil) else { return false }
        defer { free(resolved) }
        // Not Linux, or hidden from us: nothing to warn of.
        guard let table = try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8) else { return false }
        return MountTable(table).kind(of: String(cString: resolved)).map(MountTable.networkKinds.contains) ?? false
    }

    /// What changes when anybody writes the file: looked at instead of opening it. Costs two system calls.
    struct Fingerprint: Hashable, Sendable {
        var parts: [Int64] = []
    }

    func fingerprint() -> Fingerprint {
        var result = Fingerprint()
        for name in [path, path + "-wal"] {
            var status = stat()
            guard stat(name, &status) == 0 else {
                result.parts.append(-1)
                continue
            }
            #if os(Linux)
                let time = status.st_mtim
            #else
                let time = status.st_mtimespec
            #endif
            result.parts += [Int64(status.st_ino), Int64(status.st_size), Int64(time.tv_sec), Int64(time.tv_nsec)]
        }
        return result
    }
}
