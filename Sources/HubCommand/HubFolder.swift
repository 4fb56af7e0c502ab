import Complaints
import Foundation
import HubRuntime

/// A hub's data folder: the store, the operators' secret, where the running hub listens, and who runs it.
struct HubFolder {
    let url: URL

    var path: String { url.path(percentEncoded: false) }
    var database: String { url.appending(path: "hub.db").path(percentEncoded: false) }
    private var secretFile: URL { url.appending(path: "hub.secret") }
    private var addressFile: URL { url.appending(path: "hub.address") }
    private var lockFile: URL { url.appending(path: "hub.lock") }

    var isHub: Bool { FileManager.default.fileExists(atPath: database) }

    // MARK: making one

    /// Makes the folder, for its owner only. One that is there must be empty or hold no hub.
    func make() throws {
        guard !isHub else {
            throw HubError(.alreadyAHubFolder, "\(path) holds a hub already.", remedy: "Start it with serve, or name another folder.")
        }
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Complaint(
                "The folder \(path) cannot be made.", remedy: "Check that the path above it exists and that this user may write there.")
        }
    }

    /// 256 random bits for the operators, in a file that only its owner can read from its first byte on.
    func makeSecret() throws {
        var generator = SystemRandomNumberGenerator()
        let secret = (0..<4).map { _ in Self.hexadecimal(generator.next()) }.joined()
        guard
            FileManager.default.createFile(
                atPath: secretFile.path, contents: Data((secret + "\n").utf8), attributes: [.posixPermissions: 0o600])
        else {
            throw Complaint(
                "\(secretFile.path) cannot be written.", remedy: "Check the folder's permissions and the disk's free space.")
        }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    // MARK: using one

    func check() throws {
        guard isHub else {
            throw HubError(.notAHubFolder, "\(path) holds no hub.", remedy: "Make one: tributary-hub init --data \(path)")
        }
    }

    func secret() throws -> String {
        guard let text = try? String(contentsOf: secretFile, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines),
            text.count >= 32
        else {
            throw Complaint(
                "The operators' secret \(secretFile.path) is missing or too short.",
                remedy: "Restore it, or put 64 random hexadecimal digits into it, readable by its owner only.")
        }
        return text
    }

    /// Writes where the hub listens; whole or not at all, for tributary may be reading.
    func announce(_ address: String) throws { try Data((address + "\n").utf8).write(to: addressFile, options: .atomic) }

    func announcedAddress() -> String? {
        (try? String(contentsOf: addressFile, encoding: .utf8)).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    }

    /// Where this fails, tributary finds nobody at the address and says so.
    func withdrawAddress() { try? FileManager.default.removeItem(at: addressFile) }

    /// Holds the folder for this process until the lock is let go.
    ///
    /// - Throws: `hub-running` when another process holds it.
    func lock() throws -> FolderLock {
        guard let lock = try lockIfFree() else { throw HubError(.hubRunning, "A hub runs on \(path).", remedy: "Stop it first.") }
        return lock
    }

    /// `nil` when another process holds the folder.
    func lockIfFree() throws -> FolderLock? {
        let descriptor = open(lockFile.path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Complaint(
                "\(lockFile.path) cannot be opened: \(String(cString: strerror(errno))).", remedy: "Run this as the hub's user.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        return FolderLock(descriptor: descriptor)
    }
}

/// Holds a data folder; the system lets it go when the process ends, however it ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}
