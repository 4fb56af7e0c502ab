import HubRuntime

/// What a decision was about, of which the hub has the conflict's id, and the sentence that stood there then, in English.
struct DecidedWords {
    let conflict: String
    let message: String
    let forms: Forms
    private var strings: Strings { forms.strings }

    private var kind: ConflictAnswer.Kind? { ConflictAnswer.Kind(rawValue: String(conflict.prefix { $0 != ":" })) }
    private var name: Substring { conflict.drop { $0 != ":" }.dropFirst() }

    /// Where the conflict's sides, notes and decisions stand; `nil` where what was decided is a rule, and no conflict.
    var address: String? { kind == nil ? nil : Address.conflict(conflict) }

    /// The hub's own sentence tells most, to who reads English.
    var text: String { strings.language == .english ? message : title }

    /// What the id tells: `two values: phone`.
    var title: String {
        guard let kind else { return message }
        let kindName = strings["conflict-kind-\(kind.rawValue)"]
        return subject(of: kind).map { kindName + ": " + $0 } ?? kindName
    }

    private func subject(of kind: ConflictAnswer.Kind) -> String? {
        guard let slash = name.firstIndex(of: "/"), case let rest = String(name[name.index(after: slash)...]) else { return nil }
        switch kind {
        // A record's life, then its field.
        case .concurrentWrites: return FlowWords(forms: forms).field(rest)
        // A code, then the pile.
        case .oversell, .concurrentCounts, .receivedMoreThanSent: return pile(rest)
        default: return nil
        }
    }

    /// `SKU at LOCATION`; where either holds the word " at " itself, nobody can tell which is which.
    private func pile(_ text: String) -> String {
        let parts = text.split(separator: " at ", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return text }
        return strings("conflict-title-pile", ["sku": String(parts[0]), "location": String(parts[1])])
    }
}
