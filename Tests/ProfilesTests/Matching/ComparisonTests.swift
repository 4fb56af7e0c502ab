import Testing

@testable import Profiles

@Suite("Comparing records")
struct ComparisonTests {
    @Test(
        "a written date of birth is read, a filler is not",
        arguments: [
            ("19560409", "19560409"), ("1956-04-09", "19560409"), ("09.04.1956", "19560409"), ("9/4/1956", "19560409"),
            ("04/25/1956", "19560425"),
            ("1956-04-09T00:00:00Z", "19560409"), ("9 April 1956", "19560409"), ("Apr 9, 1956", "19560409"), ("1956", "19560000"),
            ("1900-01-01", nil), ("01/01/1970", nil), ("", nil), ("unknown", nil), ("00000000", nil), ("99999999", nil), ("12", nil),
            ("195611111111111111111111", nil), ("٣", nil),
        ] as [(String, String?)])
    func dates(raw: String, expected: String?) {
        #expect(BirthDateTerm.read(raw).map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test("nobody is born after today")
    func future() {
        #expect(BirthDateTerm.read("2031-05-01", today: 2026_11_23) == nil)
        #expect(BirthDateTerm.read("2026-11-23", today: 2026_11_23) != nil)
    }

    @Test(
        "one name has one form, however it was typed",
        arguments: [
            ("MÜLLER", "muller"), ("O'Neill", "oneill"), ("  Anna-Maria ", "anna maria"), ("Łukasz", "lukasz"), ("Ｊｏｎ", "jon"),
            ("Иван", "ivan"), ("Strauß", "strauss"),
        ])
    func folding(raw: String, expected: String) {
        #expect(String(decoding: FoldedText.fold(raw, bytesMax: 63), as: UTF8.self) == expected)
    }

    @Test(
        "typing errors are counted, and exchanged neighbours are one",
        arguments: [
            ("smith", "smith", 0), ("smith", "smiht", 1), ("smith", "smth", 1), ("smith", "smyths", 2), ("smith", "jones", 3),
            ("", "ab", 2),
        ])
    func errors(left: String, right: String, expected: Int) {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        let count = left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { TypingErrors.count(left, $0, limit: 2) } }
        #expect(count == expected)
    }

