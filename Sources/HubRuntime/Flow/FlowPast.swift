import Causality
import Synchronization

/// What flowed on the days before today, summed up once a day: it changes no more, and of two thousand sites it is a million rows.
final class FlowPast: Sendable {
    /// The week that ends today.
    static let weekDays: Int64 = 7

    private let known = Mutex<(today: Int64, sums: [FlowSum])?>(nil)

    /// What was admitted just before midnight may be written after it.
    private static let settleMilliseconds: UInt64 = 60_000

    /// Of the six days before today, with when something came last in all days that are kept.
    func sums(before now: Timestamp, _ store: any FlowReading) throws -> [FlowSum] {
        let today = FlowRow.day(of: now)
        if let sums = known.withLock({ $0?.today == today ? $0?.sums : nil }) { return sums }
        let sums = try store.flow(since: today - Self.weekDays + 1, before: today)
        if FlowRow.day(of: Timestamp(milliseconds: now.milliseconds - min(now.milliseconds, Self.settleMilliseconds))) == today {
            known.withLock { $0 = (today, sums) }
        }
        return sums
    }
}
