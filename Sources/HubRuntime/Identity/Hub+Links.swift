import Causality
import ChangeSets
import Profiles

/// What an operator says of customer records: that they are one person, or never are.
public struct LinkQuestion: Decodable, Hashable, Sendable {
    /// A profile, by its id or a former one. An id names a record, too, the profile's oldest: links hang on records.
    public var id: String
    /// Records by their lives, or by the ids of their profiles.
    public var records: [String]
    public var author: String
    public var note: String?

    public init(id: String, records: [String], author: String, note: String? = nil) {
        self.id = id
        self.records = records
        self.author = author
        self.note = note
    }
}

public struct LinkAnswer: Encodable, Hashable, Sendable {
    public var decision: DecisionAnswer
    /// The profiles that the records belong to now.
    public var profiles: [String]
}

extension Hub {
    /// The most records that one decision may name.
    public static let linkRecordsMax = 200
    static let linkPairsMax = 10_000

    /// Makes one person of records, and of the profiles that they are shown in, whatever the rules say, until the decision is undone.
    ///
    /// What a rule had joined to one of them would leave it again where the other bears another name: the operator saw the whole profile
    /// and meant it.
    ///
    /// - Throws: `HubError`: `not-found` for a record that is not there, `choice-invalid` for a record and itself, or one that an
    ///   operator has declared never the same.
    public func link(_ question: LinkQuestion, now: Timestamp) async throws -> LinkAnswer {
        try await decideLinks(question, now: now) { desk in
            let (first, others) = try desk.records(of: question)
            guard !others.contains(first) else { throw DecisionDesk.sameRecord }
            let whole = Set(try ([first] + others).flatMap { try [$0] + desk.members(of: $0) })
            let pairs = whole.sorted().compactMap { LinkPairs.Pair(first, $0) }
            try desk.refuseEnemies(pairs)
            return LinkPairs(areSame: true, pairs)
        }
    }

    /// Takes records out of a profile, for good: they, and all that stays, are never the same from now on.
    ///
    /// Each side gets back what is its own, what was decided about its records meanwhile included, since decisions hang on records.
    ///
    /// - Throws: `HubError`: `not-found`, or `choice-invalid` where a record is not of the profile, or nothing would be left of it.
    public func unlink(_ question: LinkQuestion, now: Timestamp) async throws -> LinkAnswer {
        try await decideLinks(question, now: now) { desk in
            let (first, leaving) = try desk.records(of: question)
            let members = try desk.members(of: first)
            guard leaving.allSatisfy(members.contains) else {
                throw HubError(
                    .choiceInvalid, "A record that is to leave does not belong to \(question.id).",
                    remedy: "See its records: tributary profile show \(question.id).")
            }
            let staying = members.filter { !leaving.contains($0) }
            guard !staying.isEmpty else {
                throw HubError(
                    .choiceInvalid, "Nothing would stay: all records of the profile are named.",
                    remedy: "Name those that do not belong to it.")
            }
            return LinkPairs(areSame: false, leaving.flatMap { one in staying.compactMap { LinkPairs.Pair(one, $0) } })
        }
    }

    /// Declares that a profile's records and others are never the same, linked now or not.
    ///
    /// - Throws: `HubError`: `not-found`, or `choice-invalid` where both sides name one record.
    public func keepApart(_ question: LinkQuestion, now: Timestamp) async throws -> LinkAnswer {
        try await decideLinks(question, now: now) { desk in
            let (first, others) = try desk.records(of: question)
            let pairs = others.compactMap { LinkPairs.Pair(first, $0) }
            guard pairs.count == others.count else { throw DecisionDesk.sameRecord }
            return LinkPairs(areSame: false, pairs)
        }
    }

    private func decideLinks(
        _ question: LinkQuestion, now: Timestamp, _ pairs: @escaping @Sendable (DecisionDesk) throws -> LinkPairs
    ) async throws -> LinkAnswer {
        try Resolution(.same, author: question.author, note: question.note).check()
        guard (1...Self.linkRecordsMax).contains(question.records.count) else {
            throw HubError(
                .badRequest, "The decision names \(question.records.count) records; it takes 1 to \(Self.linkRecordsMax).",
                remedy: "Give the records that it is about.")
        }
        return try await deciding(now) { desk in
            try desk.decide(pairs(desk), author: question.author, note: question.note)
        }
    }
}

extension DecisionDesk {
    static let sameRecord = HubError(
        .choiceInvalid, "A record is the same as itself; there is nothing to decide.", remedy: "Name two different records.")

    private var tables: LinkTables { LinkTables(store: documents.store, standing: standing) }

    /// The lives that a question names, each once: the profile's first.
    func records(of question: LinkQuestion) throws -> (first: Dot, others: [Dot]) {
        let first = try life(question.id, among: [])
        let members = try members(of: first)
        return (first, Set(try question.records.map { try life($0, among: members) }).sorted())
    }

    /// A customer record by its life, by as much of that as is shown of a profile's own records, or by its profile's id.
    private func life(_ name: String, among members: [Dot]) throws -> Dot {
        let meant = members.filter { $0.isMeant(by: name) }
        guard let life = ProfileID(name)?.life ?? Dot(name) ?? (meant.count == 1 ? meant[0] : nil), let number = standing.record(life),
            try documents.store.customer(number) != nil
        else {
            throw HubError(
                .notFound, "There is no customer record \(name).",
                remedy: "Give a profile's id, or a record's life as `tributary profile show` lists it.")
        }
        return life
    }

    /// The records of the profile that a record belongs to.
    func members(of life: Dot) throws -> [Dot] {
        guard let number = standing.record(life), let profile = try documents.store.customer(number)?.profile else { return [] }
        return try documents.store.customers(profile: profile).compactMap { standing.dot(of: $0.record) }
    }

    /// A link that an earlier decision forbids would do nothing, and say nothing.
    func refuseEnemies(_ pairs: [LinkPairs.Pair]) throws {
        for pair in pairs {
            guard let decision = tables.decision(pair, .neverSame), try tables.decisions(about: decision.lower).contains(decision) else {
                continue
            }
            throw HubError(
                .choiceInvalid, "These records are declared never the same; that decision holds until it is undone.",
                remedy: "Find it with `tributary audit list`, undo it with `tributary conflict undo`, then link.")
        }
    }

    func decide(_ pairs: LinkPairs, author: String, note: String?, pairsMax: Int = Hub.linkPairsMax) throws -> LinkAnswer {
        guard pairs.pairs.count <= pairsMax else {
            throw HubError(
                .choiceInvalid, "The decision would speak of \(pairs.pairs.count) pairs of records; one takes \(pairsMax).",
                remedy: "Name fewer records at once.")
        }
        let lives = Set(pairs.pairs.flatMap { [$0.lower, $0.higher] }).sorted()
        let decision = try write(
            [],
            Decision(
                pairs.choice, conflict: "link:\(lives.first.map(\.description) ?? "")",
                message: "\(lives.count) customer records: \(pairs.areSame ? "one person" : "never the same").",
                fingerprint: "\(pairs.pairs.count)", author: author, note: note, content: pairs.content))
        let profiles = try lives.compactMap { try standing.record($0).flatMap { try documents.store.customer($0)?.profile } }
        return LinkAnswer(
            decision: decision, profiles: Set(profiles).sorted().compactMap { standing.dot(of: $0) }.map { "\(ProfileID(life: $0))" })
    }
}
