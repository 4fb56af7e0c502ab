import Causality
import ChangeSets
import Foundation
import HubTestSupport
import Profiles
import TestSupport
import Testing

@testable import HubRuntime

@Suite("Links that weaker evidence proposes")
struct ProposalTests {
    /// A shop with people who have little in common, two of whom a web shop knows with a slip of the finger.
    private struct Town {
        let bench: TestHub
        let shop: TestAgent
        let web: TestAgent
        var till: TestWriter
        var store: TestWriter
        var lives: [Dot] = []
        private static let firsts = ["Ada", "Bruno", "Clara", "David", "Edith", "Felix", "Greta", "Hugo", "Ines", "Jonas"]
        private static let lasts = ["Marlowe", "Okafor", "Petrova", "Quinlan", "Rosetti", "Svensson", "Tanaka", "Ullmann"]

        init() async throws {
            bench = try await TestHub()
            shop = try await bench.enrol("shop", region: "GB")
            web = try await bench.enrol("web", kind: .web)
            till = TestWriter("till", seed: 1, key: shop.key)
            store = TestWriter("web", seed: 2, key: web.key)
            lives = (1...80).map { Dot(till.replica, UInt64($0)) }
            try await bench.push([try till.seal((0..<80).map { person($0, key: Int64($0)) })], from: shop)
        }

        /// Three of its people shop online, too.
        static func withDoubles() async throws -> Town {
            var town = try await Town()
            for (place, number) in [7, 23, 61].enumerated() { _ = try await town.online([town.person(number, key: Int64(place))]) }
            return town
        }

        func person(_ number: Int, key: Int64, first: String? = nil) -> Change {
            Make.write(
                "customer", key,
                [
                    ("first name", .text(Text(first ?? Self.firsts[number % 10]))), ("last name", .text(Text(Self.lasts[number / 10]))),
                    ("birth date", .text(Text("19\(50 + number % 47)-0\(1 + number % 9)-\(10 + number % 18)"))),
                    ("postcode", .text(Text("N\(1 + number % 20) \(number % 9)AB"))), ("address", .text(Text("\(number + 3) Elm Road"))),
                    ("company", .text(Text("Works \(number)"))),
                ], at: bench.now)
        }

        mutating func online(_ changes: [Change]) async throws -> Dot {
            let first = store.nextDot
            try await bench.push([try store.seal(changes)], from: web)
            return first
        }

        func pairs(above probability: Double = 0.9) async throws -> Set<Set<String>> {
            Set(try await bench.hub.proposals(above: probability, now: bench.now).map { [$0.lower.id, $0.higher.id] })
        }

        func pair(_ one: Dot, _ other: Dot) -> Set<String> { ["\(ProfileID(life: one))", "\(ProfileID(life: other))"] }

        /// What stands with each link of a person.
        func likelihoods(of life: Dot) async throws -> [Double?] {
            struct Told: Decodable {
                struct Link: Decodable { let probability: Double? }
                let links: [Link]
            }
            let document = try #require(try await bench.hub.profile("\(ProfileID(life: life))", now: bench.now))
            return try JSONDecoder().decode(Told.self, from: Data(document.bytes)).links.map(\.probability)
        }

        func follow() async throws { while try await bench.hub.followMatching(now: bench.now) {} }
    }

    @Test("A record with a slip is proposed with its reasons; linked or rejected it is proposed no more, and undone it is again")
    func decided() async throws {
        var town = try await Town()
        let slip = try await town.online([town.person(7, key: 1, first: "Hugoo")])
        let hub = town.bench.hub
        #expect(try await hub.proposals(now: town.bench.now).isEmpty)
        #expect(try await hub.needsMatchingPass())
        let answer = try await hub.matchAll(now: town.bench.now)
        #expect(answer.records == 81 && answer.proposals >= 1)
        #expect(try await !hub.needsMatchingPass())
        let found = try #require(try await hub.proposals(above: 0.9, now: town.bench.now).first)
        #expect([found.lower.id, found.higher.id].sorted() == town.pair(town.lives[7], slip).sorted())
        #expect(found.reasons.contains { $0.bits > 1 } && found.lower.fields["last name"] == "Marlowe")
        let question = LinkQuestion(id: found.lower.id, records: [found.higher.id], author: "ann")
        let apart = try await hub.keepApart(question, now: town.bench.now)
        #expect(try await !town.pairs().contains(town.pair(town.lives[7], slip)))
        _ = try await hub.undo(apart.decision.id, author: "ann", note: nil, now: town.bench.now)
        #expect(try await town.pairs().contains(town.pair(town.lives[7], slip)))
        _ = try await hub.link(question, now: town.bench.now)
        #expect(try await !town.pairs().contains(town.pair(town.lives[7], slip)))
        let linked = try await town.likelihoods(of: town.lives[7])
        #expect(linked.count == 1 && linked.first == found.probability)
        #expect(try await hub.verify().differences.isEmpty)
    }

