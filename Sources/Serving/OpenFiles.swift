import Glibc

/// How many files and connections this process may have open at once.
///
/// Systems give a process 1,024 at first, for the sake of programs that use `select`, and let it raise that itself: a hub with a thousand sites
/// would have none left for its database.
public enum OpenFiles {
    /// More than this is not asked for: a limit of a billion, which containers have, says nothing.
    static let wanted: UInt = 65_536
    /// What is kept for other things than connections: the database, its journal, backups, logs.
    public static let reserved = 256
    /// Each connection takes memory, too.
    public static let connectionsMax = 10_000

    /// Raises the limit as far as the system allows.
    ///
    /// - Returns: the limit in force.
    public static func raiseLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1_024 }
        let target = min(limit.rlim_max, rlim_t(wanted))
        if limit.rlim_cur < target {
            var raised = limit
            raised.rlim_cur = target
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many connections a limit leaves room for.
    public static func connections(openFiles limit: Int) -> Int { min(connectionsMax, max(limit - reserved, limit / 2)) }

    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
