import Causality
import ChangeSets
import Merging
import Profiles

/// Two records that may be one person's, side by side, with what speaks for it and against.
public struct ProposalAnswer: Encodable, Hashable, Sendable {
    public var probability: Double
    /// The evidence; each bit doubles the odds.
    public var bits: Double
    /// The weightiest first.
    public var reasons: [Reason]
    public var lower: Side
    public var higher: Side

    public struct Reason: Encodable, Hashable, Sendable {
        public var subject: String
        public var finding: String
        public var bits: Double
    }

    public struct Side: Encodable, Hashable, Sendable {
        /// Names the record, and leads to its profile.
        public var id: String
        /// The profile that it belongs to now.
        public var profile: String
        public var site: String?
        /// What the record says of the person, by field.
        public var fields: [String: String]
    }
}

/// What accepting all proposals above a probability did, or would do.
public struct AcceptanceAnswer: Encodable, Hashable, Sendable {
    public var pairs: Int
    public var records: Int
    /// Pairs that are not among them, since they would make one person of people who contradict each other.
    public var contradicting: Int
    /// Pairs that are left for another decision: one takes `acceptedMax` of them.
    public var left: Int
    public var isDryRun: Bool
    /// `nil` where nothing was decided.
    public var decision: DecisionAnswer?
}

public struct AcceptanceQuestion: Decodable, Hashable, Sendable {
    public var above: Double
    public var isDryRun: Bool
    public var author: String
    public var note: String?

    public init(above: Double, isDryRun: Bool, author: String, note: String? = nil) {
        self.above = above
        self.isDryRun = isDryRun
        self.author = author
        self.note = note
    }
}

extension Hub {
    public static let proposalsMax = 200
    /// The most pairs of one decision.
    static let acceptedMax = 2_000

    /// Pairs of records that the model takes for one person's and that nobody has decided about, the likeliest first.
    ///
    /// - Parameter place: `next` of the page before.
    /// - Throws: `HubError`: `request-invalid` for a limit that is not 1 to `proposalsMax`, or a place that is none.
    public func proposals(
        above probability: Double = MatchThreshold.proposalProbability, after place: String? = nil, limit: Int = proposalsMax,
        now: Timestamp
    ) async throws -> ListPage<ProposalAnswer> {
        try Self.checkLimit(limit, max: Self.proposalsMax)
        let after = try Self.place(place) { ConflictPlace($0)?.row.proposal }
        guard let scorer = try await scorer() else { return ListPage(entries: []) }
        return try await reading(now) { documents in
            let rows = try documents.openProposals(above: probability, after: after, limit: limit + 1)
            return try ListPage(rows, limit: limit, next: { ConflictPlace(.links, .pair($0)).description }) {
                try documents.answer($0, scorer)
            }
        }
    }

    /// Links all pairs above a probability, in one decision that can be undone; a dry run says how many.
    ///
    /// The best are taken first. A pair that would make one person of people who contradict each other is left out (`PairAcceptance`).
    ///
    /// - Throws: `HubError`: `choice-invalid` below `MatchThreshold.proposalProbability`.
    public func acceptProposals(_ question: AcceptanceQuestion, now: Timestamp) async throws -> AcceptanceAnswer {
        try Resolution(.same, author: question.author, note: question.note).check()
        guard (MatchThreshold.proposalProbability...1).contains(question.above) else {
            throw HubError(
                .choiceInvalid, "Nothing is proposed with a probability of \(question.above).",
                remedy: "Give one from \(MatchThreshold.proposalProbability) to 1.")
        }
        guard let scorer = try await scorer() else {
            return AcceptanceAnswer(pairs: 0, records: 0, contradicting: 0, left: 0, isDryRun: question.isDryRun)
        }
        return try await deciding(now) { desk in
            let choice = try desk.documents.choice(above: question.above, scorer)
            let decision =
                question.isDryRun || choice.taken.isEmpty
                ? nil : try desk.decide(LinkPairs(areSame: true, choice.taken), author: question.author, note: question.note).decision
            return AcceptanceAnswer(
                pairs: choice.taken.count, records: Set(choice.taken.flatMap { [$0.lower, $0.higher] }).count,
                contradicting: choice.contradicting, left: choice.left, isDryRun: question.isDryRun, decision: decision)
        }
    }
}

