import Causality
import ChangeSets

/// How the hub and its sites got on at one moment: what a chart is drawn from.
public struct PulseRow: Hashable, Sendable {
    public var at: Timestamp
    /// All that was ever admitted.
    public var changes: UInt64
    /// How far the sites that are not revoked are behind, the one in the middle and the worst, in milliseconds: the older of the first change
    /// that a site has not sent and the first that it was not served.
    public var lagMedian: UInt64
    public var lagMax: UInt64
    /// Conflicts that nobody has decided.
    public var conflicts: Int

    public init(at: Timestamp, changes: UInt64, lagMedian: UInt64, lagMax: UInt64, conflicts: Int) {
        self.at = at
        self.changes = changes
        self.lagMedian = lagMedian
        self.lagMax = lagMax
        self.conflicts = conflicts
    }
}

extension Hub {
    /// Often enough for a chart, seldom enough for its rows to weigh nothing: a week of them is half a megabyte.
    public static let pulseMilliseconds: UInt64 = 60_000
    static let pulseKeptMilliseconds: UInt64 = 7 * 24 * 3_600_000

    /// Notes how the hub and its sites get on, with what is new in the sites' logs, and forgets what was noted long ago.
    public func takePulse(now: Timestamp) async throws {
        let lags = try await lags(now: now).sorted()
        let row = PulseRow(
            at: now, changes: standing.withLock { $0.replicas.reduce(0) { $0 &+ $1.last } },
            lagMedian: lags.isEmpty ? 0 : lags[lags.count / 2], lagMax: lags.last ?? 0, conflicts: try await openConflicts(now: now).count)
        let kept = Timestamp(milliseconds: now.milliseconds - min(now.milliseconds, Self.pulseKeptMilliseconds))
        let unwritten = exchanges.unwritten
        try await queue.submit(bytes: 64 + unwritten.byteCount, to: self) { store, _, _ in
            try unwritten.write(to: store)
            try store.put(row)
            try store.deletePulses(before: kept)
            try store.deleteFlow(before: FlowRow.day(of: now) - FlowTally.daysKept + 1)
        }
        exchanges.wrote(unwritten, now: now)
        if keptCounts.isMany { _ = try await store.read { try self.keptCounts.counts($0, isFresh: true) } }
    }

    /// The oldest first.
    public func pulses(since time: Timestamp) async throws -> [PulseRow] { try await store.read { try $0.pulses(since: time) } }

    private func lags(now: Timestamp) async throws -> [UInt64] {
        try await sites(now: now).compactMap { site in
            let exchanges = site.agents.filter(\.takesPart).compactMap(\.exchange)
            guard !exchanges.isEmpty else { return nil }
            let since = exchanges.flatMap { [$0.waitingSince, $0.behindSince].compactMap { $0 } }.min()
            return since.map { now.milliseconds - min($0, now.milliseconds) } ?? 0
        }
    }
}
