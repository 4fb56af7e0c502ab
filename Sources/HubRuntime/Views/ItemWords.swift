import ChangeSets
import Merging
import Profiles

/// The words by which people look for an article.
enum ItemWords {
    /// So many of an item are kept; the others find nothing.
    static let countMax = 24
    /// Characters of a word; the rest of a longer one finds nothing.
    static let lengthMax = 40

    private static let fields: [FieldName] = ["name", "brand", "barcode", "category", "colour", "size"]

    /// Of an item's live values, each once.
    static func of(_ item: RecordState) -> [String] {
        var words: [String] = []
        for field in fields {
            guard let text = item[field]?.typed?.string else { continue }
            for word in self.in(text) where words.count < countMax && !words.contains(word) { words.append(word) }
        }
        return words
    }

    /// Lower case, without accents, letters and digits only.
    static func `in`(_ text: String) -> [String] {
        PersonName.folded(text).split { !$0.isLetter && !$0.isNumber }.map { String($0.prefix(lengthMax)) }
    }
}
