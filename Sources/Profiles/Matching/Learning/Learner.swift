/// Learns the chances of a model from unlabelled pairs, by expectation maximisation.
///
/// Every pair belongs to one of three classes that nobody has told us: one person, one household, strangers. Taking turns, the pairs are shared out
/// among the classes by the present chances, and the chances counted from the shares (A. Dempster, N. Laird, D. Rubin, "Maximum likelihood from
/// incomplete data via the EM algorithm", 1977; for linkage W. Winkler, "Using the EM algorithm for weight computation in the Fellegi–Sunter
/// model of record linkage", 1988). A pair outside all blocks is a stranger's, so that shares of candidates stand for all pairs, and no
/// correction is needed for what the blocks ask.
struct Learner {
    private let sample: LearningSample
    private let agreements: TermCounts
    private(set) var model: MatchModel
    /// Per row of the sample.
    private var person: [Double]
    private var household: [Double]

    static let roundsMax = 60
    /// Learning ends when no chance of the same person moves by more.
    static let steadyDifference = 0.000_5
    /// How many pairs of one person the typical chances count for.
    static let typicalPairs = 12.0
    /// How many pairs of strangers they count for.
    static let typicalStrangers = 60.0
    /// How often one person's names or birth dates differ altogether, at most. Learning from unlabelled pairs finds *a* class of pairs that agree
    /// much; this says that it is the class of one person, and not that of a household, which is larger in lists with few duplicates.
    static let otherMax = 0.15
    /// Per record: within these bounds lies the number of other records of the same person.
    static let matchesPerRecord = 0.001...5.0

    init(_ sample: LearningSample, agreements: TermCounts) {
        self.sample = sample
        self.agreements = agreements
        model = .standard(records: sample.recordCount)
        model.records = sample.recordCount
        person = Array(repeating: 0, count: sample.rows.count)
        household = person
        countDifferent()
    }

    mutating func learn() {
        for _ in 0..<Self.roundsMax {
            share()
            let before = model.comparisons
            count()
            let moved = zip(before, model.comparisons).flatMap { zip($0.same, $1.same) }.map { abs($0 - $1) }.max() ?? 0
            if moved < Self.steadyDifference { break }
        }
        share()
    }

    /// Shares every pattern out among the classes.
    private mutating func share() {
        let odds = PatternOdds(model)
        for (place, row) in sample.rows.enumerated() {
            (person[place], household[place]) = odds.shares(row.key)
        }
    }

    /// Counts chances from the shares.
    private mutating func count() {
        var (matches, homes) = (0.0, 0.0)
        var same = Comparison.allCases.map { _ in [Double](repeating: 0, count: Comparison.levelsMax) }
        for (place, row) in sample.rows.enumerated() where row.candidates > 0 {
            let share = person[place] * row.candidates
            matches += share
            homes += household[place] * row.candidates
            guard share > 1e-9 else { continue }
            for comparison in 0..<Comparison.count where row.pattern[comparison] != Pattern.none {
                same[comparison][Int(row.pattern[comparison])] += share
            }
        }
        for comparison in Comparison.allCases where !comparison.isExchangedName {
            let typical = comparison.kind.typical.same
            let counts = same[Int(comparison.rawValue)]
            let shares = ComparisonChances.shares(typical.indices.map { counts[$0] + Self.typicalPairs * typical[$0] })
            model.comparisons[Int(comparison.rawValue)].same = comparison.isIdentifying ? Self.mostlyAgreeing(shares) : shares
        }
        setPriors(matches: matches / sample.candidateShare, homes: homes / sample.candidateShare)
        countDifferent()
        tieExchangedNames()
    }

    /// Keeps the classes from changing places: what differs more often than this is not one person, whatever else it shares.
    private static func mostlyAgreeing(_ shares: [Double]) -> [Double] {
        guard let other = shares.last, other > otherMax else { return shares }
        return shares.dropLast().map { $0 * (1 - otherMax) / (1 - other) } + [otherMax]
    }

    private mutating func setPriors(matches: Double, homes: Double) {
        let records = Double(sample.recordCount)
        let perRecord = min(max(2 * matches / records, Self.matchesPerRecord.lowerBound), Self.matchesPerRecord.upperBound)
        let homesPerRecord = min(max(2 * homes / records, 2 * MatchModel.householdPairsPerRecordMin), 10)
        model.samePerson = min(perRecord / max(records - 1, 1), 0.3)
        model.sameHousehold = min(homesPerRecord / max(records - 1, 1), 0.3)
    }

