import ChangeSets

/// Something by which one person may be known in several systems, in its normal form.
///
/// Two identifiers are equal when kind and normal form are. It is personal data: it prints as a placeholder, and
/// `value` goes into stores and documents only, never into a message, label or log.
public struct Identifier: Hashable, Sendable, CustomStringConvertible {
    public var kind: Kind
    /// The normal form (`Normalization`); of a combined kind the parts' forms, in the order of their bits, with U+001F between.
    public var value: Text

    /// - Parameter value: already in normal form; for raw text use `init?(kind:raw:country:rules:)`.
    public init(kind: Kind, value: Text) {
        self.kind = kind
        self.value = value
    }

    public var description: String { "\(kind) (hidden)" }
}

extension Identifier: Comparable {
    /// By kind, then by the value's bytes; for lists. Linking goes by the rules' rank instead.
    public static func < (left: Identifier, right: Identifier) -> Bool {
        left.kind == right.kind ? left.value < right.value : left.kind < right.kind
    }
}

extension Identifier {
    /// Brings raw text, as a clerk or a customer typed it, into the form that identifiers are compared in.
    ///
    /// The hub's look-ups (`/v1/profiles/search`) use it too, so that what is asked and what is kept have one form.
    ///
    /// - Parameters:
    ///   - kind: a single one.
    ///   - country: the site's default country (ISO 3166, two letters), for phone numbers without a country code.
    /// - Returns: `nil` when the text is no identifier of this kind: blank, a dummy ("000", "n/a", "test@…"), or malformed.
    public init?(kind: Kind, raw: Text, country: Text? = nil, rules: LinkRules = .standard) {
        guard let read = try? Identifier(reading: raw, as: kind, country: country, rules: rules) else { return nil }
        self = read
    }

    /// The same, with the reason why a value is none.
    ///
    /// - Throws: `FormFault`: of the form, or `blocked` by the rules.
    public init(reading raw: Text, as kind: Kind, country: Text? = nil, rules: LinkRules = .standard) throws(FormFault) {
        let normal: String
        switch kind {
        case .email: normal = try Normalization.readEmail(raw.string, rules: rules.email)
        case .phone: normal = try Normalization.readPhone(raw.string, country: country?.string)
        case .id, .account: normal = try Normalization.readID(raw.string)
        case .device, .cookie: normal = try Normalization.readToken(raw.string)
        default: throw .malformed
        }
        self.init(kind: kind, value: Text(normal))
        if rules.blocks(self, raw: raw) { throw .blocked }
    }

    /// The catalogue's customer fields that identify, in the order in which they are read.
    public static let fields: [(field: FieldName, kind: Kind)] = [
        ("loyalty id", .id), ("account id", .account), ("email", .email), ("phone", .phone), ("device id", .device), ("cookie id", .cookie),
    ]
}
