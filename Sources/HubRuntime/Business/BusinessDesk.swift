import Causality

/// Keeps the last report, and has it made anew where somebody looks and it is older than ten minutes.
///
/// Making one goes through all purchases, so nobody but the very first waits for it: meanwhile the old one is shown, which says how old
/// it is. One is made at a time.
final class BusinessDesk: Sendable {
    struct Made: Sendable {
        var report: BusinessReport
        /// From which the next report goes on.
        var orders: OpenOrders
    }

    private let kept = KeptAnswer<Made>()

    static let everyMilliseconds: UInt64 = 10 * 60_000

    typealias Making = @Sendable (OpenOrders) async throws -> (report: BusinessReport, orders: OpenOrders)

    func report(now: Timestamp, _ make: @escaping Making) async throws -> BusinessReport {
        switch find(now: now, make) {
        case .last(let made): return made.report
        case .making(let making, _, let last):
            if let last { return last.report }
            return try await making.value.report
        case .stopped: throw CancellationError()
        }
    }

    /// The same for who does not want to wait: `nil` while the very first one is being made.
    ///
    /// - Throws: why that could not be made, once; then the next one who looks tries again.
    func reportIfMade(now: Timestamp, _ make: @escaping Making) throws -> BusinessReport? {
        if kept.last == nil, let problem = kept.takeProblem() { throw problem }
        switch find(now: now, make) {
        case .last(let made): return made.report
        case .making(_, _, let last): return last?.report
        case .stopped: throw CancellationError()
        }
    }

    private func find(now: Timestamp, _ make: @escaping Making) -> KeptAnswer<Made>.Found {
        kept.find(now: now) { last in
            // By a clock that was put back, a report of later than now would stay for long.
            now.milliseconds >= last.report.at && now.milliseconds - last.report.at < Self.everyMilliseconds
        } _: { last in
            let made = try await make(last?.orders ?? OpenOrders())
            return Made(report: made.report, orders: made.orders)
        }
    }

    /// What is being made just now, for who wants to wait for it.
    var making: Task<Made, any Error>? { kept.making }
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

    /// Whether a newer report than the last one comes soon.
    public var isBusinessInTheMaking: Bool { businessDesk.making != nil }

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
