import Glibc

/// Gives memory that a backlog needed back to the system.
///
/// glibc keeps freed memory for later; an agent that has sent its backlog is idle for hours, and this machine is the
/// till's. The C module has no header for it, hence the look-up by name; where there is none, nothing happens.
enum IdleMemory {
    private static let trim: (@convention(c) (Int) -> CInt)? = dlsym(nil, "malloc_trim").map {
        unsafeBitCast($0, to: (@convention(c) (Int) -> CInt).self)
    }

    static func giveBack() { _ = trim?(0) }
}
