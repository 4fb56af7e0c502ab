import Foundation
import Glibc
import HubRuntime

/// Brings the names in a folder to the disk: a file that was moved there bears its new name after a power cut, too.
enum FolderSync {
    /// What a file system answers that cannot do it, as some do that come over the network: these are trusted.
    private static let unable: Set<Int32> = [EINVAL, EBADF, ENOTSUP]

    /// - Parameter path: a file in the folder.
    static func sync(_ path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            // Who may write there and not look cannot ask for it.
            if code == EACCES { return }
            throw failure(folder, code)
        }
        defer { close(descriptor) }
        guard fsync(descriptor) != 0 else { return }
        let code = errno
        if !unable.contains(code) { throw failure(folder, code) }
    }

    private static func failure(_ folder: String, _ code: Int32) -> HubError {
        HubError(
            .storageFailed, "What was written to \(folder) could not be brought to its disk: \(String(cString: strerror(code))).",
            remedy: "Check that disk, then do it again.")
    }
}
