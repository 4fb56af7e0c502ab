import Causality
import ChangeSets
import Merging
import Profiles
import TestSupport
import Testing

@Suite("Consent per purpose and channel")
struct ConsentTests {
    /// One word as a table tells it. Times are days from 2020 on.
    struct Said: Sendable {
        /// Words of one number stand in one record: concurrent.
        var record: UInt64
        var isGiven: Bool
        var at: Int64?
        var written: UInt64 = 900
        var isInBound = true
        /// Whether it changed a record that was there.
        var isEdit = false
        var purpose: Text = "marketing"
        var channel: Text = "email"
        /// Records whose words the writer had been shown.
        var saw: [UInt64] = []

        init(
            _ record: UInt64, _ isGiven: Bool, at: Int64? = nil, written: UInt64 = 900, inBound: Bool = true, edit: Bool = false,
            purpose: Text = "marketing", channel: Text = "email", saw: [UInt64] = []
        ) {
            self.record = record
            self.isGiven = isGiven
            self.at = at
            self.written = written
            isInBound = inBound
            isEdit = edit
            self.purpose = purpose
            self.channel = channel
            self.saw = saw
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var said: [Said]
        /// Of (marketing, email).
        var isGiven: Bool?
    }

    private static let start: Int64 = 1_577_836_800_000
    private static let day: Int64 = 86_400_000
    private static func life(_ record: UInt64) -> Dot { Dot(ReplicaID(high: 0xC0, low: record), 1) }

    private static func records(_ said: [Said]) -> [ConsentRecord] {
        Dictionary(grouping: said.enumerated(), by: \.element.record).map { number, words in
            let id = RecordID(
                entity: "consent", source: SourceID(ReplicaID(high: 0xC1, low: number)), key: LocalKey(.integer(1)), life: life(number))
            return ConsentRecord(
                purposes: [words[0].element.purpose], channels: [words[0].element.channel],
                words: words.map { place, word in
                    let isFirst = place == words[0].offset && !word.isEdit
                    let dot = isFirst ? life(number) : Dot(ReplicaID(high: 0xC0, low: number), UInt64(place) + 2)
                    return ConsentRecord.Word(
                        isGiven: word.isGiven, record: id,
                        precedence: Precedence(
                            isInBound: word.isInBound, time: Timestamp(milliseconds: UInt64(start) + word.written * UInt64(day)), dot: dot),
                        at: word.at.map { start + $0 * day }, saw: word.saw.map(life))
                })
        }
    }

    static let cases: [Case] = [
        Case(testDescription: "nobody said anything", said: [], isGiven: nil),
        Case(testDescription: "a yes", said: [Said(1, true, at: 5)], isGiven: true),
        Case(testDescription: "a no", said: [Said(1, false, at: 5)], isGiven: false),
        Case(
            testDescription: "concurrent in one record: the no, whatever the clock says",
            said: [Said(1, false, at: 5, written: 6), Said(1, true, at: 800)], isGiven: false),
        Case(
            testDescription: "concurrent the other way round", said: [Said(1, true, at: 5), Said(1, false, at: 2, written: 2)],
            isGiven: false),
        Case(testDescription: "two records, the yes said later", said: [Said(1, false, at: 5), Said(2, true, at: 6)], isGiven: true),
        Case(testDescription: "two records, the no said later", said: [Said(1, true, at: 5), Said(2, false, at: 6)], isGiven: false),
        Case(testDescription: "two records, the same moment", said: [Said(1, true, at: 5), Said(2, false, at: 5)], isGiven: false),
        Case(
            testDescription: "the later yes is out of bound", said: [Said(1, false, at: 5), Said(2, true, at: 6, inBound: false)],
            isGiven: false),
        Case(
            testDescription: "the earlier no is out of bound: nobody knows whether it was earlier",
            said: [Said(1, false, at: 5, inBound: false), Said(2, true, at: 6)], isGiven: false),
        Case(
            testDescription: "a yes without a time, first shown late: it may be old",
            said: [Said(1, false, at: 5), Said(2, true, written: 999)], isGiven: false),
        Case(
            testDescription: "a yes without a time that changed a record: it was said then",
            said: [Said(1, false, at: 5), Said(2, true, written: 999, edit: true)], isGiven: true),
        Case(
            testDescription: "a no without a time is as late as it can be", said: [Said(1, false, written: 900), Said(2, true, at: 800)],
            isGiven: false),
        Case(
            testDescription: "a no of 1970 is as late as it can be", said: [Said(1, false, at: -18_262), Said(2, true, at: 800)],
            isGiven: false),
        Case(
            testDescription: "a yes of 2200 was said when it was written at the latest",
            said: [Said(1, false, at: 950, written: 950), Said(2, true, at: 65_000)], isGiven: false),
        Case(testDescription: "no, yes, no", said: [Said(1, false, at: 5), Said(2, true, at: 6), Said(3, false, at: 7)], isGiven: false),
        Case(testDescription: "no, no, yes", said: [Said(1, false, at: 5), Said(2, false, at: 6), Said(3, true, at: 7)], isGiven: true),
        Case(
            testDescription: "S30: the yes had been shown the no, whatever the clocks say",
            said: [Said(1, false, at: 9), Said(2, true, at: 2, saw: [1])], isGiven: true),
        Case(
            testDescription: "S30: and so the other way round", said: [Said(1, true, at: 9), Said(2, false, at: 2, saw: [1])],
            isGiven: false),
        Case(testDescription: "no to every channel", said: [Said(1, true, at: 5), Said(2, false, at: 6, channel: "")], isGiven: false),
        Case(testDescription: "then yes to this one", said: [Said(1, true, at: 7), Said(2, false, at: 6, channel: "")], isGiven: true),
        Case(
            testDescription: "yes to every channel does not lift the no to this one",
            said: [Said(1, false, at: 5), Said(2, true, at: 6, channel: "")], isGiven: false),
        Case(
            testDescription: "yes to everything", said: [Said(2, true, at: 6, purpose: "", channel: ""), Said(1, true, at: 5)],
            isGiven: true),
        Case(testDescription: "another channel's no", said: [Said(1, true, at: 5), Said(2, false, at: 6, channel: "sms")], isGiven: true),
        Case(
            testDescription: "another purpose's no", said: [Said(1, true, at: 5), Said(2, false, at: 6, purpose: "research")], isGiven: true
        ),
    ]

