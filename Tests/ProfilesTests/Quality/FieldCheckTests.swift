import Causality
import ChangeSets
import Profiles
import Testing

@Suite("Validity of customer fields")
struct FieldCheckTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var field: FieldName
        var value: Text
        var country: Text?
        var validity: Validity
        var testDescription: String { "\(field) \(value.string.debugDescription)" }

        init(_ field: FieldName, _ value: Text, _ validity: Validity) { self.init(field, value, nil, validity) }

        init(_ field: FieldName, _ value: Text, _ country: Text?, _ validity: Validity) {
            self.field = field
            self.value = value
            self.country = country
            self.validity = validity
        }
    }

    /// 2026-11-23 12:00 UTC.
    static let now = Timestamp(milliseconds: 1_795_435_200_000)

    @Test(
        "E-mails: syntax, made-up ones, and slips in big providers' domains",
        arguments: [
            Case("email", "jane@shop.com", .valid), Case("email", "jane@mail.com", .valid), Case("email", "jane@yahoo.co.uk", .valid),
            Case("email", "jane@gmial.com", .suspicious(.misspelledDomain)),
            Case("email", "jane@hotmial.com", .suspicious(.misspelledDomain)),
            Case("email", "jane@gmai.com", .suspicious(.misspelledDomain)), Case("email", "jane@gmail.co", .suspicious(.misspelledDomain)),
            Case("email", "jane@gmaill.com", .suspicious(.misspelledDomain)),
            Case("email", "jane@shop.con", .suspicious(.misspelledDomain)),
            Case("email", "jane@example.org", .suspicious(.reservedDomain)), Case("email", "jane@shop.test", .suspicious(.reservedDomain)),
            Case("email", "noreply@shop.com", .invalid(.dummy)), Case("email", "n/a", .invalid(.dummy)),
            Case("email", "jane", .invalid(.malformed)),
            Case("email", " ", .invalid(.blank)), Case("email", "j\u{430}ne@shop.com", .invalid(.mixedAlphabets)),
        ])
    func emails(example: Case) { check(example) }

    @Test(
        "Phones: valid for their country, possible only, or not clear",
        arguments: [
            Case("phone", "020 7946 0018", "GB", .valid), Case("phone", "+1 697 555 0142", .suspicious(.unassigned)),
            Case("phone", "020 7946 0018", .suspicious(.noCountry)), Case("phone", "12", "GB", .invalid(.impossible)),
            Case("phone", "none", "GB", .invalid(.dummy)), Case("phone", "0000000", "GB", .invalid(.dummy)),
        ])
    func phones(example: Case) { check(example) }

    @Test(
        "Birth dates: forms, future, long ago, and dates that programs write",
        arguments: [
            Case("birth date", "1985-04-12", .valid), Case("birth date", "1985-04-12T00:00:00Z", .valid),
            Case("birth date", "19850412", .valid),
            Case("birth date", "1985/4/12 00:00", .valid), Case("birth date", "12.4.1985", .valid),
            Case("birth date", "24/12/1985", .valid),
            Case("birth date", "12/24/1985", .valid), Case("birth date", "12/24/1985", "GB", .valid),
            Case("birth date", "4/12/1985", "US", .valid),
            Case("birth date", "4/12/1985", .suspicious(.ambiguousDate)), Case("birth date", "4/4/1985", .valid),
            Case("birth date", "29.2.2000", .valid), Case("birth date", "29.2.1900", .invalid(.impossible)),
            Case("birth date", "31.4.1985", .invalid(.impossible)),
            Case("birth date", "1900-01-01", .suspicious(.defaultDate)), Case("birth date", "01/01/1970", .suspicious(.defaultDate)),
            Case("birth date", "1899-12-31", .invalid(.tooLongAgo)), Case("birth date", "2026-11-24", .valid),
            Case("birth date", "2026-11-25", .invalid(.inFuture)), Case("birth date", "0000-00-00", .invalid(.dummy)),
            Case("birth date", "12.4.85", .invalid(.malformed)), Case("birth date", "soon", .invalid(.malformed)),
            Case("birth date", "1985-04.12", .invalid(.malformed)), Case("birth date", "1985", .invalid(.malformed)),
        ])
    func birthDates(example: Case) { check(example) }

    @Test("Day and month go by the country, and a dot is a European's")
    func dayAndMonth() throws {
        #expect(try BirthDate("4/12/1985", country: "US") == BirthDate(year: 1985, month: 4, day: 12))
        #expect(try BirthDate("4/12/1985", country: "GB") == BirthDate(year: 1985, month: 12, day: 4))
        #expect(try BirthDate("4.12.1985", country: "US") == BirthDate(year: 1985, month: 12, day: 4))
        #expect(try BirthDate("24/12/1985", country: "US") == BirthDate(year: 1985, month: 12, day: 24))
    }

    @Test(
        "Names, places, countries and ids",
        arguments: [
            Case("first name", "Anne-Marie", .valid), Case("name", "李", .valid), Case("name", "Иван Smith", .valid),
            Case("last name", "O'Neil", .valid),
            Case("first name", "J", .suspicious(.singleLetter)), Case("first name", "J.", .suspicious(.singleLetter)),
            Case("last name", "Doe2", .suspicious(.digits)), Case("last name", "D\u{43E}e", .suspicious(.mixedAlphabets)),
            Case("name", "jane@shop.com", .suspicious(.misplaced)), Case("name", "unknown", .invalid(.dummy)),
            Case("name", "Walk-in Customer", .invalid(.dummy)),
            Case("name", "xxx", .invalid(.dummy)), Case("name", "...", .invalid(.dummy)), Case("name", "12-34", .invalid(.malformed)),
            Case("city", "Paris 12", .valid), Case("city", "-", .invalid(.dummy)), Case("address", "Main St 1", .valid),
            Case("address", "n/a", .invalid(.dummy)),
            Case("country", "de", .valid), Case("country", "UK", .valid), Case("country", "Germany", .suspicious(.noCountryCode)),
            Case("country", "ZZ", .suspicious(.noCountryCode)), Case("country", "49", .invalid(.malformed)),
            Case("loyalty id", "AB-12", .valid), Case("loyalty id", "000", .invalid(.dummy)),
            Case("loyalty id", "unknown", .invalid(.dummy)),
            Case("note", "anything", .valid), Case("note", "", .invalid(.blank)),
        ])
    func others(example: Case) { check(example) }

    private func check(_ example: Case) {
        #expect(FieldCheck.check(example.field, example.value, country: example.country, now: Self.now) == example.validity)
    }
}
