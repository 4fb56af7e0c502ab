import Folders
import Foundation
import GRDB
import HubRuntime

extension SQLiteHubStore {
    /// Copies the database as of one moment, page by page, to a new file, and checks the copy.
    public func backUp(to path: String) async throws -> UInt64 { try await backUp(to: path, syncing: FolderSync.sync(_:)) }

    /// - Parameter syncing: brings the names in a file's folder to the disk.
    func backUp(to path: String, syncing: @Sendable (String) throws -> Void) async throws -> UInt64 {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw HubError(.badRequest, "\(path) exists already.", remedy: "Name a new file; a backup overwrites nothing.")
        }
        // Written beside and renamed, so that a file of the final name is always a whole, checked backup.
        let unfinished = path + ".unfinished"
        // There mostly is none; one that cannot be removed is told by the copy.
        try? FileManager.default.removeItem(atPath: unfinished)
        do {
            try await copy(to: unfinished)
            let head = try Self.checkedHead(ofBackup: unfinished)
            try FileManager.default.moveItem(atPath: unfinished, toPath: path)
            try Self.settle(path, syncing: syncing)
            return head
        } catch {
            // What went wrong first is worth telling.
            try? FileManager.default.removeItem(atPath: unfinished)
            throw error
        }
    }

    /// Before the agents are told: after a power cut the backup might bear its first name, and be taken for one that was never finished.
    private static func settle(_ path: String, syncing: (String) throws -> Void) throws {
        do { try syncing(path) } catch {
            // What went wrong first is worth telling.
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    private func copy(to path: String) async throws {
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw HubError(.storageFailed, "\(path) cannot be made.", remedy: "Check the folder and its rights.")
        }
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global(qos: .utility).async {
                done.resume(with: Result { try StorageFault.translating { try self.copyNow(to: path) } })
            }
        }
    }

    /// Reads the whole copy back: every page, every row against its indexes.
    static func checkedHead(ofBackup path: String) throws -> UInt64 {
        try StorageFault.translating {
            var configuration = Configuration()
            configuration.readonly = true
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            return try queue.read { database in
                guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID else {
                    throw HubError(
                        .notAHubFolder, "\(path) is no backup of a hub.", remedy: "Give the file that `tributary-hub backup` wrote.")
                }
                guard try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok" else {
                    throw HubError(.storageFailed, "The backup \(path) is damaged.", remedy: "Take another, to another disk.")
                }
                return UInt64(try Int64.fetchOne(database, sql: "SELECT ifnull(max(number), 0) FROM line") ?? 0)
            }
        }
    }
}
