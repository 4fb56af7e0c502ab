import Glibc

/// How glibc keeps this process's memory: the machine is the till's, and an agent that has sent its backlog is idle for hours.
///
/// The C module has no header for these, hence the look-up by name; where there are none, nothing happens.
public enum Heap {
    /// One arena for all threads: each keeps freed memory for itself, and what is left between the rest of it stays for ever.
    /// (After a backlog of 500,000 rows: 6 MB with one, 10 MB with glibc's eight a processor.) To be called before there are threads.
    public static func useOneArena() { _ = option?(arenaMax, 1) }

    /// Gives back to the system what a backlog needed and nobody uses.
    static func giveBack() { _ = trim?(0) }

    /// M_ARENA_MAX of mallopt(3).
    private static let arenaMax: CInt = -8
    private static let option: (@convention(c) (CInt, CInt) -> CInt)? = function("mallopt", as: (@convention(c) (CInt, CInt) -> CInt).self)
    private static let trim: (@convention(c) (Int) -> CInt)? = function("malloc_trim", as: (@convention(c) (Int) -> CInt).self)

    private static func function<F>(_ name: String, as type: F.Type) -> F? { dlsym(nil, name).map { unsafeBitCast($0, to: type) } }
}
