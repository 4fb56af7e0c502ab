extension Identifier {
    /// What sort of value an identifier is: one of the named kinds, or several of them that must agree together.
    ///
    /// A set of single kinds. `phone` alone is a kind, and so is `phone+name`: two records agree in it when they agree in both.
    /// *Traits* (name, birth date, postcode) are shared by many people, so they count in company only.
    public struct Kind: OptionSet, Hashable, Sendable {
        /// A bit per single kind; stores keep it, so a bit means the same for ever.
        public let rawValue: Int32
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// A loyalty card or another id that is the same in all systems.
        public static let id = Kind(rawValue: 1)
        public static let email = Kind(rawValue: 1 << 1)
        public static let phone = Kind(rawValue: 1 << 2)
        /// What a customer signs in with, one for all systems: it never changes.
        public static let account = Kind(rawValue: 1 << 3)
        public static let device = Kind(rawValue: 1 << 4)
        public static let cookie = Kind(rawValue: 1 << 5)
        /// First and last name together.
        public static let name = Kind(rawValue: 1 << 8)
        public static let birthDate = Kind(rawValue: 1 << 9)
        public static let postcode = Kind(rawValue: 1 << 10)
    }
}

extension Identifier.Kind {
    private static let named: [(kind: Identifier.Kind, name: String)] = [
        (.id, "id"), (.email, "email"), (.phone, "phone"), (.account, "account"), (.device, "device"), (.cookie, "cookie"),
        (.name, "name"), (.birthDate, "birth date"), (.postcode, "postcode"),
    ]

    /// The single kinds, in the order of their bits.
    public static let singles = named.map(\.kind)
    /// Those that may link alone.
    public static let identifying = singles.filter { !$0.isTrait }
    private static let traits: Identifier.Kind = [.name, .birthDate, .postcode]

    /// Whether it says nothing of one person alone.
    public var isTrait: Bool { isSubset(of: Self.traits) }
    public var isSingle: Bool { rawValue.nonzeroBitCount == 1 }
    /// The single kinds that it is made of, in the order of their bits.
    public var parts: [Identifier.Kind] { Self.singles.filter(contains) }
}

extension Identifier.Kind: CustomStringConvertible, LosslessStringConvertible, Comparable {
    /// `phone`, or `phone+name`.
    public var description: String { Self.named.filter { contains($0.kind) }.map(\.name).joined(separator: "+") }

    /// - Returns: `nil` where a part is unknown or named twice, or where all of them are traits.
    public init?(_ description: String) {
        var kind: Identifier.Kind = []
        for part in description.split(separator: "+", omittingEmptySubsequences: false) {
            guard let known = Self.named.first(where: { $0.name == part })?.kind, kind.insert(known).inserted else { return nil }
        }
        guard !kind.isTrait else { return nil }
        self = kind
    }

    /// What an operator may write.
    public static let forms = named.map(\.name).joined(separator: ", ")

    public static func < (left: Identifier.Kind, right: Identifier.Kind) -> Bool { left.rawValue < right.rawValue }
}

extension Identifier.Kind: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let kind = Identifier.Kind(text) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "\"\(text)\" is no kind of identifier: give one of \(Self.forms), or several joined by +"))
        }
        self = kind
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
