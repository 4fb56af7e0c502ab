import Profiles

/// Of proposed pairs, those that may be linked together: none of the people that they make contradicts itself.
struct PairChoice {
    /// In the order in which they were offered.
    private(set) var taken: [LinkPairs.Pair] = []
    /// Left out, since the people that they would join contradict each other.
    private(set) var contradicting = 0
    /// Neither, since one decision takes only so many.
    var left = 0

    /// The most pairs that one decision looks at; contradicting ones are not many.
    static let consideredMax = 20_000

    private let documents: Documents
    private var acceptance: PairAcceptance
    /// By profile.
    private var people: [RecordNumber: Int] = [:]

    private let takenMax: Int
    private let consideredMax: Int
    private var considered = 0

    /// - Parameters:
    ///   - takenMax: the most pairs of one decision.
    ///   - consideredMax: the most that are looked at for one.
    init(
        bitsMin: Double, takenMax: Int = Hub.acceptedMax, consideredMax: Int = consideredMax, _ scorer: MatchScorer, _ documents: Documents
    ) {
        self.documents = documents
        self.takenMax = takenMax
        self.consideredMax = consideredMax
        acceptance = PairAcceptance(scorer, bitsMin: bitsMin)
    }

    /// One decision holds no more, or looks at no more.
    var isFull: Bool { taken.count == takenMax || considered == consideredMax }

    /// Looks at one more pair, of which the best come first.
    mutating func offer(_ row: ProposalRow) throws {
        considered += 1
        guard let pair = documents.standing.pair(row), let one = try person(of: row.lower), let other = try person(of: row.higher)
        else { return }
        if acceptance.join(one, other) { taken.append(pair) } else { contradicting += 1 }
    }

    private mutating func person(of record: RecordNumber) throws -> Int? {
        guard let profile = try documents.store.customer(record)?.profile else { return nil }
        if let known = people[profile] { return known }
        let members = try documents.store.customers(profile: profile).map(\.record)
        let enemies = try members.flatMap { member in
            try documents.store.linkDecisions(about: member).filter { !$0.isSame }.map { $0.lower == member ? $0.higher.raw : $0.lower.raw }
        }
        let number = acceptance.add(
            PairAcceptance.Person(
                records: members.map(\.raw),
                traits: try members.compactMap { try Matcher.traits(of: $0, documents.store, documents.standing) }, enemies: Set(enemies)))
        people[profile] = number
        return number
    }
}

extension Standing {
    /// The two records of a proposal by their lives; `nil` where one of them is of nobody known.
    func pair(_ row: ProposalRow) -> LinkPairs.Pair? {
        guard let lower = dot(of: row.lower), let higher = dot(of: row.higher) else { return nil }
        return LinkPairs.Pair(lower, higher)
    }
}
