import Causality
import ChangeSets
import HubRuntime
import Merging
import Profiles
import Testing

/// A checker that cannot fail proves nothing: each is handed a history with one thing wrong, and has to name that.
@Suite("The simulator's checkers")
struct CheckerTests {
    private static let till = ReplicaID(high: 1, low: 1)
    private static let restored = ReplicaID(high: 1, low: 2)
    private static let hub = ReplicaID(high: 2, low: 1)
    private static let life = Dot(till, 1)
    private static let time = Timestamp(milliseconds: 1)

    private static func subject(_ life: Dot?, entity: EntityName = "customer") -> Subject {
        Subject(entity: entity, key: LocalKey(.integer(1)), life: life)
    }

    private static func write(
        _ note: String, _ replica: ReplicaID, _ counter: UInt64, life: Dot? = life, context: Context = .chain
    ) -> JournalHistory.Entry {
        let field = FieldWrite("note", .text(Text(note)), context: context)
        return JournalHistory.Entry(
            dot: Dot(replica, counter), change: Change(time: time, action: .write(subject(life), [field])), isByHub: replica == hub)
    }

    private static func deletion(_ replica: ReplicaID, _ counter: UInt64, context: Context = .chain) -> JournalHistory.Entry {
        JournalHistory.Entry(
            dot: Dot(replica, counter), change: Change(time: time, action: .delete(subject(life), context)), isByHub: replica == hub)
    }

    private static let first = write("one", till, 1, life: nil)

    private static func places(_ entries: [JournalHistory.Entry], follows: [ReplicaID: Dot] = [:]) -> [String: [TokenPlace]] {
        let history = JournalHistory(entries, follows: follows)
        return TokenLedger(written: [:], deletions: []).bearers(in: history).mapValues { $0.map(\.place) }
    }

    // MARK: where words are

