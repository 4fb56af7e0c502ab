import Folders
import Foundation
import GRDB
import HubRuntime

extension SQLiteHubStore {
    /// Puts a backup in the place of a hub's database; the hub must not run.
    ///
    /// The former files are kept beside it, those of each restore under a name of their own: `.before-restore` added, then
    /// `.before-restore-2`, and so on. Agents notice the restored hub by themselves and send again what it lacks (S22, S23).
    ///
    /// - Returns: where the former database is kept; `nil`: there was none.
    @discardableResult
    public static func restore(backup: String, to path: String) throws -> String? {
        try restore(backup: backup, to: path, syncing: FolderSync.sync(_:))
    }

    /// - Parameter syncing: brings the names in a file's folder to the disk.
    static func restore(backup: String, to path: String, syncing: (String) throws -> Void) throws -> String? {
        _ = try checkedHead(ofBackup: backup)
        let files = FileManager.default
        let wasCutOff = files.fileExists(atPath: path + arrivingSuffix) && !files.fileExists(atPath: path)
        let arriving = try arrived(backup, besides: path)
        // SQLite would take a log that stands beside another database for that one's: they are moved together.
        let former = ["", "-wal", "-shm"].filter { files.fileExists(atPath: path + $0) }
        let newest = try keptNumbers(path).max() ?? 0
        // One that was cut off has moved the database, and perhaps not yet its log.
        let number = wasCutOff ? max(newest, 1) : newest + 1
        let kept = path + keptSuffix + (number == 1 ? "" : "-\(number)")
        for suffix in former { try files.moveItem(atPath: path + suffix, toPath: kept + suffix) }
        if !former.isEmpty { try syncing(path) }
        try files.moveItem(atPath: arriving, toPath: path)
        try syncing(path)
        return former.isEmpty ? nil : kept
    }

    private static let arrivingSuffix = ".arriving"
    private static let keptSuffix = ".before-restore"

    /// The numbers of the restores whose former files stand there still; the first one's name bears none.
    private static func keptNumbers(_ path: String) throws -> [Int] {
        let url = URL(fileURLWithPath: path)
        let stem = url.lastPathComponent + keptSuffix
        return try FileManager.default.contentsOfDirectory(atPath: url.deletingLastPathComponent().path).compactMap { name in
            guard name.hasPrefix(stem) else { return nil }
            var rest = name.dropFirst(stem.count)
            for suffix in ["-wal", "-shm"] where rest.hasSuffix(suffix) { rest = rest.dropLast(suffix.count) }
            return rest.isEmpty ? 1 : Int(rest.dropFirst())
        }
    }

    /// Copies the backup beside the place where it shall stand, so that a disk that is full leaves the former hub where it is.
    private static func arrived(_ backup: String, besides path: String) throws -> String {
        let (files, arriving) = (FileManager.default, path + arrivingSuffix)
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
