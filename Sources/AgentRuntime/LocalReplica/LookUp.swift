import ChangeSets

/// What a clerk looks for.
public enum LookUp: Hashable, Sendable {
    case email(String)
    case phone(String)
    case id(String)

    /// The kinds and normal forms to look under, most exact first.
    ///
    /// The profile documents carry the hub's own normal forms. Those of e-mail and id are simple enough to be met here; a
    /// phone number's depends on the country, so its last digits are an index of their own (`phoneTail`), and a
    /// clerk may leave the country code out.
    var candidates: [(kind: String, value: String)] {
        switch self {
        case .email(let text): [("email", Self.email(text))]
        case .id(let text): [("id", Self.id(text))]
        case .phone(let text):
            [("phone", Self.phone(text)), (Self.phoneTailKind, Self.phoneTail(text) ?? "")].filter { !$0.1.isEmpty }
        }
    }

    static func email(_ text: String) -> String { trimmed(text).lowercased() }

    static func id(_ text: String) -> String { text.uppercased().filter { !$0.isWhitespace && $0 != "-" && $0 != "." } }

    static func phone(_ text: String) -> String {
        let digits = digits(of: text)
        return trimmed(text).hasPrefix("+") ? "+" + digits : digits
    }

    /// The last digits, which are the same with and without country code and trunk prefix.
    static func phoneTail(_ text: String) -> String? {
        let digits = digits(of: text)
        return digits.utf8.count >= phoneTailDigitsMin ? String(digits.suffix(phoneTailDigits)) : nil
    }

    static let phoneTailKind = "phone tail"
    static let phoneTailDigits = 8
    static let phoneTailDigitsMin = 6

    private static func digits(of text: String) -> String { text.filter { $0 >= "0" && $0 <= "9" } }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }

    /// Index entries of one identifier in the hub's normal form, or as an own customer's field has it.
    static func entries(kind: String, value: String) -> [(kind: String, value: String)] {
        switch kind {
        case "email": [("email", email(value))]
        case "phone": [("phone", phone(value))] + (phoneTail(value).map { [(phoneTailKind, $0)] } ?? [])
        default: [(kind, id(value))]
        }
    }
}
