import ChangeSets

/// What an operator asks to be done about one conflict.
public struct Resolution: Decodable, Hashable, Sendable {
    public var choice: Decision.Choice
    /// For `take`: the site, or the dot, whose side is taken.
    public var side: String?
    /// For `value`: a field's value, or a quantity in units of 10⁻⁴.
    public var value: JSONValue?
    /// For `mend`: what is left out, and what is written in its place.
    public var mending: Mending?
    /// The conflict's `seen`, as it was shown; without it the decision covers what is there when it arrives.
    public var seen: String?
    /// Who decides, for the record.
    public var author: String
    public var note: String?

    public init(
        _ choice: Decision.Choice, side: String? = nil, value: JSONValue? = nil, mending: Mending? = nil, seen: String? = nil,
        author: String, note: String? = nil
    ) {
        self.choice = choice
        self.side = side
        self.value = value
        self.mending = mending
        self.seen = seen
        self.author = author
        self.note = note
    }

    private enum CodingKeys: CodingKey { case choice, side, value, mending, seen, author, note }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        choice = try container.decode(Decision.Choice.self, forKey: .choice)
        side = try container.decodeIfPresent(String.self, forKey: .side)
        // The value null is a value, too.
        value = container.contains(.value) ? try container.decode(JSONValue.self, forKey: .value) : nil
        mending = try container.decodeIfPresent(Mending.self, forKey: .mending)
        seen = try container.decodeIfPresent(String.self, forKey: .seen)
        author = try container.decode(String.self, forKey: .author)
        note = try container.decodeIfPresent(String.self, forKey: .note)
    }
}

/// A decision as it stands in the hub.
public struct DecisionAnswer: Encodable, Hashable, Sendable {
    /// The dot of its record.
    public var id: String
    public var conflict: String
    public var choice: Decision.Choice
    /// What the conflict said.
    public var message: String
    public var author: String
    public var note: String?
    public var time: UInt64
    /// The decision that took it back; itself, where it came back to a restored hub and found nothing to do.
    public var undoneBy: String?
    /// The value that was set, of a field, a count, an order.
    public var values: [ValueAnswer]
    /// What it is about, where that is no conflict and no field's policy; of an undo, what was undone.
    public var about: About?

    /// Links, goods that are kept back, rules and what was collected, in parts: for who says it in other words.
    public struct About: Encodable, Hashable, Sendable {
        /// Of records that are linked, or collected.
        public var records: Int?
        /// Linked records are one person's, or never are.
        public var areSame: Bool?
        /// Of goods that are kept back; `*` stands for all of them, and for all locations.
        public var sku: String?
        public var location: String?
        /// Kept back, in units of 10⁻⁴.
        public var quantity: Int64?
        /// The version of identity rules, and what links by them, in that order.
        public var rules: Int?
        public var kinds: [String]?
        /// Of a mended change: the record and the site, and what was written into its fields, or left out.
        public var entity: String?
        public var key: String?
        public var site: String?
        public var fields: [Field]?

        public init() {}
    }
}

extension DecisionAnswer {
    /// Whether its words or values may be a customer's: those of rules are not; which records are one person's is.
    public var mayTellOfPerson: Bool { ConflictAnswer.Kind(ofID: conflict)?.mayTellOfPerson ?? conflict.hasPrefix("link:") }
}

extension Decision.Choice: Codable {}

extension Resolution {
    static let authorLengthMax = 100
    static let noteLengthMax = 2000

    /// - Throws: `request-invalid` when it lacks what its choice needs.
    func check() throws(HubError) {
        guard !author.isEmpty, author.count <= Self.authorLengthMax, (note?.count ?? 0) <= Self.noteLengthMax else {
            throw HubError(
                .badRequest,
                "A decision needs an author of 1 to \(Self.authorLengthMax) characters, and a note of at most \(Self.noteLengthMax).",
                remedy: "Say who decides: --by NAME.")
        }
        if choice == .take, side == nil {
            throw HubError(.badRequest, "Nothing says which side is taken.", remedy: "Give the site or the dot: --take SITE or --take DOT.")
        }
        if choice == .value, value == nil {
            throw HubError(.badRequest, "The value is missing.", remedy: "Give it as JSON: --value '\"text\"' or --value 12.")
        }
        if choice == .mend, mending?.fields.isEmpty ?? true {
            throw HubError(
                .badRequest, "Nothing says what is mended.",
                remedy: "Give a field's value or leave it out: --set FIELD=VALUE, --leave-out FIELD.")
        }
    }
}
