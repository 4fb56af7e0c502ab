/// Groups records into people by proposals, without letting a chain of near misses glue strangers together.
///
/// Joining whatever a path of pairs connects takes every error of every pair into the group. Here two groups join only if *all* pairs between them
/// together, also those that no block brought up, speak for one person: greedy agglomeration by average linkage (see N. Bansal, A. Blum,
/// S. Chawla, "Correlation clustering", 2004, for the aim; O. Hassanzadeh et al., "Framework for evaluating clustering algorithms in duplicate
/// detection", 2009, for the harm that connected components do).
struct PersonClusters {
    /// The most records of one person; no rule joins more.
    static let recordsMax = 200
    /// A pair counts for no more than this in either direction, so that one number typed twice does not outweigh many contradictions.
    static let pairBitsMax: Float = 12
    /// The most mean evidence that groups need, however high the threshold of single pairs.
    static let linkageBitsMax: Float = 6

    private let blocks: PersonBlocks
    private let scorer: MatchScorer
    private let bitsMin: Float
    private var groupOf: [UInt32: Int] = [:]
    private var groups: [[UInt32]] = []
    private var refused: [Set<Int>] = []
    /// By the caller's number.
    private let places: [UInt32]

    init(_ blocks: PersonBlocks, _ scorer: MatchScorer, bitsMin: Float) {
        (self.blocks, self.scorer, self.bitsMin) = (blocks, scorer, bitsMin)
        var places = [UInt32](repeating: 0, count: blocks.numbers.count)
        for (place, number) in blocks.numbers.enumerated() { places[Int(number)] = UInt32(place) }
        self.places = places
    }

    /// Takes proposals, the best first; equal ones in the order of what the records hold.
    mutating func join(_ proposals: [Proposal]) {
        let pairs = proposals.map { proposal in
            let (one, other) = (places[Int(proposal.lower)], places[Int(proposal.higher)])
            return (bits: proposal.bits, low: min(one, other), high: max(one, other))
        }
        for pair in pairs.sorted(by: { ($1.bits, $0.low, $0.high) < ($0.bits, $1.low, $1.high) }) where pair.bits >= bitsMin {
            join(group(of: pair.low), group(of: pair.high))
        }
    }

    private mutating func group(of place: UInt32) -> Int {
        if let group = groupOf[place] { return group }
        groups.append([place])
        refused.append([])
        groupOf[place] = groups.count - 1
        return groups.count - 1
    }

    private mutating func join(_ one: Int, _ other: Int) {
        guard one != other, !refused[one].contains(other) else { return }
        let (large, small) = groups[one].count >= groups[other].count ? (one, other) : (other, one)
        guard groups[large].count + groups[small].count <= Self.recordsMax, linkage(large, small) >= min(bitsMin, Self.linkageBitsMax)
        else {
            refused[one].insert(other)
            refused[other].insert(one)
            return
        }
        for place in groups[small] { groupOf[place] = large }
        groups[large] += groups[small]
        groups[small] = []
        // What was refused to a part may be tried again with the whole.
        for group in refused[large] { refused[group].remove(large) }
        for group in refused[small] { refused[group].remove(small) }
        refused[large] = []
        refused[small] = []
    }

    /// The mean evidence over all pairs between two groups.
    private func linkage(_ one: Int, _ other: Int) -> Float {
        var sum: Float = 0
        for left in groups[one] {
            for right in groups[other] {
                let bits = scorer.bits(ComparedPair(blocks.records[Int(left)], blocks.records[Int(right)]))
                sum += min(max(bits, -Self.pairBitsMax), Self.pairBitsMax)
            }
        }
        return sum / Float(groups[one].count * groups[other].count)
    }

    /// The groups of two and more, in the caller's numbers, ascending.
    var people: [[UInt32]] {
        groups.filter { $0.count > 1 }.map { $0.map { blocks.numbers[Int($0)] }.sorted() }.sorted { $0[0] < $1[0] }
    }
}

extension PersonBlocks {
    /// The people that proposals make of the records: groups of two and more, by the caller's numbers, ascending.
    ///
    /// - Parameter bitsMin: the least mean evidence between any two parts of a group.
    public func people(from proposals: [Proposal], _ scorer: MatchScorer, bitsMin: Float) -> [[UInt32]] {
        var clusters = PersonClusters(self, scorer, bitsMin: bitsMin)
        clusters.join(proposals)
        return clusters.people
    }
}
