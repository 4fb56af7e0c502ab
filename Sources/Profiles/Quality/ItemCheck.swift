import ChangeSets

/// Whether a value can be what its field says: one check per field of an article.
public enum ItemCheck {
    /// The fields that are checked, in the catalogue's order; all others are valid.
    public static let fields: [FieldName] = [
        "sku", "name", "category", "brand", "barcode", "price", "cost", "currency", "size", "colour",
    ]

    /// Fields whose value should be one record's only, so that records sharing one are worth a look.
    public static let distinguishing: Set<FieldName> = ["sku", "barcode"]

    /// - Parameter value: amounts in units of 10⁻⁴ of the currency, as records have them.
    public static func check(_ field: FieldName, _ value: Text) -> Validity {
        let raw = value.string
        if let found = FieldCheck.unreadable(raw) { return found }
        switch field.text.string {
        case "sku", "name", "category", "brand", "colour": return isFiller(raw) ? .invalid(.dummy) : .valid
        case "size": return isFiller(raw) && !isSize(raw) ? .invalid(.dummy) : .valid
        case "barcode": return FieldCheck.id(raw)
        case "price", "cost": return amount(raw)
        case "currency": return currency(raw)
        default: return .valid
        }
    }

    /// SKUs are compared letter by letter, as in stock; barcodes as scanners give them, without what is printed between the digits.
    static func comparable(_ field: FieldName, _ value: Text) -> String? {
        guard check(field, value) == .valid else { return nil }
        return field == "barcode" ? Normalization.id(value.string) : TextFolding.string(TextFolding.trimmed(value.string))
    }

    private static func amount(_ raw: String) -> Validity {
        guard let units = Int64(raw) else { return .invalid(NameCheck.isDummy(raw) ? .dummy : .malformed) }
        if units < 0 { return .invalid(.negative) }
        return units == 0 ? .suspicious(.zero) : .valid
    }

    /// Three capital letters, as ISO 4217 writes them: sums are kept apart by exactly what stands here.
    private static func currency(_ raw: String) -> Validity {
        let scalars = raw.unicodeScalars
        // € is no filler, though it is one character and no letter.
        let isSign = scalars.contains { $0.properties.generalCategory == .currencySymbol }
        if NameCheck.isDummy(raw), !isSign { return .invalid(.dummy) }
        return scalars.count == 3 && scalars.allSatisfy { ("A"..."Z").contains($0) } ? .valid : .invalid(.malformed)
    }

    /// Numbers are given in a row, and letters are sizes and makes: 777 is an article's like 776, AAA a battery's. Over and over, only zeros,
    /// x and signs stand for nothing.
    private static func isFiller(_ raw: String) -> Bool {
        guard NameCheck.isDummy(raw) else { return false }
        let scalars = TextFolding.lowercased(TextFolding.trimmed(raw).filter { !TextFolding.isSpace($0) })
        guard let first = scalars.first, scalars.allSatisfy({ $0 == first }) else { return true }
        if let digit = TextFolding.digit(first) { return digit == 0 }
        return first == "x" || Alphabet(first) == nil
    }

    /// 0, 00 and XX are sizes.
    private static func isSize(_ raw: String) -> Bool {
        TextFolding.trimmed(raw).allSatisfy { $0 == "x" || $0 == "X" || TextFolding.digit($0) != nil }
    }
}
