import ChangeSets

/// Rules as operators write and keep them, in JSON. What is left out is as in the standard rules, but for `blockedValues`: none.
extension LinkRules: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
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

    struct BlockedValue: Codable {
        let kind: Identifier.Kind
        let value: String

        enum CodingKeys: String, CodingKey, CaseIterable { case kind, value }

        init(_ identifier: Identifier) {
            kind = identifier.kind
            value = identifier.value.string
        }

        var identifier: Identifier { Identifier(kind: kind, value: Text(value)) }
    }
}

extension LinkRules.Rank: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
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
