import Mutants
import Oddities

/// A point of the monotonic clock, in milliseconds. Comes in as an argument; its zero means nothing.
public typealias Instant = UInt64

/// How long to wait after the n-th failure in a row.
///
/// Doubling with jitter in the upper half, so that a thousand agents that lost the hub together do not
/// come back together, and none waits much less than it should.
/// Source: M. Brooker, "Exponential Backoff And Jitter" (2015).
public struct Backoff: Hashable, Sendable {
    public var firstMilliseconds: UInt64
    public var longestMilliseconds: UInt64
    public private(set) var failures = 0

    public init(firstMilliseconds: UInt64, longestMilliseconds: UInt64) {
        self.firstMilliseconds = firstMilliseconds
        self.longestMilliseconds = longestMilliseconds
    }

    /// Counts a failure and says how long to wait.
    ///
    /// - Parameter asked: what the other side asked for (`Retry-After`), at most `askedMillisecondsMax`. Up to half as much again is waited,
    ///   since all who were refused at once were told the same.
    public mutating func fail(asked: UInt64? = nil, random: inout some RandomNumberGenerator) -> UInt64 {
        failures += 1
        let doublings = UInt64(min(failures - 1, 20))
        let delay = max(1, min(longestMilliseconds, firstMilliseconds << doublings))
        let jittered = Oddity.waitsLong.happens ? longestMilliseconds : UInt64.random(in: (delay - delay / 2)...delay, using: &random)
        let least = Mutant.ignoresRetryAfter.isOn ? 0 : min(asked ?? 0, Self.askedMillisecondsMax)
        return max(jittered, UInt64.random(in: least...(least + least / 2), using: &random))
    }

    public mutating func succeed() { failures = 0 }

    public static let askedMillisecondsMax: UInt64 = 3_600_000
}
