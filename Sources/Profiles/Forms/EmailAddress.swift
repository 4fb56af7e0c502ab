/// An e-mail address that was read (RFC 5321 in practice, RFC 6531 for letters beyond ASCII).
///
/// Taken off: white space, what cannot be seen, a name before angle brackets, `mailto:` and what follows its `?`, quotes around the
/// whole, a dot, comma or semicolon at the end. Both parts are in lower case: a local part may tell cases apart by the standard, and no
/// provider of note does. A quoted local part is taken when it needs no quotes; others (`"a b"@…`), comments, and domains
/// written as a network's address are refused: in a shop's files they are slips and not addresses.
struct EmailAddress {
    /// RFC 5321, section 4.5.3.1, and for the whole the erratum 1690 of RFC 3696.
    static let localBytesMax = 64
    static let bytesMax = 254

    private(set) var local: String
    private(set) var domain: String

    var text: String { local + "@" + domain }

    /// - Throws: `blank`, `tooLong`, `malformed`, `mixedAlphabets`.
    init(_ raw: String) throws(FormFault) {
        guard raw.utf8.count <= Normalization.rawBytesMax else { throw .tooLong }
        let trimmed = TextFolding.trimmed(raw)
        guard !trimmed.isEmpty else { throw .blank }
        let bare = Self.bare(trimmed)
        guard let at = bare.lastIndex(of: "@") else { throw .malformed }
        local = try Self.local(bare[..<at])
        domain = try DomainName(bare[(at + 1)...]).text
        guard local.utf8.count + 1 + domain.utf8.count <= Self.bytesMax else { throw .tooLong }
    }

    /// The address as the rules compare it.
    ///
    /// - Throws: `dummy` for a domain that the rules refuse, `malformed` where a tag is all there was.
    func ruled(by rules: EmailRules) throws(FormFault) -> EmailAddress {
        if EmailRules.contains(domain, in: rules.refusedDomains) { throw .dummy }
        let rule = rules.rule(of: domain)
        var address = self
        address.domain = rule.name
        if !rule.tagMarks.isEmpty, let mark = local.firstIndex(where: { rule.tagMarks.contains($0) }) {
            address.local = String(local[..<mark])
        }
        if rule.ignoresDots { address.local.removeAll { $0 == "." } }
        guard !address.local.isEmpty, address.local.last != ".", address.domain.contains(".") else { throw .malformed }
        if address.domain != domain, EmailRules.contains(address.domain, in: rules.refusedDomains) { throw .dummy }
        return address
    }

    /// The address without what people and programs write around it.
    private static func bare(_ scalars: [Unicode.Scalar]) -> ArraySlice<Unicode.Scalar> {
        var rest = scalars[...]
        func trim() {
            while let first = rest.first, TextFolding.isSpace(first) { rest.removeFirst() }
            while let last = rest.last, TextFolding.isSpace(last) || last == "," || last == ";" || last == "." { rest.removeLast() }
        }
        trim()
        if rest.last == ">", let open = rest.lastIndex(of: "<") { rest = rest[(open + 1)...].dropLast() }
        trim()
        let scheme = "mailto:".unicodeScalars
        if TextFolding.lowercased(Array(rest.prefix(scheme.count))).elementsEqual(scheme) {
            rest = rest.dropFirst(scheme.count).prefix { $0 != "?" }
        }
        if let first = rest.first, first == rest.last, ["'", "\""].contains(first), rest.count > 1 { rest = rest.dropFirst().dropLast() }
        trim()
        return rest
    }

    private static func local(_ scalars: ArraySlice<Unicode.Scalar>) throws(FormFault) -> String {
        var rest = scalars
        if rest.count > 2, rest.first == "\"", rest.last == "\"" { rest = rest.dropFirst().dropLast() }
        guard !rest.isEmpty, rest.first != ".", rest.last != "." else { throw .malformed }
        let written = TextFolding.lowercased(Array(rest))
        var last: Unicode.Scalar?
        for scalar in written {
            guard isAtomText(scalar) || (scalar == "." && last != ".") else { throw .malformed }
            last = scalar
        }
        guard !Alphabet.areMixed(written) else { throw .mixedAlphabets }
        let text = TextFolding.string(written)
        guard text.utf8.count <= localBytesMax else { throw .tooLong }
        return text
    }

    /// RFC 5322's `atext`, and letters, marks and digits of all scripts.
    private static func isAtomText(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else {
            let properties = scalar.properties
            switch properties.generalCategory {
            case .nonspacingMark, .spacingMark, .decimalNumber: return true
            default: return properties.isAlphabetic
            }
        }
        switch scalar {
        case "a"..."z", "0"..."9", "!", "#", "$", "%", "&", "'", "*", "+", "-", "/", "=", "?", "^", "_", "`", "{", "|", "}", "~":
            return true
        default: return false
        }
    }
}