    @Test(
        "a resemblance is that of the published examples",
        arguments: [("martha", "marhta", 0.961), ("dixon", "dicksonx", 0.813), ("dwayne", "duane", 0.84), ("abc", "xyz", 0)]
            as [(String, String, Float)])
    func resemblance(left: String, right: String, expected: Float) {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        let found = left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { Resemblance.jaroWinkler(left, $0) } }
        #expect(abs(found - expected) < 0.001)
    }

    @Test(
        "names are compared level by level",
        arguments: [
            ("robert", "robert", WordLevel.exact), ("anna maria", "anna", WordLevel.contained),
            ("mary ann", "maryann", WordLevel.contained),
            ("rob", "robert", WordLevel.nickname), ("robert", "robret", WordLevel.oneError),
            ("catherine", "katheryne", WordLevel.twoErrors),
            ("r", "robert", WordLevel.initial), ("robert", "lucy", WordLevel.other),
        ])
    func names(left: String, right: String, expected: UInt8) {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        let level = left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { WordComparison.name(left, $0, nicknames: true) }
        }
        #expect(level == expected)
    }

    @Test(
        "dates are compared level by level",
        arguments: [
            ("19560409", "19560409", DateLevel.exact), ("19560409", "19560904", DateLevel.dayMonthExchanged),
            ("19560409", "19560419", DateLevel.oneError),
            ("19560409", "19560428", DateLevel.twoParts), ("19560409", "19561121", DateLevel.sameYear),
            ("19560000", "19560409", DateLevel.sameYear),
            ("19560409", "19880722", DateLevel.other),
        ])
    func dateLevels(left: String, right: String, expected: UInt8) {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        let level = left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { NumberComparison.birthDate(left, $0) } }
        #expect(level == expected)
    }

    @Test(
        "addresses are judged by what the names share",
        arguments: [
            ("Ada", "Byron", Comparison.emailOfNamesake), ("Ada", "Lovell", .emailOfSharedName), ("Ada", "", .emailOfSharedName),
            ("Zoe", "Byron", .emailOfSharedName), ("Zoe", "Lovell", .email), ("", "", .email),
        ])
    func emails(first: String, last: String, asked: Comparison) {
        func person(_ first: String, _ last: String, _ email: String) -> PersonTraits {
            PersonTraits([(field: "first name", value: first), (field: "last name", value: last), (field: "email", value: email)])
        }
        let pair = ComparedPair(person("Ada", "Byron", "ada1815@post.example"), person(first, last, "ada1871@post.example"))
        #expect([.email, .emailOfNamesake, .emailOfSharedName].filter { pair.pattern[$0] != Pattern.none } == [asked])
    }

    static let blanks = ["", " ", "n/a", "N/A", "unknown", "-", "00000", "999999", "xxx", "null", "\u{0}", "?"]

    @Test("blanks never agree and never disagree", arguments: blanks)
    func blank(word: String) {
        let record = PersonTraits(PersonField.allCases.map { (field: $0.rawValue, value: word) })
        let full = PersonTraits([
            (field: "first name", value: "Ada"), (field: "last name", value: "Byron"), (field: "email", value: "ada@byron.example"),
        ])
        #expect(record.isEmpty)
        for pair in [ComparedPair(record, record), ComparedPair(record, full)] {
            #expect(Comparison.allCases.allSatisfy { pair.pattern[$0] == Pattern.none })
        }
    }

    @Test("every level that a comparison can reach has a name and chances, whatever the records")
    func levelsAreComplete() {
        let people = SyntheticPeople(.init(people: 14, duplicates: 0.9, more: 0.5, errors: 1...6), seed: 3)
        let extra: [(field: String, value: String)] = [
            ("house number", "17b"), ("address 2", "High Street"), ("person number", "8841290"), ("loyalty id", "K-771"),
            ("region", "Kent"),
            ("company", "Acme"), ("gender", "f"), ("birth place", "Leeds"), ("occupation", "clerk"),
        ]
        let other = extra.map { (field: $0.field, value: String($0.value.reversed()) + "q") }
        var records = people.records.map { PersonTraits($0) }
        records += people.records.enumerated().map { PersonTraits($1 + ($0.isMultiple(of: 2) ? extra : other)) }
        for left in records {
            for right in records {
                let pair = ComparedPair(left, right)
                for comparison in Comparison.allCases where pair.pattern[comparison] != Pattern.none {
                    guard Int(pair.pattern[comparison]) < comparison.kind.levels.count else {
                        Issue.record("\(comparison) reaches level \(pair.pattern[comparison]) of \(comparison.kind.levels.count)")
                        return
                    }
                }
            }
        }
        #expect(Comparison.allCases.allSatisfy { $0.kind.levels.count <= Comparison.levelsMax })
    }

    @Test("a score is the same in either order, and its reasons add up")
    func symmetry() {
        let people = SyntheticPeople(.init(people: 12, duplicates: 0.8, more: 0.5), seed: 9)
        let records = people.records.map { PersonTraits($0) }
        let scorer = MatchScorer(.standard(records: 1_000))
        let prior = Bits.log2(scorer.model.samePerson / (1 - scorer.model.samePerson - scorer.model.sameHousehold))
        for left in records {
            for right in records {
                let score = scorer.score(left, right)
                #expect(score.bits == scorer.bits(right, left))
                // An order of names as they stand is no reason to show: it weighs log2 0.97.
                #expect(abs(score.reasons.reduce(prior) { $0 + $1.bits } - score.bits) < 0.1)
            }
        }
    }
}
