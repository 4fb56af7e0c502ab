/// One way in which two records of a person may find each other, although both have errors: what both must hold.
///
/// Records that share a key are compared. A key that too many records share is too weak; the finer keys beside it take its place.
public struct BlockKey: Hashable, Sendable {
    public var key: UInt64
    /// Each asks for the same and for something more; empty where there is nothing more.
    public var finer: [UInt64]
}

/// A key under construction: FNV-1a, 64 bits (Fowler, Noll, Vo), over the number of the pass and its parts.
struct KeyHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    init(pass: UInt8) { add(pass) }

    private init(_ value: UInt64) { self.value = value }

    private mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }

    /// The key that asks for a part more.
    func with(_ part: some Sequence<UInt8>) -> KeyHash {
        var copy = self
        for byte in part { copy.add(byte) }
        copy.add(0xFF)
        return copy
    }

    func with(_ code: NameCode) -> KeyHash {
        var copy = self
        for shift in [0, 8, 16, 24] as [UInt32] { copy.add(UInt8(truncatingIfNeeded: code.value >> shift)) }
        return copy
    }
}

/// How a name sounds, roughly: its first letter and three classes of the consonants that follow.
///
/// Source: Soundex (R. Russell, US patent 1,261,167, 1918). Crude, and good enough where it only decides which records are compared.
struct NameCode: Hashable, Comparable {
    private(set) var value: UInt32

    init(_ name: some Sequence<UInt8>) {
        value = 0
        var (length, last) = (0, UInt8(0))
        for letter in name {
            let own = Self.sound(letter)
            if length == 0 {
                value = UInt32(letter)
                length = 1
            } else if own > 1, own != last {
                value = value << 8 | UInt32(own)
                length += 1
            }
            // H and W do not part equal sounds; vowels do.
            if own != 1 { last = own }
            if length == 4 { break }
        }
    }

    static func < (left: NameCode, right: NameCode) -> Bool { left.value < right.value }

    /// 0: vowel; 1: silent; above: a class of sounds. What is no letter stands for itself.
    private static func sound(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"), UInt8(ascii: "y"),
            UInt8(ascii: " "):
            0
        case UInt8(ascii: "h"), UInt8(ascii: "w"): 1
        case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "p"), UInt8(ascii: "v"): 2
        case UInt8(ascii: "c"), UInt8(ascii: "g"), UInt8(ascii: "j"), UInt8(ascii: "k"), UInt8(ascii: "q"), UInt8(ascii: "s"),
            UInt8(ascii: "x"),
            UInt8(ascii: "z"):
            3
        case UInt8(ascii: "d"), UInt8(ascii: "t"): 4
        case UInt8(ascii: "l"): 5
        case UInt8(ascii: "m"), UInt8(ascii: "n"): 6
        case UInt8(ascii: "r"): 7
        default: letter
        }
    }
}
