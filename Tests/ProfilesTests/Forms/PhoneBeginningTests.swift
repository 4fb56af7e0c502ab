import Profiles
import Testing

@Suite("Beginnings of phone numbers, as somebody types them")
struct PhoneBeginningTests {
    @Test(
        "A beginning is read as people dial in the country, with and without its prefixes; as it stands where no country is known",
        arguments: [
            ("0170 12", "DE", ["+4917012", "017012"]), ("(0170) 1-2", "DE", ["+4917012", "017012"]),
            ("170 123", "DE", ["+49170123", "170123"]), ("0049 170", "DE", ["+49170", "+49049170", "0049170"]),
            ("49 170", "DE", ["+4949170", "+49170", "49170"]), ("+49 170", "DE", ["+49170"]),
            ("+49 (0)170", "DE", ["+490170", "+49170"]), ("020 79", "GB", ["+442079", "02079"]),
            ("(617) 555", "US", ["+1617555", "617555"]), ("06 123", "IT", ["+3906123", "06123"]),
            ("0170 12", nil, ["017012"]), ("0049 170", nil, ["+49170", "0049170"]), ("+49 (0)170", nil, ["+490170"]),
            ("Ada", "DE", []), ("", "DE", []), ("+", "DE", []),
        ] as [(String, String?, [String])])
    func read(typed: String, country: String?, expected: [String]) {
        #expect(Normalization.phoneBeginnings(typed, country: country) == expected)
    }

    @Test("Every number is found by its own beginning, however long that is", arguments: ["DE", "GB", "FR", "CH", "AT", "HU"])
    func begins(country: String) throws {
        let typed = ["DE": "0170 1234568", "GB": "020 7946 0018", "FR": "06 12 34 56 79", "CH": "078 123 45 68", "AT": "0664 1234568"]
        let whole = typed[country] ?? "06 20 123 4568"
        let kept = try #require(Normalization.phone(whole, country: country))
        #expect(kept.hasPrefix("+"))
        for count in 5...whole.count {
            let beginnings = Normalization.phoneBeginnings(String(whole.prefix(count)), country: country)
            #expect(beginnings.contains { kept.hasPrefix($0) }, "\(whole.prefix(count))")
        }
    }
}
