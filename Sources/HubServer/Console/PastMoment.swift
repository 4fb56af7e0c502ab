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
        let calendar = LocalMoment.calendar(zone)
        guard let date, let moment = LocalMoment.read(date: date, time: time, in: calendar) else { throw unreadable }
        guard moment <= now.milliseconds else {
            throw HubError(.badRequest, "That time is still to come.", remedy: "Give one that has passed.")
        }
        let start = Date(timeIntervalSince1970: Double(moment) / 1000)
        guard time == nil, let next = calendar.date(byAdding: .day, value: 1, to: start) else { return Timestamp(milliseconds: moment) }
        return Timestamp(milliseconds: min(UInt64(next.timeIntervalSince1970 * 1000) - 1, now.milliseconds))
    }

    private static let unreadable = HubError(
        .badRequest, "That is no date.", remedy: "Give it as 2026-11-20, and a time of day as 18:00, or none for the end of the day.")
}
