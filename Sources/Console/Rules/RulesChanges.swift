import ChangeSets
import Profiles

/// In which ways one set of rules differs from another, line by line.
struct RulesChanges {
    let former: LinkRules
    let rules: LinkRules
    let words: RulesWords
    private var strings: Strings { words.forms.strings }

    /// None: they are the same.
    var lines: [String] {
        [
            change("rules-change-order", words.order(former), words.order(rules)), ranks, people,
            change("rules-change-automatic", words.automatic(former), words.automatic(rules)),
            change("rules-change-unchanging", words.kinds(former.unchanging), words.kinds(rules.unchanging)),
            list("rules-words", Set(former.blockedWords.map(\.string)), Set(rules.blockedWords.map(\.string))),
            list("rules-prefixes", Set(former.blockedEmailPrefixes.map(\.string)), Set(rules.blockedEmailPrefixes.map(\.string))),
            list("rules-values", Set(former.blockedValues.map(shown)), Set(rules.blockedValues.map(shown))),
            former.email == rules.email ? [] : [strings["rules-change-email"]],
        ].flatMap { $0 }
    }

    private func change(_ name: String, _ from: String, _ to: String, kind: String = "") -> [String] {
        from == to ? [] : [strings(name, ["kind": kind, "from": from, "to": to])]
    }

    private var people: [String] {
        let forms = words.forms
        return change("rules-change-person", forms.number(former.componentRecordsMax), forms.number(rules.componentRecordsMax))
    }

    /// Of identifiers that link by both.
    private var ranks: [String] {
        rules.ranks.flatMap { rank -> [String] in
            guard let before = former.ranks.first(where: { $0.kind == rank.kind }) else { return [] }
            let kind = words.kind("\(rank.kind)")
            let limit = change(
                "rules-change-limit", words.limit(before.recordsPerSourceMax), words.limit(rank.recordsPerSourceMax), kind: kind)
            return limit + change("rules-change-meaning", words.meaning(before), words.meaning(rank), kind: kind)
        }
    }

    private func list(_ name: String, _ before: Set<String>, _ after: Set<String>) -> [String] {
        let (added, gone) = (after.subtracting(before), before.subtracting(after))
        return [("rules-change-added", added), ("rules-change-gone", gone)].compactMap { key, values in
            guard !values.isEmpty else { return nil }
            let some = values.sorted().prefix(Self.shownMax).joined(separator: ", ") + (values.count > Self.shownMax ? ", …" : "")
            return strings(key, ["list": strings[name], "n": words.forms.number(values.count), "some": some])
        }
    }

    private static let shownMax = 5

    private func shown(_ identifier: Identifier) -> String { "\(words.kind("\(identifier.kind)")) \(identifier.value.string)" }
}
