import ChangeSets
import Console
import HTTPTypes
import HubRuntime
import Profiles
import Serving

/// The rules of identity, and the policies of fields.
extension HubRoutes {
    /// Lists of blocked values, which the encoding of forms makes up to three times as long.
    static let rulesFormBytesMax = 3 * rulesBytesMax

    var ruleRoutes: [HubRoute] {
        [
            HubRoute(.get, "/rules", .console(.viewer)) { call in try await rulesPage(call) { _ in } },
            HubRoute(.post, "/rules", .console(.viewer), bodyBytesMax: Self.formBytesMax) { try await rulesPage($0) { _ in } },
            HubRoute(.post, "/rules/try", .console(.operator), bodyBytesMax: Self.rulesFormBytesMax) { try await tryRules($0) },
            HubRoute(.post, "/rules/apply", .console(.admin), bodyBytesMax: Self.rulesFormBytesMax) { try await applyRules($0) },
            HubRoute(.post, "/rules/policy", .console(.admin), bodyBytesMax: Self.formBytesMax) { try await policy($0) },
        ]
    }

    /// - Parameter adding: puts in what was typed, and why it is not taken.
    private func rulesPage(_ call: HubCall, _ adding: (inout RulesPage) -> Void) async throws -> Reply {
        let asked = FormBody(queryOf: call)
        var page = RulesPage(
            rules: hub.linkRules, policies: try await hub.policies(now: call.now), decisions: try await hub.decisions(now: call.now),
            sites: try await hub.siteNames())
        // Both read all customers: only who asks for them waits, by a form of this page and not by an address.
        let looks = call.body.isEmpty ? FormBody([]) : FormBody(call.body)
        if looks["weigh"] != nil { page.weights = try await hub.weighIdentity(now: call.now) }
        if looks["ignored"] != nil {
            let ignored = try await hub.ignoredIdentifiers(now: call.now)
            await noteIgnored(ignored, call)
            page.ignored = ignored
        }
        if let entity = asked["entity"], let field = asked["field"] {
            let policy = PolicyTyped(entity: entity, field: field, policy: "ask")
            if policy.isKnown { page.asked = policy }
        }
        adding(&page)
        var visitor = try await visitor(call)
        visitor.path = "/rules"
        let bytes = console.rules(page, for: visitor)
        return .page(bytes, status: (page.refusal ?? page.policyRefusal).map(Self.status) ?? .ok)
    }

    private static func status(_ refusal: RulesRefusal) -> HTTPResponse.Status {
        switch refusal {
        case .slip: .badRequest
        case .stale: .conflict
        case .hub(let error): ErrorReply(error).status
        }
    }

    private func refused(_ call: HubCall, _ typed: RulesTyped, _ refusal: RulesRefusal) async throws -> Reply {
        try await rulesPage(call) { ($0.typed, $0.refusal) = (typed, refusal) }
    }

    // MARK: identity

    private func tryRules(_ call: HubCall) async throws -> Reply {
        let form = FormBody(call.body)
        let inForce = hub.linkRules
        // One value of the list of those that link nobody, or the whole form.
        let typed = form["block"].map { Self.blocking(form.raw("value"), of: $0, form, inForce) } ?? Self.typed(form)
        guard typed.version == inForce.version else { return try await refused(call, typed, .stale) }
        do {
            let rules = try typed.rules(replacing: inForce)
            let answer = try await hub.tryIdentity(rules, now: call.now)
            var visitor = try await visitor(call)
            visitor.path = "/rules"
            return .page(console.rulesTrial(answer, of: rules, replacing: inForce, for: visitor))
        } catch let slip as RulesSlip {
            return try await refused(call, typed, .slip(slip))
        } catch let error as HubError where error.code == .choiceInvalid {
            return try await refused(call, typed, .hub(error))
        }
    }

    private static func typed(_ form: FormBody) -> RulesTyped {
        RulesTyped(text: { form.all($0).first }, all: { form.all($0) })
    }

    /// The rules in force and one more blocked value.
    private static func blocking(_ value: String, of kind: String, _ form: FormBody, _ inForce: LinkRules) -> RulesTyped {
        var rules = inForce
        if let kind = Identifier.Kind(kind), kind.isSingle { rules.blockedValues.insert(Identifier(kind: kind, value: Text(value))) }
        var typed = RulesTyped(rules)
        typed.version = form["version"].flatMap(UInt32.init)
        return typed
    }

    private func applyRules(_ call: HubCall) async throws -> Reply {
        let form = FormBody(call.body)
        guard let rules = RulesText.rules(form.raw("rules")) else {
            throw HubError(.badRequest, "The form holds no rules.", remedy: "Try them again: the page that says what they do sets them.")
        }
        do {
            let question = IdentityQuestion(rules: rules, author: call.principal?.name ?? "", note: form["note"])
            let answer = try await hub.setIdentity(question, now: call.now)
            call.logger.notice("rules of identity set", metadata: ["decision": "\(answer.id)"])
            return .seeOther("/rules?said=rules-set")
        } catch let error as HubError where error.code == .decisionSuperseded {
            return try await refused(call, RulesTyped(rules), .stale)
        } catch let error as HubError where [.choiceInvalid, .badRequest].contains(error.code) {
            return try await refused(call, RulesTyped(rules), .hub(error))
        }
    }

    // MARK: policies

    /// Looks first, with the button that does it; `confirm=1` does it.
    private func policy(_ call: HubCall) async throws -> Reply {
        let form = FormBody(call.body)
        let subject = (form["subject"] ?? "\(form["entity"] ?? "")/\(form["field"] ?? "")").split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let policy = PolicyTyped(
            entity: String(subject[0]), field: subject.count > 1 ? String(subject[1]) : "", policy: form["policy"] ?? "",
            sites: form.all("site"))
        if let slip = policy.slip(sites: try await hub.siteNames()) {
            return try await rulesPage(call) { ($0.asked, $0.policyRefusal) = (policy, .slip(slip)) }
        }
        guard form["confirm"] == "1" else { return try await policyPage(call, policy) }
        do {
            let question = PolicyQuestion(
                entity: policy.entity, field: policy.field, policy: policy.text, author: call.principal?.name ?? "", note: form["note"])
            let answer = try await hub.setPolicy(question, now: call.now)
            call.logger.notice("policy set", metadata: ["decision": "\(answer.id)"])
            return .seeOther("/rules?said=rules-policy")
        } catch let error as HubError where [.choiceInvalid, .badRequest].contains(error.code) {
            return try await rulesPage(call) { ($0.asked, $0.policyRefusal) = (policy, .hub(error)) }
        }
    }

    private func policyPage(_ call: HubCall, _ policy: PolicyTyped) async throws -> Reply {
        let trial = try await hub.tryPolicyOnAll(policy.text, of: policy.field, of: policy.entity, now: call.now)
        await noteExamples(of: trial, call)
        let former = try await hub.policies(now: call.now).first { $0.entity == policy.entity && $0.field == policy.field }
        let foresight = PolicyForesight(
            trial: trial, former: former.map { PolicyTyped(entity: $0.entity, field: $0.field, policy: $0.policy) })
        var visitor = try await visitor(call)
        visitor.path = "/rules"
        return .page(console.rulesPolicy(policy, foresight, for: visitor))
    }
}
