import ChangeSets

/// Rules as operators write and keep them, in JSON. What is left out is as in the standard rules, but for `blockedValues`: none.
extension LinkRules: Codable {
    private enum CodingKeys: String, CodingKey {
        case version, ranks, unchanging
        case componentRecordsMax = "recordsPerPersonMax"
        case blockedWords, blockedEmailPrefixes, blockedValues, email, automaticAbove
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let standard = LinkRules.standard
        func texts(_ key: CodingKeys) throws -> [Text]? {
            try container.decodeIfPresent([String].self, forKey: key)?.map { Text($0) }
        }
        self.init(
            version: try container.decodeIfPresent(UInt32.self, forKey: .version) ?? standard.version,
            ranks: try container.decodeIfPresent([Rank].self, forKey: .ranks) ?? standard.ranks,
            unchanging: Set(try container.decodeIfPresent([Identifier.Kind].self, forKey: .unchanging) ?? Array(standard.unchanging)),
            componentRecordsMax: try container.decodeIfPresent(Int.self, forKey: .componentRecordsMax) ?? standard.componentRecordsMax,
            blockedWords: Set((try texts(.blockedWords) ?? Array(standard.blockedWords)).map(Self.word)),
            blockedEmailPrefixes: (try texts(.blockedEmailPrefixes) ?? standard.blockedEmailPrefixes).map(Self.word),
            blockedValues: Set(try container.decodeIfPresent([BlockedValue].self, forKey: .blockedValues)?.map(\.identifier) ?? []),
            email: try container.decodeIfPresent(EmailRules.self, forKey: .email) ?? standard.email,
            automaticAbove: try container.decodeIfPresent(Double.self, forKey: .automaticAbove))
    }

    /// Lists that have no order of their own are written in the order of their bytes, so that the same rules are the same text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(ranks, forKey: .ranks)
        try container.encode(unchanging.sorted(), forKey: .unchanging)
        try container.encode(componentRecordsMax, forKey: .componentRecordsMax)
        try container.encode(blockedWords.sorted().map(\.string), forKey: .blockedWords)
        try container.encode(blockedEmailPrefixes.map(\.string), forKey: .blockedEmailPrefixes)
        try container.encode(blockedValues.sorted().map(BlockedValue.init), forKey: .blockedValues)
        try container.encode(email, forKey: .email)
        try container.encodeIfPresent(automaticAbove, forKey: .automaticAbove)
    }

    private struct BlockedValue: Codable {
        let kind: Identifier.Kind
        let value: String

        init(_ identifier: Identifier) {
            kind = identifier.kind
            value = identifier.value.string
        }

        var identifier: Identifier { Identifier(kind: kind, value: Text(value)) }
    }
}

extension LinkRules.Rank: Codable {
    private enum CodingKeys: String, CodingKey {
        case kind = "by"
        case recordsPerSourceMax, opens
        case isExclusive = "exclusive"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            kind: try container.decode(Identifier.Kind.self, forKey: .kind),
            recordsPerSourceMax: try container.decode(Int.self, forKey: .recordsPerSourceMax),
            opens: try container.decodeIfPresent(Bool.self, forKey: .opens) ?? true,
            isExclusive: try container.decodeIfPresent(Bool.self, forKey: .isExclusive) ?? true)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(recordsPerSourceMax, forKey: .recordsPerSourceMax)
        try container.encode(opens, forKey: .opens)
        try container.encode(isExclusive, forKey: .isExclusive)
    }
}

extension LinkRules {
    public static let ranksMax = 20
    public static let recordsPerSourceRange = 1...1_000
    public static let recordsPerPersonRange = 1...10_000
    public static let blockedMax = 10_000

    /// What is wrong with the rules, in a sentence for the operator; `nil` when they can be taken.
    public var problem: String? {
        if ranks.count > Self.ranksMax { return "There are \(ranks.count) ranks; at most \(Self.ranksMax) are taken." }
        if let twice = Dictionary(grouping: ranks, by: \.kind).first(where: { $0.value.count > 1 })?.key {
            return "\"\(twice)\" stands in two ranks; a kind has one place."
        }
        if let rank = ranks.first(where: { !Self.recordsPerSourceRange.contains($0.recordsPerSourceMax) }) {
            return "\"\(rank.kind)\" links up to \(rank.recordsPerSourceMax) records of a source; give a number from 1 to 1000."
        }
        if !Self.recordsPerPersonRange.contains(componentRecordsMax) {
            return "A person of up to \(componentRecordsMax) records cannot be; give a number from 1 to 10000."
        }
        if let automaticAbove, !(MatchThreshold.automaticProbability...1).contains(automaticAbove) {
            return "Proposals of a probability of \(automaticAbove) are not beyond doubt; automaticAbove begins at 0.99994."
        }
        if blockedEmailPrefixes.contains(where: { !$0.string.contains("@") }) {
            return "A blocked beginning of an address has no @; write it whole, like test@."
        }
        if let blocked = blockedValues.first(where: {
            !$0.kind.isSingle || Identifier(kind: $0.kind, raw: $0.value, rules: unblocked) != $0
        }) {
            return
                "A blocked \(blocked.kind) is not in its normal form; take it as `tributary identity ignored` lists it, of a single kind."
        }
        if let kind = unchanging.first(where: { !$0.isSingle || $0.isTrait }) {
            return "\"\(kind)\" cannot be unchanging; name a single kind."
        }
        if max(blockedWords.count, blockedEmailPrefixes.count, blockedValues.count, email.domains.count, email.refusedDomains.count)
            > Self.blockedMax
        {
            return "A list of blocked values or of domains is longer than \(Self.blockedMax)."
        }
        return nil
    }

    /// The same rules with nothing blocked.
    private var unblocked: LinkRules {
        var rules = self
        (rules.blockedWords, rules.blockedEmailPrefixes, rules.blockedValues) = ([], [], [])
        return rules
    }
}
