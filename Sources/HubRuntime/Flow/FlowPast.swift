import Causality
import Synchronization

/// What flowed on the days before today, summed up once a day: of two thousand sites it is a million rows, and hardly ever changes.
final class FlowPast: Sendable {
    /// The week that ends today.
    static let weekDays: Int64 = 7

    private let known = Mutex<(today: Int64, sums: [FlowSum])?>(nil)

    /// Of the six days before today, with when something came last in all days that are kept.
    func sums(before now: Timestamp, _ store: any FlowReading) throws -> [FlowSum] {
        let today = FlowRow.day(of: now)
        if let sums = known.withLock({ $0?.today == today ? $0?.sums : nil }) { return sums }
        let sums = try store.flow(since: today - Self.weekDays + 1, before: today)
        known.withLock { $0 = (today, sums) }
        return sums
    }

    /// Something of this day was written: it had come before midnight, or the clock was set back.
    func forget(with day: Int64) { known.withLock { if let today = $0?.today, day < today { $0 = nil } } }
}
