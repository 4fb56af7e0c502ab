import Glibc

/// Brings the names in a folder to the disk: a file that was made or moved there is found under its name after a power cut, too.
public enum FolderSync {
    /// What a file system answers that cannot do it, as some do that come over the network: these are trusted.
    private static let unable: Set<CInt> = [EINVAL, EBADF, ENOTSUP]

    /// - Throws: `FolderError` when the folder is not there, or its disk fails.
    public static func sync(folder: String) throws(FolderError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            // Who may write there and not look cannot ask for it.
            if code == EACCES { return }
            throw FolderError(folder: folder, code: code)
        }
        defer { close(descriptor) }
        guard fsync(descriptor) != 0 else { return }
        let code = errno
        if !unable.contains(code) { throw FolderError(folder: folder, code: code) }
    }
}

/// The names in a folder could not be brought to its disk.
public struct FolderError: Error, Hashable, Sendable {
    public let folder: String
    /// As the system words it.
    public let reason: String

    init(folder: String, code: CInt) {
        self.folder = folder
        reason = String(cString: strerror(code))
    }

    public var message: String { "What was written to \(folder) could not be brought to its disk: \(reason)." }
    public var remedy: String { "Check that disk, then do it again." }
}
