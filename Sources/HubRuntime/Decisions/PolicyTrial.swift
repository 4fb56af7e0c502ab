import Causality
import ChangeSets
import Merging

/// What a policy of a field would decide, before anybody sets it.
public struct PolicyTrial: Encodable, Hashable, Sendable {
    /// One open conflict, and what would be shown then.
    public struct Example: Encodable, Hashable, Sendable {
        public var conflict: ConflictAnswer
        public var shown: ValueAnswer
        /// The site that wrote it; `nil`: nobody knows.
        public var site: String?
    }

    public var entity: String
    public var field: String
    /// As operators write it: `ranked: web, shop-1`.
    public var policy: String
    /// Open conflicts of the field; it would decide them all, unless it is to ask.
    public var conflicts: Int
    /// There are more than were counted.
    public var hasMore: Bool
    /// At most `examplesMax`.
    public var examples: [Example]
    /// What it would change of what is shown of all customers; `nil`: it is not told.
    public var reach: PolicyReach?

    public static let examplesMax = 3
}

extension Hub {
    /// Says what a policy would decide, and sets nothing.
    ///
    /// - Throws: `choice-invalid` with the forms that there are, or with the site or field that is not known.
    public func tryPolicy(_ policy: String, of field: String, of entity: String, now: Timestamp) async throws -> PolicyTrial {
        let (name, policy) = try Policies.read(policy, of: field, of: entity)
        let scorer = try await scorer()
        return try await reading(now) { documents in
            try Policies.check(policy, sites: documents.sites)
            let alike = try self.conflictList(documents, scorer).open(ConflictFilter(kind: .concurrentWrites, field: field))
            return try PolicyTrial(policy, of: name, among: alike, beginningWith: nil, documents)
        }
    }
}

extension PolicyTrial {
    /// - Parameters:
    ///   - alike: open conflicts of fields of that name, whatever they are fields of.
    ///   - id: the conflict that somebody looks at: it is the first example.
    init(
        _ policy: FieldPolicy, of name: Policies.Name, among alike: [Finding], beginningWith id: String?, _ documents: Documents
    ) throws {
        let fitting = alike.filter { $0.answer.about.entity == name.entity.description }
        let first = fitting.filter { $0.answer.id == id } + fitting.filter { $0.answer.id != id }
        self.init(
            entity: name.entity.description, field: name.field.description, policy: policy.description, conflicts: fitting.count,
            hasMore: alike.count >= Hub.conflictsPerKindMax,
            examples: try first.prefix(Self.examplesMax).compactMap { try Example($0, policy, documents) })
    }

    /// What somebody begins with who would take the first side: what its site has, wherever it has something.
    static func preset(for conflict: ConflictAnswer) -> FieldPolicy {
        let site = conflict.sides.map(\.site).first { !$0.isEmpty && $0 != "hub" }
        return site.map { .ranked([Text($0)]) } ?? .latest
    }
}

extension PolicyTrial.Example {
    /// A person's field is chosen among all records of that person, as where it is shown.
    fileprivate init?(_ finding: Finding, _ policy: FieldPolicy, _ documents: Documents) throws {
        guard case .field(let state, let field) = finding.subject else { return nil }
        var records = [state]
        if let number = documents.standing.record(state.id.life), let profile = try documents.store.customer(number)?.profile {
            records = try documents.store.customers(profile: profile).compactMap { try documents.state($0.record) }
        }
        guard let golden = GoldenField(field, of: records, policy: policy, site: { documents.writer($0) }) else { return nil }
        self.init(conflict: finding.answer, shown: ValueAnswer(golden.shown.value), site: golden.shown.site?.string)
    }
}

extension ConflictList {
    /// The policy that decides a field which several sites wrote, so that it is no conflict any more; `nil`: none does.
    func ruling(_ id: String) throws -> PolicyAnswer? {
        guard ConflictAnswer.Kind(ofID: id) == .concurrentWrites, case let name = Self.name(id), let slash = name.firstIndex(of: "/"),
            let row = try record(named: String(name[..<slash])).first
        else { return nil }
        let state = try RecordState(row, standing: documents.standing)
        let field = FieldName(name[name.index(after: slash)...])
        let policy = try documents.policies.get()[state.id.entity][field] ?? .ask
        guard policy != .ask, state.siblings(of: field).isConcurrent else { return nil }
        let subject = Policies.Name(entity: state.id.entity, field: field)
        let decisions = try store.decisions(on: "\(subject)").inOrderOfTime(state: documents.state)
        guard let decision = decisions.last(where: { $0.choice == .policy && $0.undone == nil }),
            let dot = documents.standing.dot(of: decision.record)
        else { return nil }
        return PolicyAnswer(
            entity: "\(subject.entity)", field: "\(subject.field)", policy: decision.fingerprint, decision: dot.description)
    }
}
