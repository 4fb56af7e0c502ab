import Foundation
import Profiles

/// Matches a file's records and holds the result against the truth.
struct MatchEvaluation {
    /// The least evidence that a sweep looks at, in bits.
    static let sweepBitsMin: Float = -6
    /// Learning draws its sample with this seed: the same file gives the same figures.
    static let seed: UInt64 = 1_969

    let records: [PersonTraits]
    let truth: [Int]?
    let blocks: PersonBlocks
    let scorer: MatchScorer
    let proposals: [Proposal]

    init(_ records: [PersonTraits], truth: [Int]?) {
        self.records = records
        self.truth = truth
        blocks = PersonBlocks(records)
        var chance = SeededChance(seed: Self.seed)
        scorer = MatchScorer(.learned(from: blocks, chance: &chance))
        proposals = blocks.proposals(scorer, bitsMin: Self.sweepBitsMin, threads: ProcessInfo.processInfo.activeProcessorCount)
    }

    func people(bitsMin: Double) -> [[UInt32]] {
        blocks.people(from: proposals.filter { Double($0.bits) >= bitsMin }, scorer, bitsMin: Float(bitsMin))
    }
}
