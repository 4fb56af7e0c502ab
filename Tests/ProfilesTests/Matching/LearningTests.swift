import Foundation
import Testing

@testable import Profiles

@Suite("Learning a model and proposing")
struct LearningTests {
    static let bounds = LearningBounds(randomPairsMax: 20_000, fellowPairsMax: 4_000, candidatePairsMax: 100_000)

    struct Outcome {
        var model: MatchModel
        var proposals: [Proposal]
        var people: [[UInt32]]
    }

    static func outcome(_ records: [PersonTraits], bitsMin: Double = MatchThreshold.proposal, seed: UInt64 = 1) -> Outcome {
        let blocks = PersonBlocks(records)
        var chance = SyntheticPeople.Seeded(state: seed)
        let model = MatchModel.learned(from: blocks, bounds: bounds, chance: &chance)
        let scorer = MatchScorer(model)
        let proposals = blocks.proposals(scorer, bitsMin: Float(bitsMin))
        return Outcome(model: model, proposals: proposals, people: blocks.people(from: proposals, scorer, bitsMin: Float(bitsMin)))
    }

    @Test("the order of records changes nothing")
    func order() {
        let records = SyntheticPeople(.init(people: 120), seed: 4).records.map { PersonTraits($0) }
        let (forward, backward) = (Self.outcome(records), Self.outcome(records.reversed()))
        let last = UInt32(records.count - 1)
        #expect(forward.model == backward.model)
        #expect(forward.people == backward.people.map { $0.map { last - $0 }.sorted() }.sorted { $0[0] < $1[0] })
        #expect(
            Set(forward.proposals)
                == Set(backward.proposals.map { Proposal(lower: last - $0.higher, higher: last - $0.lower, bits: $0.bits) }))
    }

    @Test("any number of threads finds the same, in the same order", arguments: [1, 2, 5])
    func threads(count: Int) {
        let blocks = PersonBlocks(SyntheticPeople(.init(people: 300), seed: 4).records.map { PersonTraits($0) })
        let scorer = MatchScorer(.standard(records: blocks.records.count))
        let alone = blocks.proposals(scorer, bitsMin: -3)
        #expect(alone.count > 100)
        #expect(blocks.proposals(scorer, bitsMin: -3, threads: count) == alone)
    }

    @Test("a model survives being written and read")
    func coding() throws {
        let model = Self.outcome(SyntheticPeople(.init(people: 80), seed: 4).records.map { PersonTraits($0) }).model
        #expect(MatchModel(json: [UInt8](try JSONEncoder().encode(model))) == model)
    }

    @Test("a stored model that lacks a comparison or a level, or is of another version, is none")
    func damagedModel() throws {
        let whole = MatchModel.standard(records: 100)
        let damages: [(inout MatchModel) -> Void] = [
            { $0.comparisons.removeLast() }, { $0.comparisons = [] }, { $0.comparisons[0].same.removeLast() },
            { $0.comparisons[1].different = [] }, { $0.version += 1 },
        ]
        for (place, damage) in damages.enumerated() {
            var model = whole
            damage(&model)
            #expect(MatchModel(json: [UInt8](try JSONEncoder().encode(model))) == nil, "damage \(place)")
        }
        #expect(MatchModel(json: []) == nil)
    }

    @Test("a stored model is none with a number that is no chance: below the least one, above 1, or nothing left for strangers")
    func chances() throws {
        let whole = MatchModel.standard(records: 100)
        let least = MatchModel.leastChance
        let edges: [(isModel: Bool, change: (inout MatchModel) -> Void)] = [
            (true, { $0.samePerson = least }), (false, { $0.samePerson = least / 2 }), (false, { $0.samePerson = -0.1 }),
            (true, { $0.comparisons[0].same[0] = 1 }), (false, { $0.comparisons[0].same[0] = 1.001 }),
            (true, { $0.comparisons[1].different[2] = least }), (false, { $0.comparisons[1].different[2] = 0 }),
            (true, { ($0.samePerson, $0.sameHousehold) = (0.5, 0.25) }), (false, { ($0.samePerson, $0.sameHousehold) = (0.5, 0.5) }),
            (true, { $0.frequencies[0] = TermFrequencies([(term: 7, chance: 1)], rest: 0.5) }),
            (false, { $0.frequencies[0] = TermFrequencies([(term: 7, chance: 0)], rest: 0.5) }),
            (false, { $0.frequencies[0] = TermFrequencies([], rest: -1) }),
        ]
        for (place, edge) in edges.enumerated() {
            var model = whole
            edge.change(&model)
            #expect((MatchModel(json: [UInt8](try JSONEncoder().encode(model))) != nil) == edge.isModel, "edge \(place)")
        }
    }

    @Test("few records, one record and none teach nothing wild", arguments: [0, 1, 2, 5])
    func few(count: Int) {
        let records = SyntheticPeople(.init(people: max(count, 1), duplicates: 0), seed: 8).records.prefix(count).map { PersonTraits($0) }
        let outcome = Self.outcome(records)
        for (chances, comparison) in zip(outcome.model.comparisons, Comparison.allCases) {
            #expect(chances.same.allSatisfy { $0 > 0 && $0 < 1 }, "\(comparison)")
            #expect(chances.different.allSatisfy { $0 > 0 && $0 <= 1 }, "\(comparison)")
        }
        #expect(outcome.people.isEmpty)
    }

    @Test("identical records, and records with nothing in them, are learnt from without a trap")
    func degenerate() {
        let one = PersonTraits([
            (field: "first name", value: "Ada"), (field: "last name", value: "Byron"), (field: "birth date", value: "1815-12-10"),
        ])
        #expect(Self.outcome(Array(repeating: PersonTraits([]), count: 300)).people.isEmpty)
        _ = Self.outcome(Array(repeating: one, count: 300))
    }

    @Test("where nobody has a second record, families are not made one person", arguments: [21, 22] as [UInt64])
    func noDuplicates(seed: UInt64) {
        let people = SyntheticPeople(.init(people: 400, duplicates: 0, home: 0.5), seed: seed)
        let outcome = Self.outcome(people.records.map { PersonTraits($0) })
        #expect(outcome.people.count <= 4)
        #expect(outcome.model.samePerson < outcome.model.sameHousehold)
    }

    @Test("a list without duplicates gets next to no proposals, however uneven its streets and names")
    func noDuplicatesInALargerList() {
        let records = SyntheticPeople(.init(people: 4_000, duplicates: 0), seed: 41).records.map { PersonTraits($0) }
        let outcome = Self.outcome(records)
        #expect(outcome.proposals.count <= 4)
        #expect(outcome.model.samePerson * Double(records.count) < 0.02)
    }

    @Test("strangers of one first name whose addresses begin with it are not learnt to be one person")
    func addressesOfOneFirstName() {
        let firsts = ["mary", "james", "anna", "john"]
        let records = (0..<1_500).map { number in
            PersonTraits([
                (field: "first name", value: firsts[number % 4]), (field: "last name", value: "Byron\(number * 7_919 % 100_003)"),
                (field: "birth date", value: "19\(10 + number % 7)-0\(1 + number % 9)-\(10 + number % 19)"),
                (field: "email", value: "\(firsts[number % 4])\(number)@post.example"),
            ])
        }
        #expect(Self.outcome(records).proposals.isEmpty)
    }

    @Test("one person's names stay alike, so that the classes cannot change places")
    func identity() {
        let model = Self.outcome(SyntheticPeople(.init(people: 500, duplicates: 0.05, home: 0.7), seed: 5).records.map { PersonTraits($0) })
            .model
        for comparison in Comparison.allCases where comparison.isIdentifying {
            #expect(model.comparisons[Int(comparison.rawValue)].same.last ?? 1 <= Learner.otherMax + 1e-9)
        }
    }

    @Test("people are found whose records have errors that the model was not written against")
    func synthetic() {
        let people = SyntheticPeople(.init(people: 350), seed: 31)
        let records = people.records.map { PersonTraits($0) }
        let quality = LinkQuality(Self.outcome(records).people, truth: people.truth)
        #expect(quality.pairs.f1 >= 0.92)
        let automatic = LinkQuality(Self.outcome(records, bitsMin: MatchThreshold.automatic).people, truth: people.truth)
        #expect(automatic.pairs.precision == 1)
    }

    @Test("one phone on very many people makes no large block")
    func blocks() {
        var people = SyntheticPeople(.init(people: 400), seed: 6).records
        for place in people.indices { people[place][4].value = "0201234567" }
        let records = people.map { PersonTraits($0) }
        var most = 0
        PersonBlocks(records).forEachCandidates(of: records.indices) { _, others in most = max(most, others.count) }
        #expect(most < 300 && most > 0, "\(most) of \(records.count)")
    }

    @Test("a chain of near misses does not glue strangers")
    func chains() {
        func person(_ first: String, _ birth: String, _ phone: String) -> PersonTraits {
            PersonTraits([
                (field: "first name", value: first), (field: "last name", value: "Byron"), (field: "birth date", value: birth),
                (field: "phone", value: phone),
                (field: "postcode", value: "12345"),
            ])
        }
        let records = [
            person("Ada", "1815-12-10", "0201111111"), person("Ada", "1815-12-10", ""), person("Zoe", "1871-02-03", "0201111111"),
        ]
        let blocks = PersonBlocks(records)
        let scorer = MatchScorer(.standard(records: 1_000))
        // Somebody proposes the false pair with the most confidence: the group refuses it.
        let forced = [Proposal(lower: 0, higher: 1, bits: 30), Proposal(lower: 0, higher: 2, bits: 20)]
        #expect(blocks.people(from: forced, scorer, bitsMin: 0) == [[0, 1]])
    }

    @Test("quality counts pairs, whole people and records")
    func quality() {
        let quality = LinkQuality([[0, 1, 2], [3, 4]], truth: [1, 1, 2, 3, 3, 3])
        #expect(quality.pairs == .init(right: 2, found: 4, wanted: 4))
        #expect(quality.clusters == .init(right: 0, found: 2, wanted: 2))
        #expect(abs(quality.bCubed.precision - (2.0 / 3 + 2.0 / 3 + 1.0 / 3 + 1 + 1 + 1) / 6) < 1e-9)
    }

    @Test("odd input neither traps nor agrees")
    func oddInput() {
        let odd = [
            String(repeating: "x1", count: 100_000), "🧑‍🌾", "\u{202E}abc", "李小龍", "محمد", "a@", "@", "@@@@", "--", "\n\t", "١٢٣", "\u{FFFD}",
            "1e99", "𝔄𝔡𝔞",
        ]
        let records = odd.map { value in PersonTraits(PersonField.allCases.map { (field: $0.rawValue, value: value) }) }
        for record in records { #expect(record.bytes.count < 6_000) }
        _ = Self.outcome(records)
    }

    @Test("FEBRL 1 is matched", .enabled(if: MatchingData.isThere("febrl/dataset1.csv"), "shared/data/febrl is absent"))
    func febrl1() throws { try expect(try MatchingData.febrl(1), f1: 0.995) }

    @Test("FEBRL 3 is matched", .enabled(if: MatchingData.isThere("febrl/dataset3.csv"), "shared/data/febrl is absent"))
    func febrl3() throws { try expect(try MatchingData.febrl(3), f1: 0.995) }

    @Test("fake_1000 is matched", .enabled(if: MatchingData.isThere("fake_1000/fake_1000.csv"), "shared/data/fake_1000 is absent"))
    func fake1000() throws { try expect(try MatchingData.fake1000(), f1: 0.87) }

    private func expect(_ data: MatchingData.Labelled, f1: Double) throws {
        let found = Self.outcome(data.records)
        #expect(LinkQuality(found.people, truth: data.truth).pairs.f1 >= f1)
        let blocks = PersonBlocks(data.records)
        let automatic = blocks.people(from: found.proposals, MatchScorer(found.model), bitsMin: Float(MatchThreshold.automatic))
        #expect(LinkQuality(automatic, truth: data.truth).pairs.precision == 1)
    }
}
