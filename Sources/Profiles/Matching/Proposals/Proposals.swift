/// Two records that may be one person's, by their numbers in the caller's order.
public struct Proposal: Hashable, Sendable {
    public var lower: UInt32
    public var higher: UInt32
    /// Evidence in bits (`MatchScore`).
    public var bits: Float

    public var probability: Double { Bits.probability(Double(bits)) }
}

extension PersonBlocks {
    /// The pairs that reach a threshold, the best first.
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
