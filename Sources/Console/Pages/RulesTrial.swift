import HubRuntime
import Profiles

// What other rules would make of the customers, before anybody sets them.
extension Console {
    /// - Parameters:
    ///   - rules: those that were tried, and that the page's button sets.
    ///   - inForce: those that they would replace.
    public func rulesTrial(
        _ answer: IdentityTrialAnswer, of rules: LinkRules, replacing inForce: LinkRules, for visitor: Visitor
    ) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let words = RulesWords(forms: forms)
        let changes = RulesChanges(former: inForce, rules: rules, words: words).lines
        let figures = [
            ("rules-figure-records", answer.records), ("rules-figure-now", answer.profilesNow), ("rules-figure-then", answer.profilesThen),
            ("rules-figure-merged", answer.merged.parts), ("rules-figure-split", answer.split.profiles),
            ("rules-figure-refused", answer.refusalCount), ("rules-figure-shared", answer.sharedValues),
        ]
        return page(
            "rules-trial", title: strings["rules-trial"], section: .rules,
            [
                "summary": strings(
                    "rules-trial-summary", ["now": forms.number(answer.profilesNow), "then": forms.number(answer.profilesThen)]),
                "figures": figures.map { ["name": strings[$0.0], "value": forms.number($0.1)] as View }, "changes": changes,
                "isSame": changes.isEmpty, "isUnmoved": answer.merged.profiles == 0 && answer.split.profiles == 0,
                "merged": side(answer.merged, "rules-merged", words), "split": side(answer.split, "rules-split", words),
                "refusals": refusals(answer.refusals, of: answer.refusalCount, words), "rules": RulesText.text(rules),
                "edit": edit(RulesTyped(rules), version: inForce.version, nil, words),
            ], for: visitor)
    }

    private func side(_ side: IdentityTrialAnswer.Side, _ name: String, _ words: RulesWords) -> View? {
        guard side.profiles > 0 else { return nil }
        let forms = words.forms
        let rows = side.examples.map { example -> View in
            [
                "people": people(example.profiles), "hidden": more(example.profileCount, example.profiles.count, forms),
                "records": forms.number(example.records), "by": example.by.map(words.asked).joined(separator: ", "),
            ]
        }
        return [
            "title": forms.count(name, side.profiles, ["parts": forms.number(side.parts)]), "rows": rows,
            "hasReasons": side.examples.contains { !$0.by.isEmpty }, "more": more(side.profiles, side.examples.count, forms),
        ]
    }
}
