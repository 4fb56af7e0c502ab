import Foundation
import HubRuntime

/// A conflict in words that a shop manager uses.
struct ConflictWords {
    let conflict: ConflictAnswer
    let forms: Forms
    private var strings: Strings { forms.strings }
    private var about: ConflictAnswer.About { conflict.about }

    /// `Phone of Ada Lovelace`.
    var title: String {
        switch conflict.kind {
        case .concurrentWrites: strings("conflict-title-field", ["field": fieldName(about.field ?? ""), "name": thing])
        case .concurrentCounts, .oversell, .receivedMoreThanSent:
            strings("conflict-title-pile", ["sku": about.sku ?? "", "location": about.location ?? ""])
        case .editOfDeleted, .quarantine, .longWait: thing
        case .sourceRestored: strings("conflict-title-source", ["name": about.name ?? "", "site": about.site ?? ""])
        case .orderContradiction: strings("conflict-title-order", ["name": about.name ?? about.key ?? ""])
        case .proposedLink: strings("conflict-title-pair", ["name": about.name ?? "?", "other": about.otherName ?? "?"])
        case .staleView: strings("conflict-title-view", ["name": about.name ?? ""])
        }
    }

    /// What the field, the record or the pile belongs to.
    private var thing: String {
        if let name = about.name, !name.isEmpty { return name }
        let entity = about.entity.map(entityName) ?? strings["entity-stock"]
        return [entity, about.key].compactMap { $0 }.joined(separator: " ")
    }

    func entityName(_ entity: String) -> String {
        let key = "entity-" + entity.replacing(" ", with: "")
        return strings.has(key) ? strings[key] : entity
    }

    func fieldName(_ field: String) -> String {
        let key = "field-" + field.replacing(" ", with: "")
        guard !strings.has(key) else { return strings[key] }
        let word = CustomerWords(forms: forms).field(field)
        return word.prefix(1).uppercased() + word.dropFirst()
    }

    var kind: String { strings["conflict-kind-\(isClone ? "source-cloned" : conflict.kind.rawValue)"] }

    /// Two disks go on from one history: nothing of it is withdrawn, and no backup was put back.
    var isClone: Bool { conflict.kind == .sourceRestored && !conflict.choices.contains("withdraw") }

    /// What a choice is called here: to accept that a file was restored, or copied, says that what it told happened.
    func key(of choice: String) -> String {
        guard conflict.kind == .sourceRestored, choice == "accept" else { return choice }
        return isClone ? "cloned-accept" : "restored-accept"
    }

    /// What the sides say, on one line.
    var line: String {
        switch conflict.kind {
        case .concurrentWrites: return sides
        case .concurrentCounts where about.code != "count-beside-movements": return sides
        case .concurrentCounts: return strings["conflict-line-beside"]
        case .oversell: return forms.count("conflict-line-oversell", pieces, ["n": forms.quantity(about.quantity ?? 0)])
        case .receivedMoreThanSent:
            return strings("conflict-line-received", ["n": forms.quantity(about.quantity ?? 0), "document": about.document ?? ""])
        case .editOfDeleted where conflict.sides.isEmpty, .quarantine, .longWait:
            return [about.site, reason].compactMap { $0 }.joined(separator: ": ")
        case .editOfDeleted: return strings["conflict-line-crossing"]
        case .sourceRestored where isClone: return strings["conflict-line-cloned"]
        case .sourceRestored: return forms.count("conflict-line-restored", about.changes ?? 0)
        case .orderContradiction:
            return conflict.sides.map {
                strings("conflict-line-order", ["state": CausalDrawing.value($0.value, forms, conflict), "site": owner($0)])
            }.joined(separator: ", ")
        case .proposedLink: return strings("conflict-line-pair", ["probability": probability, "reason": grounds])
        case .staleView: return about.reason ?? ""
        }
    }

    /// Why a change is set aside. The hub's own words are more exact, and English.
    var reason: String? {
        guard strings.language != .english, let code = about.code, strings.has("quality-cause-" + code) else { return about.reason }
        return QualityWords(forms: forms).cause(code)
    }

    /// What speaks for it that two records are one person's, then what against it.
    private var grounds: String {
        func told(areAgainst: Bool) -> String {
            let words = CustomerWords(forms: forms)
            return (about.grounds ?? []).filter { $0.isAgainst == areAgainst }.map {
                words.word("proposal-subject", $0.subject) + " " + words.word("proposal-finding", $0.finding)
            }.joined(separator: ", ")
        }
        let against = told(areAgainst: true)
        return told(areAgainst: false) + (against.isEmpty ? "" : strings("conflict-line-against", ["grounds": against]))
    }

    private var sides: String {
        conflict.sides.map { CausalDrawing.value($0.value, forms, conflict) }.joined(separator: strings["conflict-or"])
    }

    private var pieces: Int64 { (about.quantity ?? 0) / 10_000 }

    /// Rounded down: what rounds up to certainty is not certain.
    var probability: String { forms.percent(Double(Int((about.probability ?? 0) * 1_000)) / 1_000) }

    /// In one sentence, under the title.
    var summary: String {
        let key =
            isClone
            ? "conflict-summary-source-cloned"
            : "conflict-summary-\(conflict.kind.rawValue)" + (about.code == "count-beside-movements" ? "-beside" : "")
        let open = span.map { " " + strings("conflict-open", ["span": $0]) } ?? ""
        return strings(key, ["n": forms.quantity(about.quantity ?? 0), "site": about.site ?? ""]) + open
    }

    /// How long it is open, or at least; `nil`: nobody knows.
    var span: String? {
        func span(_ time: UInt64) -> String { forms.span(forms.now - min(time, forms.now)) }
        return conflict.since.map(span) ?? conflict.sinceBefore.map { strings("conflict-longer", ["span": span($0)]) }
    }

    /// What it costs a shop while it lasts.
    var cost: String? {
        switch conflict.kind {
        case .oversell: forms.count("pieces", pieces, ["n": forms.quantity(about.quantity ?? 0)])
        case .receivedMoreThanSent: forms.count("pieces", pieces, ["n": forms.quantity(about.quantity ?? 0)])
        case .sourceRestored: about.changes.map { forms.count("changes", $0) }
        default: nil
        }
    }

    /// Whose a side is, as the conflict's page names it.
    private func owner(_ side: WriteAnswer) -> String {
        OriginWords(origin: side.origin, site: side.site, source: side.source, forms: forms).name
    }

    var sites: [String] {
        var names = conflict.sides.map(owner).filter { !$0.isEmpty }
        if names.isEmpty, let site = about.site { names = [site] }
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    /// Where the thing itself is shown.
    var address: String? {
        if let profile = about.profile, conflict.kind != .proposedLink { return "/customers/\(profile)" }
        if let sku = about.sku { return Address.article(sku) }
        if about.entity == "order", let number = about.name { return Address.order(number) }
        return nil
    }
}
