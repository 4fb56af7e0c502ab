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
    private let kept = KeptForMoment<OpenConflicts>(milliseconds: everyMilliseconds)

    static let everyMilliseconds: UInt64 = 5_000

    func count(head: UInt64, now: Timestamp, _ count: @escaping @Sendable () async throws -> OpenConflicts) async throws -> OpenConflicts {
        try await kept.answer(head: head, now: now, count)
    }

    /// A decision is seen at once by who made it.
    func forget() { kept.forget() }
}

extension Hub {
    public func openConflicts(now: Timestamp) async throws -> OpenConflicts {
        try await tally.count(head: head.number, now: now) { [self] in
            let scorer = try await scorer()
            return try await reading(now) { try self.conflictList($0, scorer).tally() }
        }
    }
}