extension Hub {
    /// Links what is proposed at least as surely as the rules ask for (`LinkRules.automaticAbove`), as decisions of the hub's own.
    ///
    /// A pair that was linked by a decision once, in force, undone or without effect, is not linked again: people decide.
    ///
    /// - Returns: how many pairs.
    public func acceptAutomatically(now: Timestamp) async throws -> Int {
        guard let above = linkRules.automaticAbove, let scorer = try await scorer() else { return 0 }
        // Looked up before the writer is asked for: mostly there is nothing.
        let isAny = try await reading(now) { try !$0.undecidedChoice(above: above, scorer).taken.isEmpty }
        guard isAny else { return 0 }
        return try await deciding(now) { desk in
            let pairs = try desk.documents.undecidedChoice(above: above, scorer).taken
            guard !pairs.isEmpty else { return 0 }
            _ = try desk.decide(
                LinkPairs(areSame: true, pairs), author: "hub", note: "by the rules, from a probability of \(above)")
            return pairs.count
        }
    }
}

extension Documents {
    private static let pageRows = 500

    /// Calls `body` for pairs that are not linked, nor declared never the same, the best first, until it answers false.
    private func eachOpenProposal(above probability: Double, after place: ProposalRow?, _ body: (ProposalRow) throws -> Bool) throws {
        let tables = LinkTables(store: store, standing: standing)
        let bitsMin = MatchThreshold.bits(probability)
        var last = place
        while case let rows = try store.proposals(bitsMin: bitsMin, after: last, limit: Self.pageRows), let end = rows.last {
            for row in rows {
                guard try tables.areApart(row.lower, row.higher) || body(row) else { return }
            }
            last = end
        }
    }

    /// The best first, behind a place.
    func openProposals(above probability: Double, after place: ProposalRow? = nil, limit: Int) throws -> [ProposalRow] {
        var found: [ProposalRow] = []
        try eachOpenProposal(above: probability, after: place) { row in
            found.append(row)
            return found.count < limit
        }
        return found
    }

    /// Those of the open proposals that one decision may link, and how many it leaves: read page by page, however many there are.
    func choice(
        above probability: Double, takenMax: Int = Hub.acceptedMax, consideredMax: Int = PairChoice.consideredMax, _ scorer: MatchScorer
    ) throws -> PairChoice {
        let bitsMin = MatchThreshold.bits(probability)
        var choice = PairChoice(bitsMin: bitsMin, takenMax: takenMax, consideredMax: consideredMax, scorer, self)
        var last: ProposalRow?
        try eachOpenProposal(above: probability, after: nil) { row in
            try choice.offer(row)
            last = row
            return !choice.isFull
        }
        if choice.isFull { choice.left = try store.openProposalCount(bitsMin: bitsMin, after: last) }
        return choice
    }

    /// Of the open proposals, what no decision has linked before, as far as the latest decisions tell; the rest is left for the next time.
    func undecidedChoice(above probability: Double, _ scorer: MatchScorer) throws -> PairChoice {
        var decided: Set<LinkPairs.Pair> = []
        for row in try store.decisions(limit: 1_000) where row.choice == .same {
            guard let state = try state(row.record), let pairs = Decision({ state[$0]?.text?.string }).flatMap(LinkPairs.init(of:)) else {
                continue
            }
            decided.formUnion(pairs.pairs)
        }
        var choice = PairChoice(bitsMin: MatchThreshold.bits(probability), scorer, self)
        try eachOpenProposal(above: probability, after: nil) { row in
            guard let pair = standing.pair(row), !decided.contains(pair) else { return true }
            try choice.offer(row)
            return !choice.isFull
        }
        return choice
    }

    func answer(_ row: ProposalRow, _ scorer: MatchScorer) throws -> ProposalAnswer? {
        guard let lower = try Matcher.traits(of: row.lower, store, standing),
            let higher = try Matcher.traits(of: row.higher, store, standing),
            let left = try side(row.lower), let right = try side(row.higher)
        else { return nil }
        let score = scorer.score(lower, higher)
        return ProposalAnswer(
            probability: score.probability, bits: score.bits,
            reasons: score.reasons.map { .init(subject: $0.subject, finding: $0.finding, bits: $0.bits) }, lower: left, higher: right)
    }

    private func side(_ record: RecordNumber) throws -> ProposalAnswer.Side? {
        guard let state = try state(record), let profile = try store.customer(record)?.profile else { return nil }
        var fields: [String: String] = [:]
        for field in state.fieldNames where Catalogue["customer"]?[field] != nil {
            if let text = state[field]?.typed?.string, !text.isEmpty { fields["\(field)"] = text }
        }
        return ProposalAnswer.Side(
            id: "\(ProfileID(life: state.id.life))", profile: standing.dot(of: profile).map { "\(ProfileID(life: $0))" } ?? "",
            site: site(state.id.source)?.string, fields: fields)
    }
}

extension LinkTables {
    /// Whether an operator has declared the two never the same.
    func areApart(_ one: RecordNumber, _ other: RecordNumber) throws -> Bool {
        try store.linkDecisions(about: one).contains { !$0.isSame && ($0.lower == other || $0.higher == other) }
    }
}
