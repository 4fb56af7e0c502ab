import Synchronization

/// Wakes waiting pulls when the head moves.
final class CommitSignal: Sendable {
    private struct State {
        var head: UInt64 = 0
        var isStopped = false
        var next: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state = Mutex(State())

    func announce(_ head: UInt64) {
        let woken = state.withLock { state in
            state.head = max(state.head, head)
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in woken { waiter.resume(returning: true) }
    }

    func stop() {
        let woken = state.withLock { state in
            state.isStopped = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in woken { waiter.resume(returning: false) }
    }

    /// Returns true as soon as the head is beyond `number`, and false when the task is cancelled or the hub stops.
    func wait(beyond number: UInt64) async -> Bool {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.head > number { return true }
                    if state.isStopped || Task.isCancelled { return false }
                    state.waiters[ticket] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(returning: false)
        }
    }
}
