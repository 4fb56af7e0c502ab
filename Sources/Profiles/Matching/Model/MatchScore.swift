/// What the model says of a pair, with its reasons.
public struct MatchScore: Hashable, Sendable {
    /// Evidence in bits: 0 is even odds, each bit doubles them.
    public var bits: Double
    public var reasons: [MatchReason]

    /// The probability that the records are one person's, as far as the model holds.
    public var probability: Double { Bits.probability(bits) }
}

/// One comparison's part in a score. Without personal values: it may be shown and stored.
public struct MatchReason: Hashable, Sendable, CustomStringConvertible {
    /// "birth date", "household".
    public var subject: String
    /// "same", "one letter off".
    public var finding: String
    public var bits: Double

    /// "birth date same +9.1"
    public var description: String {
        let tenths = Int((abs(bits) * 10).rounded())
        return "\(subject) \(finding) \(bits < 0 && tenths > 0 ? "−" : "+")\(tenths / 10).\(tenths % 10)"
    }
}

extension MatchScorer {
    /// Scores a pair with reasons, the weightiest first; they add up to the bits together with the prior odds.
    public func score(_ left: PersonTraits, _ right: PersonTraits) -> MatchScore {
        let pair = ComparedPair(left, right)
        let bits = Double(self.bits(pair))
        var reasons = weights(of: pair).map { comparison, level, bits in
            MatchReason(subject: comparison.kind.name, finding: comparison.kind.levels[Int(level)], bits: Double(bits))
        }
        let explained = reasons.reduce(Bits.log2(model.samePerson / (1 - model.samePerson - model.sameHousehold))) { $0 + $1.bits }
        if explained - bits > 0.05 {
            reasons.append(MatchReason(subject: "household", finding: "would explain as much", bits: bits - explained))
        }
        reasons.sort { (abs($0.bits), $0.subject) > (abs($1.bits), $1.subject) }
        return MatchScore(bits: bits, reasons: reasons)
    }
}
