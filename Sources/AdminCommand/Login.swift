import Complaints
import Foundation

/// Which hub an operator works with, and the secret that proves it: kept in the operator's own folder, for him alone.
struct Login: Codable, Equatable {
    var hub: String
    var token: String
    /// The operator said that the line to this hub is safe without TLS.
    var allowsPlainHTTP: Bool

    /// `$XDG_CONFIG_HOME/tributary/login.json`, else the same under `~/.config`.
    static func file(environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
        let home = environment["HOME"].map { URL(filePath: $0) } ?? FileManager.default.homeDirectoryForCurrentUser
        let folder =
            environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? URL(filePath: $0) : nil } ?? home.appending(path: ".config")
        return folder.appending(path: "tributary/login.json")
    }

    /// - Returns: `nil` when there is none.
    /// - Throws: `Complaint` when others may read it, or it is none.
    static func read(_ file: URL) throws -> Login? {
        var info = stat()
        guard stat(file.path, &info) == 0 else { return nil }
        guard info.st_mode & 0o077 == 0 else {
            throw Complaint(
                "Others than its owner may read \(file.path).",
                remedy: "Run: chmod 600 \(file.path) - and change the hub's secret if somebody may have read it.")
        }
        guard let data = FileManager.default.contents(atPath: file.path), let login = try? JSONDecoder().decode(Login.self, from: data)
        else {
            throw Complaint("\(file.path) cannot be read.", remedy: "Run tributary login again.")
        }
        return login
    }

    /// Whole or not at all, and readable by its owner only from its first byte on.
    func write(_ file: URL) throws {
        let failure = { (what: String) in
            Complaint("\(file.path) cannot be written: \(what).", remedy: "Check the rights and the free space of its folder.")
        }
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw failure(error.localizedDescription) }
        let draft = file.path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(String(cString: strerror(errno))) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: JSONEncoder().encode(self))
            try handle.close()
        } catch {
            unlink(draft)
            throw failure(error.localizedDescription)
        }
        guard rename(draft, file.path) == 0 else { throw failure(String(cString: strerror(errno))) }
    }
}