    @Test("so many links of a person are weighed, and nothing before a model has been learnt", arguments: [0, 1])
    func weighed(more: Int) async throws {
        let town = try await Town()
        let joined = Person.likelihoodsMax + more
        let ids = town.lives.map { "\(ProfileID(life: $0))" }
        _ = try await town.bench.hub.link(LinkQuestion(id: ids[0], records: Array(ids[1...joined]), author: "ann"), now: town.bench.now)
        #expect(try await town.likelihoods(of: town.lives[0]).allSatisfy { $0 == nil })
        _ = try await town.bench.hub.matchAll(now: town.bench.now)
        let likelihoods = try await town.likelihoods(of: town.lives[0])
        #expect(likelihoods.count == joined && likelihoods.compactMap { $0 }.count == Person.likelihoodsMax)
    }

    @Test("What changes after the pass is followed: a new record finds its double, an edit and a deletion take proposals away")
    func followed() async throws {
        var town = try await Town()
        _ = try await town.bench.hub.matchAll(now: town.bench.now)
        let slip = try await town.online([town.person(42, key: 1, first: "Clarra"), town.person(13, key: 2, first: "Davit")])
        let second = Dot(slip.replica, slip.counter + 1)
        try await town.follow()
        #expect(try await town.pairs().isSuperset(of: [town.pair(town.lives[42], slip), town.pair(town.lives[13], second)]))
        let edit = Make.write(
            "customer", 1,
            [("first name", "Zoltan"), ("last name", "Quux"), ("birth date", "1901-01-31"), ("postcode", "ZZ9"), ("address", "")],
            life: slip, at: town.bench.now)
        let deletion = Change(
            time: town.bench.now, action: .delete(Subject(entity: "customer", key: LocalKey(.integer(2)), life: second), .chain))
        try await town.bench.push([try town.store.seal([edit, deletion])], from: town.web)
        try await town.follow()
        #expect(try await town.pairs().isDisjoint(with: [town.pair(town.lives[42], slip), town.pair(town.lives[13], second)]))
        // Following, one record after another, and a pass over everything find the same.
        let followed = try await town.pairs()
        _ = try await town.bench.hub.matchAll(now: town.bench.now)
        #expect(try await town.pairs().symmetricDifference(followed).isEmpty)
    }

    @Test(
        "A new record is compared with all of a block of a thousand, with none of a larger one",
        arguments: [(300, true), (1_001, false)])
    func largeBlocks(count: Int, isFound: Bool) async throws {
        var town = try await Town()
        // All live in one house and bear one first name, so what they share is shared by all.
        func resident(_ number: Int64, _ last: String) -> Change {
            Make.write(
                "customer", number,
                [
                    ("first name", "Anna"), ("last name", .text(Text(last))), ("postcode", "HX1 1AA"), ("address", "1 Station Road"),
                    ("email", .text(Text("\(last.lowercased())@example.org"))),
                ], at: town.bench.now)
        }
        let first = town.till.nextDot
        let crowd = (0..<count).map { resident(Int64(1_000 + $0), Self.word($0)) }
        try await town.bench.push(try town.till.seal(crowd, by: 300), from: town.shop)
        _ = try await town.bench.hub.matchAll(now: town.bench.now)
        // A slip in its first letter: the name sounds otherwise.
        let double = try await town.online([resident(5, "X" + Self.word(77).dropFirst())])
        try await town.follow()
        let found = try await town.pairs(above: 0.5)
        #expect(found.contains(town.pair(Dot(first.replica, first.counter + 77), double)) == isFound)
    }

