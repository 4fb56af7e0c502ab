/// The plain Latin letters of accented, Cyrillic and Greek ones.
///
/// The Latin rows follow from Unicode's compatibility decompositions (UAX 15) with the marks left out, and the usual spelling of
/// the letters that have none (ß, ø, ł); Cyrillic goes by BGN/PCGN and Greek by ISO 843, both simplified to plain letters. The aim is not a good
/// transliteration: one name should have one form, whoever typed it.
enum LatinLetters {
    /// Plain letters for a scalar in lower case; `nil` where it has none here.
    static func plain(_ scalar: Unicode.Scalar) -> [UInt8]? {
        for row in rows where row.range.contains(scalar.value) {
            let letters = row.letters[Int(scalar.value - row.range.lowerBound)]
            return letters.isEmpty ? nil : letters
        }
        return nil
    }

    private struct Row {
        var range: ClosedRange<UInt32>
        var letters: [[UInt8]]

        /// - Parameter text: one word a scalar; `-` where it has no plain form.
        init(from first: UInt32, _ text: String) {
            letters = text.utf8.split(separator: UInt8(ascii: " ")).map { $0.elementsEqual("-".utf8) ? [] : Array($0) }
            range = first...(first + UInt32(letters.count) - 1)
        }
    }

    private static let rows: [Row] = [
        Row(
            from: 0xC0,
            """
            a a a a a a ae c e e e e i i i i d n o o o o o - o u u u u y th ss a a a a a a ae c e e e e i i i i d n o o o o o - o \
            u u u u y th y a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g g g g g g g h h h h i i i i i i i i i i ij \
            ij j j k k k l l l l l l - - l l n n n n n n - n n o o o o o o oe oe r r r r r r s s s s s s s s t t t t t t u u u u u \
            u u u u u u u w w y y y z z z z z z s
            """),
        Row(
            from: 0x180,
            """
            - - - - - - - - - - - - - - - - - f f - - - - - - - - - - - - - o o - - - - - - - - - - - - - u u - - - - - - - - - - \
            - - - - - - - - - dz dz dz lj lj lj nj nj nj a a i i o o u u u u u u u u u u - a a a a ae ae - - g g k k o o o o - - j \
            dz dz dz g g - - n n a a ae ae o o a a a a e e e e i i i i o o o o r r r r u u u u s s t t - - h h - - - - - - a a e e \
            o o o o o o o o y y - - - - - - - - - - - - - - - - - - - - - - - - - - - -
            """),
        Row(
            from: 0x1E00,
            """
            a a b b b b b b c c d d d d d d d d d d e e e e e e e e e e f f g g h h h h h h h h h h i i i i k k k k k k l l l l l \
            l l l m m m m m m n n n n n n n n o o o o o o o o p p p p r r r r r r r r s s s s s s s s s s t t t t t t t t u u u u \
            u u u u u u v v v v w w w w w w w w w w x x x x y y z z z z z z h t w y - s - - ss - a a a a a a a a a a a a a a a a a \
            a a a a a a a e e e e e e e e e e e e e e e e i i i i o o o o o o o o o o o o o o o o o o o o o o o o u u u u u u u u \
            u u u u u u y y y y y y y y - - - - - -
            """),
        Row(from: 0x3AC, "a e i i y a v g d e z i th i k l m n x o p r s s t y f ch ps o i y o y o"),
        Row(
            from: 0x430,
            """
            a b v g d e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya e e dj g ye dz i yi j lj nj c k i u dz
            """),
    ]
}
