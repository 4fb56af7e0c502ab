import HubRuntime

// A rule for the field, written from one of its conflicts.
extension Console {
    /// - Parameter admins: who may set it.
    func addPolicy(of story: ConflictStory, admins: [String], to view: inout View, _ forms: Forms) {
        guard let conflict = story.conflict, let trial = story.rule else { return }
        let strings = forms.strings
        let words = RulesWords(forms: forms)
        let policy = PolicyTyped(entity: trial.entity, field: trial.field, policy: trial.policy)
        // Who ranks several sites does that where rules are set.
        let options = Self.policies(for: conflict).map { option -> View in
            ["value": option.text, "name": words.whole(option), "isChosen": option == policy]
        }
        let isListed = Self.policies(for: conflict).contains(policy)
        let asks = policy.policy == "ask"
        let count = forms.number(trial.conflicts) + (trial.hasMore ? "+" : "")
        view["rule"] =
            [
                "what": strings("conflict-rule-what", ["subject": words.subject(trial.entity, trial.field)]),
                "options": isListed
                    ? options : [["value": policy.text, "name": words.whole(policy), "isChosen": true] as View] + options,
                "text": policy.text, "meaning": words.meaning(policy),
                "effect": forms.count(asks ? "rules-policy-asks" : "rules-policy-decides", trial.conflicts, ["n": count]),
                "examples": examples(of: trial, policy, forms), "isAsking": asks, "name": words.whole(policy),
                "more": PolicyTyped.address(trial.entity, trial.field),
                "who": admins.isEmpty
                    ? strings["rules-policy-admin"] : strings("conflict-rule-who", ["names": admins.joined(separator: ", ")]),
            ] as View
    }

    /// What each of some open conflicts would show; nothing where a policy chooses nothing.
    func examples(of trial: PolicyTrial, _ policy: PolicyTyped, _ forms: Forms) -> [View] {
        guard policy.policy != "ask", policy.choosesWhatIsShown else { return [] }
        return trial.examples.map { example in
            let words = ConflictWords(conflict: example.conflict, forms: forms)
            return [
                "title": words.title, "address": Address.conflict(example.conflict.id), "sides": words.line,
                "value": CausalDrawing.value(example.shown, forms, example.conflict),
                "site": example.site.map { $0 == "hub" ? forms.strings["hub"] : $0 },
            ]
        }
    }

    /// What each side's site has before all others, and what needs no site.
    private static func policies(for conflict: ConflictAnswer) -> [PolicyTyped] {
        guard let entity = conflict.about.entity, let field = conflict.about.field else { return [] }
        func typed(_ name: String, _ sites: [String] = []) -> PolicyTyped {
            PolicyTyped(entity: entity, field: field, policy: name, sites: sites)
        }
        var seen: Set<String> = ["", "hub"]
        let sites = conflict.sides.map(\.site).filter { seen.insert($0).inserted }
        return sites.map { typed(PolicyTyped.ranked, [$0]) }
            + PolicyTyped.names.filter { $0 != PolicyTyped.ranked && $0 != "ask" }.map { typed($0) }
    }

    /// Where a side's page shows what its site's word would decide, always; `nil` where no rule can be written.
    func addressOfRule(_ site: String, _ story: ConflictStory) -> String? {
        guard let conflict = story.conflict, let trial = story.rule, !site.isEmpty, site != "hub" else { return nil }
        let policy = PolicyTyped(entity: trial.entity, field: trial.field, policy: PolicyTyped.ranked, sites: [site])
        return Address.conflict(conflict.id) + "?rule=" + Address.encoded(policy.text) + "#rule"
    }

    /// Of a field that a rule decides: `A rule decides this field: by site: web.`
    func told(_ ruling: PolicyAnswer, _ forms: Forms) -> String {
        let policy = PolicyTyped(entity: ruling.entity, field: ruling.field, policy: ruling.policy)
        return forms.strings("conflict-over-rule", ["policy": RulesWords(forms: forms).whole(policy)])
    }
}