    /// Words that sound different, each its own.
    private static func word(_ number: Int) -> String {
        let (consonants, vowels) = (Array("bdfgklmnprstv"), Array("aeiou"))
        var (word, rest) = ("", number * 7_919 % 274_625)
        for _ in 0..<3 {
            word.append(consonants[rest % 13])
            word.append(vowels[rest / 13 % 5])
            rest /= 65
        }
        return word.capitalized
    }

    @Test("From 99 % on it is a conflict with both sides and reasons, the likeliest first; decided it is none, and undone it is open again")
    func conflict() async throws {
        var town = try await Town()
        for (place, number) in [7, 23, 61].enumerated() { _ = try await town.online([town.person(number, key: Int64(place))]) }
        let slip = try await town.online([town.person(44, key: 3, first: "Eddith")])
        let (hub, now) = (town.bench.hub, town.bench.now)
        let filter = ConflictFilter(kind: .proposedLink)
        #expect(try await hub.conflicts(filter, now: now).isEmpty)
        _ = try await hub.matchAll(now: now)
        let all = try await hub.conflicts(now: now)
        let found = try await hub.conflicts(filter, now: now)
        #expect(all == found && found.count >= 3)
        #expect(try await town.pairs(above: 0.99).count == found.count)
        let likeliest = try await hub.proposals(above: 0.99, now: now).map { [$0.lower.site, $0.higher.site] }
        #expect(found.map { $0.sides.map { Optional($0.site) } } == likeliest)
        let conflict = try #require(found.first { $0.subject == "\(min(slip, town.lives[44]))~\(max(slip, town.lives[44]))" })
        #expect(conflict.choices == ["same", "apart"] && conflict.message.contains("first name one letter off"))
        #expect(conflict.message.contains("customer 44 of shop") && conflict.message.contains(" %: "))
        #expect(conflict.message.hasSuffix("; against it: household would explain as much."))
        #expect(conflict.sides.map(\.value).contains(.text("Eddith Rosetti, Works 44, 1994-09-18, 47 Elm Road, N5 8AB")))
        #expect(Set(conflict.sides.map(\.value)).count == 2 && !conflict.message.contains("Rosetti"))
        #expect(try await hub.conflicts(ConflictFilter(kind: .proposedLink, site: "web"), now: now) == found)
        #expect(try await hub.conflicts(ConflictFilter(id: conflict.short), now: now) == [conflict])
        // Its story holds the pair as the list of proposals has it, in the order of the sides.
        let pair = try #require(try await hub.conflictStory(conflict.id, now: now).pair)
        #expect(try await hub.proposals(above: 0.99, now: now).contains(pair))
        #expect([pair.lower.site, pair.higher.site] == conflict.sides.map { Optional($0.site) })
        #expect(Set([pair.lower.fields["first name"], pair.higher.fields["first name"]]) == ["Edith", "Eddith"])

        let profiles = try await hub.status(now: now).profiles
        for (choice, linked) in [(Decision.Choice.apart, 0), (.same, 1)] {
            let decision = try await hub.resolve(conflict.short, Resolution(choice, seen: conflict.seen, author: "ann"), now: now)
            #expect(decision.conflict == conflict.id && decision.choice == choice)
            #expect(try await hub.status(now: now).profiles == profiles - Int64(linked))
            #expect(try await hub.conflicts(ConflictFilter(id: conflict.id), now: now).isEmpty)
            #expect(try await hub.conflictStory(conflict.id, now: now).pair == nil)
            await #expect(throws: HubError.self) {
                try await hub.resolve(conflict.id, Resolution(choice, seen: conflict.seen, author: "ann"), now: now)
            }
            _ = try await hub.undo(conflict.short, author: "ann", note: nil, now: now)
            #expect(try await hub.conflicts(ConflictFilter(id: conflict.id), now: now) == [conflict])
        }
        await #expect(throws: HubError.self) { try await hub.resolve(conflict.id, Resolution(.accept, author: "ann"), now: now) }
        #expect(try await hub.verify().isEqual)
    }

    @Test("The last proposed link of a page is decided by a colleague: the next page shows exactly what follows")
    func paged() async throws {
        let town = try await Town.withDoubles()
        let (hub, now) = (town.bench.hub, town.bench.now)
        _ = try await hub.matchAll(now: now)
        let all = try await hub.conflicts(now: now)
        var places: [String?] = []
        for limit in 1...all.count { places.append(try await hub.conflictPage(limit: limit, now: now).next) }
        #expect(all.count >= 3 && places.last == .some(nil))
        for (index, choice) in [Decision.Choice.apart, .same].enumerated() {
            _ = try await hub.resolve(all[index].id, Resolution(choice, seen: all[index].seen, author: "ben"), now: now)
            let rest = try await hub.conflictPage(after: places[index], limit: 100, now: now)
            #expect(rest.conflicts.map(\.id) == all.dropFirst(index + 1).map(\.id) && rest.next == nil)
        }
    }

    @Test("A proposed link tells how many are alike, and leads to the one before and the one behind that are still open")
    func alike() async throws {
        let town = try await Town.withDoubles()
        let (hub, now) = (town.bench.hub, town.bench.now)
        _ = try await hub.matchAll(now: now)
        let all = try await hub.conflicts(now: now)
        let ids = all.map(\.id)
        #expect(ids.count == 3 && all.allSatisfy { $0.kind == .proposedLink })
        for (index, id) in ids.enumerated() {
            let story = try await hub.conflictStory(id, now: now)
            #expect(story.alike == 3 && story.before == (index > 0 ? ids[index - 1] : nil))
            #expect(story.next == (index < 2 ? ids[index + 1] : nil) && story.pair != nil && story.rule == nil)
        }
        _ = try await hub.resolve(ids[1], Resolution(.apart, seen: all[1].seen, author: "ben"), now: now)
        let first = try await hub.conflictStory(ids[0], now: now)
        #expect(first.alike == 2 && first.before == nil && first.next == ids[2])
    }

    @Test("Proposals are told page by page, each once, also where one was decided meanwhile")
    func listed() async throws {
        let town = try await Town.withDoubles()
        let (hub, now) = (town.bench.hub, town.bench.now)
        _ = try await hub.matchAll(now: now)
        let all = try await hub.proposals(above: 0.99, now: now)
        #expect(all.count == 3 && all.next == nil)
        let first = try await hub.proposals(above: 0.99, limit: 1, now: now)
        #expect(first.entries == [all[0]])
        let pair = LinkQuestion(id: all[0].lower.id, records: [all[0].higher.id], author: "ben")
        _ = try await hub.keepApart(pair, now: now)
        let rest = try await hub.proposals(above: 0.99, after: first.next, limit: 2, now: now)
        #expect(rest.entries == Array(all.entries.dropFirst()) && rest.next == nil)
    }

    @Test("One decision takes so many pairs and looks at so many, and tells how many open ones it leaves", arguments: [1, 2, 3])
    func chosen(max: Int) async throws {
        let town = try await Town.withDoubles()
        let (hub, now) = (town.bench.hub, town.bench.now)
        _ = try await hub.matchAll(now: now)
        let scorer = try #require(try await hub.scorer())
        func chosen() async throws -> [[Int]] {
            try await hub.reading(now) { documents in
                [
                    try documents.choice(above: 0.99, takenMax: max, scorer), try documents.choice(above: 0.99, consideredMax: max, scorer),
                ].map { [$0.taken.count, $0.left] }
            }
        }
        #expect(try await chosen() == [[max, 3 - max], [max, 3 - max]])
        // What was declared never the same is not left for another time.
        let last = try #require(try await hub.proposals(above: 0.99, now: now).last)
        _ = try await hub.keepApart(LinkQuestion(id: last.lower.id, records: [last.higher.id], author: "ben"), now: now)
        let taken = min(max, 2)
        #expect(try await chosen() == [[taken, 2 - taken], [taken, 2 - taken]])
    }

    @Test("Many are decided by one rule, after it was said which; a rule for fields leaves them, with the reason")
    func bulk() async throws {
        let town = try await Town.withDoubles()
        let (hub, now) = (town.bench.hub, town.bench.now)
        _ = try await hub.matchAll(now: now)
        let open = try await hub.conflicts(now: now).count
        let profiles = try await hub.status(now: now).profiles
        func bulk(_ rule: BulkResolution.Rule, isDryRun: Bool) -> BulkResolution {
            BulkResolution(filter: ConflictFilter(kind: .proposedLink), rule: rule, author: "ann", isDryRun: isDryRun)
        }
        let wrong = try await hub.resolveAll(bulk(.latest, isDryRun: false), now: now)
        #expect(wrong.decided.isEmpty && wrong.left.count == open && wrong.left[0].reason.contains("cannot be decided by"))
        let dry = try await hub.resolveAll(bulk(.same, isDryRun: true), now: now)
        #expect(dry.decided.count == open && dry.decided[0].choice == .same)
        #expect(try await hub.status(now: now).profiles == profiles)
        _ = try await hub.resolveAll(bulk(.same, isDryRun: false), now: now)
        #expect(try await hub.status(now: now).profiles == profiles - Int64(open))
        #expect(try await hub.conflicts(now: now).isEmpty)
        #expect(try await hub.verify().isEqual)
    }

    @Test("All that is above a probability is accepted in one decision, after it was said how much; undone, all part again")
    func accepted() async throws {
        var town = try await Town()
        for number in [7, 23, 61] { _ = try await town.online([town.person(number, key: Int64(number), first: nil)]) }
        let hub = town.bench.hub
        _ = try await hub.matchAll(now: town.bench.now)
        let profiles = try await hub.status(now: town.bench.now).profiles
        let dry = try await hub.acceptProposals(AcceptanceQuestion(above: 0.99, isDryRun: true, author: "ann"), now: town.bench.now)
        #expect(dry.pairs == 3 && dry.records == 6 && dry.decision == nil)
        #expect(try await hub.status(now: town.bench.now).profiles == profiles)
        let done = try await hub.acceptProposals(AcceptanceQuestion(above: 0.99, isDryRun: false, author: "ann"), now: town.bench.now)
        #expect(try await hub.status(now: town.bench.now).profiles == profiles - 3)
        #expect(try await town.pairs(above: 0.99).isEmpty)
        _ = try await hub.undo(try #require(done.decision).id, author: "ann", note: nil, now: town.bench.now)
        #expect(try await hub.status(now: town.bench.now).profiles == profiles)
        await #expect(throws: HubError.self) {
            try await hub.acceptProposals(AcceptanceQuestion(above: 0.2, isDryRun: true, author: "ann"), now: town.bench.now)
        }
    }

    @Test("A chain of likely pairs whose ends contradict each other is not made one person: the pair that would is left out")
    func chain() {
        // Father and son, and between them a record that says no more than their name.
        func marlowe(_ more: [(field: String, value: String)]) -> PersonTraits {
            PersonTraits([(field: "first name", value: "Quentin"), (field: "last name", value: "Zamorano")] + more)
        }
        let father = marlowe([(field: "birth date", value: "1931-03-04")])
        let son = marlowe([(field: "birth date", value: "1968-11-27")])
        let either = marlowe([])
        let scorer = MatchScorer(.standard(records: 1_000))
        let (likely, unlikely) = (scorer.bits(either, son), scorer.bits(father, son))
        #expect(unlikely < likely)
        // What each pair of the chain reaches, and the group of all three does not.
        let bitsMin = likely - (likely - unlikely) / 4
        var acceptance = PairAcceptance(scorer, bitsMin: bitsMin)
        let people = [father, either, son].enumerated().map { acceptance.add(.init(records: [Int64($0.offset)], traits: [$0.element])) }
        let answers = [(0, 1), (1, 2), (1, 0)].map { acceptance.join(people[$0.0], people[$0.1]) }
        #expect(answers == [true, false, true])
        var other = PairAcceptance(scorer, bitsMin: bitsMin)
        let two = [either, son].enumerated().map { other.add(.init(records: [Int64($0.offset)], traits: [$0.element])) }
        let areJoined = other.join(two[0], two[1])
        #expect(areJoined)
    }

    @Test("Pairs that would bring records together that somebody declared never the same are left out, through other records, too")
    func chainOfEnemies() async throws {
        var town = try await Town()
        let doubles = try await town.online([town.person(7, key: 1), town.person(7, key: 2)])
        let (hub, now) = (town.bench.hub, town.bench.now)
        let second = Dot(doubles.replica, doubles.counter + 1)
        _ = try await hub.matchAll(now: now)
        _ = try await hub.keepApart(
            LinkQuestion(id: "\(ProfileID(life: doubles))", records: ["\(ProfileID(life: second))"], author: "ann"), now: now)
        let dry = try await hub.acceptProposals(AcceptanceQuestion(above: 0.9, isDryRun: true, author: "ann"), now: now)
        #expect(dry.pairs == 1 && dry.contradicting == 1)
    }

    @Test("Pairs make people of up to 200 records", arguments: [199, 200])
    func acceptance(records: Int) throws {
        let traits = PersonTraits([
            (field: "first name", value: "Ada"), (field: "last name", value: "Marlowe"), (field: "birth date", value: "1815-12-10"),
        ])
        let scorer = MatchScorer(.standard(records: 1_000))
        var acceptance = PairAcceptance(scorer, bitsMin: scorer.bits(traits, traits) - 1)
        let large = acceptance.add(.init(records: (0..<Int64(records)).map { $0 }, traits: [traits]))
        let small = acceptance.add(.init(records: [1_000], traits: [traits]))
        let isJoined5 = acceptance.join(large, small) == (records + 1 <= PairAcceptance.recordsMax)
        #expect(isJoined5)
    }

    @Test("What is beyond doubt is linked by the hub where the rules say so, and only then; a doubtful limit is refused")
    func automatic() async throws {
        var town = try await Town()
        // A number that states give is beyond doubt where names and birth dates of so few people are not.
        let number: [(FieldName, Value)] = [("person number", "AB 12 34 56 C"), ("email", "hugo.marlowe@mail.eu")]
        let edit = Make.write("customer", 7, [number[0]], life: town.lives[7], at: town.bench.now)
        try await town.bench.push([try town.till.seal([edit])], from: town.shop)
        guard case .write(let subject, let writes) = town.person(7, key: 1).action else { return }
        let own = Change(time: town.bench.now, action: .write(subject, writes + number.map { FieldWrite($0.0, $0.1, isPersonal: true) }))
        let double = try await town.online([own])
        let (hub, now) = (town.bench.hub, town.bench.now)
        _ = try await hub.matchAll(now: now)
        #expect(try await hub.acceptAutomatically(now: now) == 0)
        var rules = LinkRules.standard
        rules.automaticAbove = 0.9
        await #expect(throws: HubError.self) { try await hub.setIdentity(IdentityQuestion(rules: rules, author: "ann"), now: now) }
        rules.automaticAbove = MatchThreshold.automaticProbability
        _ = try await hub.setIdentity(IdentityQuestion(rules: rules, author: "ann"), now: now)
        #expect(try await hub.acceptAutomatically(now: now) == 1)
        #expect(try await !town.pairs().contains(town.pair(town.lives[7], double)))
        #expect(try await hub.acceptAutomatically(now: now) == 0)
        // Undone by somebody, it is not done again.
        let decision = try #require(try await hub.decisions(now: now).first { $0.choice == .same })
        #expect(decision.author == "hub")
        _ = try await hub.undo(decision.id, author: "ann", note: nil, now: now)
        #expect(try await town.pairs().contains(town.pair(town.lives[7], double)))
        #expect(try await hub.acceptAutomatically(now: now) == 0)
        #expect(try await hub.verify().differences.isEmpty)
    }

    @Test("A hub without customers, or with one, or with people of whom nothing can be compared, makes its pass and is content")
    func nothingToCompare() async throws {
        let bench = try await TestHub()
        let agent = try await bench.enrol("shop")
        var till = TestWriter("till", seed: 1, key: agent.key)
        #expect(try await !bench.hub.followMatching(now: bench.now))
        #expect(try await bench.hub.matchAll(now: bench.now).proposals == 0)
        for fields in [[("cookie id", "c1")], [("cookie id", "c2")], [("name", "Ann Lee")]] as [[(FieldName, Value)]] {
            let key = Int64(till.nextDot.counter)
            try await bench.push([try till.seal([Make.write("customer", key, fields, at: bench.now)])], from: agent)
            #expect(try await bench.hub.matchAll(now: bench.now).proposals == 0)
            #expect(try await !bench.hub.needsMatchingPass())
        }
    }

    /// What a test looks at of records that nobody was compared with yet.
    private func following(_ town: Town, _ body: (Matcher, [(record: RecordNumber, number: UInt64)]) throws -> Void) async throws {
        let scorer = try #require(try await town.bench.hub.scorer())
        try town.bench.store.writeNow { store in
            try body(Matcher(store: store, standing: try Standing(reading: store), scorer: scorer), try store.unmatched(limit: 9))
        }
    }

    private func keys(of record: RecordNumber, _ matcher: Matcher) throws -> Set<UInt64> {
        Set(Matcher.keys(try #require(try Matcher.traits(of: record, matcher.store, matcher.standing))))
    }

    @Test("A record is compared with a block up to its bound; of a larger block with nobody", arguments: [0, 1])
    func blockRecords(less: Int) async throws {
        var town = try await Town()
        _ = try await town.bench.hub.matchAll(now: town.bench.now)
        _ = try await town.online([town.person(7, key: 1, first: "Hugoo")])
        try await following(town) { matcher, changed in
            let record = try #require(changed.first?.record)
            let blocks = try keys(of: record, matcher).map { (key: $0, count: try matcher.store.block($0, limit: 100).count) }
            let largest = try #require(blocks.max { $0.count < $1.count })
            #expect(largest.count > 0 && largest.count < 100)
            var matcher = matcher
            matcher.blockRecordsMax = largest.count - less
            #expect(try matcher.candidates([largest.key], of: record).count == (less == 0 ? largest.count : 0))
        }
    }

    @Test("When so many comparisons are made the next record waits for another commit; one fewer, and it does not", arguments: [0, 1])
    func comparisons(more: Int) async throws {
        var town = try await Town()
        _ = try await town.bench.hub.matchAll(now: town.bench.now)
        _ = try await town.online([town.person(7, key: 1, first: "Hugoo"), town.person(23, key: 2, first: "Davidd")])
        try await following(town) { matcher, changed in
            try #require(changed.count == 2)
            let first = changed[0].record
            let count = try matcher.candidates(keys(of: first, matcher), of: first).count
            #expect(count > 0)
            var matcher = matcher
            matcher.comparisonsMax = count + more
            #expect(try matcher.follow(changed) == 1 + more)
            #expect(try matcher.store.unmatchedCount() == 1 - more)
        }
    }

    @Test("Packed traits come back; bytes that are none are refused")
    func packed() {
        let traits = PersonTraits([
            (field: "first name", value: "Ada"), (field: "birth date", value: "1815-12-10"), (field: "city", value: "Bath"),
        ])
        #expect(PersonTraits(packed: traits.packed) == traits)
        for count in 0..<traits.packed.count { #expect(PersonTraits(packed: Array(traits.packed.prefix(count))) == nil) }
        #expect(PersonTraits(packed: traits.packed + [0]) == nil)
    }

    @Test("A pass over everything ends when its task is cancelled: before the records are read, and while it compares")
    func cancelled() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push([try till.seal((0..<60).map { Make.customer($0, name: "Ann \($0)", at: bench.now) })], from: shop)
        let (store, standing) = (bench.store, bench.hub.standing.withLock { $0 })
        let reading = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try store.readNow { try MatchingPass($0, standing) }
        }
        await #expect(throws: CancellationError.self) { try await reading.value }
        let pass = try store.readNow { try MatchingPass($0, standing) }
        let comparing = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await pass.result()
        }
        await #expect(throws: CancellationError.self) { try await comparing.value }
        #expect(try await pass.result().model.records == 60)
        // What was cancelled is free for the next one.
        let whole = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await bench.hub.matchAll(now: bench.now)
        }
        await #expect(throws: CancellationError.self) { try await whole.value }
        #expect(try await bench.hub.matchAll(now: bench.now).records == 60)
    }
}
