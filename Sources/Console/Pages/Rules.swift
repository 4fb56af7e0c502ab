import ChangeSets
import Foundation
import HubRuntime
import Profiles

/// What the page of rules shows.
public struct RulesPage {
    public var rules: LinkRules
    public var policies: [PolicyAnswer]
    /// The latest ones, the newest first.
    public var decisions: [DecisionAnswer]
    /// The names of all sites.
    public var sites: [String]
    /// `nil`: nobody has asked.
    public var weights: [IdentityWeight]?
    public var ignored: IgnoredAnswer?
    /// Rules that were typed, and why they are not taken.
    public var typed: RulesTyped?
    public var refusal: RulesRefusal?
    /// The field that somebody came for, or the policy that was typed for it, and why that is not taken.
    public var asked: PolicyTyped?
    public var policyRefusal: RulesRefusal?

    public init(rules: LinkRules, policies: [PolicyAnswer], decisions: [DecisionAnswer], sites: [String]) {
        self.rules = rules
        self.policies = policies
        self.decisions = decisions
        self.sites = sites
    }
}

/// Why what was typed is not taken.
public enum RulesRefusal: Sendable {
    case slip(RulesSlip)
    /// Somebody else has set rules since the form was shown.
    case stale
    case hub(HubError)
}

extension Console {
    /// Which records are one person, and which of several values is shown.
    public func rules(_ page: RulesPage, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let words = RulesWords(forms: forms)
        let rules = page.rules
        let ranks = rules.ranks.enumerated().map { index, rank -> View in
            [
                "place": forms.number(index + 1), "kind": words.kind("\(rank.kind)"), "limit": forms.number(rank.recordsPerSourceMax),
                "meaning": words.meaning(rank),
            ]
        }
        var view: View = [
            "summary": summary(page, forms), "ranks": ranks,
            "facts": [
                fact("rules-person", forms.number(rules.componentRecordsMax), strings),
                fact("rules-automatic", words.automatic(rules), strings), fact("rules-unchanging", words.kinds(rules.unchanging), strings),
                fact("rules-mailboxes", forms.count("rules-domains", rules.email.domains.count), strings),
            ],
            "lists": lists(rules, words), "weights": page.weights.map { weights($0, words) },
            "ignored": page.ignored.map { ignored($0, rules, words) },
            "edit": edit(page.typed ?? RulesTyped(rules), version: rules.version, page.refusal, words),
            "isEditing": page.typed != nil, "problem": page.refusal.map { told($0, words) },
        ]
        addPolicies(of: page, to: &view, words)
        return self.page("rules", title: strings["nav-rules"], section: .rules, view, for: visitor)
    }

    func told(_ refusal: RulesRefusal, _ words: RulesWords) -> View {
        let strings = words.forms.strings
        return switch refusal {
        case .slip(let slip): ["message": words.slip(slip)]
        case .stale: ["message": strings["rules-stale"], "remedy": strings["rules-stale-how"]]
        case .hub(let error): told(error, strings)
        }
    }

    private func fact(_ name: String, _ value: String, _ strings: Strings) -> View { ["name": strings[name], "value": value] }

    /// Which rules they are, and who set them.
    private func summary(_ page: RulesPage, _ forms: Forms) -> String {
        let version = forms.strings("rules-version", ["n": forms.number(page.rules.version)])
        let decision = page.decisions.filter { $0.choice == .identity && $0.undoneBy == nil }.max { $0.time < $1.time }
        guard let decision else { return page.rules == .standard ? forms.strings["rules-standard"] : version }
        return ([version, setBy(decision, forms)] + [decision.note].compactMap { $0 }).joined(separator: " · ")
    }

    func setBy(_ decision: DecisionAnswer, _ forms: Forms) -> String {
        forms.strings("rules-set-by", ["time": forms.clock(decision.time), "author": decision.author])
    }

