import ChangeSets

/// Which identifiers link records into one person, in which order and within which limits: data that an operator sets.
///
/// A version names one set of rules for ever; the profiles it made can be told from those of another.
public struct LinkRules: Hashable, Sendable {
    public var version: UInt32
    /// Kinds in the order in which they are tried; one that is not listed never links.
    public var ranks: [Rank]
    /// The most records that rules may join into one person. Operators' links are not bound by it.
    public var componentRecordsMax: Int
    /// Raw values, trimmed and in lower case, that mean "nothing".
    public var blockedWords: Set<Text>
    /// What an e-mail address, in lower case, must not begin with.
    public var blockedEmailPrefixes: [Text]
    /// Normal forms that an operator has blocked: the shop's own phone.
    public var blockedValues: Set<Identifier>

    public struct Rank: Hashable, Sendable {
        public var kind: Identifier.Kind
        /// A value that more records than this *of one source* hold links nothing (S28).
        public var recordsPerSourceMax: Int

        public init(kind: Identifier.Kind, recordsPerSourceMax: Int) {
            self.kind = kind
            self.recordsPerSourceMax = recordsPerSourceMax
        }
    }

    public init(
        version: UInt32, ranks: [Rank], componentRecordsMax: Int, blockedWords: Set<Text> = LinkRules.usualBlockedWords,
        blockedEmailPrefixes: [Text] = LinkRules.usualBlockedEmailPrefixes, blockedValues: Set<Identifier> = []
    ) {
        self.version = version
        self.ranks = ranks
        self.componentRecordsMax = componentRecordsMax
        self.blockedWords = blockedWords
        self.blockedEmailPrefixes = blockedEmailPrefixes
        self.blockedValues = blockedValues
    }

    /// By id, then e-mail, then phone. A phone is shared in a family or an office, so it links the fewest.
    public static let standard = LinkRules(
        version: 1,
        ranks: [
            Rank(kind: .id, recordsPerSourceMax: 3),
            Rank(kind: .email, recordsPerSourceMax: 3),
            Rank(kind: .phone, recordsPerSourceMax: 2),
        ],
        componentRecordsMax: 200)

    public static let usualBlockedWords: Set<Text> = [
        "n/a", "na", "none", "null", "nil", "unknown", "undefined", "anonymous", "guest", "test", "no", "-", "x", "xx", "xxx", "?", "tba",
    ]
    public static let usualBlockedEmailPrefixes: [Text] = [
        "test@", "none@", "no@", "noemail@", "nomail@", "null@", "unknown@", "noreply@", "no-reply@", "n/a@", "na@", "guest@",
    ]

    /// Whether a value stands for "nothing" and must never link.
    func blocks(normal: Text, raw: Text, kind: Identifier.Kind) -> Bool {
        let word = Text(raw.string.lowercased().filter { !$0.isWhitespace })
        if blockedWords.contains(word) || blockedValues.contains(Identifier(kind: kind, value: normal)) { return true }
        // `^[0-]*$`, and one digit over and over: 0000000, 111111, 999-999-999.
        let digits = normal.string.utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }
        if digits.allSatisfy({ $0 == UInt8(ascii: "0") }) { return true }
        // Typed into any field: clerks put a made-up address where a card's number belongs, too.
        if blockedEmailPrefixes.contains(where: { word.string.utf8.starts(with: $0.string.utf8) }) { return true }
        return (kind == .phone || digits.count > 1) && Set(digits).count == 1
    }

    func rank(of kind: Identifier.Kind) -> Int? { ranks.firstIndex { $0.kind == kind } }
}