    /// Counts how strangers agree: full agreement from the counts of terms, all other levels from sampled pairs.
    private mutating func countDifferent() {
        var different = Comparison.allCases.map { _ in [Double](repeating: 0, count: Comparison.levelsMax) }
        // Per trait, whichever of its comparisons the pair answered: the counts of terms know no conditions.
        var agreeing = [Double](repeating: 0, count: Trait.count)
        for (place, row) in sample.rows.enumerated() {
            let stranger = max(0, 1 - person[place] - household[place])
            for comparison in Comparison.allCases {
                let level = row.pattern[comparison]
                guard level != Pattern.none else { continue }
                different[Int(comparison.rawValue)][Int(level)] += stranger * row[keyPath: comparison.strangers]
                if level == 0, let trait = comparison.kind.frequencies {
                    agreeing[Int(trait.rawValue)] += (1 - stranger) * row.candidates / sample.candidateShare
                }
            }
        }
        for comparison in Comparison.allCases where !comparison.isExchangedName && comparison != .nameOrder {
            let explained = comparison.kind.frequencies.map { agreeing[Int($0.rawValue)] } ?? 0
            setDifferent(comparison, different[Int(comparison.rawValue)], explained: explained)
        }
    }

    /// - Parameter explained: pairs agreeing in the trait that are one person's or one household's.
    private mutating func setDifferent(_ comparison: Comparison, _ counts: [Double], explained: Double) {
        let typical = comparison.kind.typical.different
        let sum = counts.reduce(0, +)
        // Weighted samples count for no more than they are.
        let scale = comparison.isConditional && sum > 0 ? min(1, 20_000 / sum) : 1
        var shares = ComparisonChances.shares(typical.indices.map { counts[$0] * scale + Self.typicalStrangers * typical[$0] })
        if let trait = comparison.kind.frequencies, let held = agreements.of(Int(trait.rawValue)), held.pairs > 0 {
            let exact = max(held.agreeing - explained, 0.02 * Double(sample.recordCount), 1) / held.pairs
            let others = 1 - shares[0]
            shares = shares.map { $0 * (1 - min(exact, 0.99)) / others }
            shares[0] = min(exact, 0.99)
        }
        model.comparisons[Int(comparison.rawValue)].different = shares
    }

    /// A first name against a last one is as likely mistyped as either.
    private mutating func tieExchangedNames() {
        let (first, last) = (model.comparisons[Int(Comparison.firstName.rawValue)], model.comparisons[Int(Comparison.lastName.rawValue)])
        var tied = first
        for level in first.same.indices {
            tied.same[level] = (first.same[level] + last.same[level]) / 2
            tied.different[level] = (first.different[level] + last.different[level]) / 2
        }
        for comparison in [Comparison.exchangedName1, .exchangedName2] { model.comparisons[Int(comparison.rawValue)] = tied }
    }
}

extension Comparison {
    var isExchangedName: Bool { self == .exchangedName1 || self == .exchangedName2 }

    /// What a person keeps for life, mostly.
    var isIdentifying: Bool { self == .firstName || self == .lastName || self == .birthDate }

    /// Asked only of records that have something else in common.
    var isConditional: Bool { strangers != \.random }

    /// The sampled pairs that show how strangers answer.
    var strangers: KeyPath<LearningSample.Row, Double> {
        switch self {
        case .cityInPostcode, .streetNearby, .houseOnStreet: \.nearby
        case .emailOfNamesake: \.namesakes
        case .emailOfSharedName: \.sharers
        default: \.random
        }
    }
}

/// The odds of patterns, whatever the terms.
private struct PatternOdds {
    private var same: [Double] = []
    private var home: [Double] = []
    private let person: Double
    private let household: Double

    init(_ model: MatchModel) {
        same = Array(repeating: 0, count: Comparison.count * Comparison.levelsMax)
        home = same
        for (place, comparison) in Comparison.allCases.enumerated() {
            let (chances, shared) = (model.comparisons[place], comparison.kind.sharedInHousehold)
            for level in chances.same.indices {
                let ratio = chances.same[level] / chances.different[level]
                same[place * Comparison.levelsMax + level] = Bits.log2(ratio)
                home[place * Comparison.levelsMax + level] = Bits.log2(shared * ratio + 1 - shared)
            }
        }
        let strangers = 1 - model.samePerson - model.sameHousehold
        person = Bits.log2(model.samePerson / strangers)
        household = Bits.log2(model.sameHousehold / strangers)
    }

    /// The probabilities of one person and of one household.
    func shares(_ key: LearningSample.Key) -> (person: Double, household: Double) {
        var (own, shared) = (person - Double(key.personExcess), household - Double(key.householdExcess))
        for place in 0..<Comparison.count {
            let level = key.pattern[place]
            guard level != Pattern.none else { continue }
            own += same[place * Comparison.levelsMax + Int(level)]
            shared += home[place * Comparison.levelsMax + Int(level)]
        }
        let (personOdds, homeOdds) = (Bits.exp2(min(own, 200)), Bits.exp2(min(shared, 200)))
        let sum = 1 + personOdds + homeOdds
        return (personOdds / sum, homeOdds / sum)
    }
}
