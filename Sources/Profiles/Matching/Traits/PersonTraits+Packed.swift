extension PersonTraits {
    /// The traits as a store keeps them: they come back by `init(packed:)` of the same version of the model.
    public var packed: [UInt8] { bytes }

    /// - Returns: `nil` for bytes that are no packed traits.
    public init?(packed bytes: [UInt8]) {
        guard bytes.count >= Self.headerBytes else { return nil }
        var start = Self.headerBytes
        for trait in 0..<Trait.count {
            let end = Self.headerBytes + (Int(bytes[2 * trait]) | Int(bytes[2 * trait + 1]) << 8)
            guard end >= start, end <= bytes.count else { return nil }
            while start < end { start += Int(bytes[start]) + 1 }
            guard start == end else { return nil }
        }
        guard start == bytes.count else { return nil }
        self.init(unchecked: bytes)
    }
}

extension MatchThreshold {
    /// `proposal` and `automatic` as probabilities.
    public static let proposalProbability = Bits.probability(proposal)
    public static let automaticProbability = Bits.probability(automatic)

    /// The evidence that a probability asks for, in bits; 1 asks for more than there can be.
    public static func bits(_ probability: Double) -> Double {
        probability < 1 ? max(Bits.ofProbability(max(probability, 0)), -bitsMax) : bitsMax
    }

    private static let bitsMax: Double = 1_000
}
