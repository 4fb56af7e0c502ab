import ChangeSets
import Foundation
import HubRuntime

extension Console {
    /// Which part of the pairs that may be one person is looked at.
    public struct ProposalsPart: Sendable {
        /// Only what is likelier.
        public var above: Double
        /// `next` of the part before; `nil`: the first.
        public var after: String?

        public init(above: Double?, after: String?) {
            self.above = above.flatMap { $0.isNaN ? nil : min(max($0, 0), 1) } ?? Self.usual
            self.after = after.flatMap { $0.isEmpty ? nil : $0 }
        }

        /// Pairs of a page.
        public static let pairs = 10
        /// Below it most of what is proposed is wrong.
        static let usual = 0.99
        static let all = 0.5

        public var address: String { "/proposals?above=\(above)" + (after.map { "&after=\(Address.encoded($0))" } ?? "") }
    }

    /// Records that may be one person's, side by side, with what speaks for it and against.
    ///
    public func proposals(_ proposals: ListPage<ProposalAnswer>, part: ProposalsPart, problem: HubError?, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let words = CustomerWords(forms: forms)
        let pairs = proposals.enumerated().map { pair($1, number: $0 + 1, words) }
        return page(
            "proposals", title: strings["proposals-title"], section: .customers,
            [
                "summary": strings("proposals-above", ["share": share(part.above, strings)]),
                "problem": problem.map { told($0, strings) }, "pairs": pairs, "isEmpty": pairs.isEmpty,
                "above": "\(part.above)", "part": part.after,
                "first": part.after == nil ? nil : ProposalsPart(above: part.above, after: nil).address,
                "next": proposals.next.map { ProposalsPart(above: part.above, after: $0).address },
                "hasPager": part.after != nil || proposals.next != nil,
                "less": part.above > ProposalsPart.all ? "/proposals?above=\(ProposalsPart.all)" : nil,
                "usual": part.above < ProposalsPart.usual ? "/proposals" : nil,
            ], for: visitor)
    }

    /// Rounded down: what rounds up to certainty is not certain.
    private func share(_ probability: Double, _ strings: Strings) -> String {
        let hundredths = (probability * 10_000 + 1e-6).rounded(.down) / 10_000
        return hundredths.formatted(.percent.precision(.fractionLength(0...2)).locale(strings.language.locale))
    }

    private func pair(_ proposal: ProposalAnswer, number: Int, _ words: CustomerWords) -> View {
        let strings = words.forms.strings
        let (lower, higher) = (proposal.lower.fields, proposal.higher.fields)
        func name(_ fields: [String: String]) -> String {
            let parts = ["first name", "last name"].compactMap { fields[$0] }
            return fields["name"] ?? (parts.isEmpty ? fields["company"] ?? strings["customer-nameless"] : parts.joined(separator: " "))
        }
        func side(_ side: ProposalAnswer.Side) -> View {
            ["site": side.site ?? strings["customer-unknown-site"], "address": "/customers/\(side.profile)"]
        }
        var left = proposal.reasons
        let names = Catalogue["customer"]?.fields.map(\.name.description) ?? []
        let rows: [View] = names.filter { lower[$0] != nil || higher[$0] != nil }.map { field in
            let says = left.filter { Self.subjects[field, default: []].contains($0.subject) }
            left.removeAll { says.contains($0) }
            return row(field, lower[field], higher[field], says, words)
        }
        return [
            "number": "\(number)", "title": strings("proposals-pair", ["one": name(lower), "other": name(higher)]),
            "share": share(proposal.probability, strings), "one": side(proposal.lower), "other": side(proposal.higher), "rows": rows,
            "lower": proposal.lower.id, "higher": proposal.higher.id,
            "besides": words.list(
                left.map { "\(words.word("proposal-subject", $0.subject)): \(words.word("proposal-finding", $0.finding))" }),
        ]
    }

    private func row(
        _ field: String, _ one: String?, _ other: String?, _ says: [ProposalAnswer.Reason], _ words: CustomerWords
    ) -> View {
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