    /// What means nobody.
    private func lists(_ rules: LinkRules, _ words: RulesWords) -> [View] {
        let (forms, strings) = (words.forms, words.forms.strings)
        let values = rules.blockedValues.sorted().map { "\(words.kind("\($0.kind)")): \($0.value.string)" }
        let lists = [
            ("rules-values", values), ("rules-words", rules.blockedWords.sorted().map(\.string)),
            ("rules-prefixes", rules.blockedEmailPrefixes.map(\.string)),
        ]
        return lists.map { name, entries -> View in
            [
                "title": strings("rules-list", ["list": strings[name], "n": forms.number(entries.count)]), "isEmpty": entries.isEmpty,
                "entries": entries.prefix(Self.entriesMax).joined(separator: ", "),
                "more": entries.count > Self.entriesMax ? forms.count("rules-more", entries.count - Self.entriesMax) : nil,
            ]
        }
    }

    private static let entriesMax = 500

    // MARK: the form

    /// - Parameter version: of the rules in force: whoever sends the form has seen them.
    func edit(_ typed: RulesTyped, version: UInt32, _ refusal: RulesRefusal?, _ words: RulesWords) -> View {
        let strings = words.forms.strings
        var wrong: String?
        if case .slip(let slip) = refusal { wrong = slip.field }
        let rows = typed.rows.enumerated().map { index, row -> View in
            let kind = words.kind(row.kind)
            return [
                "index": "\(index)", "kind": row.kind, "name": kind, "former": "\(row.former)", "place": row.place, "limit": row.limit,
                "isForVisitors": !row.opens, "isShared": !row.isExclusive, "isWrongPlace": wrong == "place-\(index)",
                "isWrongLimit": wrong == "limit-\(index)", "placeOf": strings("rules-place-of", ["kind": kind]),
                "limitOf": strings("rules-limit-of", ["kind": kind]), "sharedOf": strings("rules-may-share-of", ["kind": kind]),
                "visitorsOf": strings("rules-for-visitors-of", ["kind": kind]),
            ]
        }
        let added = typed.added
        let blocked = Identifier.Kind.identifying.map { kind -> View in
            [
                "kind": "\(kind)", "name": words.kind("\(kind)"), "text": typed.blockedValues["\(kind)"],
                "isWrong": wrong == "blocked-\(kind)",
            ]
        }
        return [
            "version": "\(version)", "rows": rows, "placesMax": "\(RulesTyped.placesMax)",
            "limitMax": "\(LinkRules.recordsPerSourceRange.upperBound)", "personMax": "\(LinkRules.recordsPerPersonRange.upperBound)",
            "newKinds": options(Identifier.Kind.identifying, added.kind, words),
            "newWith": options(Identifier.Kind.singles, added.with, words), "newPlace": added.place, "newLimit": added.limit,
            "isNewShared": !added.isExclusive, "isWrongNew": wrong == "new-kind", "isWrongNewPlace": wrong == "new-place",
            "isWrongNewLimit": wrong == "new-limit", "person": typed.recordsPerPerson, "isWrongPerson": wrong == "person",
            "automatic": words.percent(typed.automatic), "isWrongAutomatic": wrong == "automatic",
            "automaticHow": strings("rules-automatic-how", ["least": words.automaticLeast]),
            "unchanging": Identifier.Kind.identifying.map { kind -> View in
                ["kind": "\(kind)", "name": words.kind("\(kind)"), "isChosen": typed.unchanging.contains("\(kind)")]
            },
            "words": typed.blockedWords, "prefixes": typed.blockedPrefixes, "isWrongPrefix": wrong == "prefixes", "blocked": blocked,
        ]
    }

    private func options(_ kinds: [Identifier.Kind], _ chosen: String, _ words: RulesWords) -> [View] {
        kinds.map { ["value": "\($0)", "name": words.kind("\($0)"), "isChosen": "\($0)" == chosen] }
    }
}
