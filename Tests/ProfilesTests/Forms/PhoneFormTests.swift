import Profiles
import Testing

@Suite("Normal forms of phone numbers")
struct PhoneFormTests {
    @Test(
        "A number has one form however it is written, where its country is clear",
        arguments: [
            FormCase("+44 20 7946 0018", "+442079460018"), FormCase("+44 (0)20 7946-0018", "US", "+442079460018"),
            FormCase("(+44) 20 7946 0018", "+442079460018"), FormCase("0044 (0)20 7946 0018", "+442079460018"),
            FormCase("020 7946 0018", "GB", "+442079460018"), FormCase("020 7946 0018", "gb", "+442079460018"),
            FormCase("020 7946 0018", "UK", "+442079460018"),
            FormCase("442079460018", "GB", "+442079460018"), FormCase("011 44 20 7946 0018", "US", "+442079460018"),
            FormCase("0011 44 20 7946 0018", "AU", "+442079460018"), FormCase("010 44 20 7946 0018", "JP", "+442079460018"),
            FormCase("00 44 20 7946 0018", "US", "+442079460018"), FormCase("tel:+44-20-7946-0018;ext=7", "+442079460018"),
            FormCase("Tel.: 020 7946 0018", "GB", "+442079460018"), FormCase("020\u{A0}7946\u{2011}0018", "GB", "+442079460018"),
            FormCase("\u{202A}+44 20 7946 0018\u{202C}", "+442079460018"), FormCase("\u{FF0B}４４２０７９４６００１８", "+442079460018"),
            FormCase("٠٢٠٧٩٤٦٠٠١٨", "GB", "+442079460018"), FormCase("०२० ७९४६ ००१८", "GB", "+442079460018"),
            FormCase("442079460018.0", "GB", "+442079460018"), FormCase("020 7946 0018 ext. 12", "GB", "+442079460018"),
            FormCase("020 7946 0018x12", "GB", "+442079460018"), FormCase("020 7946 0018 #12", "GB", "+442079460018"),
        ])
    func spellings(example: FormCase) {
        example.check { () throws(FormFault) in try Normalization.readPhone(example.raw, country: example.country) }
    }

    @Test(
        "Countries dial in their own ways",
        arguments: [
            FormCase("06 12345678", "IT", "+390612345678"), FormCase("+39 06 12345678", "+390612345678"),
            FormCase("(697) 555-0142", "US", "+16975550142"), FormCase("122-555-0189", "US", "+11225550189"),
            FormCase("1-697-555-0142", "CA", "+16975550142"),
            FormCase("436-2761", "BB", "+12464362761"), FormCase("8 (912) 345-67-80", "RU", "+79123456780"),
            FormCase("9123456780", "RU", "+79123456780"), FormCase("+7 8 912 345-67-80", "+79123456780"),
            FormCase("011 15-2345-6789", "AR", "+5491123456789"), FormCase("+54 9 11 2345-6789", "+5491123456789"),
            FormCase("0343 15-555-1212", "AR", "+5493435551212"), FormCase("044 55 1234 5670", "MX", "+525512345670"),
            FormCase("+52 1 55 1234 5670", "+525512345670"), FormCase("01 55 1234 5670", "MX", "+525512345670"),
            FormCase("(11) 96123-4567", "BR", "+5511961234567"), FormCase("0 15 11 96123-4567", "BR", "+5511961234567"),
            FormCase("06 20 123 4567", "HU", "+36201234567"), FormCase("030 123456", "DE", "+4930123456"),
            FormCase("0171 2345678", "DE", "+491712345678"), FormCase("1712345678", "DE", "+491712345678"),
            FormCase("612 34 56 70", "ES", "+34612345670"), FormCase("32 12 34 56", "DK", "+4532123456"),
            FormCase("+800 1234 5670", "+80012345670"),
        ])
    func countries(example: FormCase) {
        example.check { () throws(FormFault) in try Normalization.readPhone(example.raw, country: example.country) }
    }

    @Test(
        "A number whose country is not clear stays as its digits",
        arguments: [
            FormCase("020 7946 0018", "02079460018"), FormCase("123456", "DE", "123456"), FormCase("7946 0018", "GB", "79460018"),
            FormCase("020 7946 0018", "ZZ", "02079460018"), FormCase("Tel 555-0142", "US", "5550142"),
        ])
    func unclear(example: FormCase) {
        example.check { () throws(FormFault) in try Normalization.readPhone(example.raw, country: example.country) }
    }

    @Test(
        "What is no number says why",
        arguments: [
            FormCase("", "GB", fault: .blank), FormCase(" \u{200B}\u{A0}", fault: .blank), FormCase("--", fault: .blank),
            FormCase("+", fault: .malformed), FormCase("++4420", fault: .malformed), FormCase("call me", "GB", fault: .malformed),
            FormCase("4.42079E+11", "GB", fault: .malformed), FormCase("jane@example.com", fault: .malformed),
            FormCase("12345", "GB", fault: .impossible), FormCase("+0123456780", fault: .impossible),
            FormCase("+1234568", fault: .impossible),
            FormCase("+1234567890123457", fault: .impossible), FormCase("+999 1234 5670", fault: .impossible),
            FormCase(String(repeating: "1234567890", count: 100), "GB", fault: .tooLong),
            FormCase(String(repeating: "1234567890", count: 5), "GB", fault: .impossible), FormCase("0000000000", fault: .dummy),
            FormCase("1111111111", "US", fault: .dummy), FormCase("+1 999 999 9999", fault: .dummy), FormCase("123456789", fault: .dummy),
            FormCase("0123456789", "GB", fault: .dummy), FormCase("9876543210", fault: .dummy),
            FormCase("(234) 567-8901", "US", fault: .dummy),
        ])
    func faults(example: FormCase) {
        example.check { () throws(FormFault) in try Normalization.readPhone(example.raw, country: example.country) }
    }

    @Test("A few numbers of every region are read as libphonenumber reads them")
    func fixture() {
        let rows = PhoneFixture.rows.split(separator: "\n").map { $0.split(separator: "|", omittingEmptySubsequences: false) }
        #expect(rows.count > 500)
        for row in rows {
            let form = Normalization.phone(String(row[1]), country: row[0].isEmpty ? nil : String(row[0]))
            #expect(form == String(row[2]), "\(row[0]) \(row[1])")
        }
    }

    @Test("A number that was read is read again as itself")
    func again() {
        for row in PhoneFixture.rows.split(separator: "\n") {
            let form = row.split(separator: "|").last.map(String.init) ?? ""
            for country in [nil, "US", "GB", "IT", "AR", "MX", "WS"] { #expect(Normalization.phone(form, country: country) == form) }
        }
    }
}
