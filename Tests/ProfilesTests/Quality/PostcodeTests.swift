import Causality
import ChangeSets
import Profiles
import Testing

@Suite("Postcodes by country")
struct PostcodeTests {
    @Test(
        "Codes of public buildings fit their country's pattern",
        arguments: [
            ("GB", "SW1A 1AA"), ("GB", "M1 1AE"), ("GB", "ec1a1bb"), ("GB", "B33 8TH"), ("GB", "CR2 6XH"), ("GB", "DN55 1PT"),
            ("US", "20500"),
            ("US", "20500-0003"), ("CA", "K1A 0A6"), ("DE", "10557"), ("DE", "D-01067"), ("FR", "75008"), ("FR", "F-75008"),
            ("NL", "2511 CR"),
            ("BE", "1000"), ("BE", "B-1000"), ("LU", "L-1728"), ("AT", "1010"), ("CH", "3003"), ("CH", "CH-3003"), ("IT", "00187"),
            ("ES", "28071"),
            ("PT", "1249-068"), ("IE", "D02 AF30"), ("IE", "D6W XY00"), ("SE", "103 33"), ("SE", "SE-103 33"), ("NO", "0030"),
            ("DK", "1240"),
            ("FI", "00170"), ("IS", "101"), ("PL", "00-902"), ("CZ", "118 00"), ("SK", "811 01"), ("HU", "1055"), ("RO", "050563"),
            ("BG", "1000"),
            ("GR", "106 74"), ("HR", "10000"), ("SI", "1000"), ("LT", "LT-01103"), ("LV", "LV-1900"), ("EE", "15161"), ("UA", "01008"),
            ("RU", "103132"), ("TR", "06560"), ("IL", "9195016"), ("JP", "100-8968"), ("KR", "03048"), ("CN", "100017"), ("TW", "100216"),
            ("IN", "110004"), ("SG", "238823"), ("MY", "50000"), ("TH", "10300"), ("AU", "2600"), ("NZ", "6011"), ("ZA", "0001"),
            ("BR", "70150-900"),
            ("AR", "C1064AAB"), ("AR", "1064"), ("MX", "06066"), ("CL", "8340454"), ("MT", "VLT 1115"), ("JE", "JE2 3AB"), ("MC", "98015"),
            ("AD", "AD500"),
            ("HK", "999077"),
        ])
    func real(country: Text, code: Text) { #expect(check(code, country) == .valid) }

    @Test(
        "Other codes do not",
        arguments: [
            ("GB", "SW1A 1A"), ("GB", "12345"), ("US", "ABCDE"), ("CA", "K1A 0A"), ("DE", "123456"), ("NL", "2511"), ("JP", "12-345678"),
            ("HK", "99_07"),
        ])
    func malformed(country: Text, code: Text) { #expect(check(code, country) == .invalid(.malformed)) }

    @Test("A code that a spreadsheet made shorter is found", arguments: [("DE", "1067"), ("US", "2134"), ("NO", "030")])
    func lostZero(country: Text, code: Text) { #expect(check(code, country) == .suspicious(.lostZero)) }

    @Test("Dummies", arguments: ["n/a", "00000", "xxxxx"])
    func dummies(code: Text) { #expect(check(code, "DE") == .invalid(.dummy)) }

    private func check(_ code: Text, _ country: Text) -> Validity {
        FieldCheck.check("postcode", code, country: country, now: Timestamp(milliseconds: 0))
    }
}
