import ChangeSets
import Foundation
import HubRuntime

/// What a policy would decide at once.
public struct PolicyForesight: Sendable {
    public var trial: PolicyTrial
    /// What is in force now; `nil`: none.
    public var former: PolicyTyped?

    public init(trial: PolicyTrial, former: PolicyTyped?) {
        self.trial = trial
        self.former = former
    }
}

// Which of several values of a field is shown.
extension Console {
    func addPolicies(of page: RulesPage, to view: inout View, _ words: RulesWords) {
        let (forms, strings) = (words.forms, words.forms.strings)
        let decisions = Dictionary(page.decisions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let inForce = page.policies.map { PolicyTyped(entity: $0.entity, field: $0.field, policy: $0.policy) }
        let rows = zip(page.policies, inForce).map { answer, policy -> View in
            let decision = decisions[answer.decision]
            return [
                "entity": words.entity(policy.entity), "field": words.field(policy.field, of: policy.entity),
                "policy": words.policy(policy.policy), "sites": sites(policy), "meaning": words.meaning(policy),
                "setBy": decision.map { setBy($0, forms) }, "note": decision?.note,
                "change": PolicyTyped.address(policy.entity, policy.field), "changeOf": words.subject(policy.entity, policy.field),
            ]
        }
        view["policies"] = rows
        var chosen = page.asked
        if let asked = page.asked, page.policyRefusal == nil {
            // What is in force is what one begins with.
            chosen = inForce.first { $0.entity == asked.entity && $0.field == asked.field } ?? asked
            view["asked"] = chosen.map { policy in
                strings(
                    "rules-asked",
                    [
                        "subject": words.subject(policy.entity, policy.field), "policy": words.policy(policy.policy),
                        "meaning": words.meaning(policy),
                    ])
            }
        }
        view["policyForm"] = form(chosen, sites: page.sites, page.policyRefusal, words)
        view["policyProblem"] = page.policyRefusal.map { told($0, words) }
    }

    private func sites(_ policy: PolicyTyped) -> [View] {
        policy.sites.enumerated().map { index, site -> View in
            [
                "name": site, "lead": index == 0 ? ": " : ", ",
                "address": Address.site(site),
            ]
        }
    }

    private func form(_ chosen: PolicyTyped?, sites: [String], _ refusal: RulesRefusal?, _ words: RulesWords) -> View {
        let strings = words.forms.strings
        var wrong: RulesSlip?
        if case .slip(let slip) = refusal { wrong = slip }
        let entities = Catalogue.entities.map { entity -> View in
            let name = "\(entity.name)"
            let fields = entity.fields.map { field -> View in
                let isChosen = chosen?.entity == name && chosen?.field == "\(field.name)"
                return ["value": "\(name)/\(field.name)", "name": words.subject(name, "\(field.name)"), "isChosen": isChosen]
            }
            return ["name": words.entity(name), "fields": fields]
        }
        let ranking = chosen?.sites ?? []
        // One more than there are, to add to them.
        let places = (0..<max(Self.sitesMin, ranking.count + 1)).map { index -> View in
            [
                "name": strings("rules-site-place", ["n": words.forms.number(index + 1)]),
                "site": index < ranking.count ? ranking[index] : nil,
                "isWrong": wrong?.field == "site" && (index < ranking.count ? ranking[index] : "") == wrong?.typed,
            ]
        }
        return [
            "entities": entities, "isWrongField": wrong?.field == "subject",
            "policies": PolicyTyped.names.map { policy -> View in
                ["value": policy, "name": words.policy(policy), "isChosen": policy == chosen?.policy]
            },
            "places": places, "sites": sites,
            "meanings": PolicyTyped.names.map { policy -> View in
                ["name": words.policy(policy), "meaning": words.meaning(PolicyTyped(entity: "customer", field: "name", policy: policy))]
            },
        ]
    }

    private static let sitesMin = 4

    /// What a policy would do, with the button that sets it.
    public func rulesPolicy(_ policy: PolicyTyped, _ foresight: PolicyForesight, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let words = RulesWords(forms: forms)
        let trial = foresight.trial
        let count = forms.number(trial.conflicts) + (trial.hasMore ? "+" : "")
        let asks = policy.policy == "ask"
        let reach = trial.reach.map { reach in
            forms.count("rules-policy-reach", reach.changed, ["several": forms.number(reach.several)])
        }
        return page(
            "rules-policy", title: words.subject(policy.entity, policy.field), section: .rules,
            [
                "title": words.subject(policy.entity, policy.field), "policy": words.policy(policy.policy), "sites": sites(policy),
                "meaning": words.meaning(policy),
                "former": foresight.former.map { words.policy($0.policy) } ?? strings["rules-policy-none"],
                "formerSites": foresight.former.map(sites), "isSame": foresight.former == policy,
                "effect": asks
                    ? forms.count("rules-policy-asks", trial.conflicts, ["n": count])
                    : forms.count("rules-policy-decides", trial.conflicts, ["n": count]),
                "conflicts": trial.conflicts > 0 ? Self.conflictsAddress(policy.field) : nil,
                "reach": policy.entity == "customer" ? reach ?? strings["rules-policy-uncounted"] : nil,
                "reached": (trial.reach?.examples ?? []).map { reached($0, policy, forms) },
                "examples": examples(of: trial, policy, forms), "subject": "\(policy.entity)/\(policy.field)", "name": policy.policy,
                "back": PolicyTyped.address(policy.entity, policy.field),
            ], for: visitor)
    }

    private func reached(_ example: PolicyReach.Example, _ policy: PolicyTyped, _ forms: Forms) -> View {
        func shown(_ value: ValueAnswer) -> String { CausalDrawing.value(value, forms, nil) }
        return [
            "address": "/customers/\(example.profile)", "name": example.name ?? forms.strings["customer-nameless"],
            "now": shown(example.now), "then": shown(example.then),
        ]
    }

    private static func conflictsAddress(_ field: String) -> String {
        "/conflicts?kind=\(ConflictAnswer.Kind.concurrentWrites.rawValue)&field="
            + Address.encoded(field)
    }
}
