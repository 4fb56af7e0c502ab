import Causality
import ChangeSets
import Profiles

/// What somebody decided about two customer records and nobody took back: one person, or never the same.
public struct LinkDecisionAnswer: Encodable, Hashable, Sendable {
    /// The decision's dot: what it is undone by.
    public var decision: String
    public var isSame: Bool
    public var lower: Side
    public var higher: Side
    public var author: String
    public var note: String?
    public var time: UInt64?

    public struct Side: Encodable, Hashable, Sendable {
        /// The record's life.
        public var record: String
        /// The profile that it belongs to now.
        public var profile: String?
    }
}

extension Hub {
    public static let linkDecisionsMax = 200

    /// What was decided about a profile's records, the newest first; of one decision each pair.
    ///
    /// - Parameter id: the profile's id or a former one.
    public func linkDecisions(of id: String, now: Timestamp) async throws -> [LinkDecisionAnswer] {
        try await reading(now) { documents in
            guard let life = ProfileID(id)?.life, let record = documents.standing.record(life),
                let profile = try documents.store.customer(record)?.profile
            else { return [] }
            let members = try documents.store.customers(profile: profile).map(\.record)
            // Two records of the profile know of the same decision.
            let rows = Set(try members.flatMap { try documents.store.linkDecisions(about: $0) })
            let answers = try rows.compactMap { try documents.answer($0) }.sorted { left, right in
                (left.time ?? 0, left.decision, left.lower.record, left.higher.record)
                    > (right.time ?? 0, right.decision, right.lower.record, right.higher.record)
            }
            return Array(answers.prefix(Self.linkDecisionsMax))
        }
    }
}

extension Documents {
    fileprivate func answer(_ row: LinkDecisionRow) throws -> LinkDecisionAnswer? {
        guard let state = try state(row.decision), let decision = Decision({ state[$0]?.text?.string }), let lower = try side(row.lower),
            let higher = try side(row.higher)
        else { return nil }
        return LinkDecisionAnswer(
            decision: "\(state.id.life)", isSame: row.isSame, lower: lower, higher: higher, author: decision.author, note: decision.note,
            time: state["at"]?.integer.flatMap(UInt64.init(exactly:)))
    }

    private func side(_ record: RecordNumber) throws -> LinkDecisionAnswer.Side? {
        guard let life = standing.dot(of: record) else { return nil }
        let profile = try store.customer(record).flatMap { standing.dot(of: $0.profile) }.map { "\(ProfileID(life: $0))" }
        return LinkDecisionAnswer.Side(record: "\(life)", profile: profile)
    }
}
