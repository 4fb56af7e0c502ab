/// Text brought to the one form that traits are compared in: small plain letters, digits, single spaces.
///
/// Case, accents, punctuation and width do not count. Letters of scripts without a Latin form here stay as their UTF-8 bytes, so that they
/// still agree and disagree; only the count of typing errors is rougher for them.
enum FoldedText {
    /// The most raw bytes that are read of one value; what follows is not looked at.
    static let rawBytesMax = 512

    /// - Parameters:
    ///   - isKept: ASCII bytes other than letters and digits that stay as they are.
    ///   - bytesMax: the form is cut there.
    static func fold(_ raw: String, keeping isKept: (UInt8) -> Bool = { _ in false }, bytesMax: Int) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(min(raw.utf8.count, bytesMax) + 4)
        var isGap = false
        func append(_ byte: UInt8) {
            if isGap, !folded.isEmpty { folded.append(UInt8(ascii: " ")) }
            isGap = false
            folded.append(byte)
        }
        var read = 0
        for scalar in raw.unicodeScalars {
            guard folded.count < bytesMax, read < rawBytesMax else { break }
            read += 1
            switch scalar.value {
            case 0x30...0x39, 0x61...0x7A: append(UInt8(truncatingIfNeeded: scalar.value))
            case 0x41...0x5A: append(UInt8(truncatingIfNeeded: scalar.value) + 32)
            // Apostrophes join what they stand between: o'neil and oneil are one name.
            case 0x27, 0x60, 0xB4, 0x2018, 0x2019, 0x300...0x36F: break
            case 0..<0x80:
                let byte = UInt8(truncatingIfNeeded: scalar.value)
                if isKept(byte) { append(byte) } else { isGap = true }
            case 0xFF01...0xFF5E: fold(halfWidth: scalar).forEach(append)
            default:
                let letters = foreign(scalar)
                if letters.isEmpty { isGap = true } else { letters.forEach(append) }
            }
        }
        if folded.count > bytesMax { folded.removeLast(folded.count - bytesMax) }
        while folded.last == UInt8(ascii: " ") { folded.removeLast() }
        return folded
    }

    private static func fold(halfWidth scalar: Unicode.Scalar) -> [UInt8] {
        let byte = UInt8(truncatingIfNeeded: scalar.value - 0xFEE0)
        return switch byte {
        case 0x30...0x39, 0x61...0x7A: [byte]
        case 0x41...0x5A: [byte + 32]
        default: []
        }
    }

    private static func foreign(_ scalar: Unicode.Scalar) -> [UInt8] {
        let properties = scalar.properties
        guard properties.isAlphabetic || properties.numericType != nil else { return [] }
        var bytes: [UInt8] = []
        for small in properties.lowercaseMapping.unicodeScalars where !(0x300...0x36F).contains(small.value) {
            bytes += small.isASCII ? [UInt8(truncatingIfNeeded: small.value)] : LatinLetters.plain(small) ?? Array(String(small).utf8)
        }
        return bytes
    }

    static func words(_ folded: [UInt8]) -> [ArraySlice<UInt8>] { folded.split(separator: UInt8(ascii: " ")) }

    static func joined(_ words: some Sequence<ArraySlice<UInt8>>) -> [UInt8] {
        Array(words.joined(separator: CollectionOfOne(UInt8(ascii: " "))))
    }
}
