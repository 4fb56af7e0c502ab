/// A phone number as it was typed: the digits that somebody would dial, and whether a `+` says that they begin with a calling code.
///
/// Spaces, dashes, dots, slashes and brackets mean nothing, digits of all scripts are digits, and an extension ends the number.
/// Letters are no digits: a word on a keypad (1-800-FLOWERS) is a shop's number and not a customer's. Of `tel:` addresses (RFC 3966) the
/// parameters are ignored, `phone-context` too.
struct PhoneText {
    /// Each 0...9.
    private(set) var digits: [UInt8] = []
    private(set) var hasPlus = false

    /// More than any number with every prefix; the rest is not read.
    private static let digitsMax = 40
    /// What people write before a number.
    private static let labels: Set<String> = ["tel", "phone", "ph", "mob", "mobile", "cell", "fax", "t", "m", "p", "h", "w"]

    init(_ raw: String) throws(FormFault) {
        guard raw.utf8.count <= Normalization.rawBytesMax else { throw .tooLong }
        var bytes = raw.utf8.allSatisfy { $0 < 0x80 } ? Array(raw.utf8) : Self.plain(raw)
        Self.dropFraction(&bytes)
        digits.reserveCapacity(16)
        try read(bytes)
        guard !digits.isEmpty else { throw hasPlus ? .malformed : .blank }
    }

    private mutating func read(_ bytes: [UInt8]) throws(FormFault) {
        var place = try Self.afterLabel(bytes)
        while place < bytes.count {
            let byte = bytes[place]
            switch byte {
            case 0x30...0x39:
                guard digits.count < Self.digitsMax else { throw .impossible }
                digits.append(byte - 0x30)
            case UInt8(ascii: "+") where digits.isEmpty && !hasPlus:
                hasPlus = true
            case 0x09...0x0D, UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "("),
                UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "'"):
                break
            case _ where !digits.isEmpty && Self.isExtension(bytes[place...]):
                return
            default:
                throw .malformed
            }
            place += 1
        }
    }

    /// "x12", "ext. 12", "#12", ";ext=12", and a pause.
    private static func isExtension(_ rest: ArraySlice<UInt8>) -> Bool {
        switch rest[rest.startIndex] | 0x20 {
        case UInt8(ascii: "x"): return true
        case UInt8(ascii: "e"): return rest.count > 1 && rest[rest.startIndex + 1] | 0x20 == UInt8(ascii: "x")
        default: return [UInt8(ascii: "#"), UInt8(ascii: ";"), UInt8(ascii: ",")].contains(rest[rest.startIndex])
        }
    }

    /// The place behind "Tel.:", or 0 when the text does not begin with a letter.
    private static func afterLabel(_ bytes: [UInt8]) throws(FormFault) -> Int {
        guard let start = bytes.firstIndex(where: { $0 > 0x20 }), isLetter(bytes[start]) else { return 0 }
        let letters = bytes[start...].prefix(while: isLetter)
        guard letters.count <= 6, labels.contains(String(decoding: letters.map { $0 | 0x20 }, as: UTF8.self)) else { throw .malformed }
        let isMarked = letters.endIndex < bytes.count && [UInt8(ascii: ":"), UInt8(ascii: "."), 0x20].contains(bytes[letters.endIndex])
        guard isMarked else { throw .malformed }
        return bytes[letters.endIndex...].firstIndex { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: ".") } ?? bytes.count
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) && byte < 0x80 }

    /// A spreadsheet's "442079460018.0": the digits are a whole number, and the zero is none of the phone's.
    private static func dropFraction(_ bytes: inout [UInt8]) {
        guard bytes.count > 8, bytes.suffix(2).elementsEqual(".0".utf8) else { return }
        if bytes.dropLast(2).allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "+") }) { bytes.removeLast(2) }
    }

    /// ASCII for what has it; anything else becomes a letter that no number has.
    private static func plain(_ raw: String) -> [UInt8] {
        TextFolding.trimmed(raw).map { scalar in
            if let digit = TextFolding.digit(scalar) { return digit + 0x30 }
            return scalar.isASCII ? UInt8(scalar.value) : UInt8(ascii: "?")
        }
    }
}
