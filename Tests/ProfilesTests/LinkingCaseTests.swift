import Causality
import ChangeSets
import Merging
import Profiles
import TestSupport
import Testing

@Suite("Linking: the cases that the rules are made for")
struct LinkingCaseTests {
    private func record(_ number: Int, source: Int, _ identifiers: [Identifier], at time: UInt64 = 1, isInBound: Bool = true) -> LinkRecord
    {
        let id = People.id(number, source: source)
        return LinkRecord(
            id: id, created: Precedence(isInBound: isInBound, time: Timestamp(milliseconds: time), dot: id.life), identifiers: identifiers)
    }

    private let email = Identifier(kind: .email, value: "jane@example.com")
    private let phone = Identifier(kind: .phone, value: "+442079460018")

    @Test("S28: a loyal customer at eleven shops stays one; a phone on many records of one shop links nothing and is reported")
    func limitsGoBySource() {
        let loyal = (1...11).map { record($0, source: $0, [email]) }
        #expect(Linking.link(loyal, decisions: [], rules: .standard).profiles.count == 1)
        // Far from what one person may have: the limit alone keeps them apart.
        let kiosk = (1...12).map { record($0, source: 1, [phone]) }
        let linking = Linking.link(kiosk, decisions: [], rules: .standard)
        #expect(linking.profiles.count == 12)
        #expect(linking.sharedValues == [SharedValue(identifier: phone, source: People.source(1), records: 12)])
    }

    @Test("S28: the limit is judged over the whole set: the record that reaches it takes the links away again")
    func limitReached() throws {
        let tables = Tables()
        var rules = LinkRules.standard
        rules.ranks = [.init(kind: .phone, recordsPerSourceMax: 2)]
        var profiles = 0
        for number in 1...3 {
            let next = record(number, source: 1, [phone])
            tables.records[next.id] = next
            let update = try LinkUpdate([LinkChange(before: nil, after: next)], index: tables, rules: rules)
            profiles = update.linking.profiles.count
            #expect(update.records.count == number)
        }
        #expect(profiles == 3)
    }

    @Test("A value that many hold costs nothing when one more record holds it")
    func sharedValuesAreNotWalked() throws {
        let tables = Tables()
        for number in 1...50 {
            let held = record(number, source: 1, [phone])
            tables.records[held.id] = held
        }
        let next = record(51, source: 1, [phone, email])
        tables.records[next.id] = next
        let update = try LinkUpdate([LinkChange(before: nil, after: next)], index: tables, rules: .standard)
        #expect(update.records == [next.id])
        #expect(!tables.allAsked.contains(phone))
        #expect(update.linking.sharedValues.map(\.records) == [51])
    }

    @Test("S29: a kind that would make one person of too many records joins none of them, and says so; other kinds still do")
    func tooManyRecords() {
        var rules = LinkRules.standard
        rules.componentRecordsMax = 3
        let records = [
            record(1, source: 1, [email, phone]), record(2, source: 2, [email, phone]), record(3, source: 3, [phone]),
            record(4, source: 4, [phone]),
        ]
        let linking = Linking.link(records, decisions: [], rules: rules)
        #expect(Set(linking.profiles.map(\.records.count)) == [1, 2])
        #expect(linking.refusals == [.tooManyRecords(kind: .phone, records: records.map(\.id).sorted { $0.life < $1.life })])
    }

    @Test("Of refused pairs the first 10,000 are listed, and how many more there are is told")
    func manyRefusals() {
        // Every two of them have the phone, and no two a name that slips of the finger could make of each other.
        func word(_ number: Int) -> String {
            [number / 12, number % 12].map { String(repeating: String(UnicodeScalar(UInt8(97 + $0))), count: 3) }.joined()
        }
        func refusals(_ names: Int) -> Linking {
            var rules = LinkRules.standard
            rules.ranks = [.init(kind: .phone, recordsPerSourceMax: 1_000, isExclusive: false)]
            rules.componentRecordsMax = 10_000
            let records = (1...names).map { number in
                let id = People.id(number, source: 1)
                return LinkRecord(
                    id: id, created: Precedence(isInBound: true, time: Timestamp(milliseconds: 1), dot: id.life), identifiers: [phone],
                    names: [PersonName(first: word(number), last: word(number)).text])
            }
            return Linking.link(records, decisions: [], rules: rules)
        }
        let few = refusals(141)
        #expect(few.profiles.count == 141 && few.refusals.count == 9_870 && few.refusalsLeftOut == 0)
        let many = refusals(142)
        #expect(many.profiles.count == 142 && many.refusals.count == Linking.pairRefusalsMax && many.refusalsLeftOut == 11)
        #expect(Array(many.refusals.prefix(100)).allSatisfy { $0.recordCount == 2 })
    }

