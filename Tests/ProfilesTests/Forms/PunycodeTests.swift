import Testing

@testable import Profiles

@Suite("Punycode, RFC 3492")
struct PunycodeTests {
    /// Section 7.1, in lower case, and domains in use.
    @Test(
        "The standard's samples, both ways",
        arguments: [
            ("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"), ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
            ("他們爲什麽不說中文", "ihqwctvzc91f659drss3x8bo0yb"), ("pročprostěnemluvíčesky", "proprostnemluvesky-uyb24dma41a"),
            ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
            ("למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"), ("なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"),
            ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"), ("安室奈美恵-with-super-monkeys", "-with-super-monkeys-pc58ag80a8qai00g7n9n"),
            ("hello-another-way-それぞれの場所", "hello-another-way--fc4qua05auwb3674vfr0b"), ("ひとつ屋根の下2", "2-u9tlzr9756bt3uc0v"),
            ("majiでkoiする5秒前", "majikoi5-783gue6qz075azm5e"), ("パフィーdeルンバ", "de-jg4avhby1noc0d"), ("そのスピードで", "d9juau41awczczp"),
            ("münchen", "mnchen-3ya"), ("bücher", "bcher-kva"), ("ü", "tda"), ("пример", "e1afmkfd"), ("рф", "p1ai"), ("abc", "abc-"),
        ])
    func samples(unicode: String, code: String) {
        let scalars = Array(unicode.unicodeScalars)
        #expect(Punycode.encoded(scalars) == code)
        #expect(Punycode.decoded(code) == scalars)
    }

    @Test(
        "What is no Punycode is refused, and nothing overflows",
        arguments: ["99999999", "é", "a-é", "999999b", "9", "----9"])
    func refused(code: String) { #expect(Punycode.decoded(code) == nil) }

    @Test("Labels beyond the bound are refused")
    func bounds() {
        #expect(Punycode.encoded(Array(repeating: "ü", count: 256)) != nil)
        #expect(Punycode.encoded(Array(repeating: "ü", count: 257)) == nil)
        #expect(Punycode.decoded(String(repeating: "a", count: 257)) == nil)
    }
}
