import Causality

/// Keeps the last answer about all that is open: it is made anew only where something was committed since, and not twice in a moment. Who
/// has it made waits for it, and who comes meanwhile gets the one before, where there is any.
final class KeptForMoment<Answer: Sendable>: Sendable {
    private struct Made {
        var answer: Answer
        /// `nil`: it is to be made anew in any case.
        var head: UInt64?
        var at: UInt64
    }

    private let kept = KeptAnswer<Made>()
    private let milliseconds: UInt64

    /// What time alone changes, such as a wait that has become long, is seen after so long.
    static var longestMilliseconds: UInt64 { 300_000 }

    /// - Parameter milliseconds: for so long an answer will do, whatever is committed.
    init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    func answer(head: UInt64, now: Timestamp, _ make: @escaping @Sendable () async throws -> Answer) async throws -> Answer {
        let found = kept.find(now: now) { last in
            guard let known = last.head, now.milliseconds >= last.at else { return false }
            return now.milliseconds < last.at + (known == head ? Self.longestMilliseconds : milliseconds)
        } _: { _ in
            Made(answer: try await make(), head: head, at: now.milliseconds)
        }
        switch found {
        case .last(let made): return made.answer
        case .making(let making, let isBegun, let last):
            if !isBegun, let last { return last.answer }
            return try await making.value.answer
        case .stopped: throw CancellationError()
        }
    }

    func forget() { kept.change { $0.head = nil } }
}
