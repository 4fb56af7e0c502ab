import Causality
import ChangeSets
import Synchronization

/// How many conflicts wait for somebody, by kind, as last counted.
///
/// Counting walks through all of them, so it is done anew only where something was committed since, and at most every few seconds.
public struct OpenConflicts: Hashable, Sendable {
    public var byKind: [ConflictAnswer.Kind: Int] = [:]
    /// There are more of one kind than are counted.
    public var hasMore = false

    public init() {}

    public var count: Int { byKind.values.reduce(0, +) }
}

final class ConflictTally: Sendable {
    private struct Counted {
        var conflicts = OpenConflicts()
        var isCounting = false
        var isEmpty = true
        var head: UInt64?
        var at: UInt64 = 0
    }

    private let counted = Mutex(Counted())

    static let everyMilliseconds: UInt64 = 5_000

    func known(head: UInt64, now: Timestamp) -> OpenConflicts? {
        counted.withLock { counted in
            let isNew = counted.head == head || (counted.head != nil && now.milliseconds < counted.at + Self.everyMilliseconds)
            return isNew && now.milliseconds >= counted.at ? counted.conflicts : nil
        }
    }

    func set(_ conflicts: OpenConflicts, head: UInt64, now: Timestamp) {
        counted.withLock { ($0.conflicts, $0.head, $0.at, $0.isEmpty) = (conflicts, head, now.milliseconds, false) }
    }

    /// - Returns: what was counted before, where another one is counting just now; `nil`: count.
    func begin() -> OpenConflicts? {
        counted.withLock { counted in
            if counted.isCounting, !counted.isEmpty { return counted.conflicts }
            counted.isCounting = true
            return nil
        }
    }

    func end() { counted.withLock { $0.isCounting = false } }

    /// A decision is seen at once by who made it.
    func forget() { counted.withLock { $0.head = nil } }
}

extension Hub {
    public func openConflicts(now: Timestamp) async throws -> OpenConflicts {
        let head = head.number
        if let known = tally.known(head: head, now: now) { return known }
        // One counts at a time; who comes meanwhile gets what was counted before, where there is anything.
        if let before = tally.begin() { return before }
        defer { tally.end() }
        let scorer = try await scorer()
        let conflicts = try await reading(now) { try self.conflictList($0, scorer).tally() }
        tally.set(conflicts, head: head, now: now)
        return conflicts
    }
}
