import Foundation
import HubRuntime
import Profiles

// What identifiers bring on the hub's own data, and what links nobody.
extension Console {
    func weights(_ weights: [IdentityWeight], _ words: RulesWords) -> View {
        let forms = words.forms
        let rows = weights.map { weight -> View in
            [
                "kind": words.kind(weight.kind), "place": weight.rank.map { forms.number($0) } ?? "–",
                "coverage": forms.percent(weight.coverage), "changes": weight.changesAYear.map { self.changes($0, forms) } ?? "–",
                "collisions": forms.number(weight.collisions),
                "overLimit": weight.overLimit > 0 ? forms.count("rules-over-limit", weight.overLimit) : nil,
                "people": forms.number(weight.profiles), "joined": forms.number(weight.recordsJoined),
            ]
        }
        return ["rows": rows]
    }

    private func changes(_ number: Double, _ forms: Forms) -> String {
        number.formatted(.number.precision(.fractionLength(2)).locale(forms.strings.language.locale))
    }

    /// What stands in identifying fields and links nobody.
    func ignored(_ answer: IgnoredAnswer, _ rules: LinkRules, _ words: RulesWords) -> View {
        let (forms, strings) = (words.forms, words.forms.strings)
        let values = answer.values.map { value -> View in
            let key = "rules-fault-\(value.reason)"
            return [
                "kind": words.kind(value.kind), "site": value.site, "siteAddress": Self.address(site: value.site),
                "why": strings.has(key) ? strings[key] : value.explanation, "records": forms.number(value.values),
                "people": people(value.examples),
            ]
        }
        let blocked = Set(rules.blockedValues.map { "\($0.kind) \($0.value.string)" })
        let shared = answer.shared.map { value -> View in
            let isSingle = Identifier.Kind(value.kind)?.isSingle ?? false
            let mayBlock = isSingle && !blocked.contains("\(value.kind) \(value.value)")
            return [
                "kind": words.kind(value.kind), "value": CustomerWords(forms: forms).identifier(value.value),
                "site": value.site, "siteAddress": value.site.map(Self.address), "records": forms.number(value.records),
                "block": mayBlock ? ["kind": value.kind, "value": value.value, "version": "\(rules.version)"] as View : nil,
            ]
        }
        let isEmpty = values.isEmpty && shared.isEmpty && answer.refusals.isEmpty
        return [
            "isEmpty": isEmpty,
            "values": values.isEmpty ? nil : ["rows": values, "more": more(answer.valueCount, values.count, forms)] as View,
            "shared": shared.isEmpty ? nil : ["rows": shared, "more": more(answer.sharedCount, shared.count, forms)] as View,
            "refusals": refusals(answer.refusals, of: answer.refusalCount, words),
        ]
    }

    private static func address(site: String) -> String {
        Address.site(site)
    }

    /// Links that rules ask for and do not get; `nil` where there are none.
    func refusals(_ refusals: [RefusalAnswer], of count: Int, _ words: RulesWords) -> View? {
        guard !refusals.isEmpty else { return nil }
        let rows = refusals.map { refusal -> View in
            [
                "why": words.cause(refusal.cause), "by": words.asked(refusal.by),
                "people": people(refusal.records), "hidden": more(refusal.recordCount, refusal.records.count, words.forms),
            ]
        }
        return ["rows": rows, "more": more(count, refusals.count, words.forms)]
    }

    func more(_ count: Int, _ shown: Int, _ forms: Forms) -> String? {
        count > shown ? forms.count("rules-more", count - shown) : nil
    }

    /// Profiles as links; of several records of one person it stands once.
    func people(_ ids: [String]) -> [View] {
        var seen: Set<String> = []
        return ids.filter { seen.insert($0).inserted }.map { ["address": "/customers/\($0)", "short": Self.short($0)] }
    }

    /// `p0123abcd…-17`: replicas begin differently, and records of one differ in the number.
    private static func short(_ profile: String) -> String {
        guard let dash = profile.lastIndex(of: "-"), profile.distance(from: profile.startIndex, to: dash) > shortMax else { return profile }
        return profile.prefix(shortMax) + "…" + profile[dash...]
    }

    private static let shortMax = 7
}
