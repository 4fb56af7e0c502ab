import Causality
import Glibc

/// The two clocks of the machine, as values that tests replace.
public struct AgentClock: Sendable {
    /// Never set back; for waits.
    public var monotonic: @Sendable () -> Instant
    /// What people call the time; for records.
    public var wall: @Sendable () -> Timestamp

    public init(monotonic: @escaping @Sendable () -> Instant, wall: @escaping @Sendable () -> Timestamp) {
        self.monotonic = monotonic
        self.wall = wall
    }

    public static let system = AgentClock(
        monotonic: { milliseconds(of: CLOCK_BOOTTIME) }, wall: { Timestamp(milliseconds: milliseconds(of: CLOCK_REALTIME)) })

    private static func milliseconds(of clock: CInt) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(max(0, time.tv_sec)) * 1000 + UInt64(max(0, time.tv_nsec)) / 1_000_000
    }
}
