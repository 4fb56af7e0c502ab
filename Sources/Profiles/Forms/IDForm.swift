/// Forms of ids: of those that people type off a card, and of those that programs make.
enum IDForm {
    static func card(_ raw: String) throws(FormFault) -> String {
        guard raw.utf8.count <= Normalization.rawBytesMax else { throw .tooLong }
        let kept = TextFolding.trimmed(raw).filter { !TextFolding.isSpace($0) && $0 != "-" && $0 != "." }
        let form = TextFolding.uppercased(kept.map(plainDigit))
        guard form.contains(where: isLetterOrDigit) else { throw .blank }
        guard !Alphabet.areMixed(form) else { throw .mixedAlphabets }
        return try checked(form)
    }

    static func token(_ raw: String) throws(FormFault) -> String {
        guard raw.utf8.count <= Normalization.rawBytesMax else { throw .tooLong }
        let form = TextFolding.trimmed(raw)
        guard !form.isEmpty else { throw .blank }
        guard !form.contains(where: TextFolding.isSpace) else { throw .malformed }
        return try checked(uuid(form) ?? TextFolding.composed(form))
    }

    private static func checked(_ form: [Unicode.Scalar]) throws(FormFault) -> String {
        let digits = form.filter { $0 != "-" && $0 != "+" }
        if digits.allSatisfy({ $0 == "0" }) { throw .dummy }
        if digits.count > 1, let first = digits.first, ("0"..."9").contains(first), digits.allSatisfy({ $0 == first }) { throw .dummy }
        let text = TextFolding.string(form)
        guard text.utf8.count <= Normalization.rawBytesMax else { throw .tooLong }
        return text
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return scalar.properties.isAlphabetic || scalar.properties.numericType != nil }
        return ("0"..."9").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private static func plainDigit(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar.isASCII ? scalar : TextFolding.digit(scalar).map { Unicode.Scalar($0 + 0x30) } ?? scalar
    }

    /// 8-4-4-4-12 hexadecimal digits in lower case (RFC 9562), from a form in braces, behind `urn:uuid:` or without dashes.
    private static func uuid(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar]? {
        guard (32...45).contains(scalars.count) else { return nil }
        var digits = TextFolding.lowercased(scalars)[...]
        if digits.starts(with: "urn:uuid:".unicodeScalars) { digits = digits.dropFirst(9) }
        if digits.first == "{", digits.last == "}" { digits = digits.dropFirst().dropLast() }
        let places = [8, 13, 18, 23]
        if digits.count == 36 {
            guard places.allSatisfy({ digits[digits.startIndex + $0] == "-" }) else { return nil }
            digits.removeAll { $0 == "-" }
        }
        guard digits.count == 32, digits.allSatisfy({ ("0"..."9").contains($0) || ("a"..."f").contains($0) }) else { return nil }
        for place in places { digits.insert("-", at: digits.startIndex + place) }
        return Array(digits)
    }
}
