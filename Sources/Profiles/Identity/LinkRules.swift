import ChangeSets

/// Which identifiers link records into one person, in which order and within which limits: data that an operator sets.
///
/// A version names one set of rules for ever; the profiles it made can be told from those of another.
public struct LinkRules: Hashable, Sendable {
    public var version: UInt32
    /// Kinds in the order in which they are tried; one that is not listed never links.
    public var ranks: [Rank]
    /// Single kinds of which a person has one value for life: records with different ones are never one person.
    public var unchanging: Set<Identifier.Kind>
    /// Proposals of at least this probability are linked without an operator; `nil`: none.
    public var automaticAbove: Double?
    /// The most records that rules may join into one person. Operators' links are not bound by it.
    public var componentRecordsMax: Int
    /// Raw values, trimmed and in lower case, that mean "nothing".
    public var blockedWords: Set<Text>
    /// What an e-mail address, in lower case, must not begin with.
    public var blockedEmailPrefixes: [Text]
    /// Normal forms that an operator has blocked: the shop's own phone.
    public var blockedValues: Set<Identifier>
    /// Which spellings of an address are one mailbox.
    public var email: EmailRules

    /// A kind of identifier, as far as it links.
    public struct Rank: Hashable, Sendable {
        public var kind: Identifier.Kind
        /// A value that more records than this *of one source* hold links nothing (S28).
        public var recordsPerSourceMax: Int
        /// Whether it opens a known profile. One that does not (a device, a cookie) only tells whose an unknown visitor's record
        /// is: it never joins two persons who are both known by something better.
        public var opens: Bool
        /// Whether only one person can have it. One that several may have (a family's phone) does not join records whose
        /// names contradict each other; an exclusive one only those that have nothing of their names in common, like a card
        /// that was given to somebody else.
        public var isExclusive: Bool

        public init(kind: Identifier.Kind, recordsPerSourceMax: Int, opens: Bool = true, isExclusive: Bool = true) {
            self.kind = kind
            self.recordsPerSourceMax = recordsPerSourceMax
            self.opens = opens
            self.isExclusive = isExclusive
        }
    }

    public init(
        version: UInt32, ranks: [Rank], unchanging: Set<Identifier.Kind> = [], componentRecordsMax: Int,
        blockedWords: Set<Text> = LinkRules.usualBlockedWords,
        blockedEmailPrefixes: [Text] = LinkRules.usualBlockedEmailPrefixes, blockedValues: Set<Identifier> = [],
        email: EmailRules = .standard, automaticAbove: Double? = nil
    ) {
        self.version = version
        self.ranks = ranks
        self.unchanging = unchanging
        self.componentRecordsMax = componentRecordsMax
        self.blockedWords = blockedWords
        self.blockedEmailPrefixes = blockedEmailPrefixes
        self.blockedValues = blockedValues
        self.email = email
        self.automaticAbove = automaticAbove
    }

    /// By card, account and e-mail, then by phone, which families and offices share: together with the name, or alone where no
    /// source has it twice and no names contradict. Devices and cookies come last, and join no two known persons.
    public static let standard = LinkRules(
        version: 1,
        ranks: [
            Rank(kind: .id, recordsPerSourceMax: 10),
            Rank(kind: .account, recordsPerSourceMax: 10),
            Rank(kind: .email, recordsPerSourceMax: 10),
            Rank(kind: [.phone, .name], recordsPerSourceMax: 3),
            Rank(kind: .phone, recordsPerSourceMax: 1, isExclusive: false),
            Rank(kind: .device, recordsPerSourceMax: 10, opens: false),
            Rank(kind: .cookie, recordsPerSourceMax: 10, opens: false),
        ],
        unchanging: [.account], componentRecordsMax: 200)

    public static let usualBlockedWords: Set<Text> = [
        "n/a", "na", "none", "null", "nil", "unknown", "undefined", "anonymous", "guest", "test", "no", "-", "x", "xx", "xxx", "?", "tba",
    ]
    public static let usualBlockedEmailPrefixes: [Text] = [
        "test@", "none@", "no@", "noemail@", "nomail@", "null@", "unknown@", "noreply@", "no-reply@", "n/a@", "na@", "guest@",
    ]

    /// Whether a value, which is well formed, stands for "nothing" and must never link.
    func blocks(_ identifier: Identifier, raw: Text) -> Bool {
        let word = Self.word(raw)
        if blockedWords.contains(word) || blockedValues.contains(identifier) { return true }
        // Typed into any field: clerks put a made-up address where a card's number belongs, too.
        return blockedEmailPrefixes.contains { word.string.utf8.starts(with: $0.string.utf8) }
    }

    /// Folded and without blanks: how words that mean "nothing" are compared.
    static func word(_ raw: Text) -> Text {
        let folded = PersonName.folded(raw.string)
        // Every value of every customer comes by here, and nearly all of them are plain letters.
        if folded.utf8.allSatisfy({ $0 < 0x80 }) { return Text(String(decoding: folded.utf8.filter { $0 != 0x20 }, as: UTF8.self)) }
        return Text(folded.filter { $0 != " " })
    }

    func rank(of kind: Identifier.Kind) -> Int? { ranks.firstIndex { $0.kind == kind } }

    /// The combined kinds among the ranks.
    var combined: [Identifier.Kind] { ranks.map(\.kind).filter { !$0.isSingle } }
}