    @Test("S29: never the same holds against every chain of links, and the refused pair is shown with its reason")
    func neverTheSame() throws {
        let records = [record(1, source: 1, [email]), record(2, source: 2, [email, phone]), record(3, source: 3, [phone])]
        let never = try #require(LinkDecision(.neverSame, records[0].id, records[2].id))
        let linking = Linking.link(records, decisions: [never], rules: .standard)
        #expect(linking.profiles.map(\.records) == [[records[0].id, records[1].id], [records[2].id]])
        #expect(linking.refusals == [.pair(.neverSame, lower: records[1].id, higher: records[2].id, reason: .identifier(phone))])
    }

    @Test("A phone that several people may have joins records of two shops, unless their names contradict each other")
    func sharedPhone() {
        func named(_ number: Int, source: Int, _ first: String, _ last: String) -> LinkRecord {
            let plain = record(number, source: source, [phone])
            let names = first.isEmpty && last.isEmpty ? [] : [PersonName(first: first, last: last).text]
            return LinkRecord(id: plain.id, created: plain.created, identifiers: plain.identifiers, names: names)
        }
        let (ann, initial, bob, nameless) = (
            named(1, source: 1, "Ann", "Lee"), named(2, source: 2, "A", "Lee"), named(3, source: 3, "Bob", "Lee"),
            named(4, source: 4, "", "")
        )
        #expect(Linking.link([ann, initial, nameless], decisions: [], rules: .standard).profiles.count == 1)
        let linking = Linking.link([ann, bob, nameless], decisions: [], rules: .standard)
        #expect(linking.profiles.map(\.records) == [[ann.id, nameless.id], [bob.id]])
        #expect(linking.refusals == [.pair(.names, lower: ann.id, higher: bob.id, reason: .identifier(phone))])
    }

    @Test("A card that is given to somebody else joins nobody: neither first nor last name is alike; a marriage changes one of them")
    func reusedID() {
        let card = Identifier(kind: .id, value: "CARD1")
        func named(_ number: Int, _ first: String, _ last: String) -> LinkRecord {
            let plain = record(number, source: number, [card])
            return LinkRecord(
                id: plain.id, created: plain.created, identifiers: [card], names: [PersonName(first: first, last: last).text])
        }
        let (ann, married, bob) = (named(1, "Ann", "Lee"), named(2, "Ann", "Smith"), named(3, "Bob", "Miller"))
        let linking = Linking.link([ann, married, bob], decisions: [], rules: .standard)
        #expect(linking.profiles.map(\.records) == [[ann.id, married.id], [bob.id]])
        #expect(linking.refusals == [.pair(.names, lower: ann.id, higher: bob.id, reason: .identifier(card))])
    }

    @Test("A device tells whose an unknown visitor's record is, and never joins two known persons, in whichever order")
    func devices() {
        let device = Identifier(kind: .device, value: "D1")
        let jane = record(1, source: 1, [email, device])
        let visitors = [record(2, source: 2, [device]), record(3, source: 3, [device])]
        #expect(Linking.link([jane] + visitors, decisions: [], rules: .standard).profiles.map(\.records.count) == [3])
        let joe = record(4, source: 1, [phone, device])
        let linking = Linking.link([jane, joe] + visitors, decisions: [], rules: .standard)
        #expect(linking.profiles.allSatisfy { $0.records.count == 1 })
        let holders = [jane, joe].map(\.id) + visitors.map(\.id)
        #expect(linking.refusals == [.severalPersons(identifier: device, records: holders.sorted { $0.life < $1.life })])
    }

