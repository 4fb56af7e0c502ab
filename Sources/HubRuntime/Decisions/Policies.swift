import Causality
import ChangeSets
import Merging

/// Which policy is in force for which field: the latest decision about each that is not undone.
///
/// A field without one is shown by `latest`, and its concurrent values are a conflict.
struct Policies {
    private var policies: [EntityName: [FieldName: FieldPolicy]] = [:]

    /// - Parameter state: a decision's record.
    init(reading store: any HubReading, state: (RecordNumber) throws -> RecordState?) throws {
        for row in try store.decisions(choosing: .policy).inOrderOfTime(state: state) {
            guard let name = Name(row.conflict), let policy = FieldPolicy(row.fingerprint) else { continue }
            policies[name.entity, default: [:]][name.field] = policy
        }
    }

    static func noPolicy(_ text: String) -> HubError {
        HubError(.choiceInvalid, "\"\(text)\" is no policy.", remedy: "Give one of: \(FieldPolicy.forms).")
    }

    subscript(entity: EntityName) -> [FieldName: FieldPolicy] { policies[entity] ?? [:] }

    /// A policy, and the field of the catalogue that it shall be of.
    ///
    /// - Throws: `choice-invalid` with the forms that there are, or with the field that is not known.
    static func read(_ policy: String, of field: String, of entity: String) throws(HubError) -> (name: Name, policy: FieldPolicy) {
        guard let read = FieldPolicy(policy) else { throw noPolicy(policy) }
        guard let known = Catalogue[EntityName(entity)], known[FieldName(field)] != nil else {
            throw HubError(
                .choiceInvalid, "There is no field \"\(field)\" of \"\(entity)\" in the catalogue.",
                remedy: "See the fields in docs/operating/mapping.md.")
        }
        return (Name(entity: known.name, field: FieldName(field)), read)
    }

    /// - Throws: `choice-invalid` with a site that is ranked and not known.
    static func check(_ policy: FieldPolicy, sites: [SiteRow]) throws(HubError) {
        guard case .ranked(let names) = policy, let unknown = names.first(where: { name in !sites.contains { $0.name == name.string } })
        else { return }
        throw HubError(.choiceInvalid, "There is no site \(unknown).", remedy: "List them: tributary site list.")
    }

    /// The field that a policy is about, as decisions name it: `policy:customer/phone`.
    struct Name: Hashable, CustomStringConvertible {
        var entity: EntityName
        var field: FieldName
        private static let mark = "policy:"

        init(entity: EntityName, field: FieldName) {
            self.entity = entity
            self.field = field
        }

        init?(_ description: String) {
            guard description.hasPrefix(Self.mark), let slash = description.firstIndex(of: "/") else { return nil }
            entity = EntityName(description[..<slash].dropFirst(Self.mark.count))
            field = FieldName(description[description.index(after: slash)...])
        }

        var description: String { "\(Self.mark)\(entity)/\(field)" }
    }
}

/// A policy as operators ask for it and read it.
public struct PolicyQuestion: Decodable, Hashable, Sendable {
    public var entity: String
    public var field: String
    /// `latest`, `earliest`, `most frequent`, `longest`, `maximum`, `minimum`, `most restrictive`, `union`, `ask`, or `ranked: SITE, SITE`.
    public var policy: String
    public var author: String
    public var note: String?

    public init(entity: String, field: String, policy: String, author: String, note: String? = nil) {
        self.entity = entity
        self.field = field
        self.policy = policy
        self.author = author
        self.note = note
    }
}

public struct PolicyAnswer: Encodable, Hashable, Sendable {
    public var entity: String
    public var field: String
    public var policy: String
    /// The decision that set it, to undo it by.
    public var decision: String
}

extension Hub {
    /// The policies in force, in the order of their fields.
    public func policies(now: Timestamp) async throws -> [PolicyAnswer] {
        try await reading(now) { documents in
            var answers: [Policies.Name: PolicyAnswer] = [:]
            for row in try documents.store.decisions(choosing: .policy).inOrderOfTime(state: documents.state) {
                guard let name = Policies.Name(row.conflict), let dot = documents.standing.dot(of: row.record) else { continue }
                answers[name] = PolicyAnswer(
                    entity: "\(name.entity)", field: "\(name.field)", policy: row.fingerprint, decision: dot.description)
            }
            return answers.values.sorted { ($0.entity, $0.field) < ($1.entity, $1.field) }
        }
    }

    /// Sets the policy of a field. What is shown is decided anew from the values that are kept; no site sends anything again.
    ///
    /// - Throws: `HubError`: `choice-invalid` with the forms that there are, or with the site or field that is not known.
    public func setPolicy(_ question: PolicyQuestion, now: Timestamp) async throws -> DecisionAnswer {
        try Resolution(.policy, author: question.author, note: question.note).check()
        let (name, policy) = try Policies.read(question.policy, of: question.field, of: question.entity)
        return try await deciding(now) { desk in
            try Policies.check(policy, sites: desk.documents.sites)
            return try desk.set(policy, of: name, question)
        }
    }
}

extension DecisionDesk {
    func set(_ policy: FieldPolicy, of name: Policies.Name, _ question: PolicyQuestion) throws -> DecisionAnswer {
        try write(
            [],
            Decision(
                .policy, conflict: "\(name)", message: "Of several values of \"\(name.field)\" of a \(name.entity): \(policy).",
                fingerprint: "\(policy)", author: question.author, note: question.note))
    }
}
