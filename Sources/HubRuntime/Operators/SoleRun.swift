import Synchronization

/// Something that takes so much of the hub that it runs once at a time: who comes meanwhile is told so.
final class SoleRun: Sendable {
    private let isTaken = Mutex(false)

    var isUnderWay: Bool { isTaken.withLock { $0 } }

    /// - Returns: whether it was free; then it is the caller's until `end`.
    func begin() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }

    func end() { isTaken.withLock { $0 = false } }
}
