import Causality
import ChangeSets
import Merging
import Profiles
import Testing

@Suite("Normal forms of identifiers")
struct IdentifierTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var raw: String
        var country: Text?
        var normal: String?
        var testDescription: String { "\(raw.prefix(24).debugDescription) in \(country?.string ?? "no country")" }

        init(_ raw: String, _ country: Text? = nil, _ normal: String?) {
            self.raw = raw
            self.country = country
            self.normal = normal
        }
    }

    @Test(
        "Phones: E.164 where the country is clear, digits where it is not, nothing where it is no phone",
        arguments: [
            Case("+44 20 7946 0018", nil, "+442079460018"), Case("+44 (0)20 7946-0018", "US", "+442079460018"),
            Case("0044 20 7946 0018", nil, "+442079460018"), Case("020 7946 0018", "GB", "+442079460018"),
            Case("020 7946 0018", "gb", "+442079460018"), Case("020 7946 0018", nil, "02079460018"),
            Case("(697) 555-0142", "US", "+16975550142"), Case("1 (697) 555-0142", "US", "+16975550142"),
            Case("697-555-0142 x12", "US", "+16975550142"), Case("697-555-0142 ext. 12", "US", "+16975550142"),
            Case("030 123456", "DE", "+4930123456"), Case("123456", "DE", "123456"), Case("06 12345678", "IT", "+390612345678"),
            Case("12345", "GB", nil), Case("", "GB", nil), Case("   ", nil, nil), Case("+", nil, nil), Case("call me", "GB", nil),
            Case("+0123456789", nil, nil), Case("+1234567", nil, nil), Case("+1234567890123456", nil, nil), Case("++4420", nil, nil),
            Case("٠٢٠٧٩٤٦٠٠١٨", "GB", "+442079460018"), Case(String(repeating: "1234567890", count: 100), "GB", nil),
        ])
    func phones(example: Case) {
        #expect(Identifier(kind: .phone, raw: Text(example.raw), country: example.country)?.value == example.normal.map { Text($0) })
    }

    @Test(
        "E-mails: trimmed, lower case, one @ and a domain",
        arguments: [
            Case(" Jane.Doe@Example.COM\n", nil, "jane.doe@example.com"), Case("a+b@x.co", nil, "a+b@x.co"), Case("jane@example", nil, nil),
            Case("jane@@example.com", nil, nil), Case("@example.com", nil, nil), Case("jane@", nil, nil), Case("jane@.com", nil, nil),
            Case("jane doe@example.com", nil, nil), Case("jane", nil, nil), Case("", nil, nil),
            Case("jane@example.com.", nil, "jane@example.com"),
        ])
    func emails(example: Case) {
        #expect(Identifier(kind: .email, raw: Text(example.raw))?.value == example.normal.map { Text($0) })
    }

    @Test(
        "Ids: letters and digits, upper case",
        arguments: [
            Case("ab-12 34", nil, "AB1234"), Case("0012", nil, "0012"), Case("--", nil, nil), Case("7", nil, "7"),
        ])
    func ids(example: Case) {
        #expect(Identifier(kind: .id, raw: Text(example.raw))?.value == example.normal.map { Text($0) })
    }

    @Test(
        "Dummies never link, of whatever kind",
        arguments: [
            "", " ", "0", "000", "0-0-0", "---", "n/a", "N/A", "None", "null", "unknown", "000-000-0000", "1111111111", "+11111111111",
            "test@example.com",
            "TEST@shop.org", "none@none.com", "n / a",
        ])
    func dummies(raw: String) {
        for kind in Identifier.Kind.identifying { #expect(Identifier(kind: kind, raw: Text(raw), country: "US") == nil, "\(kind)") }
    }

    @Test("A value that an operator has blocked never links")
    func blockedByOperator() throws {
        let phone = try #require(Identifier(kind: .phone, raw: "020 7946 0018", country: "GB"))
        var rules = LinkRules.standard
        rules.blockedValues = [phone]
        #expect(Identifier(kind: .phone, raw: "+44 20 79460018", rules: rules) == nil)
        #expect(Identifier(kind: .phone, raw: "+44 20 79460019", rules: rules) != nil)
    }

    @Test("An identifier is personal: it prints as a placeholder")
    func placeholder() throws {
        let email = try #require(Identifier(kind: .email, raw: "jane@example.com"))
        #expect(!"\(email)".contains("jane"))
    }

    @Test("S29: all siblings of a record identify, whoever wins; numbers count as typed")
    func siblings() {
        var desk = Desk()
        var record = desk.create(["email": "a@example.com", "phone": .integer(6_975_550_142)], source: 1, at: 1)
        desk.write(["email": "b@example.com"], to: &record, source: 2, at: 2)
        let found = record.identifiers(country: "US").map(\.value)
        #expect(found == ["a@example.com", "b@example.com", "+16975550142"])
        // A later write of the chain replaces its own; a null is no identifier.
        desk.write(["email": .null], to: &record, source: 1, at: 3)
        #expect(record.identifiers(country: "US").map(\.value) == ["b@example.com", "+16975550142"])
    }
}
