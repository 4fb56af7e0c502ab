/// Where one change-set of a replica's chain ends: what two disks with the same name compare to find how far they are one history (S22).
///
/// The hash covers everything before it, so that two that are equal mean equal histories up to there.
public struct SetEnd: Hashable, Sendable, Codable {
    public var last: UInt64
    public var hash: Digest

    /// Most of them in one question; further back is asked in the next.
    public static let askedMax = 500

    public init(_ last: UInt64, _ hash: Digest) {
        self.last = last
        self.hash = hash
    }

    private enum CodingKeys: String, CodingKey { case last, hash }

    /// - Throws: `DecodingError` when the hash is not 64 hexadecimal digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        last = try container.decode(UInt64.self, forKey: .last)
        guard let digest = Hexadecimal.bytes(try container.decode(String.self, forKey: .hash)).flatMap({ Digest(bytes: $0) }) else {
            throw DecodingError.dataCorruptedError(forKey: .hash, in: container, debugDescription: "A hash has 64 hexadecimal digits.")
        }
        hash = digest
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(last, forKey: .last)
        try container.encode(Hexadecimal.string(hash.bytes), forKey: .hash)
    }
}