    @Test("each word is in its place: the only value, superseded, a sibling, deleted, withdrawn, held")
    func places() {
        let edit = Self.write("two", Self.till, 2)
        #expect(Self.places([Self.first, edit]) == ["one": [.superseded], "two": [.live]])
        let other = Self.write("three", Self.restored, 1)
        let follows = [Self.restored: Dot(Self.till, 1)]
        #expect(
            Self.places([other, edit, Self.first], follows: follows) == ["one": [.superseded], "two": [.sibling], "three": [.sibling]])
        let later = [Self.restored: Dot(Self.till, 2)]
        #expect(Self.places([other, edit, Self.first], follows: later) == ["one": [.superseded], "two": [.superseded], "three": [.live]])
        #expect(Self.places([Self.first, Self.deletion(Self.till, 2)]) == ["one": [.deleted]])
        #expect(Self.places([Self.first, edit, Self.deletion(Self.restored, 1)], follows: follows)["two"] == [.live])
        let decision = Self.write("hub", Self.hub, 1, context: .named([Self.life]))
        #expect(Self.places([Self.first, decision]) == ["one": [.withdrawn], "hub": [.live]])
        let removal = Self.deletion(Self.hub, 1, context: .named([Self.life]))
        #expect(Self.places([Self.first, removal]) == ["one": [.withdrawn]])
        let held = JournalHistory([Self.first, edit], held: [edit.dot: .quarantined])
        #expect(TokenLedger(written: [:], deletions: []).bearers(in: held)["two"]?.map(\.place) == [.quarantined])
    }

    @Test("a word that nobody wrote, one that was overwritten or deleted unseen, and one that stands twice are named")
    func tokens() {
        let edit = Self.write("two", Self.till, 2)
        func violations(_ entries: [JournalHistory.Entry], _ written: [String: Set<String>], _ deletions: [Set<String>] = []) -> [String] {
            TokenLedger(written: written, deletions: deletions).violations(JournalHistory(entries))
        }
        let known: [String: Set<String>] = ["one": ["one"], "two": ["one", "two"]]
        #expect(violations([Self.first, edit], known) == [])
        #expect(violations([Self.first, edit], ["one": ["one"]]) == ["ghost: nobody wrote \"two\""])
        #expect(
            violations([Self.first, edit], ["one": ["one"], "two": ["two"]]) == [
                "overwritten: \"one\" by \"two\", whose writer had not seen it"
            ])
        let deleted = [Self.first, Self.deletion(Self.till, 2)]
        #expect(violations(deleted, known, [["one"]]) == [])
        #expect(violations(deleted, known, [["two"]]) == ["deleted: \"one\", by nobody who had seen it"])
        let twice = [Self.first, Self.write("one", Self.restored, 1, life: nil)]
        #expect(violations(twice, known) == ["doubled: \"one\" stands in 2 living customers"])
        let restored = TokenLedger(written: known, deletions: [], filesWentBack: true)
        #expect(restored.violations(JournalHistory(twice)) == [])
    }

    @Test(
        "a sibling that is hidden, a value that is live no more or was written otherwise, a death that is none and a record that is gone are named"
    )
    func siblings() throws {
        let edit = Self.write("two", Self.till, 2)
        let history = JournalHistory([Self.first, edit])
        let record = try #require(history.records[Self.life])
        let check = SiblingCheck(life: Self.life, record: record, history: history)
        func shown(_ values: [Dot: String], isDeleted: Bool = false) -> SiblingCheck.Shown {
            SiblingCheck.Shown(isDeleted: isDeleted, fields: ["note": values.mapValues { .text($0) }])
        }
        let name = "customer \(Self.life)"
        #expect(check.violations(shown([edit.dot: "two"])) == [])
        #expect(check.violations(shown([:])) == ["hidden: note of \(name), written as \(edit.dot)"])
        #expect(
            check.violations(shown([edit.dot: "two", Self.life: "one"])) == ["not live: note of \(name), written as \(Self.life)"])
        #expect(check.violations(shown([edit.dot: "two"], isDeleted: true)) == ["\(name) is shown as deleted, and is not"])
        #expect(
            check.violations(shown([edit.dot: "one"])) == [
                "ghost: note of \(name) is shown as \"one\", and \(edit.dot) wrote something else"
            ])
        #expect(check.violations(nil) == ["gone: \(name) is nowhere"])
    }

    // MARK: persons

    @Test("two customers who are one person by the rules and are shown as two, and the other way round, are named")
    func persons() {
        let lives = [Dot(Self.till, 1), Dot(Self.till, 2)]
        let records = lives.map { life in
            LinkRecord(
                id: RecordID(entity: "customer", source: SourceID(Self.till), key: LocalKey([]), life: life),
                created: Precedence(isInBound: true, time: Self.time, dot: life),
                identifiers: [Identifier(kind: .email, value: Text("person1@example.org"))])
        }
        let living = Dictionary(uniqueKeysWithValues: lives.map { ($0, Set(["person1@example.org"])) })
        var check = LinkCheck(records: records, profiles: [lives[0]: lives[0], lives[1]: lives[0]], decisions: [], living: living)
        #expect(check.violations == [])
        check.decisions = [LinkDecision(.neverSame, records[0].id, records[1].id)].compactMap { $0 }
        #expect(check.violations.count == 3)
        check.profiles[lives[1]] = lives[1]
        #expect(check.violations == [])
        check.decisions = []
        #expect(check.violations.contains { $0.hasPrefix("profiles: by the rules one person is") })
        check.living[lives[1]] = nil
        #expect(check.violations.contains { $0.hasSuffix("is no living customer") })
    }

    @Test("a person's field that nobody wrote so, that comes from another record or is live no more, and one that is not shown are named")
    func profiles() {
        let edit = Self.write("two", Self.till, 2)
        let check = ProfileCheck(lives: [Self.life], history: JournalHistory([Self.first, edit]))
        func shown(_ value: String, _ dot: Dot, of record: Dot = Self.life, beaten: String = "", under field: String = "note") -> JSONAnswer
        {
            JSONAnswer(
                bytes: Array(
                    #"{"fields":{"\#(field)":{"value":"\#(value)","dot":"\#(dot)","record":"\#(record)","beaten":[\#(beaten)]}}}"#.utf8))
        }
        let (name, other) = ("note of the profile of [\(Self.life)]", Dot(Self.restored, 1))
        let beaten = #"{"value":"one","dot":"\#(Self.life)","record":"\#(Self.life)"}"#
        #expect(check.violations(shown("two", edit.dot, beaten: beaten)) == [])
        #expect(check.violations(shown("one", Self.life)) == ["not live: \(name), written as \(Self.life)"])
        #expect(check.violations(shown("three", edit.dot)) == ["ghost: \(name) is not what \(edit.dot) wrote"])
        #expect(check.violations(shown("two", other)) == ["ghost: \(name) comes from no write of one of its customers"])
        #expect(check.violations(shown("two", edit.dot, of: other)) == ["ghost: \(name) comes from no write of one of its customers"])
        let wrong = beaten.replacing("one", with: "two")
        #expect(check.violations(shown("two", edit.dot, beaten: wrong)) == ["ghost: \(name) is not what \(Self.life) wrote"])
        #expect(check.violations(shown("two", edit.dot, under: "name")).contains("hidden: the profile of [\(Self.life)] has no note"))
        #expect(check.violations(JSONAnswer(bytes: [])) == ["profile of [\(Self.life)]: it has no fields"])
    }

    // MARK: the journal as it grows

    private struct Journal {
        var rows: [JournalRow] = []
        private let key = SigningKey()

        mutating func add(_ changes: [Change], first: UInt64, previous: Digest = .zero) throws {
            let opening = first == 1 ? ChangeSet.Opening(source: SourceID(CheckerTests.till), name: Text("till"), follows: nil) : nil
            let set = ChangeSet(
                replica: CheckerTests.till, first: first, previous: previous, opening: opening, part: .whole(drain: first), changes: changes
            )
            let encoded = try ChangeSetCodec.encode(set, seed: [UInt8](repeating: 7, count: ChangeSetCodec.seedByteCount), key: key)
            rows.append(
                JournalRow(
                    number: UInt64(rows.count + 1), replica: 1, first: first, last: set.last, hash: encoded.hash,
                    received: CheckerTests.time,
                    offsetMilliseconds: 0, ruleVersion: 1, agent: key.publicKey, bytes: encoded.bytes))
        }
    }

    private static func sale(_ number: String) -> Change {
        Change(time: time, action: .write(subject(nil, entity: "sale"), [FieldWrite("number", .text(Text(number)))]))
    }

    private static func line(of sale: Dot) -> Change {
        let reference = Reference(entity: "sale", key: LocalKey(.integer(1)), life: sale)
        return Change(time: time, action: .write(subject(nil, entity: "sale line"), [FieldWrite("sale", .reference(reference))]))
    }

    private static func look(_ journal: Journal) throws -> [String] {
        var watch = JournalWatch()
        return try watch.look(at: journal.rows, everSold: ["one": [:]], linesSold: ["one": 1]).violations
    }

    @Test("a torn, a doubled and a forged sale, and a set that comes out of order, are named")
    func journal() throws {
        var journal = Journal()
        try journal.add([Self.sale("one"), Self.line(of: Dot(Self.till, 1))], first: 1)
        #expect(try Self.look(journal) == [])
        var doubled = journal
        try doubled.add([Self.sale("one"), Self.line(of: Dot(Self.till, 3))], first: 3, previous: journal.rows[0].hash)
        #expect(try Self.look(doubled).allSatisfy { $0.hasPrefix("doubled: sale one") })
        #expect(try !Self.look(doubled).isEmpty)
        var forged = journal
        try forged.add([Self.sale("two")], first: 3, previous: journal.rows[0].hash)
        #expect(try Self.look(forged) == ["forged: sale two was never made"])
        var late = journal
        try late.add([Self.line(of: Dot(Self.till, 1))], first: 4, previous: journal.rows[0].hash)
        #expect(try Self.look(late).contains { $0.hasPrefix("out of order") })
        var torn = Journal()
        try torn.add([Self.sale("one")], first: 1)
        #expect(try Self.look(torn) == ["torn: sale one came with 0 of its 1 lines"])
    }

    @Test("what was acknowledged and is not at the hub is named, and what nobody could keep is not")
    func receipts() {
        let receipt = Receipt(
            replica: Self.till, last: 1, hash: .zero, position: Position(generation: Self.hub, number: 1, line: 0), keepUntil: 0,
            time: Self.time)
        var ledger = ReceiptLedger()
        ledger.note(ToldSale(number: "one", dot: Self.life, lines: nil), of: "shop-1")
        #expect(ledger.lost(Received()) == [])
        ledger.acknowledge(receipt)
        #expect(ledger.lost(Received()) == ["one"])
        ledger.hubRestored(Received(), has: [:], isOlder: true, cloned: [])
        #expect(ledger.lost(Received()) == [])
    }

    @Test("a decision that a site keeps and the hub lacks is named")
    func decisions() {
        var ledger = DecisionLedger()
        let decision = KeptDecision(number: 1, first: Dot(Self.hub, 3), sealed: [])
        ledger.given(KeptDecisions(keepUntil: 0, decisions: [decision]), to: "shop-1")
        #expect(ledger.lost(has: [Self.hub: 3]) == [])
        #expect(ledger.lost(has: [Self.hub: 2]) == [Dot(Self.hub, 3)])
        ledger.diskFailed(at: "shop-1")
        #expect(ledger.lost(has: [:]) == [])
    }
}
