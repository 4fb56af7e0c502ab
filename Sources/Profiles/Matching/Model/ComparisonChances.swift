/// How often two records reach each level of a comparison that can be made.
///
/// The m and u probabilities of I. Fellegi and A. Sunter, "A theory for record linkage" (1969).
public struct ComparisonChances: Hashable, Codable, Sendable {
    /// Per level, among pairs of records of one person; sums to 1.
    public var same: [Double]
    /// Per level, among pairs of records of two people; sums to 1, but for the order of names, which is chosen to fit and so says nothing against strangers:
    /// there every chance is 1.
    public var different: [Double]

    init(_ levels: [(same: Double, different: Double)]) {
        same = Self.shares(levels.map(\.same))
        different = Self.shares(levels.map(\.different))
    }

    static func shares(_ numbers: [Double]) -> [Double] {
        let sum = numbers.reduce(0, +)
        return numbers.map { $0 / sum }
    }
}

/// What a comparison is like, apart from chances: how it is used, and what its levels are called.
struct ComparisonKind {
    var name: String
    var levels: [String]
    /// The share of people of one household that agree in it as often as one person's records do; 0 for what is a person's own. Never 0 for names
    /// and dates: sons are named after fathers, and twins have one birthday, so that neither alone can prove one person within a home.
    var sharedInHousehold: Double
    /// The trait whose term frequencies replace the average chance of agreement; `nil` where agreement is judged under a condition.
    var frequencies: Trait?
    var typical: ComparisonChances

    init(
        _ name: String, household: Double = 0, frequencies: Trait? = nil,
        _ levels: [(name: String, same: Double, different: Double)]
    ) {
        self.name = name
        self.levels = levels.map(\.name)
        sharedInHousehold = household
        self.frequencies = frequencies
        typical = ComparisonChances(levels.map { ($0.same, $0.different) })
    }
}
