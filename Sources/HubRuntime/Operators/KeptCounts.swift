import Synchronization

/// How many rows the store has of each kind. Of millions, what was counted last is told for a while: counting them takes a page's time.
final class KeptCounts: Sendable {
    /// Fewer records are counted each time.
    static let manyMin: Int64 = 200_000
    static let kept: Duration = .seconds(120)

    private struct Known {
        var counts: StoreCounts
        var at: ContinuousClock.Instant
    }

    private let known = Mutex<Known?>(nil)

    /// Whether there are so many that they are not counted each time.
    var isMany: Bool { known.withLock { $0?.counts.records ?? 0 >= Self.manyMin } }

    /// - Parameter isFresh: counts in any case.
    func counts(_ store: any HubReading, isFresh: Bool = false) throws -> StoreCounts {
        if !isFresh, isMany, let known = known.withLock({ $0 }), known.at.duration(to: .now) < Self.kept { return known.counts }
        let counts = try store.counts()
        set(counts)
        return counts
    }

    func set(_ counts: StoreCounts) { known.withLock { $0 = Known(counts: counts, at: .now) } }
}
