/// Writes text in the one way in which it is compared: nothing invisible, full-width forms as the usual ones, accents composed.
///
/// This is the part of Unicode's compatibility forms (NFKC, UAX 15) that keyboards and web forms produce. The standard library
/// has no public normalization; it compares by canonical equivalence, which `composed` makes use of.
enum TextFolding {
    /// The folded scalars, without white space at both ends.
    static func trimmed(_ raw: String) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(raw.utf8.count)
        for scalar in raw.unicodeScalars {
            guard let folded = folded(scalar), !(scalars.isEmpty && isSpace(folded)) else { continue }
            scalars.append(folded)
        }
        while let last = scalars.last, isSpace(last) { scalars.removeLast() }
        return scalars
    }

    /// One scalar in its usual form; `nil` for those that cannot be seen: zero-width, bidirectional and variation marks.
    static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        if scalar.isASCII { return scalar }
        switch scalar.value {
        case 0xAD, 0x34F, 0x61C, 0x115F...0x1160, 0x180B...0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFE00...0xFE0F,
            0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
            return nil
        case 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0x85:
            return " "
        case 0x2010...0x2015, 0x2043, 0x2212, 0xFE58, 0xFE63:
            return "-"
        case 0xFF01...0xFF5E:
            return Unicode.Scalar(scalar.value - 0xFEE0)
        default:
            return scalar
        }
    }

    static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.value == 0x20 || (0x09...0x0D).contains(scalar.value) }

    /// The value of a decimal digit of any script: ٣, ３ and 3 are three.
    static func digit(_ scalar: Unicode.Scalar) -> UInt8? {
        if scalar.isASCII { return ("0"..."9").contains(scalar) ? UInt8(scalar.value - 0x30) : nil }
        guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else { return nil }
        return UInt8(value)
    }

    /// Lower case, letter by letter and the same everywhere: no locale.
    static func lowercased(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] { mapped(scalars, \.lowercaseMapping, "A"..."Z") }

    static func uppercased(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] { mapped(scalars, \.uppercaseMapping, "a"..."z") }

    private static func mapped(
        _ scalars: [Unicode.Scalar], _ mapping: KeyPath<Unicode.Scalar.Properties, String>, _ changed: ClosedRange<Unicode.Scalar>
    ) -> [Unicode.Scalar] {
        var written: [Unicode.Scalar] = []
        written.reserveCapacity(scalars.count)
        for scalar in scalars {
            if !scalar.isASCII {
                written.append(contentsOf: scalar.properties[keyPath: mapping].unicodeScalars)
            } else {
                written.append(changed.contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) ^ 0x20) : scalar)
            }
        }
        return written.allSatisfy(\.isASCII) ? written : composed(written)
    }

    /// "e" and a combining accent as "é", wherever one scalar says the same.
    static func composed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var written: [Unicode.Scalar] = []
        written.reserveCapacity(scalars.count)
        for character in string(scalars) {
            if character.utf8.count > 1, let single = singles[character] {
                written.append(single)
            } else {
                written.append(contentsOf: character.unicodeScalars)
            }
        }
        return written
    }

    static func string(_ scalars: some Collection<Unicode.Scalar>) -> String {
        if scalars.allSatisfy(\.isASCII) { return String(decoding: scalars.map { UInt8(truncatingIfNeeded: $0.value) }, as: UTF8.self) }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    /// Characters that one scalar can say. Equal keys are canonically equivalent, so that a letter with its accents finds it.
    private static let singles: [Character: Unicode.Scalar] = {
        let ranges: [ClosedRange<UInt32>] = [
            0xC0...0x24F, 0x370...0x52F, 0x622...0x6D3, 0x1E00...0x1FFF, 0x3041...0x30FE, 0xAC00...0xD7A3,
        ]
        let scalars = ranges.joined().lazy.compactMap(Unicode.Scalar.init).map { (Character($0), $0) }
        return Dictionary(scalars, uniquingKeysWith: { first, _ in first })
    }()
}
