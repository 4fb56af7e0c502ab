import Foundation
import GRDB
import HubRuntime

extension SQLiteHubStore {
    /// Copies the database as of one moment, page by page, to a new file, and checks the copy.
    public func backUp(to path: String) async throws -> UInt64 {
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
            return head
        } catch {
            // What went wrong first is worth telling.
            try? FileManager.default.removeItem(atPath: unfinished)
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

    /// Puts a backup in the place of a hub's database; the hub must not run.
    ///
    /// The former files are kept beside it with `.before-restore` added. Agents notice the restored hub by
    /// themselves and send again what it lacks (S22, S23).
    public static func restore(backup: String, to path: String) throws {
        _ = try checkedHead(ofBackup: backup)
        let arriving = try arrived(backup, besides: path)
        let files = FileManager.default
        for suffix in ["", "-wal", "-shm"] where files.fileExists(atPath: path + suffix) {
            let kept = path + ".before-restore" + suffix
            // There mostly is none; one that cannot be removed is told by the move.
            try? files.removeItem(atPath: kept)
            try files.moveItem(atPath: path + suffix, toPath: kept)
        }
        try files.moveItem(atPath: arriving, toPath: path)
    }

    /// Copies the backup beside the place where it shall stand, so that a disk that is full leaves the former hub where it is.
    private static func arrived(_ backup: String, besides path: String) throws -> String {
        let (files, arriving) = (FileManager.default, path + ".arriving")
        func clear() {
            // There mostly is none; one that cannot be removed is told by the copy, and what went wrong first is worth telling.
            for suffix in ["", "-journal", "-wal", "-shm"] { try? files.removeItem(atPath: arriving + suffix) }
        }
        clear()
        do {
            try files.copyItem(atPath: backup, toPath: arriving)
            try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: arriving)
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: arriving))
            try file.synchronize()
            try file.close()
            guard files.contentsEqual(atPath: backup, andPath: arriving) else {
                throw HubError(
                    .storageFailed, "What stands at \(arriving) is not the backup.",
                    remedy: "Check this machine's disk, then restore again.")
            }
            try StorageFault.translating {
                let queue = try DatabaseQueue(path: arriving)
                try queue.write { database in
                    try migrate(database, path: backup)
                    try Session(database).noteHubWentBack()
                }
                try queue.close()
            }
            return arriving
        } catch {
            clear()
            throw error
        }
    }
}
