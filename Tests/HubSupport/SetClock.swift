import HubRuntime
import Synchronization

/// A clock of the test's own that only it moves, in milliseconds.
public final class SetClock: Sendable {
    private let time = Atomic<UInt64>(0)

    public init() {}

    public func set(_ milliseconds: UInt64) { time.store(milliseconds, ordering: .sequentiallyConsistent) }
    public var now: UInt64 { time.load(ordering: .sequentiallyConsistent) }

    /// Of a hub that waits for hardly anything to be noted.
    public var options: Hub.Options {
        var options = Hub.Options()
        options.monotonic = { self.now }
        options.notePatience = .milliseconds(10)
        return options
    }
}
