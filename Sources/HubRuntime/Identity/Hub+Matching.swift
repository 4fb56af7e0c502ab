import Causality
import ChangeSets
import Foundation
import Profiles
import Synchronization

/// The model in force, ready to score; read from the store once.
struct KnownScorer: Sendable {
    var scorer: MatchScorer?
}

public struct MatchingAnswer: Encodable, Hashable, Sendable {
    /// Records that were compared.
    public var records: Int
    /// Pairs that the model proposes, those that are linked already not among them.
    public var proposals: Int
}

extension Hub {
    private static let followedAtOnce = 50
    private static let rowsPerCommit = 50_000
    /// Fewer records teach nothing.
    static let passRecordsMin = 50

    /// Brings proposals up to date with the records that changed since.
    ///
    /// - Returns: whether anything is left to do.
    @discardableResult
    public func followMatching(now: Timestamp) async throws -> Bool {
        guard let scorer = try await scorer() else { return false }
        let standing = standing.withLock { $0 }
        return try await store.write { store in
            // A pass has read the records as they were; what changes meanwhile waits for its end.
            guard !self.matching.isUnderWay else { return false }
            let changed = try store.unmatched(limit: Self.followedAtOnce)
            let standing = try store.head()?.number == standing.head.number ? standing : Standing(reading: store)
            let done = try Matcher(store: store, standing: standing, scorer: scorer).follow(changed)
            return done < changed.count || changed.count == Self.followedAtOnce
        }
    }

    /// Whether there are half as many records again as the model was learnt from, or none was learnt yet.
    public func needsMatchingPass() async throws -> Bool {
        guard let scorer = try await scorer() else { return try await store.read { try $0.unmatchedCount() } > 0 }
        return try await store.read { store in
            let records = try store.unmatchedCount() + store.matchedCount()
            return records >= Self.passRecordsMin && records > scorer.model.records + scorer.model.records / 2
        }
    }

    /// Learns the model from all customer records, without labels, and proposes from nothing.
    ///
    /// - Throws: `hub-busy` while another pass runs; `CancellationError` soon after the task is cancelled, and the next pass begins anew.
    public func matchAll(now: Timestamp) async throws -> MatchingAnswer {
        guard matching.begin() else {
            throw HubError(
                .busy, "Proposals are being made already.", remedy: "Wait for that to end, and look: tributary identity proposals.")
        }
        defer { matching.end() }
        let pass = try await reading(now) { try MatchingPass($0.store, $0.standing) }
        let result = try await pass.result()
        let kept = try await store.write { store in
            try store.clearMatching()
            try store.set(.matchModel, [UInt8](JSONEncoder().encode(result.model)))
            var kept = 0
            for row in result.proposals {
                // What is linked now may part again; a list leaves it out until then.
                try store.put(row)
                if try store.customer(row.lower)?.profile != store.customer(row.higher)?.profile { kept += 1 }
            }
            return kept
        }
        matchScorer.withLock { $0 = KnownScorer(scorer: MatchScorer(result.model)) }
        try await write(pass)
        return MatchingAnswer(records: pass.records.count, proposals: kept)
    }

    /// Keeps what the pass compared, so that what changes later finds it: in many commits, so that pushes go on between them.
    private func write(_ pass: MatchingPass) async throws {
        for start in stride(from: 0, to: pass.records.count, by: Self.rowsPerCommit) {
            try Task.checkCancellation()
            let range = start..<min(start + Self.rowsPerCommit, pass.records.count)
            try await store.write { store in
                for place in range { try store.setMatchedTraits(pass.records[place], pass.traits[place].packed) }
            }
        }
        let rows = pass.blockRows()
        for start in stride(from: 0, to: rows.count, by: Self.rowsPerCommit) {
            try Task.checkCancellation()
            let range = start..<min(start + Self.rowsPerCommit, rows.count)
            try await store.write { store in for row in rows[range] { try store.insertBlock(row.key, row.record) } }
        }
        try await store.write { try $0.unmarkUnmatched(through: pass.head) }
    }

    /// `nil` until a pass has learnt a model.
    func scorer() async throws -> MatchScorer? {
        if let known = matchScorer.withLock({ $0 }) { return known.scorer }
        let bytes = try await store.read { try $0.meta(.matchModel) }
        // A model that cannot be read is learnt anew, like one of another version.
        let known = KnownScorer(scorer: bytes.flatMap { MatchModel(json: $0) }.map { MatchScorer($0) })
        matchScorer.withLock { $0 = known }
        return known.scorer
    }
}
