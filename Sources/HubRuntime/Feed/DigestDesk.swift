import ChangeSets
import Oddities
import Synchronization

/// Answers who asks for a digest, or leaves it out: so that a thousand sites cost the hub no more than a share of its time.
///
/// A sum is a scan of all that is in scope. It is kept while the head stands, for all sites whose scope is alike, and after a
/// scan none begins for `restFactor` times as long as it took. Who got none asks again later.
final class DigestDesk: Sendable {
    private struct Key: Hashable {
        var part: DigestReader.Part
        var ranges: Int
    }

    private struct State {
        var head: UInt64 = 0
        var known: [Key: TopicDigest] = [:]
        var isBusy = false
        var restsUntil: ContinuousClock.Instant?
    }

    private let restFactor: Int
    private let state = Mutex(State())

    /// - Parameter restFactor: 0 never rests.
    init(restFactor: Int) { self.restFactor = restFactor }

    /// `nil`: not now.
    func digest(ranges: Int, _ reader: DigestReader) throws -> ViewDigest? {
        if Oddity.sumsLater.happens { return nil }
        let ranges = min(max(ranges, 1), Limits.digestRangesMax)
        let keys = reader.parts.map { Key(part: $0, ranges: ranges) }
        let head = reader.documents.standing.head.number
        let known: [Key: TopicDigest]? = state.withLock { state in
            let known = state.head == head ? state.known : [:]
            if keys.allSatisfy({ known[$0] != nil }) { return known }
            if state.isBusy || state.restsUntil.map({ ContinuousClock.now < $0 }) ?? false { return nil }
            state.isBusy = true
            return known
        }
        guard var known else { return nil }
        if !keys.allSatisfy({ known[$0] != nil }) {
            let start = ContinuousClock.now
            var found: [Key: TopicDigest] = [:]
            defer { end(found, at: head, since: start) }
            for key in keys where known[key] == nil { found[key] = try reader.digest(of: key.part, ranges: ranges) }
            known.merge(found) { _, new in new }
        }
        return ViewDigest(topics: keys.compactMap { known[$0] })
    }

    private func end(_ found: [Key: TopicDigest], at head: UInt64, since start: ContinuousClock.Instant) {
        state.withLock { state in
            if state.head != head { state.known = [:] }
            state.head = head
            state.known.merge(found) { _, new in new }
            state.isBusy = false
            let now = ContinuousClock.now
            state.restsUntil = restFactor == 0 ? nil : now + (now - start) * restFactor
        }
    }
}
