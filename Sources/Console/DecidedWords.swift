import HubRuntime

/// What a decision was about, of which the hub has an id, and the sentence that stood there then, in English.
struct DecidedWords {
    let conflict: String
    let message: String
    var about: DecisionAnswer.About?
    let forms: Forms
    private var strings: Strings { forms.strings }

    private var kind: ConflictAnswer.Kind? { ConflictAnswer.Kind(ofID: conflict) }
    private var name: Substring { conflict.drop { $0 != ":" }.dropFirst() }

    /// Where the conflict's sides, notes and decisions stand; `nil` where what was decided is a rule, and no conflict.
    var address: String? { kind == nil ? nil : Address.conflict(conflict) }

    /// The hub's own sentence tells most, to who reads English; to others what the id tells, if it tells anything.
    var text: String { strings.language == .english ? message : title }

    /// Whether that is English on a page that is not.
    var isEnglish: Bool { strings.language != .english && told == nil }

    /// What the id tells: `two values: phone`.
    var title: String { told ?? message }

    private var told: String? {
        guard let kind else { return policy ?? rule }
        let kindName = strings["conflict-kind-\(kind.rawValue)"]
        return subject(of: kind).map { kindName + ": " + $0 } ?? kindName
    }

    private func subject(of kind: ConflictAnswer.Kind) -> String? {
        if kind == .quarantine { return about.flatMap { MendedWords(about: $0, forms: forms).record } }
        guard let rest = behindSlash?.rest else { return nil }
        switch kind {
        // A record's life, then its field.
        case .concurrentWrites: return FlowWords(forms: forms).field(rest)
        // A code, then the pile.
        case .oversell, .concurrentCounts, .receivedMoreThanSent: return pile(rest)
        default: return nil
        }
    }

    /// Of a field: its entity, then its name.
    private var policy: String? {
        guard conflict.hasPrefix("policy:"), let parts = behindSlash else { return nil }
        let words = FlowWords(forms: forms)
        return words.field(parts.rest) + " (" + words.entity(parts.first) + ")"
    }

    /// Of links, goods that are kept back, identity rules and what was collected.
    private var rule: String? {
        guard let about else { return nil }
        if let areSame = about.areSame { return forms.count(areSame ? "decided-same" : "decided-apart", about.records ?? 0) }
        if let quantity = about.quantity {
            func every(_ name: String?, _ key: String) -> String { name == "*" ? strings[key] : name ?? "" }
            return strings(
                "decided-safety",
                [
                    "sku": every(about.sku, "decided-every-sku"), "location": every(about.location, "decided-every-location"),
                    "n": forms.quantity(quantity),
                ])
        }
        if let version = about.rules {
            let kinds = (about.kinds ?? []).map(RulesWords(forms: forms).kind)
            return strings(
                "decided-identity",
                ["n": forms.number(version), "kinds": kinds.isEmpty ? strings["rules-nothing"] : kinds.joined(separator: ", ")])
        }
        return about.records.map { forms.count("decided-collect", $0) }
    }

    private var behindSlash: (first: String, rest: String)? {
        guard let slash = name.firstIndex(of: "/") else { return nil }
        return (String(name[..<slash]), String(name[name.index(after: slash)...]))
    }

    /// `SKU at LOCATION`; where either holds the word " at " itself, nobody can tell which is which.
    private func pile(_ text: String) -> String {
        let parts = text.split(separator: " at ", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return text }
        return strings("conflict-title-pile", ["sku": String(parts[0]), "location": String(parts[1])])
    }
}
