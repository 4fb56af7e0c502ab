/// Postcodes by the country's pattern, after the Universal Postal Union's addressing sheets.
///
/// `9` is a digit, `A` a letter, `X` either, anything else itself. Spaces and hyphens do not count, nor does the country's code put before (D-01067).
enum Postcode {
    private static let rawBytesMax = 32

    static func check(_ raw: String, country: String?) -> Validity {
        if NameCheck.isDummy(raw) { return .invalid(.dummy) }
        guard raw.utf8.count <= rawBytesMax else { return .invalid(.tooLong) }
        let scalars = TextFolding.uppercased(TextFolding.trimmed(raw)).filter { $0 != " " && $0 != "-" }
        let code = TextFolding.string(scalars.map { scalar in TextFolding.digit(scalar).map { Unicode.Scalar($0 + 0x30) } ?? scalar })
        guard let country = country.flatMap(CountryCode.normal), let known = patterns[country] else { return general(code) }
        if known.contains(where: { fits(code, $0) }) { return .valid }
        for prefix in prefixes[country, default: []] + [country] where code.hasPrefix(prefix) {
            if known.contains(where: { fits(String(code.dropFirst(prefix.count)), $0) }) { return .valid }
        }
        return known.contains { fits("0" + code, $0) } ? .suspicious(.lostZero) : .invalid(.malformed)
    }

    /// Where the country has no pattern here: two to ten letters and digits.
    private static func general(_ code: String) -> Validity {
        let isPlain = code.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
        return isPlain && (2...10).contains(code.utf8.count) ? .valid : .invalid(.malformed)
    }

    private static func fits(_ code: String, _ pattern: Substring) -> Bool {
        guard code.utf8.count == pattern.utf8.count else { return false }
        return zip(code.utf8, pattern.utf8).allSatisfy { byte, sign in
            switch sign {
            case UInt8(ascii: "9"): (0x30...0x39).contains(byte)
            case UInt8(ascii: "A"): (0x41...0x5A).contains(byte)
            case UInt8(ascii: "X"): (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            default: byte == sign
            }
        }
    }

    /// The former codes of cars, which people still put before.
    private static let prefixes: [String: [String]] = [
        "AT": ["A"], "BE": ["B"], "DE": ["D"], "ES": ["E"], "FR": ["F"], "HU": ["H"], "IT": ["I"], "LU": ["L"], "NO": ["N"], "PT": ["P"],
        "SE": ["S"],
    ]

    private static let patterns: [String: [Substring]] = {
        let rows = text.split(separator: "\n").map { $0.split(separator: " ") }
        return Dictionary(rows.map { (String($0[0]), Array($0.dropFirst())) }, uniquingKeysWith: { first, _ in first })
    }()

    private static let text = """
        AD AD999
        AR 9999 A9999AAA
        AT 9999
        AU 9999
        BA 99999
        BE 9999
        BG 9999
        BR 99999999
        BY 999999
        CA A9A9A9
        CH 9999
        CL 9999999
        CN 999999
        CO 999999
        CR 99999
        CY 9999
        CZ 99999
        DE 99999
        DK 9999
        DZ 99999
        EE 99999
        EG 99999 9999999
        ES 99999
        FI 99999
        FR 99999
        GB A99AA A999AA AA99AA AA999AA A9A9AA AA9A9AA GIR0AA
        GE 9999
        GG GY99AA GY999AA
        GR 99999
        HR 99999
        HU 9999
        ID 99999
        IE A99XXXX D6WXXXX
        IL 9999999 99999
        IM IM99AA IM999AA
        IN 999999
        IR 9999999999
        IS 999
        IT 99999
        JE JE99AA JE999AA
        JP 9999999
        KR 99999
        KZ 999999 A99A9A9
        LI 9999
        LT 99999
        LU 9999
        LV 9999
        MA 99999
        MC 98099
        MD 9999
        ME 99999
        MK 9999
        MT AAA9999
        MX 99999
        MY 99999
        NL 9999AA
        NO 9999
        NZ 9999
        PE 99999
        PH 9999
        PK 99999
        PL 99999
        PT 9999999
        RO 999999
        RS 99999 999999
        RU 999999
        SA 99999 999999999
        SE 99999
        SG 999999
        SI 9999
        SK 99999
        SM 47899
        TH 99999
        TN 9999
        TR 99999
        TW 99999 999 999999
        UA 99999
        US 99999 999999999
        UY 99999
        VN 99999 999999
        ZA 9999
        """
}
