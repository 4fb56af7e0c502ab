/// Addresses brought to the form in which they are compared.
enum StreetAddress {
    /// House number and street of one line, "12a High Street" and "Hauptstr. 12" alike; the number is empty where there is none.
    static func split(_ folded: [UInt8]) -> (number: [UInt8], street: [UInt8]) {
        if BlankWords.contains(folded) { return ([], []) }
        let words = FoldedText.words(folded)
        if words.count > 1, let first = words.first, isNumber(first) { return (Array(first), shortened(words.dropFirst())) }
        if words.count > 1, let last = words.last, isNumber(last) { return (Array(last), shortened(words.dropLast())) }
        return ([], shortened(words[...]))
    }

    static func shortened(_ folded: [UInt8]) -> [UInt8] { shortened(FoldedText.words(folded)[...]) }

    private static func shortened(_ words: ArraySlice<ArraySlice<UInt8>>) -> [UInt8] {
        FoldedText.joined(words.map { short[Array($0)].map { $0[...] } ?? $0 })
    }

    private static func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
        guard let first = word.first, (0x30...0x39).contains(first) else { return false }
        return word.dropFirst().filter { !(0x30...0x39).contains($0) }.count <= 1
    }

    /// Kinds of street, long form to short: the usual abbreviations of postal services.
    private static let short: [[UInt8]: [UInt8]] = Dictionary(
        [
            ("street", "st"), ("road", "rd"), ("avenue", "av"), ("ave", "av"), ("place", "pl"), ("drive", "dr"), ("court", "ct"),
            ("crescent", "cr"),
            ("cres", "cr"), ("close", "cl"), ("circuit", "cct"), ("lane", "ln"), ("boulevard", "bd"), ("blvd", "bd"), ("terrace", "tce"),
            ("parade", "pde"), ("highway", "hwy"), ("square", "sq"), ("gardens", "gdns"), ("grove", "gr"), ("way", "wy"),
            ("strasse", "str"),
            ("apartment", "apt"), ("flat", "fl"), ("floor", "fl"), ("suite", "ste"), ("building", "bldg"), ("rue", "r"), ("calle", "c"),
            ("platz", "pl"), ("north", "n"), ("south", "s"), ("east", "e"), ("west", "w"),
        ].map { (Array($0.0.utf8), Array($0.1.utf8)) }, uniquingKeysWith: { first, _ in first })
}
