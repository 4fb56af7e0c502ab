import Causality

/// Slows down who guesses passwords: after some failures in a row a name has to wait, longer each time.
///
/// Names that nobody bears are treated alike, so that waiting tells nothing about who there is.
struct SignInGuard {
    private struct Failures {
        var count = 0
        var last: Timestamp
    }

    private var failures: [String: Failures] = [:]

    static let freeFailures = 5
    static let waitMillisecondsMax: UInt64 = 15 * 60_000
    /// Somebody who tries a great many names is slowed down by the passwords' cost; what is remembered of them stays small.
    static let namesMax = 1_000

    /// How long a name has still to wait, in milliseconds; 0: not at all.
    func wait(_ name: String, at now: Timestamp) -> UInt64 {
        guard let failed = failures[name], failed.count >= Self.freeFailures else { return 0 }
        let doublings = min(failed.count - Self.freeFailures, 20)
        let end = failed.last.milliseconds + min(1_000 << UInt64(doublings), Self.waitMillisecondsMax)
        return end > now.milliseconds ? end - now.milliseconds : 0
    }

    mutating func failed(_ name: String, at now: Timestamp) {
        if failures[name] == nil, failures.count >= Self.namesMax, let oldest = failures.min(by: { $0.value.last < $1.value.last }) {
            failures[oldest.key] = nil
        }
        failures[name, default: Failures(last: now)].count += 1
        failures[name]?.last = now
    }

    mutating func succeeded(_ name: String) { failures[name] = nil }
}
