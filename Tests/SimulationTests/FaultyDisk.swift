import Capture
import Foundation
import GRDB
import Synchronization

/// What a disk does to the file of an agent, or of the hub.
final class FaultyDisk: TransactionObserver, Sendable {
    private let failing = Mutex(0)
    private let lie = Mutex(Lie.none)

    private enum Lie {
        case none
        /// At the next commit.
        case prepared
        case due
    }

    /// The next commits fail, as where the sync is answered with an I/O error: what they wrote is rolled back.
    func fail(_ commits: Int) {
        failing.withLock { $0 = commits }
        lie.withLock { $0 = .none }
    }

    /// The next commit is told as failed, though it is there for good.
    func tellFailureAfterCommit() { lie.withLock { $0 = .prepared } }

    /// - Throws: what a commit is told to have failed of. SQLite gives an observer no say after the commit: this stands where the agent's
    ///   code goes on from one.
    func tellFailure() throws {
        let isDue = lie.withLock { lie in
            defer { if lie == .due { lie = .none } }
            return lie == .due
        }
        if isDue { throw DatabaseError(resultCode: .SQLITE_IOERR_FSYNC, message: Self.told) }
    }

    private static let told = "disk I/O error, told of a commit that is there"

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseDidCommit(_ db: Database) { lie.withLock { if $0 == .prepared { $0 = .due } } }
    func databaseDidRollback(_ db: Database) {}

    func databaseWillCommit() throws {
        let fails = failing.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if fails { throw DatabaseError(resultCode: .SQLITE_IOERR_FSYNC, message: "disk I/O error") }
    }

    /// How a disk failed; `nil` for what is none of its faults.
    static func fault(_ error: any Error) -> String? {
        if let error = error as? CaptureError {
            // Told while a source is read, it passes for a fault of the application's file.
            if error.message.contains(told) { return "commit told as failed" }
            return error.code == .agentDiskFull ? "disk full" : error.code == .agentFile ? "disk failed" : nil
        }
        return switch (error as? DatabaseError)?.resultCode {
        case .SQLITE_FULL?: "disk full"
        case .SQLITE_IOERR?: (error as? DatabaseError)?.message == told ? "commit told as failed" : "disk failed"
        default: nil
        }
    }
}

extension AgentDatabase {
    /// Lets the file grow no further, until somebody makes room and the agent is started again: the limit is the connection's.
    func fill() throws { try queue.inDatabase { try $0.execute(sql: "PRAGMA max_page_count = 1") } }

    /// The file may grow again.
    func makeRoom() throws { try queue.inDatabase { try $0.execute(sql: "PRAGMA max_page_count = 1073741823") } }

    /// Flips a bit of a stored change-set, or of what waits in the journal to be cut into one.
    ///
    /// - Returns: whether there was one.
    func rot(using generator: inout some RandomNumberGenerator) throws -> Bool {
        try queue.write { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT 'outbox_set', 'bytes', id FROM outbox_set UNION ALL SELECT 'capture_batch', 'body', id FROM capture_batch")
            guard let row = rows.randomElement(using: &generator) else { return false }
            let (table, column, id): (String, String, Int64) = (row[0], row[1], row[2])
            guard var bytes = try Data.fetchOne(db, sql: "SELECT \(column) FROM \(table) WHERE id = ?", arguments: [id]),
                let place = bytes.indices.randomElement(using: &generator)
            else { return false }
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            try db.execute(sql: "UPDATE \(table) SET \(column) = ? WHERE id = ?", arguments: [bytes, id])
            return true
        }
    }

    /// Writes something else over a page of the file, all but the first, which says what file it is.
    ///
    /// - Returns: whether there was one.
    static func loseOnePage(_ path: String, using generator: inout some RandomNumberGenerator) throws -> Bool {
        let queue = try DatabaseQueue(path: path)
        let size = try queue.writeWithoutTransaction { db in
            _ = try db.checkpoint(.truncate)
            return try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 4_096
        }
        try queue.close()
        guard let file = FileHandle(forUpdatingAtPath: path) else { return false }
        defer { try? file.close() }
        let count = Int(try file.seekToEnd()) / size
        guard count > 1 else { return false }
        try file.seek(toOffset: UInt64(Int.random(in: 1..<count, using: &generator) * size))
        let isZero = Bool.random(using: &generator)
        try file.write(contentsOf: Data((0..<size).map { _ in isZero ? 0 : UInt8.random(in: .min ... .max, using: &generator) }))
        return true
    }

    /// A write that the power cut left half done stands behind the last commit, in the file's log.
    static func tear(_ path: String, using generator: inout some RandomNumberGenerator) throws {
        guard let log = FileHandle(forWritingAtPath: path + "-wal") else { return }
        defer { try? log.close() }
        guard try log.seekToEnd() > 0 else { return }
        let count = Int.random(in: 1...4_500, using: &generator)
        try log.write(contentsOf: Data((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }))
    }
}
