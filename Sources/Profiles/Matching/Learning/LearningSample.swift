/// How many pairs a model is learnt from, at most.
public struct LearningBounds: Hashable, Sendable {
    /// Pairs drawn from all, which show how strangers agree.
    public var randomPairsMax: Int
    /// Pairs drawn from records with one postcode (or city), which show how neighbours agree, and as many from records with one whole name, one
    /// first name and one last name.
    public var fellowPairsMax: Int
    /// Pairs that share a block, among which one person's are.
    public var candidatePairsMax: Int

    public init(randomPairsMax: Int = 500_000, fellowPairsMax: Int = 100_000, candidatePairsMax: Int = 4_000_000) {
        self.randomPairsMax = randomPairsMax
        self.fellowPairsMax = fellowPairsMax
        self.candidatePairsMax = candidatePairsMax
    }
}

/// The pairs that a model is learnt from, summed up by pattern and by how common their terms are.
struct LearningSample {
    struct Key: Hashable {
        var pattern: Pattern
        /// What common terms take off the evidence (`TermWeights`), in bits.
        var personExcess: Int8
        var householdExcess: Int8
    }

    struct Row {
        var key: Key
        var pattern: Pattern { key.pattern }
        var random = 0.0
        var nearby = 0.0
        var namesakes = 0.0
        var sharers = 0.0
        var candidates = 0.0
    }

    private(set) var rows: [Row] = []
    private var places: [Key: Int] = [:]
    private let terms: TermWeights
    let recordCount: Int
    /// Which part of the candidate pairs was looked at.
    private(set) var candidateShare = 1.0

    init(_ blocks: PersonBlocks, _ counts: TermCounts, bounds: LearningBounds, chance: inout some RandomNumberGenerator) {
        recordCount = blocks.records.count
        terms = TermWeights(counts)
        guard recordCount > 1 else { return }
        addRandom(blocks.records, bounds.randomPairsMax, &chance)
        addFellows(blocks.records, \.nearby, bounds.fellowPairsMax, &chance, Self.neighbourhood)
        addFellows(blocks.records, \.namesakes, bounds.fellowPairsMax, &chance, Self.wholeName)
        for name in [Trait.firstName, .lastName] {
            addFellows(blocks.records, \.sharers, bounds.fellowPairsMax, &chance) { traits in
                var names = traits[name]
                return names.next().map { Fingerprint.of($0) }
            }
        }
        addCandidates(blocks, bounds.candidatePairsMax)
        places = [:]
    }

    var pairCount: Double { Double(recordCount) * Double(recordCount - 1) / 2 }

    private mutating func add(_ pair: ComparedPair, _ count: WritableKeyPath<Row, Double>, _ weight: Double) {
        let excess = terms.excess(pair)
        let key = Key(pattern: pair.pattern, personExcess: excess.person, householdExcess: excess.household)
        if let place = places[key] {
            rows[place][keyPath: count] += weight
        } else {
            places[key] = rows.count
            var row = Row(key: key)
            row[keyPath: count] = weight
            rows.append(row)
        }
    }

    /// All pairs where they are few.
    private mutating func addRandom(_ records: [PersonTraits], _ most: Int, _ chance: inout some RandomNumberGenerator) {
        if pairCount <= Double(most) {
            for one in records.indices {
                for other in records.indices[(one + 1)...] { add(ComparedPair(records[one], records[other]), \.random, 1) }
            }
            return
        }
        for _ in 0..<most {
            let one = Int.random(in: records.indices, using: &chance)
            let other = Int.random(in: 0..<(records.count - 1), using: &chance)
            add(ComparedPair(records[one], records[other < one ? other : other + 1]), \.random, 1)
        }
    }

    private static func neighbourhood(_ traits: TraitTerms) -> UInt32? {
        var postcodes = traits[.postcode]
        var cities = traits[.city]
        return (postcodes.next() ?? cities.next()).map { Fingerprint.of($0) }
    }

    private static func wholeName(_ traits: TraitTerms) -> UInt32? {
        var firsts = traits[.firstName]
        var lasts = traits[.lastName]
        guard let first = firsts.next(), let last = lasts.next() else { return nil }
        return Fingerprint.of(first) &* 31 &+ Fingerprint.of(last)
    }

    /// A record, then a fellow of it; weighted by its fellows, so that every pair of fellows counts alike.
    private mutating func addFellows(
        _ records: [PersonTraits], _ count: WritableKeyPath<Row, Double>, _ most: Int, _ chance: inout some RandomNumberGenerator,
        _ key: (TraitTerms) -> UInt32?
    ) {
        var groups: [UInt32: [Int]] = [:]
        let keys = records.map { $0.withTerms { key($0) } }
        for (place, key) in keys.enumerated() { if let key { groups[key, default: []].append(place) } }
        let places = records.indices.filter { place in keys[place].map { groups[$0, default: []].count > 1 } ?? false }
        guard !places.isEmpty else { return }
        for _ in 0..<min(most, 10 * places.count) {
            let one = places[Int.random(in: places.indices, using: &chance)]
            let group = groups[keys[one] ?? 0, default: []]
            let other = group[Int.random(in: group.indices, using: &chance)]
            if other != one { add(ComparedPair(records[one], records[other]), count, Double(group.count - 1)) }
        }
    }

    /// The candidates of as many records as the bound allows; places are in no meaningful order, so that they are a fair sample.
    private mutating func addCandidates(_ blocks: PersonBlocks, _ most: Int) {
        let probe = min(recordCount, 2_000)
        var pairs = 0
        blocks.forEachCandidates(of: 0..<probe) { _, others in pairs += others.count }
        // The first places see all their partners above them; over all places the mean is half of theirs.
        let mean = Double(pairs) / Double(probe) * (probe == recordCount ? 1 : 0.5)
        // Every n-th place, so that early and late ones are in the sample in equal parts.
        let step = max(1, Int((mean * Double(recordCount) / Double(most)).rounded(.up)))
        blocks.forEachCandidates(of: 0..<recordCount, step: step) { place, others in
            for other in others { add(ComparedPair(blocks.records[place], blocks.records[Int(other)]), \.candidates, 1) }
        }
        candidateShare = 1 / Double(step)
    }
}
