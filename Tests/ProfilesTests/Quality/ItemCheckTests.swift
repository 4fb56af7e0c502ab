import ChangeSets
import Profiles
import Testing

@Suite("Validity of articles' fields")
struct ItemCheckTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var field: FieldName
        var value: Text
        var validity: Validity
        var testDescription: String { "\(field) \(value.string.debugDescription)" }

        init(_ field: FieldName, _ value: Text, _ validity: Validity) {
            self.field = field
            self.value = value
            self.validity = validity
        }
    }

    @Test(
        "What identifies an article is no filler; a number of one digit is one article's, and not its barcode",
        arguments: [
            Case("sku", "MUG-1", .valid), Case("sku", "0", .invalid(.dummy)), Case("sku", "0000", .invalid(.dummy)),
            Case("sku", "n/a", .invalid(.dummy)), Case("sku", "xxx", .invalid(.dummy)), Case("sku", "---", .invalid(.dummy)),
            Case("sku", "777", .valid), Case("sku", "AAA", .valid), Case("sku", "asdf", .invalid(.dummy)), Case("sku", "1", .valid),
            Case("sku", " ", .invalid(.blank)),
            Case("barcode", "4006381333931", .valid), Case("barcode", "0000000000000", .invalid(.dummy)),
            Case("barcode", "1111111111111", .invalid(.dummy)), Case("barcode", "none", .invalid(.dummy)),
            Case("barcode", "", .invalid(.blank)),
        ])
    func identity(example: Case) { check(example) }

    @Test(
        "Names, categories, brands, colours and sizes: nothing that stands for nothing",
        arguments: [
            Case("name", "Mug, blue", .valid), Case("name", "4711", .valid), Case("name", "TBD", .invalid(.dummy)),
            Case("name", "?", .invalid(.dummy)), Case("name", "\u{200B} ", .invalid(.blank)), Case("category", "default", .invalid(.dummy)),
            Case("category", "Cups", .valid), Case("brand", "unknown", .invalid(.dummy)), Case("brand", "999", .valid),
            Case("colour", "n/a", .invalid(.dummy)), Case("colour", "red", .valid), Case("size", "0", .valid), Case("size", "00", .valid),
            Case("size", "XXX", .valid), Case("size", "AAA", .valid), Case("brand", "BBB", .valid),
            Case("brand", "X X x", .invalid(.dummy)), Case("size", "XL", .valid), Case("size", "none", .invalid(.dummy)),
            Case("size", "-", .invalid(.dummy)),
        ])
    func words(example: Case) { check(example) }

    @Test(
        "A price or cost is above nothing, to the last ten-thousandth",
        arguments: [
            Case("price", "1", .valid), Case("price", "0", .suspicious(.zero)), Case("price", "-1", .invalid(.negative)),
            Case("cost", "-50000", .invalid(.negative)), Case("cost", "0", .suspicious(.zero)), Case("cost", "125000", .valid),
            Case("price", "12,50", .invalid(.malformed)), Case("price", "n/a", .invalid(.dummy)), Case("price", " ", .invalid(.blank)),
        ])
    func amounts(example: Case) { check(example) }

    @Test(
        "A currency is three capital letters, and not those for none",
        arguments: [
            Case("currency", "EUR", .valid), Case("currency", "eur", .invalid(.malformed)), Case("currency", "EU", .invalid(.malformed)),
            Case("currency", "EURO", .invalid(.malformed)), Case("currency", "€", .invalid(.malformed)),
            Case("currency", "E1R", .invalid(.malformed)), Case("currency", "XXX", .invalid(.dummy)),
        ])
    func currencies(example: Case) { check(example) }

    @Test("A value is as long as any field's may be, and one byte longer is too long")
    func long() {
        let most = String(repeating: "ab", count: 500)
        #expect(ItemCheck.check("name", Text(most)) == .valid)
        #expect(ItemCheck.check("name", Text(most + "c")) == .invalid(.tooLong))
    }

    private func check(_ example: Case) { #expect(ItemCheck.check(example.field, example.value) == example.validity) }
}
