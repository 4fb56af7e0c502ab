import Mutants
import Synchronization

/// When capture last got on, given from inside its work: an actor that hangs in a read of a broken disk cannot be asked.
public final class SignOfLife: Sendable {
    public struct Sign: Hashable, Sendable {
        public var at: Instant
        /// Which source is being looked at; `nil`: none.
        public var source: String?
    }

    private let sign: Mutex<Sign>

    init(_ now: Instant) { sign = Mutex(Sign(at: now)) }

    /// A look begins, or ends (`nil`).
    func begin(_ source: String?, _ now: Instant) { sign.withLock { $0 = Sign(at: now, source: source) } }

    /// A step of it is done.
    func give(_ now: Instant) { sign.withLock { $0.at = now } }

    public var last: Sign { sign.withLock { $0 } }
}

/// Judges whether capture hangs: the sources are looked at every few seconds, and a long look gives a sign with each slice it read.
struct CaptureWatch: Hashable, Sendable {
    static let silenceMillisecondsMax: UInt64 = 5 * 60_000

    private var suspect: Instant?

    /// A machine that slept wakes with an old sign; so one is believed when it is still the last at the next question.
    mutating func isSilent(lastSign: Instant, now: Instant) -> Bool {
        guard now > lastSign + Self.silenceMillisecondsMax else {
            suspect = nil
            return false
        }
        defer { suspect = lastSign }
        return suspect == lastSign && !Mutant.watchesNoCapture.isOn
    }

    static func problem(_ source: String?) -> AgentHealth.Problem {
        let subject = source.map { "\($0) is being read, and has not answered" } ?? "The agent has read no application's file"
        return AgentHealth.Problem(
            code: "source-silent",
            message: "\(subject) for more than \(silenceMillisecondsMax / 60_000) minutes: nothing is captured meanwhile.",
            remedy:
                "See whether the disks of the application and of the agent answer, and a network drive among them; then restart the agent "
                + "(systemctl restart tributary-agent). Nothing is lost.")
    }
}
