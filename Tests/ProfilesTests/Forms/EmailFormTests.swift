import Profiles
import Testing

@Suite("Normal forms of e-mail addresses")
struct EmailFormTests {
    @Test(
        "An address has one form however it is written",
        arguments: [
            FormCase(" Jane.Doe@Shop.COM\n", "jane.doe@shop.com"), FormCase("Jane <jane@shop.com>", "jane@shop.com"),
            FormCase("\"Doe, Jane\" <Jane@shop.com>", "jane@shop.com"), FormCase("<jane@shop.com>", "jane@shop.com"),
            FormCase("mailto:jane@shop.com?subject=Hello", "jane@shop.com"), FormCase("MAILTO:jane@shop.com", "jane@shop.com"),
            FormCase("jane@shop.com.", "jane@shop.com"), FormCase("jane@shop.com;", "jane@shop.com"),
            FormCase("'jane@shop.com'", "jane@shop.com"), FormCase("\"jane\"@shop.com", "jane@shop.com"),
            FormCase("ｊａｎｅ＠ｓｈｏｐ．ｃｏｍ", "jane@shop.com"), FormCase("jane\u{200B}@shop.com\u{FEFF}", "jane@shop.com"),
            FormCase("jane@\u{202E}shop.com", "jane@shop.com"), FormCase("jane@shop。com", "jane@shop.com"),
            FormCase("o'neil+x_y-z@shop.com", "o'neil+x_y-z@shop.com"), FormCase("jane@mail.shop.co.uk", "jane@mail.shop.co.uk"),
            FormCase("info@MÜNCHEN.de", "info@xn--mnchen-3ya.de"), FormCase("info@mu\u{308}nchen.de", "info@xn--mnchen-3ya.de"),
            FormCase("info@XN--MNCHEN-3YA.de", "info@xn--mnchen-3ya.de"), FormCase("иван@пример.рф", "иван@xn--e1afmkfd.xn--p1ai"),
            FormCase("иван@gmail.com", "иван@gmail.com"), FormCase("JOSE\u{301}@shop.com", "josé@shop.com"),
            FormCase("山田taro@shop.jp", "山田taro@shop.jp"),
        ])
    func spellings(example: FormCase) {
        example.check { () throws(FormFault) in try Normalization.readEmail(example.raw) }
    }

    @Test(
        "What is no address says why",
        arguments: [
            FormCase("", fault: .blank), FormCase(" \t", fault: .blank), FormCase("jane", fault: .malformed),
            FormCase("@shop.com", fault: .malformed),
            FormCase("jane@", fault: .malformed), FormCase("jane@shop", fault: .malformed), FormCase("jane@@shop.com", fault: .malformed),
            FormCase("jane@.com", fault: .malformed), FormCase("jane@shop..com", fault: .malformed),
            FormCase("jane doe@shop.com", fault: .malformed),
            FormCase(".jane@shop.com", fault: .malformed), FormCase("jane.@shop.com", fault: .malformed),
            FormCase("a..b@shop.com", fault: .malformed),
            FormCase("\"jane doe\"@shop.com", fault: .malformed), FormCase("jane@[10.0.0.1]", fault: .malformed),
            FormCase("jane@10.0.0.1", fault: .malformed),
            FormCase("jane@-shop.com", fault: .malformed), FormCase("jane@shop_1.com", fault: .malformed),
            FormCase("jane@shop.c", fault: .malformed),
            FormCase("a@b.de; c@d.de", fault: .malformed), FormCase("jane@xn--a.com", fault: .malformed),
            FormCase("j\u{430}ne@shop.com", fault: .mixedAlphabets), FormCase("jane@g\u{43C}ail.com", fault: .mixedAlphabets),
            FormCase("j\u{3BF}e@shop.com", fault: .mixedAlphabets), FormCase("jane@xn--gail-2ld8a.com", fault: .mixedAlphabets),
            FormCase(String(repeating: "a", count: 65) + "@shop.com", fault: .tooLong),
            FormCase("a@" + String(repeating: "b", count: 64) + ".com", fault: .tooLong),
            FormCase("a@" + String(repeating: "bcd.", count: 70) + "com", fault: .tooLong),
            FormCase(String(repeating: " ", count: 321), fault: .tooLong),
        ])
    func faults(example: FormCase) {
        example.check { () throws(FormFault) in try Normalization.readEmail(example.raw) }
    }

    @Test("Bounds of length: the longest local part and label are taken")
    func bounds() {
        let local = String(repeating: "a", count: 64)
        #expect(Normalization.email(local + "@shop.com") == local + "@shop.com")
        let label = String(repeating: "b", count: 63)
        #expect(Normalization.email("a@" + label + ".com") == "a@" + label + ".com")
        let domain = Array(repeating: String(repeating: "c", count: 61), count: 3).joined(separator: ".") + ".com"
        #expect(Normalization.email(String(local.prefix(64)) + "@" + domain) != nil)
        #expect((local + "@" + domain).utf8.count == 254)
        #expect(throws: FormFault.tooLong) { try Normalization.readEmail(local + "@c" + domain) }
    }

    @Test(
        "Providers' rules: Gmail's dots and everybody's tags, and nothing of others",
        arguments: [
            FormCase("Ann.B.Lee+shop@gmail.com", "annblee@gmail.com"), FormCase("a.n.n@googlemail.com", "ann@gmail.com"),
            FormCase("ann+shop@outlook.com", "ann@outlook.com"), FormCase("an.n+shop@hotmail.com", "an.n@hotmail.com"),
            FormCase("ann+shop@icloud.com", "ann@icloud.com"), FormCase("ann+shop@proton.me", "ann@proton.me"),
            FormCase("ann+shop@fastmail.com", "ann@fastmail.com"), FormCase("a.nn+shop@shop.com", "a.nn+shop@shop.com"),
            FormCase("ann+shop@mail.gmail.com", "ann+shop@mail.gmail.com"), FormCase("+shop@gmail.com", fault: .malformed),
            FormCase("jane@example.com", "jane@example.com"),
        ])
    func providers(example: FormCase) {
        example.check { () throws(FormFault) in try Normalization.readEmail(example.raw) }
    }

    @Test("Operators add domains, a rule for all others, and domains that are refused")
    func operators() {
        var rules = EmailRules.standard
        rules.domains["shop.com"] = .init(sameAs: "shop.example", tagMarks: "-+")
        rules.domains[EmailRules.anyDomain] = .init(tagMarks: "+")
        rules.refusedDomains = EmailRules.reservedDomains
        #expect(Normalization.email("ann-x@shop.com", rules: .none) == "ann-x@shop.com")
        #expect(throws: FormFault.dummy) { try Normalization.readEmail("ann-x@shop.com", rules: rules) }
        #expect(Normalization.email("ann+x@other.org", rules: rules) == "ann@other.org")
        #expect(throws: FormFault.dummy) { try Normalization.readEmail("ann@mail.example.com", rules: rules) }
        #expect(Normalization.email("ann@myexample.com", rules: rules) == "ann@myexample.com")
    }

    @Test("A ring of domains that are the same as each other ends, in one name")
    func ring() {
        let rules = EmailRules(domains: ["a.com": .init(sameAs: "b.com"), "b.com": .init(sameAs: "c.com"), "c.com": .init(sameAs: "b.com")])
        for domain in ["a.com", "b.com", "c.com"] { #expect(Normalization.email("x@" + domain, rules: rules) == "x@b.com") }
    }
}
