/// What is known of one person, in the form that records are compared in: per trait a few values, folded and packed.
///
/// A pure function of the record's fields, small (some 150 bytes) and in one piece, so that a million of them fit in memory and a store can
/// keep the bytes. It is personal data and prints as a placeholder.
public struct PersonTraits: Hashable, Sendable, CustomStringConvertible {
    /// The most values of one trait; records hold several where sites wrote concurrently.
    public static let valuesMax = 4
    /// The most bytes of one value in folded form. Longer values are cut: what differs only later counts as the same.
    public static let valueBytesMax = 63

    /// For each trait in order the end of its values (two bytes, little-endian, counted from the end of this table), then per value its length and bytes.
    let bytes: [UInt8]

    static let headerBytes = 2 * Trait.count

    init(_ values: [[[UInt8]]]) {
        var bytes = [UInt8](repeating: 0, count: Self.headerBytes)
        for (trait, values) in values.enumerated() {
            for value in values.prefix(Self.valuesMax) {
                let kept = value.prefix(Self.valueBytesMax)
                bytes.append(UInt8(kept.count))
                bytes += kept
            }
            let end = bytes.count - Self.headerBytes
            (bytes[2 * trait], bytes[2 * trait + 1]) = (UInt8(end & 0xFF), UInt8(end >> 8))
        }
        self.bytes = bytes
    }

    init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    public var description: String { "traits (hidden)" }

    /// Whether nothing comparable is known.
    public var isEmpty: Bool { bytes.count == Self.headerBytes }

    /// The folded values of a trait, as text.
    public func values(of trait: Trait) -> [String] { terms(of: trait).map { String(decoding: $0, as: UTF8.self) } }

    func terms(of trait: Trait) -> [[UInt8]] { withTerms { terms in terms[trait].map { Array($0) } } }

    /// Gives a view for reading without copies; it must not leave the closure.
    @inline(__always)
    func withTerms<Result>(_ body: (TraitTerms) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { body(TraitTerms(bytes: $0)) }
    }
}

/// A folded value as it lies in the packed bytes.
typealias Term = UnsafeBufferPointer<UInt8>

/// The traits of one record, read in place.
struct TraitTerms {
    let bytes: UnsafeBufferPointer<UInt8>

    @inline(__always)
    private func end(_ trait: Int) -> Int {
        trait < 0 ? PersonTraits.headerBytes : PersonTraits.headerBytes + (Int(bytes[2 * trait]) | Int(bytes[2 * trait + 1]) << 8)
    }

    subscript(trait: Trait) -> TermSequence {
        @inline(__always) get { TermSequence(bytes: bytes, place: end(Int(trait.rawValue) - 1), end: end(Int(trait.rawValue))) }
    }

    @inline(__always)
    func has(_ trait: Trait) -> Bool { end(Int(trait.rawValue) - 1) < end(Int(trait.rawValue)) }
}

struct TermSequence: Sequence, IteratorProtocol {
    let bytes: UnsafeBufferPointer<UInt8>
    var place: Int
    let end: Int

    @inline(__always)
    mutating func next() -> Term? {
        guard place < end else { return nil }
        let length = Int(bytes[place])
        defer { place += length + 1 }
        return Term(rebasing: bytes[(place + 1)..<(place + 1 + length)])
    }
}
