/// Which kind of file system a path lies on, by the system's table of mounts (`/proc/self/mounts`).
struct MountTable: Sendable {
    private var mounts: [(path: String, kind: String)]

    static let networkKinds: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "coda", "ncpfs", "9p", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs", "davfs",
        "fuse.davfs2",
    ]

    /// - Parameter text: a line a mount: device, place, kind, options; blanks in places are written `\040`.
    init(_ text: String) {
        mounts = text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ")
            guard parts.count >= 3 else { return nil }
            return (parts[1].split(separator: "\\040", omittingEmptySubsequences: false).joined(separator: " "), String(parts[2]))
        }
    }

    /// - Parameter path: absolute, without links.
    func kind(of path: String) -> String? {
        mounts.filter { $0.path == "/" || path == $0.path || path.hasPrefix($0.path + "/") }
            .enumerated().max { ($0.element.path.utf8.count, $0.offset) < ($1.element.path.utf8.count, $1.offset) }?.element.kind
    }

}
