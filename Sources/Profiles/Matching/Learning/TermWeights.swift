/// How far the terms in which a pair agrees are more common than the average, for learning.
///
/// Without it two Mary Smiths would count as much as two bearers of rare names; in a list where few names are very common, learning would take the
/// many strangers of one name for one person, and from them learn that one person's birth dates differ.
struct TermWeights {
    /// In bits. Beyond them a term is as good as universal, or rare enough.
    private static let bounds: ClosedRange<Float> = -3...14
    /// Smaller differences are left out.
    private static let bitsMin: Float = 0.5

    /// By place among the frequencies: log2 of a term's frequency over the average.
    private var bits: [[UInt32: Float]] = []
    private var shared: [Float] = []

    init(_ counts: TermCounts) {
        bits = (0..<MatchModel.frequencyPlaces).map { Self.weights($0, counts) }
        shared = Comparison.allCases.map { Float($0.kind.sharedInHousehold) }
    }

    private static func weights(_ place: Int, _ counts: TermCounts) -> [UInt32: Float] {
        guard let held = counts.of(place), held.agreeing > 0 else { return [:] }
        let average = held.agreeing / held.pairs
        var weights: [UInt32: Float] = [:]
        for (term, holders) in counts.common[place] {
            let weight = Float(Bits.log2(Double(holders - 1) / Double(counts.holders[place]) / average))
            if abs(weight) >= bitsMin { weights[term] = min(max(weight, bounds.lowerBound), bounds.upperBound) }
        }
        return weights
    }

    /// What to take off the evidence for one person, and for one household, in whole bits.
    func excess(_ pair: ComparedPair) -> (person: Int8, household: Int8) {
        var (person, household): (Float, Float) = (0, 0)
        for place in 0..<Comparison.count where pair.agreed[place] != 0 {
            guard let weight = weight(Comparison.allCases[place], pair.pattern[place], pair.agreed[place]) else { continue }
            person += weight
            if shared[place] >= 0.5 { household += weight }
        }
        return (Int8(min(max(person, -100), 100).rounded()), Int8(min(max(household, -100), 100).rounded()))
    }

    private func weight(_ comparison: Comparison, _ level: UInt8, _ term: UInt32) -> Float? {
        if comparison.isExchangedName { return bits[Int(Trait.lastName.rawValue)][term] ?? bits[Int(Trait.firstName.rawValue)][term] }
        return MatchModel.frequencyPlace(comparison, level: level).flatMap { bits[$0][term] }
    }
}
