import Causality
import Foundation
import HubRuntime

/// A moment of the past as a browser's fields for dates and times send it: `2026-11-20`, and `18:00` or nothing.
enum PastMoment {
    /// A day alone means its end, as `tributary … --as-of` has it; a day that is not over yet means now.
    ///
    /// - Parameter zone: of whoever looks.
    /// - Throws: `request-invalid` for what is no date or time, or lies ahead.
    static func read(date: String?, time: String?, zone: TimeZone, now: Timestamp) throws(HubError) -> Timestamp {
        let day = date.flatMap { $0.wholeMatch(of: /([0-9]{4})-([0-9]{2})-([0-9]{2})/) }
        let clock = time.flatMap { $0.wholeMatch(of: /([0-9]{2}):([0-9]{2})(:[0-9]{2}(\.[0-9]+)?)?/) }
        guard let day, time == nil || clock != nil else { throw unreadable }
        var parts = DateComponents()
        (parts.year, parts.month, parts.day) = (Int(day.1), Int(day.2), Int(day.3))
        (parts.hour, parts.minute) = (clock.flatMap { Int($0.1) } ?? 0, clock.flatMap { Int($0.2) } ?? 0)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        guard let start = calendar.date(from: parts), calendar.component(.day, from: start) == parts.day,
            calendar.component(.month, from: start) == parts.month,
            clock == nil || calendar.component(.minute, from: start) == parts.minute, start.timeIntervalSince1970 >= 0
        else { throw unreadable }
        let moment = UInt64(start.timeIntervalSince1970 * 1000)
        guard moment <= now.milliseconds else {
            throw HubError(.badRequest, "That time is still to come.", remedy: "Give one that has passed.")
        }
        guard clock == nil, let next = calendar.date(byAdding: .day, value: 1, to: start) else { return Timestamp(milliseconds: moment) }
        return Timestamp(milliseconds: min(UInt64(next.timeIntervalSince1970 * 1000) - 1, now.milliseconds))
    }

    private static let unreadable = HubError(
        .badRequest, "That is no date.", remedy: "Give it as 2026-11-20, and a time of day as 18:00, or none for the end of the day.")
}
