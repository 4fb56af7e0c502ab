import Causality
import Synchronization

/// Keeps the last report, and has it made anew where somebody looks and it is older than ten minutes.
///
/// Making one goes through all purchases, so nobody but the very first waits for it: meanwhile the old one is shown, which says how old
/// it is. One is made at a time.
final class BusinessDesk: Sendable {
    private struct State {
        var report: BusinessReport?
        var orders = OpenOrders()
        var making: Task<BusinessReport, any Error>?
        /// Why the last one could not be made, until somebody was told.
        var failure: (any Error)?
    }

    private let state = Mutex(State())

    static let everyMilliseconds: UInt64 = 10 * 60_000

    typealias Making = @Sendable (OpenOrders) async throws -> (report: BusinessReport, orders: OpenOrders)

    func report(now: Timestamp, _ make: @escaping Making) async throws -> BusinessReport {
        let (known, task) = begin(now: now, make)
        if let known { return known }
        guard let task else { throw CancellationError() }
        return try await task.value
    }

    /// The same for who does not want to wait: `nil` while the very first one is being made.
    ///
    /// - Throws: why it could not be made; then the next one who looks tries again.
    func reportIfMade(now: Timestamp, _ make: @escaping Making) throws -> BusinessReport? {
        if let failure = state.withLock({ $0.failure.take() }) { throw failure }
        return begin(now: now, make).known
    }

    private func begin(now: Timestamp, _ make: @escaping Making) -> (known: BusinessReport?, task: Task<BusinessReport, any Error>?) {
        state.withLock { state in
            // By a clock that was put back, a report of later than now would stay for long.
            if let report = state.report, now.milliseconds >= report.at, now.milliseconds - report.at < Self.everyMilliseconds {
                return (report, nil)
            }
            let making = state.making ?? start(state.orders, make)
            state.making = making
            return (state.report, making)
        }
    }

    /// What is being made just now, for who wants to wait for it.
    var making: Task<BusinessReport, any Error>? { state.withLock { $0.making } }

    private func start(_ orders: OpenOrders, _ make: @escaping Making) -> Task<BusinessReport, any Error> {
        Task {
            do {
                let made = try await make(orders)
                state.withLock { $0 = State(report: made.report, orders: made.orders, making: nil) }
                return made.report
            } catch {
                // Whoever looks next tries again.
                state.withLock { ($0.making, $0.failure) = (nil, error) }
                throw error
            }
        }
    }
}

extension Hub {
    /// How business goes, as of ten minutes ago at most where anybody looked meanwhile.
    ///
    /// - Parameter days: the hub's own.
    public func business(_ days: LocalDays, now: Timestamp) async throws -> BusinessReport {
        try await businessDesk.report(now: now, making(days, now: now))
    }

    /// The same for who does not want to wait: `nil` while the first one since the hub's start is being made.
    public func businessIfMade(_ days: LocalDays, now: Timestamp) throws -> BusinessReport? {
        try businessDesk.reportIfMade(now: now, making(days, now: now))
    }

    private func making(_ days: LocalDays, now: Timestamp) -> BusinessDesk.Making {
        { [self] orders in
            do {
                return try await reading(now) { documents in
                    var orders = orders
                    try orders.catchUp(documents)
                    return (try BusinessCount(documents, days).report(orders: orders), orders)
                }
            } catch {
                logger.warning("the report on business could not be made: \(error)")
                throw error
            }
        }
    }
}
