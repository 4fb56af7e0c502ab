import ChangeSets
import Foundation
import HubRuntime

/// Two records that may be one person's, field by field, with what differs marked and what the model says: for `{{>pair-table}}`.
struct PairTable {
    let proposal: ProposalAnswer
    let words: CustomerWords
    private var strings: Strings { words.forms.strings }

    /// What each record calls the person, the lower one first.
    var names: (String, String) { (name(proposal.lower.fields), name(proposal.higher.fields)) }
    var title: String { strings("proposals-pair", ["one": names.0, "other": names.1]) }

    private func name(_ fields: [String: String]) -> String {
        let parts = ["first name", "last name"].compactMap { fields[$0] }
        return fields["name"] ?? (parts.isEmpty ? fields["company"] ?? strings["customer-nameless"] : parts.joined(separator: " "))
    }

    /// Rounded down: what rounds up to certainty is not certain.
    static func share(_ probability: Double, _ strings: Strings) -> String {
        let hundredths = (probability * 10_000 + 1e-6).rounded(.down) / 10_000
        return hundredths.formatted(.percent.precision(.fractionLength(0...2)).locale(strings.language.locale))
    }

    /// - Parameter label: names the table for who does not see it.
    func view(label: String) -> View {
        let (lower, higher) = (proposal.lower.fields, proposal.higher.fields)
        func side(_ side: ProposalAnswer.Side) -> View {
            ["site": side.site ?? strings["customer-unknown-site"], "address": "/customers/\(side.profile)"]
        }
        var left = proposal.reasons
        let names = Catalogue["customer"]?.fields.map(\.name.description) ?? []
        let rows: [View] = names.filter { lower[$0] != nil || higher[$0] != nil }.map { field in
            let says = left.filter { Self.subjects[field, default: []].contains($0.subject) }
            left.removeAll { says.contains($0) }
            return row(field, lower[field], higher[field], says)
        }
        return [
            "label": label, "share": Self.share(proposal.probability, strings), "one": side(proposal.lower), "other": side(proposal.higher),
            "rows": rows,
            "besides": words.list(
                left.map { "\(words.word("proposal-subject", $0.subject)): \(words.word("proposal-finding", $0.finding))" }),
        ]
    }

    private func row(_ field: String, _ one: String?, _ other: String?, _ says: [ProposalAnswer.Reason]) -> View {
        let isTime = Catalogue["customer"]?.fields.first { $0.name.description == field }?.kind == .time
        func told(_ text: String) -> String {
            guard isTime, let time = Forms.sound(Int64(text)) else { return text }
            return words.forms.moment(time)
        }
        let (left, right) = (one.map(told), other.map(told))
        var marked: (View?, View?) = (left.map { ["before": $0] }, right.map { ["before": $0] })
        // A number that each system gives for itself differs by its nature.
        if let left, let right, !["number", "created at"].contains(field) { marked = MarkedText.differences(left, right) }
        let bits = says.reduce(0) { $0 + $1.bits }
        // A finding of a part of the field names the part.
        let text = says.map { reason in
            let finding = words.word("proposal-finding", reason.finding)
            return says.count == 1 ? finding : "\(words.word("proposal-subject", reason.subject)): \(finding)"
        }
        return [
            "name": words.field(field), "left": marked.0, "right": marked.1,
            "sign": says.isEmpty ? nil : bits > 0.5 ? "ok" : bits < -0.5 ? "warn" : "idle",
            "says": says.isEmpty ? nil : text.joined(separator: "; "),
        ]
    }

    /// What the model compares, by the field that holds it.
    private static let subjects = [
        "first name": ["first name", "order of names", "exchanged name"], "last name": ["last name"],
        "name": ["first name", "last name", "order of names", "exchanged name"],
        "email": ["e-mail", "first name in the e-mail address", "last name in the e-mail address"], "phone": ["phone"],
        "loyalty id": ["loyalty id"], "company": ["company"], "birth date": ["birth date"],
        "address": ["street", "house number"], "address 2": ["address 2"], "city": ["city"], "region": ["region"],
        "postcode": ["postcode"], "number": ["person number"],
    ]
}
