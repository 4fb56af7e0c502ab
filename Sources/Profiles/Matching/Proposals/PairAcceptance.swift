/// Takes proposed pairs one after another, except those that would make one person of people who contradict each other.
///
/// A chain of likely pairs may have ends that are two people's: father and son, and between them a record without a birth date. A pair is
/// taken only if all pairs between the two people that it would join speak for one person on average, as in `PersonClusters`; here it begins
/// with the people that there are already.
public struct PairAcceptance {
    /// The most records of a person that pairs may make.
    public static let recordsMax = PersonClusters.recordsMax

    /// Records that are one person's now.
    public struct Person: Sendable {
        /// By the caller's numbers.
        public var records: [Int64]
        /// Of those records that say anything which can be compared.
        public var traits: [PersonTraits]
        /// Records that somebody has declared never the same as one of these.
        public var enemies: Set<Int64>

        public init(records: [Int64], traits: [PersonTraits], enemies: Set<Int64> = []) {
            self.records = records
            self.traits = traits
            self.enemies = enemies
        }
    }

    private let scorer: MatchScorer
    /// The mean evidence that is asked for.
    private let linkageMin: Double
    private var sets = DisjointSets(count: 0)
    /// By root.
    private var people: [Person] = []

    /// - Parameter bitsMin: the evidence that is asked of each single pair.
    public init(_ scorer: MatchScorer, bitsMin: Double) {
        self.scorer = scorer
        linkageMin = min(bitsMin, Double(PersonClusters.linkageBitsMax))
    }

    /// - Returns: the person's number here.
    public mutating func add(_ person: Person) -> Int {
        people.append(person)
        return sets.add()
    }

    /// Makes one person of two, unless they contradict each other.
    ///
    /// - Returns: whether they are one now.
    public mutating func join(_ one: Int, _ other: Int) -> Bool {
        let (left, right) = (sets.root(of: one), sets.root(of: other))
        guard left != right else { return true }
        guard !contradict(people[left], people[right]) else { return false }
        sets.unite(left, right)
        let root = sets.root(of: left)
        let rest = root == left ? right : left
        people[root].records += people[rest].records
        people[root].traits += people[rest].traits
        people[root].enemies.formUnion(people[rest].enemies)
        people[rest] = Person(records: [], traits: [])
        return true
    }

    private func contradict(_ one: Person, _ other: Person) -> Bool {
        one.records.count + other.records.count > Self.recordsMax || !one.enemies.isDisjoint(with: other.records)
            || linkage(one.traits, other.traits) < linkageMin
    }

    /// The mean evidence over all pairs between two people.
    private func linkage(_ one: [PersonTraits], _ other: [PersonTraits]) -> Double {
        let bound = Double(PersonClusters.pairBitsMax)
        var sum = 0.0
        for left in one { for right in other { sum += min(max(scorer.bits(left, right), -bound), bound) } }
        return sum / Double(max(one.count * other.count, 1))
    }
}
