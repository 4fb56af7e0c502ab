import Dispatch
import Synchronization

/// Two records that may be one person's, by their numbers in the caller's order.
public struct Proposal: Hashable, Sendable {
    public var lower: UInt32
    public var higher: UInt32
    /// Evidence in bits (`MatchScore`).
    public var bits: Float

    public var probability: Double { Bits.probability(Double(bits)) }
}

extension PersonBlocks {
    /// The pairs that reach a threshold, scored on several threads; the same, in the same order, on any number of them.
    ///
    /// - Parameter threads: at most so many at a time; the caller waits and is one of them.
    public func proposals(_ scorer: MatchScorer, bitsMin: Float, threads: Int) -> [Proposal] {
        let sizes = max(1, (records.count + Self.rangesPerRun - 1) / Self.rangesPerRun)
        let ranges = stride(from: 0, to: records.count, by: sizes).map { $0..<min($0 + sizes, records.count) }
        let next = Mutex(0)
        let found = Mutex([[Proposal]](repeating: [], count: ranges.count))
        DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
            while true {
                let turn = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                guard turn < ranges.count else { return }
                let own = proposals(scorer, bitsMin: bitsMin, range: ranges[turn])
                found.withLock { $0[turn] = own }
            }
        }
        return found.withLock { Array($0.joined()) }
    }

    /// Many, so that no thread waits long for the last one's.
    private static let rangesPerRun = 256

    /// The pairs that reach a threshold.
    ///
    /// - Parameter range: places whose candidates are scored; ranges may be worked on side by side, and their results joined.
    public func proposals(_ scorer: MatchScorer, bitsMin: Float, range: Range<Int>? = nil) -> [Proposal] {
        var found: [Proposal] = []
        forEachCandidates(of: range ?? records.indices) { place, others in
            records[place].withTerms { left in
                for other in others {
                    let bits = records[Int(other)].withTerms { right in scorer.bits(ComparedPair(left, right)) }
                    guard bits >= bitsMin else { continue }
                    let (one, two) = (numbers[place], numbers[Int(other)])
                    found.append(Proposal(lower: min(one, two), higher: max(one, two), bits: bits))
                }
            }
        }
        return found
    }
}
