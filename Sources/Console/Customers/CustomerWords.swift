import ChangeSets
import Foundation

/// How the parts of a person read: names of fields, identifiers, records, links.
struct CustomerWords {
    let forms: Forms
    private var strings: Strings { forms.strings }

    /// A word of the lists where it is one that everybody meets; else as the sites call it.
    func word(_ group: String, _ name: String) -> String {
        let key = "\(group)-\(Self.slug(name))"
        return strings.has(key) ? strings[key] : name
    }

    /// `first name`, `First_Name` → `first-name`.
    private static func slug(_ name: String) -> String {
        name.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }.joined(separator: "-")
    }

    func field(_ name: String) -> String { word("customer-field", name) }

    /// `phone+name`: each part in its own word.
    func kind(_ name: String) -> String {
        name.split(separator: "+").map { word("customer-kind", String($0)) }.joined(separator: " + ")
    }

    /// Of a combined kind the parts stand behind each other.
    func identifier(_ value: String) -> String { value.split(separator: "\u{1F}").joined(separator: " · ") }

    /// What stands in a field; a time as a time.
    func value(_ value: JSONValue, of field: String) -> String {
        let kind = Catalogue["customer"]?.fields.first { $0.name.description == field }?.kind
        if kind == .time, case .integer(let number) = value, let time = Forms.sound(number) { return forms.moment(time) }
        return value == .other ? strings["customer-unreadable"] : value.text ?? ""
    }

    func record(_ member: CustomerDocument.Member) -> String {
        strings("customer-record", ["site": member.site ?? String(member.source.prefix(8)), "key": key(member)])
    }

    func key(_ member: CustomerDocument.Member) -> String { member.key.map { $0.text ?? "?" }.joined(separator: "/") }

    /// "same e-mail"; "by hand".
    func reason(_ link: CustomerDocument.Link) -> String {
        link.by == "decision" ? strings["customer-by-hand"] : strings("customer-same", ["kind": kind(link.by)])
    }

    /// Currencies are never added up.
    func money(_ sums: [String: Int64]) -> String {
        sums.sorted { $0.key < $1.key }.map { money($0.value, $0.key) }.joined(separator: ", ")
    }

    /// Some tills name no currency.
    func money(_ units: Int64, _ currency: String) -> String {
        let told = forms.money(units, currency)
        return currency.isEmpty ? told.trimmingCharacters(in: .whitespaces) : told
    }

    func list(_ parts: [String?]) -> String? {
        let told = parts.compactMap { $0 }.filter { !$0.isEmpty }
        return told.isEmpty ? nil : told.joined(separator: " · ")
    }
}
