import Causality

/// Slows down who guesses passwords: after some failures in a row a name has to wait, longer each time.
///
/// Names that nobody bears are treated alike, so that waiting tells nothing about who there is.
struct SignInGuard {
    private struct Failures {
        var count = 0
        var last: Timestamp
    }

    /// Of people there are, which nobody can make it forget, and of names that nobody bears.
    private var known: [String: Failures] = [:]
    private var unknown: [String: Failures] = [:]

    static let freeFailures = 5
    static let waitMillisecondsMax: UInt64 = 15 * 60_000
    /// Names that nobody bears are remembered so many at once.
    static let namesMax = 1_000

    /// Lets an attempt through, and counts it as failed until it has succeeded: many at once are no way around.
    ///
    /// - Returns: how long the name has to wait first, in milliseconds; 0: it need not, and the attempt is counted.
    mutating func begin(_ name: String, isKnown: Bool, at now: Timestamp) -> UInt64 {
        let failed = (isKnown ? known : unknown)[name] ?? Failures(last: now)
        if failed.count >= Self.freeFailures {
            let doublings = min(failed.count - Self.freeFailures, 20)
            let end = failed.last.milliseconds + min(1_000 << UInt64(doublings), Self.waitMillisecondsMax)
            guard end <= now.milliseconds else { return end - now.milliseconds }
        }
        let next = Failures(count: failed.count + 1, last: now)
        if isKnown {
            known[name] = next
        } else {
            if unknown[name] == nil, unknown.count >= Self.namesMax, let oldest = unknown.min(by: { $0.value.last < $1.value.last }) {
                unknown[oldest.key] = nil
            }
            unknown[name] = next
        }
        return 0
    }

    mutating func succeeded(_ name: String) { known[name] = nil }
}
