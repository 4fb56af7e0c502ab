/// What people and programs write where they have nothing to write.
///
/// Such a value is left out of a person's traits altogether: blanks never agree, and never disagree.
enum BlankWords {
    /// Whether a folded value stands for "nothing".
    static func contains(_ folded: [UInt8]) -> Bool {
        guard let first = folded.first else { return true }
        if words.contains(folded) { return true }
        // One character over and over (00000, 999999, xxx, ---); "aa" may be a name.
        return folded.count > 2 && folded.allSatisfy { $0 == first || $0 == UInt8(ascii: " ") }
            || folded.allSatisfy { $0 == UInt8(ascii: "0") }
    }

    private static let words: Set<[UInt8]> = Set(
        [
            "n a", "na", "none", "null", "nil", "nan", "unknown", "unk", "undefined", "anonymous", "guest", "test", "x", "xx", "tba", "tbc",
            "blank",
            "missing", "not known", "not given", "not provided", "no name", "noname", "not applicable", "not available", "unbekannt",
            "inconnu",
            "desconocido", "sconosciuto", "onbekend", "walk in", "cash", "customer", "cash customer", "walk in customer",
        ].map { Array($0.utf8) })
}
