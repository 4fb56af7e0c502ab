/// A named step at which a test may have one of the real programs die, exactly there and as by `kill -9`.
///
/// Those of capture are its checkpoints, under their own names (`KillPoints.pass`).
public enum KillPoint: String, Sendable, CaseIterable {
    // The agent's
    case receiptCome = "receipt-come"
    case receiptKept = "receipt-kept"
    case pageCome = "page-come"
    case pageKept = "page-kept"
    // The hub's
    case commitWritten = "commit-written"
    case commitOnDisk = "commit-on-disk"

    @inlinable
    public func passed() { KillPoints.pass(rawValue) }
}

// Compiled into debug builds only: elsewhere nothing is asked.
#if DEBUG
    import Glibc
    import Synchronization

    public enum KillPoints {
        /// The variable that names one, and the how many times it comes by to die at: `drain-marked:3`.
        static let variable = "TRIBUTARY_KILL_AT"

        struct Drawn {
            var name: String
            var count: Int

            init?(_ text: String) {
                let parts = text.split(separator: ":")
                guard parts.count == 2, let count = Int(parts[1]), count > 0 else { return nil }
                (name, self.count) = (String(parts[0]), count)
            }
        }

        /// Read once. A typo must not look like a step that never came: it ends the program.
        private static let drawn: Drawn? = {
            guard let value = getenv(variable), value.pointee != 0 else { return nil }
            guard let drawn = Drawn(String(cString: value)) else { fatalError("\(variable) is NAME:COUNT, like drain-marked:3.") }
            return drawn
        }()

        private static let passes = Mutex(0)

        public static func pass(_ name: String) {
            guard let drawn, drawn.name == name else { return }
            let count = passes.withLock { passes in
                passes += 1
                return passes
            }
            if count == drawn.count { kill(getpid(), SIGKILL) }
        }
    }
#else
    public enum KillPoints {
        @inlinable
        public static func pass(_ name: String) {}
    }
#endif
