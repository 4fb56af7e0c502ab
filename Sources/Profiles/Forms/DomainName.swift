/// The domain of an address in ASCII: lower case, Unicode labels as Punycode (IDNA2008, RFC 5891), no dot at the end.
///
/// Of IDNA's mapping it has lower case, composition and full-width forms, which is what people type; of its rules those that
/// tell names apart: letters, digits and inner hyphens, one alphabet a label, Punycode that says what it would be written as.
struct DomainName: Hashable {
    /// RFC 1035: one label, and a name with its dots.
    static let labelBytesMax = 63
    static let bytesMax = 253

    let text: String

    /// - Throws: `malformed`, `mixedAlphabets`, `tooLong`.
    init(_ scalars: some Sequence<Unicode.Scalar>) throws(FormFault) {
        // IDNA2003 took the ideographic full stops for dots, and keyboards still type them.
        var name = TextFolding.lowercased(scalars.map { $0 == "\u{3002}" || $0 == "\u{FF61}" ? "." : $0 })[...]
        if name.last == "." { name.removeLast() }
        var written = ""
        var label = name.prefix { $0 != "." }
        while label.endIndex < name.endIndex {
            written += try Self.ascii(label) + "."
            label = name[(label.endIndex + 1)...].prefix { $0 != "." }
        }
        let top = try Self.ascii(label)
        guard !written.isEmpty, Self.isPlausibleTop(top) else { throw .malformed }
        text = written + top
        guard text.utf8.count <= Self.bytesMax else { throw .tooLong }
    }

    private static func ascii(_ label: ArraySlice<Unicode.Scalar>) throws(FormFault) -> String {
        guard let first = label.first, let last = label.last, first != "-", last != "-" else { throw .malformed }
        var written = TextFolding.string(label)
        if written.hasPrefix("xn--") {
            guard label.allSatisfy(\.isASCII), let unicode = Punycode.decoded(written.dropFirst(4)), isWritten(unicode) else {
                throw .malformed
            }
            // What says more than it needs to is another name's look-alike.
            guard Punycode.encoded(unicode).map({ "xn--" + $0 }) == written else { throw .malformed }
            guard !Alphabet.areMixed(unicode) else { throw .mixedAlphabets }
        } else if label.allSatisfy(\.isASCII) {
            guard label.allSatisfy({ isNameLetter($0) }) else { throw .malformed }
        } else {
            guard label.allSatisfy({ isNameLetter($0) }) else { throw .malformed }
            guard !Alphabet.areMixed(label) else { throw .mixedAlphabets }
            guard let code = Punycode.encoded(label) else { throw .tooLong }
            written = "xn--" + code
        }
        guard written.utf8.count <= labelBytesMax else { throw .tooLong }
        return written
    }

    /// Whether Punycode stands for a label that has to be written so, in its normal form.
    private static func isWritten(_ label: [Unicode.Scalar]) -> Bool {
        guard label.contains(where: { !$0.isASCII }), label.allSatisfy({ isNameLetter($0) }) else { return false }
        return TextFolding.lowercased(label) == label && label.allSatisfy { TextFolding.folded($0) == $0 }
    }

    private static func isNameLetter(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "-" }
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark, .decimalNumber: return true
        default: return false
        }
    }

    /// A top-level domain has letters only, or is Punycode; so an address of the network's (10.0.0.1) is no domain.
    private static func isPlausibleTop(_ label: String) -> Bool {
        label.utf8.count >= 2 && (label.hasPrefix("xn--") || label.utf8.allSatisfy { (0x61...0x7A).contains($0) })
    }
}