    @Test("The most restrictive word stands until a yes that surely came later", arguments: cases)
    func rule(one: Case) {
        var random = SeededGenerator(seed: 7)
        var records = Self.records(one.said)
        let register = ConsentRegister(records)
        let entry = register.entries.first { $0.purpose == "marketing" && $0.channel == "email" }
        #expect(entry?.isGiven == one.isGiven)
        #expect(register.allows(purpose: "marketing", channel: "email") == (one.isGiven ?? false))
        if let entry { #expect(entry.history.count >= 1 && entry.decidedBy?.isGiven == one.isGiven) }
        for _ in 0..<3 {
            records.shuffle(using: &random)
            #expect(ConsentRegister(records) == register)
        }
    }

    @Test("What is not listed is allowed only by a yes to all, and no no to any of it")
    func wider() {
        let all = ConsentRegister(Self.records([Said(1, true, at: 5, purpose: "", channel: "")]))
        #expect(all.allows(purpose: "research", channel: "post"))
        let some = ConsentRegister(
            Self.records([Said(1, true, at: 9, purpose: "", channel: ""), Said(2, false, at: 5, purpose: "", channel: "post")]))
        #expect(!some.allows(purpose: "research", channel: "post") && some.allows(purpose: "research", channel: "email"))
        #expect(!ConsentRegister([]).allows(purpose: "research", channel: "email"))
        let narrow = ConsentRegister(
            Self.records([Said(1, false, at: 5, purpose: "", channel: ""), Said(2, true, at: 9, purpose: "research", channel: "")]))
        #expect(narrow.allows(purpose: "research", channel: "email") && !narrow.allows(purpose: "marketing", channel: "email"))
    }

    @Test("Read from a record: the time and the document of the very change that said it, former words, a purpose in dispute")
    func reading() throws {
        var state = RecordState(id: RecordID(entity: "consent", source: People.source(1), key: LocalKey(.integer(1)), life: Self.life(1)))
        func admit(_ counter: UInt64, _ fields: [FieldName: Value], _ context: Context = .chain) {
            let change = Change(
                time: Timestamp(milliseconds: UInt64(Self.start) + counter),
                action: .write(
                    Subject(entity: "consent", key: state.id.key, life: counter == 1 ? nil : Self.life(1)),
                    fields.map { FieldWrite($0.key, $0.value, context: context) }))
            state.admit(
                change, precedence: Precedence(isInBound: true, time: change.time, dot: Dot(Self.life(1).replica, counter)),
                source: People.source(1), lineage: Lineage())
        }
        admit(1, ["purpose": " Marketing ", "channel": "E-Mail", "given": 1, "at": .integer(Self.start - 9), "document": "v1"])
        admit(2, ["given": 0])
        let former = SupersededValue(
            field: "given", value: 1,
            precedence: Precedence(isInBound: true, time: Timestamp(milliseconds: UInt64(Self.start) + 1), dot: Self.life(1)),
            endedBy: Precedence(isInBound: true, time: Timestamp(milliseconds: UInt64(Self.start) + 2), dot: Dot(Self.life(1).replica, 2)))
        let record = ConsentRecord(state, former: [former]) { _ in "web" }
        #expect(record.purposes == ["marketing"] && record.channels == ["email"])
        #expect(record.words.map(\.isGiven) == [false] && record.words[0].at == nil && record.words[0].document == "v1")
        #expect(record.former.map(\.at) == [Self.start - 9] && record.former.map(\.isGiven) == [true])
        let entry = try #require(ConsentRegister([record]).entries.first)
        #expect(entry.isGiven == false && entry.history.map(\.isGiven) == [false, true])
        admit(3, ["given": 1])
        admit(4, ["purpose": "research"], .named([]))
        let disputed = ConsentRegister([ConsentRecord(state) { _ in nil }])
        #expect(disputed.entries.map(\.isGiven) == [nil, nil])
        admit(5, ["given": 0])
        #expect(ConsentRegister([ConsentRecord(state) { _ in nil }]).entries.map(\.isGiven) == [false, false])
    }

    @Test(
        "Stages: who bought or gave back is a customer, who did or agreed to anything a prospect, anybody else a lead",
        arguments: [
            (0, 0, 0, 0, nil, .lead), (1, 0, 0, 0, nil, .customer), (0, 1, 0, 0, nil, .customer), (0, 0, 1, 0, nil, .prospect),
            (0, 0, 0, 1, nil, .prospect), (0, 0, 0, 0, true, .prospect), (0, 0, 0, 0, false, .lead),
        ] as [(Int, Int, Int, Int, Bool?, Stage)])
    func stages(purchases: Int, returns: Int, events: Int, attempts: Int, consent: Bool?, stage: Stage) {
        var measures = Measures()
        (measures.purchases, measures.returns, measures.events, measures.attempts) = (purchases, returns, events, attempts)
        let said = consent.map { [Said(1, $0, at: 5)] } ?? []
        #expect(Stage(measures, consents: ConsentRegister(Self.records(said))) == stage)
    }
}
