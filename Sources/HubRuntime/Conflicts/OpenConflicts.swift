import Causality

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

/// Keeps the last count: whoever counts waits for it, and who comes meanwhile gets what was counted before, where there is anything.
final class ConflictTally: Sendable {
    private struct Counted {
        var conflicts: OpenConflicts
        /// `nil`: something was decided since.
        var head: UInt64?
        var at: UInt64
    }

    private let kept = KeptAnswer<Counted>()

    static let everyMilliseconds: UInt64 = 5_000

    func count(head: UInt64, now: Timestamp, _ count: @escaping @Sendable () async throws -> OpenConflicts) async throws -> OpenConflicts {
        let found = kept.find(now: now) { last in
            let isNew = last.head == head || (last.head != nil && now.milliseconds < last.at + Self.everyMilliseconds)
            return isNew && now.milliseconds >= last.at
        } _: { _ in
            Counted(conflicts: try await count(), head: head, at: now.milliseconds)
        }
        switch found {
        case .last(let counted): return counted.conflicts
        case .making(let counting, let isBegun, let last):
            if !isBegun, let last { return last.conflicts }
            return try await counting.value.conflicts
        case .stopped: throw CancellationError()
        }
    }

    /// A decision is seen at once by who made it.
    func forget() { kept.change { $0.head = nil } }
}

extension Hub {
    public func openConflicts(now: Timestamp) async throws -> OpenConflicts {
        try await tally.count(head: head.number, now: now) { [self] in
            let scorer = try await scorer()
            return try await reading(now) { try self.conflictList($0, scorer).tally() }
        }
    }
}