    @Test("Records with different account ids are never one person by a rule; an operator may still say so")
    func unchanging() throws {
        func account(_ value: Text) -> Identifier { Identifier(kind: .account, value: value) }
        let records = [record(1, source: 1, [email, account("A1")]), record(2, source: 2, [email, account("A2")])]
        let linking = Linking.link(records, decisions: [], rules: .standard)
        #expect(linking.profiles.count == 2)
        #expect(
            linking.refusals == [
                .pair(.unchanging(.account), lower: records[0].id, higher: records[1].id, reason: .identifier(email))
            ])
        let same = try #require(LinkDecision(.same, records[0].id, records[1].id))
        #expect(Linking.link(records, decisions: [same], rules: .standard).profiles.count == 1)
    }

    @Test("Kinds combined link where all parts agree, whatever the parts alone may do")
    func combined() {
        var desk = Desk()
        var rules = LinkRules.standard
        rules.ranks = [.init(kind: [.phone, .postcode], recordsPerSourceMax: 2)]
        let fields: [[FieldName: Value]] = [
            ["phone": "+44 20 7946 0018", "postcode": "N1 9GU"], ["phone": "+442079460018", "postcode": "n1 9gu"],
            ["phone": "+442079460018", "postcode": "SW1A 1AA"],
        ]
        let records = fields.enumerated().map { index, fields in
            let state = desk.create(fields, source: index, at: 1)
            return LinkRecord(
                state, created: Precedence(isInBound: true, time: Timestamp(milliseconds: 1), dot: state.id.life), rules: rules)
        }
        #expect(Linking.link(records, decisions: [], rules: rules).profiles.map(\.records.count) == [2, 1])
    }

    @Test(
        "Kinds are written by their names, joined by a plus; traits alone are none",
        arguments: [
            ("phone", true), ("phone+name", true), ("name+phone", true), ("name", false), ("name+postcode", false), ("fax", false),
            ("phone+phone", false), ("", false),
        ])
    func kindText(text: String, isKind: Bool) {
        #expect((Identifier.Kind(text) != nil) == isKind)
        if let kind = Identifier.Kind(text) { #expect(Identifier.Kind(kind.description) == kind) }
    }

    @Test(
        "Names contradict where first or last names differ by more than a slip, a short form or their order",
        arguments: [
            ("Ann", "Lee", "ann", "LEE", false), ("Ann", "Lee", "A", "Lee", false), ("Rob", "Lee", "Robert", "Lee", false),
            ("Jose\u{301}", "Lee", "José", "Lee", false), ("Lee", "Ann", "Ann", "Lee", false), ("Carol", "Lee", "Carlo", "Lee", false),
            ("", "Lee", "Ann", "Lee", false), ("A.", "Lee", "Ann", "Lee", false), ("J. R.", "Lee", "John Ronald", "Lee", false),
            ("A.", "Lee", "Bob", "Lee", true), ("J. R.", "Lee", "John Edward", "Lee", true),
            ("Ann", "Lee", "Bob", "Lee", true), ("Ann", "Lee", "Ann", "Smith", true), ("Ann", "", "Bob", "", true),
        ])
    func names(first: String, last: String, otherFirst: String, otherLast: String, contradict: Bool) {
        let (one, other) = (PersonName(first: first, last: last), PersonName(first: otherFirst, last: otherLast))
        #expect(one.contradicts(other) == contradict)
        #expect(other.contradicts(one) == contradict)
        #expect(PersonName(text: one.text) == one)
    }

    @Test("a name comes back from its text, whatever was typed", arguments: ["a\u{1F}b", "\u{1F}", "ä\u{1F}ö", " x \u{1F} y "])
    func nameWithSeparator(typed: String) {
        for name in [PersonName(first: typed, last: "Lee"), PersonName(first: "Ann", last: typed), PersonName(whole: typed)] {
            #expect(PersonName(text: name.text) == name)
        }
    }

    @Test("An operator's link outlives rules that would not make it; taken back, the records part")
    func operatorsLink() throws {
        let records = [record(1, source: 1, []), record(2, source: 2, [])]
        let same = try #require(LinkDecision(.same, records[1].id, records[0].id))
        let noRules = LinkRules(version: 2, ranks: [], componentRecordsMax: 1)
        #expect(Linking.link(records, decisions: [same], rules: noRules).profiles.map(\.records.count) == [2])
        #expect(Linking.link(records, decisions: [], rules: noRules).profiles.map(\.records.count) == [1, 1])
        #expect(LinkDecision(.same, records[0].id, records[0].id) == nil)
        #expect(LinkDecision(.neverSame, records[0].id, records[1].id) == LinkDecision(.neverSame, records[1].id, records[0].id))
    }

    @Test("Where a pair is declared both, never the same holds")
    func contradictingDecisions() throws {
        let records = [record(1, source: 1, [email]), record(2, source: 2, [email])]
        let decisions = [LinkDecision(.same, records[0].id, records[1].id), LinkDecision(.neverSame, records[0].id, records[1].id)]
            .compactMap { $0 }
        #expect(Linking.link(records, decisions: decisions, rules: .standard).profiles.count == 2)
    }

    @Test("A profile bears the life of its oldest record: a later record never renames it, a clock in 1970 does not either")
    func profileID() {
        let first = record(9, source: 9, [email], at: 100)
        let later = record(1, source: 1, [email], at: 200)
        let absurd = record(2, source: 2, [email], at: 0, isInBound: false)
        let linking = Linking.link([later, absurd, first], decisions: [], rules: .standard)
        #expect(linking.profiles.map(\.id) == [ProfileID(life: first.id.life)])
    }

    @Test("A profile's id has one spelling and comes back")
    func profileIDText() {
        let id = ProfileID(life: Dot(ReplicaID(high: 1, low: 2), 42))
        #expect(id.description == "p00000000000000010000000000000002-42")
        #expect(ProfileID(id.description) == id)
        for text in [
            "", "p", "00000000000000010000000000000002-42", "p00000000000000010000000000000002-042", "p00000000000000010000000000000002-0",
            "p00000000000000010000000000000002-+1", "p1-1", "p00000000000000010000000000000002-4-2",
        ] {
            #expect(ProfileID(text) == nil, "\(text)")
        }
    }

    @Test("Law 4: of many records, every one is in exactly one profile, joined by one link fewer than it has records")
    func size() {
        var generator = SeededGenerator(seed: 7)
        let records = (0..<20_000).map { number in
            let value = Text("v\(Int.random(in: 0..<15_000, using: &generator))")
            return record(number, source: number % 50, [Identifier(kind: .email, value: value)])
        }
        let linking = Linking.link(records, decisions: [], rules: .standard)
        #expect(linking.profiles.reduce(0) { $0 + $1.records.count } == records.count)
        #expect(linking.profiles.allSatisfy { $0.links.count == $0.records.count - 1 })
    }
}
