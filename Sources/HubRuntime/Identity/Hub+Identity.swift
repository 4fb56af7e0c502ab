import Causality
import ChangeSets
import Foundation
import Profiles

/// Rules of identity that an operator gives.
public struct IdentityQuestion: Decodable, Sendable {
    public var rules: GivenRules
    public var author: String
    public var note: String?

    public init(rules: LinkRules, author: String, note: String? = nil) {
        self.rules = GivenRules(rules)
        self.author = author
        self.note = note
    }
}

extension Hub {
    /// The rules by which customers are linked now.
    public var linkRules: LinkRules { standing.withLock { $0.linkRules } }

    /// What other rules would make of all customers; nothing is changed.
    public func tryIdentity(_ rules: LinkRules, now: Timestamp) async throws -> IdentityTrialAnswer {
        try await tryIdentity(GivenRules(rules), now: now)
    }

    /// The same with rules as somebody has written them.
    ///
    /// - Throws: `HubError`: `choice-invalid` for rules that cannot be, or that hold a name which rules do not know.
    public func tryIdentity(_ given: GivenRules, now: Timestamp) async throws -> IdentityTrialAnswer {
        let rules = try Self.checked(given)
        return try await scanning(rules, now: now) { scan, documents in
            let decisions = try LinkTables(store: documents.store, standing: documents.standing).decisions()
            return IdentityTrialAnswer(scan, scan.linking(decisions: decisions), standing: documents.standing)
        }
    }

    /// Sets the rules, as a decision that can be undone, and links all customers anew. Operators' links outlive it.
    ///
    /// Pushes wait meanwhile: about a minute for a million records.
    ///
    /// - Throws: `HubError`: `choice-invalid` for rules that cannot be, or that hold a name which rules do not know, `decision-superseded` where their version is not the one in
    ///   force: somebody has set others meanwhile.
    public func setIdentity(_ question: IdentityQuestion, now: Timestamp) async throws -> DecisionAnswer {
        try Resolution(.identity, author: question.author, note: question.note).check()
        let given = try Self.checked(question.rules)
        return try await deciding(now) { desk in
            var rules = given
            let inForce = desk.standing.linkRules.version
            guard rules.version == inForce else {
                throw HubError(
                    .decisionSuperseded, "These rules replace version \(rules.version), but version \(inForce) is in force.",
                    remedy:
                        "See what it says, take what is still meant into your rules, and give them version \(inForce): tributary identity rules."
                )
            }
            rules.version = try desk.nextRulesVersion()
            let order = rules.ranks.map { "\($0.kind)" }.joined(separator: ", ")
            return try desk.write(
                [],
                Decision(
                    .identity, conflict: LinkRules.decisionName,
                    message: "Customers are linked by rules \(rules.version): \(order.isEmpty ? "nothing" : order).",
                    fingerprint: "\(rules.version)", author: question.author, note: question.note, content: rules.json))
        }
    }

    /// What each kind of identifier brings on the data that the hub holds: those that the rules use in their order, then the others.
    public func weighIdentity(now: Timestamp) async throws -> [IdentityWeight] {
        try await scanning(linkRules, now: now) { scan, _ in
            let used = scan.rules.ranks.map(\.kind)
            let others = Identifier.Kind.identifying.filter { !used.contains($0) }
            return (used + others).map { IdentityWeight($0, in: scan, now: now) }
        }
    }

    /// What stands in identifying fields and links nobody, and why: nothing is ignored in silence.
    public func ignoredIdentifiers(now: Timestamp) async throws -> IgnoredAnswer {
        try await scanning(linkRules, now: now) { scan, documents in
            let decisions = try LinkTables(store: documents.store, standing: documents.standing).decisions()
            return IgnoredAnswer(scan, scan.linking(decisions: decisions), documents)
        }
    }

    private static func checked(_ given: GivenRules) throws(HubError) -> LinkRules {
        switch given.read {
        case .failure(let fault): throw HubError(.choiceInvalid, fault.message, remedy: fault.remedy)
        case .success(let rules):
            guard let problem = rules.problem else { return rules }
            throw HubError(.choiceInvalid, problem, remedy: "See docs/operating/identity.md, and try again: tributary identity try.")
        }
    }

    private func scanning<Value: Sendable>(
        _ rules: LinkRules, now: Timestamp, _ body: @escaping @Sendable (IdentityScan, Documents) throws -> Value
    ) async throws -> Value {
        // Each reads all customers into memory: one at a time, whoever asks.
        guard scan.begin() else {
            throw HubError(.busy, "All customers are being looked through already.", remedy: "Try again when that is done, in a minute.")
        }
        defer { scan.end() }
        return try await reading(now) { try body(IdentityScan($0, rules: rules), $0) }
    }
}

extension DecisionDesk {
    /// Versions are never given twice, undone ones included.
    func nextRulesVersion() throws -> UInt32 {
        let versions = try documents.store.decisions(on: LinkRules.decisionName).compactMap { UInt32($0.fingerprint) }
        return max(versions.max() ?? 0, LinkRules.standard.version) + 1
    }
}
