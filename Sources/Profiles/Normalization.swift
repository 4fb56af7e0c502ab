import ChangeSets

/// Normal forms of identifiers: what counts as the same value however it was typed.
///
/// Storage always keeps what was typed; these forms serve comparison only.
public enum Normalization {
    /// The longest raw text that is looked at, in bytes: what is longer is no identifier.
    public static let rawBytesMax = 320

    /// A loyalty id: letters and digits, upper case, without spaces, dots and dashes.
    public static func id(_ raw: String) -> String? {
        guard raw.utf8.count <= rawBytesMax else { return nil }
        let kept = raw.uppercased().filter { !$0.isWhitespace && $0 != "-" && $0 != "." }
        return kept.contains { $0.isLetter || $0.isNumber } ? kept : nil
    }

    /// An e-mail address: trimmed, lower case, one `@` with something before it and a domain with a dot behind it.
    public static func email(_ raw: String) -> String? {
        guard raw.utf8.count <= rawBytesMax else { return nil }
        var text = raw[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !text.contains(where: \.isWhitespace) else { return nil }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy({ !$0.isEmpty }) else { return nil }
        return text.lowercased()
    }

    /// A phone number: `+` and digits (E.164) where the country is clear, plain digits where it is not.
    ///
    /// Clear means: written with `+` or the `00` prefix, or a number of the length that the site's default country
    /// uses. A number that is neither stays as its digits, and so meets only numbers that are as unclear.
    public static func phone(_ raw: String, country: String?) -> String? {
        guard raw.utf8.count <= rawBytesMax, let dialled = dialled(raw) else { return nil }
        if dialled.isInternational {
            let digits = dialled.digits
            return (8...15).contains(digits.utf8.count) && !digits.hasPrefix("0") ? "+" + digits : nil
        }
        if let plan = country.flatMap(DiallingPlan.init(country:)), let full = plan.international(dialled.digits) { return "+" + full }
        return (6...15).contains(dialled.digits.utf8.count) ? dialled.digits : nil
    }

    /// The digits that somebody would dial, without extension, spaces and the `(0)` of "+44 (0)20".
    private static func dialled(_ raw: String) -> (digits: String, isInternational: Bool)? {
        var digits = ""
        var hasPlus = false
        var scalars = Array(raw.unicodeScalars)[...]
        while let scalar = scalars.first {
            if hasPlus, scalars.starts(with: "(0)".unicodeScalars) {
                scalars.removeFirst(3)
                continue
            }
            scalars.removeFirst()
            switch scalar {
            case "0"..."9": digits.unicodeScalars.append(scalar)
            case "+" where digits.isEmpty && !hasPlus: hasPlus = true
            case " ", "-", ".", "/", "(", ")", "\u{A0}", "\t", "\u{2010}"..."\u{2015}": break
            // An extension ("x12", "ext. 12", "#12") ends the number; letters before it mean that it is none.
            case "x", "X", "#", ";", "e", "E": return digits.isEmpty ? nil : finished(digits, hasPlus)
            default: return nil
            }
        }
        return digits.isEmpty ? nil : finished(digits, hasPlus)
    }

    private static func finished(_ digits: String, _ hasPlus: Bool) -> (digits: String, isInternational: Bool) {
        if !hasPlus, digits.hasPrefix("00"), digits.utf8.count > 9 { return (String(digits.dropFirst(2)), true) }
        return (digits, hasPlus)
    }
}

/// How numbers are dialled within a country: enough to tell its national numbers.
struct DiallingPlan {
    var code: String
    /// Dialled before a national number at home, and left out from abroad; empty where there is none.
    var trunk: String
    /// Digits of a national number without the trunk prefix.
    var lengths: ClosedRange<Int>

    init?(country: String) {
        guard let plan = Self.plans[country.uppercased()] else { return nil }
        self = plan
    }

    private init(_ code: String, trunk: String, _ lengths: ClosedRange<Int>) {
        self.code = code
        self.trunk = trunk
        self.lengths = lengths
    }

    /// Country code and national number, when the digits are clearly a national number.
    ///
    /// Where a trunk prefix is usual, a number without it may be a local one without its area: it is not clear.
    /// North America's trunk prefix is optional, since its full numbers always have ten digits.
    func international(_ digits: String) -> String? {
        var national = digits
        if !trunk.isEmpty, digits.hasPrefix(trunk) {
            national = String(digits.dropFirst(trunk.utf8.count))
        } else if !trunk.isEmpty, trunk != "1" {
            return nil
        }
        return lengths.contains(national.utf8.count) ? code + national : nil
    }

    private static let plans: [String: DiallingPlan] = [
        "AT": .init("43", trunk: "0", 7...13), "AU": .init("61", trunk: "0", 9...9), "BE": .init("32", trunk: "0", 8...9),
        "CA": .init("1", trunk: "1", 10...10), "CH": .init("41", trunk: "0", 9...9), "CZ": .init("420", trunk: "", 9...9),
        "DE": .init("49", trunk: "0", 7...11), "DK": .init("45", trunk: "", 8...8), "ES": .init("34", trunk: "", 9...9),
        "FI": .init("358", trunk: "0", 6...11), "FR": .init("33", trunk: "0", 9...9), "GB": .init("44", trunk: "0", 9...10),
        "IE": .init("353", trunk: "0", 8...9), "IN": .init("91", trunk: "0", 10...10), "IT": .init("39", trunk: "", 8...11),
        "LU": .init("352", trunk: "", 6...9), "NL": .init("31", trunk: "0", 9...9), "NO": .init("47", trunk: "", 8...8),
        "NZ": .init("64", trunk: "0", 8...10), "PL": .init("48", trunk: "", 9...9), "PT": .init("351", trunk: "", 9...9),
        "SE": .init("46", trunk: "0", 7...10), "US": .init("1", trunk: "1", 10...10),
    ]
}
