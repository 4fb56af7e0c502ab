import Causality
import Synchronization

/// Keeps the last answer about all that is open: it is made anew only where something was committed since, and not twice in a moment. Who
/// has it made waits for it, and who comes meanwhile gets the one before, where there is any that was not forgotten.
final class KeptForMoment<Answer: Sendable>: Sendable {
    private struct Made {
        var answer: Answer
        var head: UInt64
        var at: UInt64
        /// How often answers had been forgotten when it was begun.
        var forgotten: UInt64
    }

    private let kept = KeptAnswer<Made>()
    private let milliseconds: UInt64
    private let forgotten = Atomic<UInt64>(0)

    /// What time alone changes, such as a wait that has become long, is seen after so long.
    static var longestMilliseconds: UInt64 { 300_000 }

    /// - Parameter milliseconds: for so long an answer will do, whatever is committed.
    init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    func answer(head: UInt64, now: Timestamp, _ make: @escaping @Sendable () async throws -> Answer) async throws -> Answer {
        // What was begun before somebody had it forgotten may show what was before, whenever it is finished.
        let forgotten = forgotten.load(ordering: .sequentiallyConsistent)
        while true {
            let found = kept.find(now: now) { last in
                guard last.forgotten >= forgotten, now.milliseconds >= last.at else { return false }
                return now.milliseconds < last.at + (last.head == head ? Self.longestMilliseconds : milliseconds)
            } _: { _ in
                Made(answer: try await make(), head: head, at: now.milliseconds, forgotten: forgotten)
            }
            switch found {
            case .last(let made): return made.answer
            case .making(let making, let isBegun, let last):
                if !isBegun, let last, last.forgotten >= forgotten { return last.answer }
                let made = try await making.value
                if made.forgotten >= forgotten { return made.answer }
            case .stopped: throw CancellationError()
            }
        }
    }

    func forget() { forgotten.add(1, ordering: .sequentiallyConsistent) }
}
