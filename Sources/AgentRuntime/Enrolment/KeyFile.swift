import ChangeSets
import Folders
import Foundation
import Glibc

/// The agent's secret key: 64 hexadecimal digits in a file that only its owner may read.
public enum KeyFile {
    public static let name = "agent.key"

    /// Reads the key; `nil` when there is no file.
    public static func read(in folder: String) throws -> SigningKey? {
        let path = folder + "/" + name
        var info = stat()
        guard stat(path, &info) == 0 else {
            if errno == ENOENT { return nil }
            throw failure(path, "cannot be looked at: \(String(cString: strerror(errno)))")
        }
        guard info.st_mode & 0o077 == 0 else {
            throw AgentError(
                .keyFile, "Others than its owner may read \(path).",
                remedy: "Run: chmod 600 \(path) - and enrol again if somebody may have read it.")
        }
        guard let text = FileManager.default.contents(atPath: path).map({ String(decoding: $0, as: UTF8.self) }),
            let bytes = Hexadecimal.bytes(text.filter { !$0.isWhitespace }), let key = try? SigningKey(rawBytes: bytes)
        else { throw failure(path, "does not hold a key") }
        return key
    }

    /// Reads the key, or makes one and has it on disk before it is used.
    public static func readOrMake(in folder: String) throws -> SigningKey {
        if let key = try read(in: folder) { return key }
        let key = SigningKey()
        let path = folder + "/" + name
        try make(path, text: Hexadecimal.string(key.rawBytes))
        return key
    }

    /// Makes a file of one line that only its owner may read, and has it on disk, with its name.
    static func make(_ path: String, text: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, "cannot be made: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let line = Array((text + "\n").utf8)
        let written = line.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == line.count, fsync(descriptor) == 0 else {
            unlink(path)
            throw failure(path, "cannot be written: \(String(cString: strerror(errno)))")
        }
        do { try FolderSync.sync(URL(fileURLWithPath: path).deletingLastPathComponent().path) } catch {
            unlink(path)
            throw error
        }
    }

    private static func failure(_ path: String, _ what: String) -> AgentError {
        AgentError(
            .keyFile, "The key file \(path) \(what).", remedy: "Check the folder's owner and rights, or restore the file; else enrol again."
        )
    }
}
