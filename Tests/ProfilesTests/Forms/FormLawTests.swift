import Causality
import ChangeSets
import Profiles
import TestSupport
import Testing

@Suite("Laws of normal forms")
struct FormLawTests {
    static let seed: UInt64 = 20

    @Test("Any text has forms without a trap; a form is its own form, and bounded")
    func anyText() {
        var generator = SeededGenerator(seed: Self.seed)
        for number in 0..<20_000 {
            let raw = Self.text(&generator)
            let country = ["GB", "US", "AR", nil][number % 4]
            expectFixed(raw, Normalization.id)
            expectFixed(raw, Normalization.token)
            expectFixed(raw) { Normalization.email($0) }
            expectFixed(raw) { Normalization.phone($0, country: country) }
        }
    }

    @Test("Any text can be checked as any field")
    func anyField() {
        var generator = SeededGenerator(seed: Self.seed)
        for number in 0..<5_000 {
            let field = FieldCheck.fields[number % FieldCheck.fields.count]
            let country: Text? = number % 3 == 0 ? nil : "GB"
            let text = Text(Self.text(&generator))
            _ = FieldCheck.check(field, text, country: country, now: Timestamp(milliseconds: 1_700_000_000_000))
            _ = ItemCheck.check(ItemCheck.fields[number % ItemCheck.fields.count], text)
        }
    }

    @Test(
        "Digits typed in any order, with any prefix, have a form that is its own",
        arguments: ["GB", "US", "AR", "BR", "MX", "RU", "JP", "WS", "IT"])
    func anyDigits(country: String) {
        var generator = SeededGenerator(seed: Self.seed)
        for _ in 0..<1_000 {
            let digits = String(
                (0..<Int.random(in: 5...16, using: &generator)).map { _ in "0123456789".randomElement(using: &generator) ?? "0" })
            expectFixed((["", "+", "00", "0", "8", "15"].randomElement(using: &generator) ?? "") + digits) {
                Normalization.phone($0, country: country)
            }
        }
    }

    private func expectFixed(_ raw: String, _ form: (String) -> String?) {
        guard let once = form(raw) else { return }
        let scalars = raw.unicodeScalars.map { String($0.value, radix: 16) }
        #expect(form(once) == once, "seed \(Self.seed), scalars \(scalars)")
        #expect(once.utf8.count <= Normalization.rawBytesMax && !once.isEmpty, "seed \(Self.seed), scalars \(scalars)")
    }

    /// Now and then near an identifier, else anything; bytes that are no UTF-8 included.
    static func text(_ generator: inout SeededGenerator) -> String {
        let count = Int.random(in: 0...20, using: &generator)
        if generator.chance(10) {
            return String(decoding: (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }, as: UTF8.self)
        }
        var text = String.UnicodeScalarView()
        let isNear = generator.chance(60)
        for _ in 0..<count { text.append(isNear && generator.chance(90) ? near(&generator) : any(&generator)) }
        return isNear && generator.chance(50) ? String(text) + "@Bücher.com" : String(text)
    }

    static func near(_ generator: inout SeededGenerator) -> Unicode.Scalar {
        let letters = Array(
            "0123456789abcXYZ.-+@ ()<>\"'éÉßİıŉǰΐΆаЖ\u{301}\u{308}\u{327}\u{200B}\u{202E}１Ａ＠٣٤。한\u{1100}\u{1161}".unicodeScalars)
        return letters.randomElement(using: &generator) ?? "a"
    }

    static func any(_ generator: inout SeededGenerator) -> Unicode.Scalar {
        let last: UInt32 = generator.chance(70) ? 0x2FFF : 0x10FFFF
        return Unicode.Scalar(UInt32.random(in: 0...last, using: &generator)) ?? "\u{FFFD}"
    }
}
