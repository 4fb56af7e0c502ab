import ChangeSets

/// Whether text can be the name of a person or a place, as far as letters tell.
///
/// Names are what people say they are: only what is plainly something else is found. One East Asian or other letter that is a whole
/// syllable is a name; one Latin, Greek or Cyrillic letter is not often.
enum NameCheck {
    static let nameBytesMax = 200

    static func person(_ raw: String) -> Validity {
        let found = place(raw)
        guard found == .valid else { return found }
        let scalars = TextFolding.trimmed(raw)
        if scalars.contains(where: { TextFolding.digit($0) != nil }) { return .suspicious(.digits) }
        let letters = scalars.filter { Alphabet($0) != nil }
        if letters.count == 1, let only = letters.first, [.latin, .greek, .cyrillic].contains(Alphabet(only)) {
            return .suspicious(.singleLetter)
        }
        return .valid
    }

    /// Like a person's, but that a town may have a number.
    static func place(_ raw: String) -> Validity {
        guard raw.utf8.count <= nameBytesMax else { return .suspicious(.tooLong) }
        if isDummy(raw) { return .invalid(.dummy) }
        let scalars = TextFolding.trimmed(raw)
        if scalars.contains("@") || scalars.contains(":") && scalars.contains("/") { return .suspicious(.misplaced) }
        guard scalars.contains(where: { Alphabet($0) != nil }) else { return .invalid(.malformed) }
        let words = scalars.split { TextFolding.isSpace($0) || $0 == "-" }
        return words.contains { Alphabet.areMixed($0) } ? .suspicious(.mixedAlphabets) : .valid
    }

    /// A word that stands for nothing, or one character over and over (xxx, ....).
    static func isDummy(_ raw: String) -> Bool {
        let letters = TextFolding.lowercased(TextFolding.trimmed(raw).filter { !TextFolding.isSpace($0) })
        guard let first = letters.first else { return false }
        if letters.count <= wordLettersMax {
            let word = Text(TextFolding.string(letters))
            if LinkRules.usualBlockedWords.contains(word) || usualWords.contains(word) { return true }
        }
        guard letters.allSatisfy({ $0 == first }) else { return false }
        return letters.count >= 3 || Alphabet(first) == nil && TextFolding.digit(first).map { $0 == 0 } ?? true
    }

    /// Longer than any word of the lists.
    private static let wordLettersMax = 24

    /// What clerks type into a name to get on.
    private static let usualWords: Set<Text> = [
        "customer", "cashcustomer", "walkin", "walk-in", "walkincustomer", "walk-incustomer", "kunde", "client", "cliente", "firstname",
        "lastname", "name",
        "vorname", "nachname", "asdf", "asd", "qwerty", "qwertz", "dummy", "default", "empty", "(blank)", "tbd", "notprovided",
        "notavailable", "notgiven", "unbekannt", "inconnu", "desconocido", "johndoe", "testtest",
    ]
}
