import ChangeSets

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
            return
                "recordsPerSourceMax of \"\(rank.kind)\" is \(rank.recordsPerSourceMax); give a number from \(Self.recordsPerSourceRange.lowerBound) to \(Self.recordsPerSourceRange.upperBound)."
        }
        if !Self.recordsPerPersonRange.contains(componentRecordsMax) {
            return
                "recordsPerPersonMax is \(componentRecordsMax); give a number from \(Self.recordsPerPersonRange.lowerBound) to \(Self.recordsPerPersonRange.upperBound)."
        }
        if let automaticAbove, !(MatchThreshold.automaticProbability...1).contains(automaticAbove) {
            return
                "automaticAbove is \(automaticAbove); give a probability from 0.99994 to 1, or leave it out: then none is linked without you."
        }
        let lists = [
            ("blockedWords", blockedWords.count), ("blockedEmailPrefixes", blockedEmailPrefixes.count),
            ("blockedValues", blockedValues.count),
            ("email.domains", email.domains.count), ("email.refusedDomains", email.refusedDomains.count),
        ]
        if let (name, count) = lists.first(where: { $0.1 > Self.blockedMax }) {
            return "\(name) has \(count) entries; at most \(Self.blockedMax) are taken."
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
        return nil
    }

    /// The same rules with nothing blocked.
    private var unblocked: LinkRules {
        var rules = self
        (rules.blockedWords, rules.blockedEmailPrefixes, rules.blockedValues) = ([], [], [])
        return rules
    }
}
