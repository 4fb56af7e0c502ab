import Profiles
import Testing

@Suite("Normal forms of ids")
struct IDFormTests {
    @Test(
        "A card's number has one form however it is typed",
        arguments: [
            FormCase("ab-12 34", "AB1234"), FormCase("0012", "0012"), FormCase("7", "7"), FormCase("AB.12\u{2013}34", "AB1234"),
            FormCase("ＡＢ１２", "AB12"), FormCase("١٢٣٥", "1235"), FormCase("\u{FEFF}AB\u{200B}12", "AB12"), FormCase("АВ12", "АВ12"),
            FormCase("", fault: .blank), FormCase("--", fault: .blank), FormCase("#", fault: .blank), FormCase("0-0-0", fault: .dummy),
            FormCase("1111", fault: .dummy), FormCase("AВ12", fault: .mixedAlphabets), FormCase("C\u{3BF}12", fault: .mixedAlphabets),
            FormCase(String(repeating: "A1", count: 161), fault: .tooLong), FormCase(String(repeating: "ŉ1", count: 100), fault: .tooLong),
        ])
    func cards(example: FormCase) {
        example.check { () throws(FormFault) in try Normalization.readID(example.raw) }
    }

    @Test(
        "A program's token is kept whole; a UUID has one spelling",
        arguments: [
            FormCase("GA1.2.1234.567", "GA1.2.1234.567"), FormCase(" aB-c ", "aB-c"),
            FormCase("550E8400-E29B-41D4-A716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
            FormCase("{550e8400-e29b-41d4-a716-446655440000}", "550e8400-e29b-41d4-a716-446655440000"),
            FormCase("urn:uuid:550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
            FormCase("550e8400e29b41d4a716446655440000", "550e8400-e29b-41d4-a716-446655440000"),
            FormCase("550e8400-e29b41d4-a716-4466-55440000", "550e8400-e29b41d4-a716-4466-55440000"),
            FormCase("00000000-0000-0000-0000-000000000000", fault: .dummy), FormCase("a b", fault: .malformed),
            FormCase(" ", fault: .blank),
        ])
    func tokens(example: FormCase) {
        example.check { () throws(FormFault) in try Normalization.readToken(example.raw) }
    }
}
