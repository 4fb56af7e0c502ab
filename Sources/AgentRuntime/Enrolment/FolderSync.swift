import Glibc

/// Brings the names in a folder to the disk: a file that was made or moved there is found under its name after a power cut, too.
enum FolderSync {
    /// What a file system answers that cannot do it, as some do that come over the network: these are trusted.
    private static let unable: Set<Int32> = [EINVAL, EBADF, ENOTSUP]

    static func sync(_ folder: String) throws(AgentError) {
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

    private static func failure(_ folder: String, _ code: Int32) -> AgentError {
        AgentError(
            .dataFolder, "What was written to \(folder) could not be brought to its disk: \(String(cString: strerror(code))).",
            remedy: "Check that disk, then do it again.")
    }
}
