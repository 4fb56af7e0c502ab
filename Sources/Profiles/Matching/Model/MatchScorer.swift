/// A model made ready to score many pairs.
public struct MatchScorer: Sendable {
    public let model: MatchModel
    /// Weights in bits by comparison and level, in rows of `Comparison.levelsMax`.
    private var same: [Float]
    /// The like weights for two people of one household.
    private var household: [Float]
    /// Per comparison, log2: how often one person's records agree, which the frequency of a term is held against.
    private var agreement: [Float]
    private var frequencies: [FrequencyTable]
    private let prior: Float
    private let householdOdds: Double

    public init(_ model: MatchModel) {
        self.model = model
        let stride = Comparison.levelsMax
        same = Array(repeating: 0, count: Comparison.count * stride)
        household = same
        agreement = Array(repeating: 0, count: Comparison.count)
        for (place, comparison) in Comparison.allCases.enumerated() {
            let chances = model.comparisons[place]
            let shared = comparison.kind.sharedInHousehold
            agreement[place] = Float(Bits.log2(chances.same[0]))
            for level in chances.same.indices {
                let ratio = chances.same[level] / chances.different[level]
                same[place * stride + level] = Float(Bits.log2(ratio))
                household[place * stride + level] = Float(Bits.log2(shared * ratio + 1 - shared))
            }
        }
        frequencies = (0..<MatchModel.frequencyPlaces).map { FrequencyTable(model.frequencies[$0]) }
        let strangers = 1 - model.samePerson - model.sameHousehold
        prior = Float(Bits.log2(model.samePerson / strangers))
        householdOdds = model.sameHousehold / strangers
    }

    /// The evidence that two records are one person's, in bits: 0 is even odds, each bit doubles them.
    ///
    /// The same in either order of the two.
    public func bits(_ left: PersonTraits, _ right: PersonTraits) -> Double {
        Double(bits(ComparedPair(left, right)))
    }

    @inline(__always)
    func bits(_ pair: ComparedPair) -> Float {
        var (person, home) = (prior, Float(0))
        for place in 0..<Comparison.count {
            let level = pair.pattern[place]
            guard level != Pattern.none else { continue }
            let term = pair.agreed[place]
            if term == 0 {
                person += same[place * Comparison.levelsMax + Int(level)]
                home += household[place * Comparison.levelsMax + Int(level)]
            } else {
                let (own, shared) = agreed(place, level, term)
                person += own
                home += shared
            }
        }
        return person - householdPenalty(home)
    }

    /// The comparisons that were made, with level and weight.
    func weights(of pair: ComparedPair) -> [(Comparison, level: UInt8, bits: Float)] {
        Comparison.allCases.compactMap { comparison in
            let (level, term) = (pair.pattern[comparison], pair.agreed[Int(comparison.rawValue)])
            guard level != Pattern.none, comparison != .nameOrder || level > 0 else { return nil }
            let cell = Int(comparison.rawValue) * Comparison.levelsMax + Int(level)
            return (comparison, level, term == 0 ? same[cell] : agreed(Int(comparison.rawValue), level, term).person)
        }
    }

    /// What of the evidence one household would explain as well.
    private func householdPenalty(_ home: Float) -> Float {
        let odds = min(householdOdds * Bits.exp2(Double(home)), .greatestFiniteMagnitude)
        return odds < 0.001 ? 0 : Float(Bits.log2(1 + odds))
    }

    /// The weights of agreeing in a term, by how common it is.
    private func agreed(_ place: Int, _ level: UInt8, _ term: UInt32) -> (person: Float, household: Float) {
        let comparison = Comparison.allCases[place]
        let cell = place * Comparison.levelsMax + Int(level)
        guard let chance = chance(of: term, comparison, level) else { return (same[cell], household[cell]) }
        let share = level == 0 ? agreement[place] : Float(Bits.log2(model.comparisons[place].same[Int(level)]))
        let own = share - chance
        let shared = comparison.kind.sharedInHousehold
        return (own, shared == 0 ? 0 : max(0, own + Float(Bits.log2(shared))))
    }

    /// log2 of the chance that a stranger's record holds the term.
    private func chance(of term: UInt32, _ comparison: Comparison, _ level: UInt8) -> Float? {
        switch comparison {
        case .exchangedName1, .exchangedName2:
            let (first, last) = (frequencies[Int(Trait.firstName.rawValue)][term], frequencies[Int(Trait.lastName.rawValue)][term])
            return first.flatMap { first in last.map { max(first, $0) } }
        default: return MatchModel.frequencyPlace(comparison, level: level).flatMap { frequencies[$0][term] }
        }
    }
}

/// The frequencies of a trait's terms, ready to be looked up.
private struct FrequencyTable: Sendable {
    private var logarithms: [UInt32: Float] = [:]
    private var rest: Float?

    init(_ frequencies: TermFrequencies?) {
        guard let frequencies else { return }
        rest = Float(Bits.log2(Double(frequencies.rest)))
        logarithms = Dictionary(zip(frequencies.terms, frequencies.chances.map { Float(Bits.log2(Double($0))) }), uniquingKeysWith: max)
    }

    /// `nil` where no frequencies are known.
    subscript(term: UInt32) -> Float? { rest.map { logarithms[term] ?? $0 } }
}
