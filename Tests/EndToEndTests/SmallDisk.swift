import Foundation
import Testing

/// A file system of a few megabytes in memory, to be filled up. Only root may mount one.
final class SmallDisk: Sendable {
    let folder: URL

    /// Why these tests are skipped where they are: nobody but root may mount, and not in every container.
    static let canMount: Bool = {
        guard getuid() == 0, let disk = try? SmallDisk(in: FileManager.default.temporaryDirectory, megabytes: 1) else { return false }
        return FileManager.default.fileExists(atPath: disk.folder.path)
    }()

    init(in parent: URL, megabytes: Int) throws {
        folder = parent.appending(path: "disk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
            try? FileManager.default.removeItem(at: folder)
            throw POSIXError(.EPERM)
        }
    }

    deinit {
        umount(folder.path)
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Takes every byte that is free.
    func fill() throws {
        let descriptor = open(path("filling"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        for size in [65_536, 4_096, 1] {
            let block = [UInt8](repeating: 7, count: size)
            while write(descriptor, block, size) > 0 {}
        }
    }

    func makeRoom() throws { try FileManager.default.removeItem(atPath: path("filling")) }
}
