/// Names brought to the form in which they are compared.
enum PersonName {
    static func words(_ raw: String, titled: Bool) -> [UInt8] {
        let folded = FoldedText.fold(raw, bytesMax: PersonTraits.valueBytesMax)
        if BlankWords.contains(folded) { return [] }
        let words = FoldedText.words(folded)
        let kept = words.drop { titled && words.count > 1 && titles.contains(Array($0)) }
        return FoldedText.joined(kept.isEmpty ? words[...] : kept)
    }

    /// First and last name of a whole one: "Vincent van Gogh", "van Gogh, Vincent", "Dr. Vincent Gogh".
    ///
    /// Where the order is another, as in Hungary or China, the comparison of exchanged names still finds the two the same.
    static func split(_ raw: String) -> (first: [UInt8], last: [UInt8]) {
        let parts = raw.split(separator: ",", maxSplits: 1)
        if parts.count == 2 { return (words(String(parts[1]), titled: true), words(String(parts[0]), titled: false)) }
        let all = FoldedText.words(words(raw, titled: true))
        guard all.count > 1 else { return ([], FoldedText.joined(all)) }
        var start = all.count - 1
        while start > 1, particles.contains(Array(all[start - 1])) { start -= 1 }
        return (FoldedText.joined(all[..<start]), FoldedText.joined(all[start...]))
    }

    private static let titles: Set<[UInt8]> = bytes([
        "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "dame", "rev", "herr", "frau", "mme", "mlle", "sr", "sra",
    ])
    private static let particles: Set<[UInt8]> = bytes([
        "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "ter", "ten", "zu", "bin", "al", "el", "st",
    ])

    private static func bytes(_ words: [String]) -> Set<[UInt8]> { Set(words.map { Array($0.utf8) }) }
}
