/// The writing system of a letter, as far as look-alikes are concerned: a Cyrillic "а" in a Latin word is a trap or a slip.
///
/// After Unicode's UTS 39, "highly restrictive": one alphabet a word, except that East Asian writing mixes its own scripts and Latin.
enum Alphabet: Hashable {
    case latin
    case greek
    case cyrillic
    case eastAsian
    /// Others by their block, which is enough to tell one from another.
    case other(UInt32)

    /// `nil` for what belongs to all alphabets: digits, marks, punctuation.
    init?(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x41...0x5A, 0x61...0x7A: self = .latin
        case ...0x7F, 0x2B0...0x36F: return nil
        case _ where !scalar.properties.isAlphabetic: return nil
        case 0x80...0x2AF, 0x1E00...0x1EFF, 0x2C60...0x2C7F, 0xA720...0xA7FF, 0xAB30...0xAB6F, 0xFB00...0xFB06: self = .latin
        case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
        case 0x400...0x52F, 0x1C80...0x1C8F, 0x2DE0...0x2DFF, 0xA640...0xA69F: self = .cyrillic
        case 0x1100...0x11FF, 0x2E80...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF, 0xFF00...0xFFEF,
            0x1B000...0x1B2FF, 0x20000...0x3FFFF:
            self = .eastAsian
        case 0x600...0x8FF, 0xFB50...0xFDFF, 0xFE70...0xFEFE: self = .other(0x600 >> 7)
        default: self = .other(scalar.value >> 7)
        }
    }

    /// Whether a word has letters of alphabets that are not written together.
    static func areMixed(_ word: some Sequence<Unicode.Scalar>) -> Bool {
        var first: Alphabet?
        for scalar in word {
            if first == .latin, scalar.isASCII { continue }
            guard let alphabet = Alphabet(scalar) else { continue }
            guard let known = first else {
                first = alphabet
                continue
            }
            if alphabet == known { continue }
            guard [.latin, .eastAsian].contains(alphabet), [.latin, .eastAsian].contains(known) else { return true }
        }
        return false
    }
}
