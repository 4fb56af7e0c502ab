/// How common the frequent terms of a trait are, so that two Smiths agree in less than two Zieglers do.
///
/// Bounded: only terms more common than the average are kept, each as a fingerprint, which names nobody.
public struct TermFrequencies: Hashable, Codable, Sendable {
    /// The most terms kept of one trait.
    public static let termsMax = 1_000

    /// Fingerprints, ascending, and for each the chance that another person's record holds the term.
    public private(set) var terms: [UInt32]
    public private(set) var chances: [Float]
    /// The chance of agreeing by accident in any other term.
    public private(set) var rest: Float

    init(_ frequent: [(term: UInt32, chance: Float)], rest: Float) {
        let sorted = frequent.sorted { $0.term < $1.term }
        terms = sorted.map(\.term)
        chances = sorted.map(\.chance)
        self.rest = rest
    }
}
