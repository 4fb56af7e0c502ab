import Causality
import ChangeSets
import Merging
import TestSupport
import Testing

@testable import Profiles

@Suite("Bounds of what is told of a person")
struct PersonListBoundTests {
    @Test("Of words on a purpose the latest are told, so many of them", arguments: [0, 1])
    func consentHistory(more: Int) throws {
        let id = RecordID(
            entity: "consent", source: People.source(1), key: LocalKey(.integer(1)), life: Dot(ReplicaID(high: 0xC0, low: 1), 1))
        let words = (1...UInt64(ConsentRegister.historyMax + more)).map { number in
            ConsentRecord.Word(
                isGiven: number.isMultiple(of: 2), record: id,
                precedence: Precedence(
                    isInBound: true, time: Timestamp(milliseconds: 1_577_836_800_000 + number), dot: Dot(id.life.replica, number)))
        }
        let record = ConsentRecord(
            purposes: ["marketing"], channels: ["email"], words: [words[words.count - 1]], former: Array(words.dropLast()))
        let history = try #require(ConsentRegister([record]).entries.first).history
        #expect(history.count == ConsentRegister.historyMax)
        #expect(history.first?.dot.counter == UInt64(words.count) && history.last?.dot.counter == UInt64(1 + more))
    }

    @Test("Of sizes and colours those with most units are told, so many of them", arguments: [0, 1])
    func traits(more: Int) {
        var tally = MeasuresTally(now: Timestamp(milliseconds: 1_700_000_000_000))
        let units = Int64(Measures.traitsMax + more)
        for number in 1...units {
            tally.add(
                Measures.Line(
                    traits: ItemTraits(size: Text("s\(number)"), colour: Text("c\(number)")), quantity: number, at: 1_600_000_000_000))
        }
        let total = tally.total
        #expect(total.sizes.count == Measures.traitsMax && total.colours.count == Measures.traitsMax)
        #expect(total.sizes.first?.value == Text("s\(units)") && total.sizes.last?.value == Text("s\(1 + more)"))
    }

    @Test("Of purchases the latest are kept whole, so many of them", arguments: [0, 1])
    func recent(more: Int) {
        let all = (1...PurchaseSummary.recentMax + more).map { number in
            Purchase(
                record: People.id(number, source: 1), number: nil, site: "shop", time: Timestamp(milliseconds: UInt64(number)), total: 1,
                currency: "GBP")
        }
        let recent = PurchaseSummary(all).recent
        #expect(recent.count == PurchaseSummary.recentMax && recent.last?.time == Timestamp(milliseconds: UInt64(1 + more)))
    }

    @Test("Of the combinations of a record's values so many identify", arguments: [0, 1])
    func combinations(more: Int) {
        var rules = LinkRules.standard
        rules.ranks = [.init(kind: [.phone, .email], recordsPerSourceMax: 2)]
        let phones = (0..<LinkRules.combinationsMax + more).map { Identifier(kind: .phone, value: Text("+4420794\(60_000 + $0)")) }
        let made = rules.combinations(of: phones + [Identifier(kind: .email, value: "a@x.org")])
        #expect(made.count == LinkRules.combinationsMax)
    }
}
