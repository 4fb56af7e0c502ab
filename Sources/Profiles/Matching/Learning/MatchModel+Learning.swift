extension MatchModel {
    /// Learns a model from records, no labels needed.
    ///
    /// The same records in any order, with a generator in the same state, give the same model. Few records, or records without any duplicate, give
    /// a model near `standard`.
    ///
    /// - Parameter chance: draws the sample of pairs.
    public static func learned(
        from blocks: PersonBlocks, bounds: LearningBounds = LearningBounds(), chance: inout some RandomNumberGenerator
    ) -> MatchModel {
        let counts = TermCounts(blocks.records)
        var learner = Learner(LearningSample(blocks, counts, bounds: bounds, chance: &chance), agreements: counts)
        learner.learn()
        var model = learner.model
        model.learnFrequencies(counts)
        return model
    }

    /// The chance that a stranger's record holds a term: its holders without the record at hand and without its person's other records.
    private mutating func learnFrequencies(_ counts: TermCounts) {
        let relatives = samePerson * Double(max(records - 1, 0))
        for comparison in Comparison.allCases {
            if !comparison.isConditional, let trait = comparison.kind.frequencies {
                learnFrequencies(Int(trait.rawValue), comparison, level: 0, counts, relatives)
            }
        }
        learnFrequencies(Self.emailDomains, .email, level: EmailLevel.sameDomain, counts, relatives)
        learnFrequencies(Self.emailLocals, .email, level: EmailLevel.sameLocal, counts, relatives)
    }

    private mutating func learnFrequencies(_ place: Int, _ comparison: Comparison, level: UInt8, _ counts: TermCounts, _ relatives: Double)
    {
        guard counts.of(place) != nil else { return }
        let chances = comparisons[Int(comparison.rawValue)]
        let held = Double(counts.holders[place])
        let own = level == 0 ? relatives * chances.same[0] : relatives * (chances.same[0] + chances.same[Int(level)])
        let average = chances.different[Int(level)]
        func chance(_ holders: Double) -> Double { max(holders - 1 - own, 0) / max(held - 1, 1) }
        let byHolders = counts.common[place].sorted { ($1.holders, $0.term) < ($0.holders, $1.term) }
        let frequent = byHolders.prefix(TermFrequencies.termsMax).filter { chance(Double($0.holders)) > average / 4 }
        // What the frequent terms leave of the average agreement falls to all others.
        let taken = frequent.reduce(0) { $0 + Double($1.holders) / held * chance(Double($1.holders)) }
        let share = 1 - frequent.reduce(0) { $0 + Double($1.holders) / held }
        let rest = share > 0.001 ? max(average - taken, 0) / share : 0
        let least = max(0.1 / max(held, 1), average / 50)
        frequencies[place] = TermFrequencies(
            frequent.map { ($0.term, Float(max(chance(Double($0.holders)), least))) },
            rest: Float(min(max(rest, least), max(average, least))))
    }
}
