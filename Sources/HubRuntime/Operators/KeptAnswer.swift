import Causality
import Synchronization

/// Keeps the last answer to something that takes long, and has it made anew once at a time: who comes meanwhile finds the last one, and the
/// one under way.
final class KeptAnswer<Answer: Sendable>: Sendable {
    private struct State {
        var last: Answer?
        var making: Task<Answer, any Error>?
        var since: Timestamp?
        var problem: (any Error)?
        var isStopped = false
    }

    enum Found {
        /// The last one is good enough.
        case last(Answer)
        /// The one under way, whether it was begun for who asks now, and the last one, where there is any.
        case making(Task<Answer, any Error>, isBegun: Bool, last: Answer?)
        case stopped
    }

    private let state = Mutex(State())

    var last: Answer? { state.withLock { $0.last } }
    /// What is being made just now, for who wants to wait for it.
    var making: Task<Answer, any Error>? { state.withLock { $0.making } }
    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// The last answer, since when another one is being made, and why that failed the last time.
    var standing: (last: Answer?, since: Timestamp?, problem: (any Error)?) { state.withLock { ($0.last, $0.since, $0.problem) } }

    /// Why the last one could not be made, for one who asks.
    func takeProblem() -> (any Error)? { state.withLock { $0.problem.take() } }

    /// - Parameters:
    ///   - isGood: whether the last answer will do.
    ///   - make: makes another one, where none is being made; it gets the last one. What it throws is told to those who wait, and the next
    ///     one who asks tries again.
    func find(
        now: Timestamp, unless isGood: (Answer) -> Bool = { _ in false },
        _ make: @escaping @Sendable (_ last: Answer?) async throws -> Answer
    ) -> Found {
        state.withLock { state in
            if let last = state.last, isGood(last) { return .last(last) }
            if let making = state.making { return .making(making, isBegun: false, last: state.last) }
            guard !state.isStopped else { return .stopped }
            let making = Task { [last = state.last] in try await self.run(last, make) }
            (state.making, state.since) = (making, now)
            return .making(making, isBegun: true, last: state.last)
        }
    }

    private func run(_ last: Answer?, _ make: @Sendable (_ last: Answer?) async throws -> Answer) async throws -> Answer {
        do {
            let answer = try await make(last)
            state.withLock { state in
                (state.last, state.problem) = (answer, nil)
                (state.making, state.since) = (nil, nil)
            }
            return answer
        } catch {
            state.withLock { state in
                state.problem = error
                (state.making, state.since) = (nil, nil)
            }
            throw error
        }
    }

    /// An answer that was kept elsewhere, where there is none yet.
    func remember(_ answer: Answer) { state.withLock { state in if state.last == nil { state.last = answer } } }

    /// Changes what is kept, where anything is.
    func change(_ body: (inout Answer) -> Void) {
        state.withLock { state in
            guard var last = state.last else { return }
            body(&last)
            state.last = last
        }
    }

    /// Begins none any more, and waits for the one under way.
    func stop() async {
        let making = state.withLock { state in
            state.isStopped = true
            return state.making
        }
        _ = await making?.result
    }
}
