import Causality
import ChangeSets
import Foundation
import HubTestSupport
import Merging
import Profiles
import TestSupport
import Testing

@testable import HubRuntime

@Suite("Everybody linked anew")
struct RelinkingTests {
    /// Two shops of different regions with people whom e-mail and phone link otherwise, earlier values and deleted records among them.
    private func town(seed: UInt64) async throws -> TestHub {
        let bench = try await TestHub()
        var random = SeededGenerator(seed: seed)
        for (place, region) in ["GB", "FR"].enumerated() {
            let shop = try await bench.enrol("shop-\(place)", region: region)
            var till = TestWriter("till", seed: seed &* 2 &+ UInt64(place), key: shop.key)
            func fields() -> [(FieldName, Value)] {
                let person = Int.random(in: 0..<25, using: &random)
                var fields: [(FieldName, Value)] = [("name", .text(Text(["Ann Lee", "Bo Lee", "Cy Orr", "Ann Orr"][person % 4])))]
                if random.chance(60) { fields.append(("email", .text(Text("p\(person)@shop.eu")))) }
                if random.chance(60) { fields.append(("phone", .text(Text("+44 20 7946 00\(10 + person / 2)")))) }
                if random.chance(20) { fields.append(("loyalty id", .text(Text("CARD-\(person)")))) }
                return fields
            }
            let count: Int64 = 40
            try await bench.push([try till.seal((1...count).map { Make.write("customer", $0, fields(), at: bench.now) })], from: shop)
            bench.now = Timestamp(milliseconds: bench.now.milliseconds + 3 * 86_400_000)
            let later = (1...count).filter { _ in random.chance(40) }.map { key in
                let life = Dot(till.replica, UInt64(key))
                return random.chance(20)
                    ? Change(
                        time: bench.now,
                        action: .delete(Subject(entity: "customer", key: LocalKey(.integer(key)), life: life), .chain))
                    : Make.write("customer", key, fields(), life: life, at: bench.now)
            }
            try await bench.push([try till.seal(later)], from: shop)
        }
        return bench
    }

    private func rules(_ bench: TestHub, _ change: (inout LinkRules) -> Void) async throws {
        var rules = LinkRules.standard
        rules.version = bench.hub.linkRules.version
        change(&rules)
        _ = try await bench.hub.setIdentity(IdentityQuestion(rules: rules, author: "ann"), now: bench.now)
    }

    @Test("Other rules give what the journal gives from nothing; the same rules again change no profile (law 4)", arguments: 0..<4)
    func again(seed: UInt64) async throws {
        let bench = try await town(seed: seed)
        try await rules(bench) {
            $0.ranks = [.init(kind: [.phone, .name], recordsPerSourceMax: 9), .init(kind: .id, recordsPerSourceMax: 9)]
        }
        #expect(try await bench.hub.verify().differences.isEmpty, "seed \(seed)")
        try await rules(bench) { $0.ranks = [.init(kind: .email, recordsPerSourceMax: 9), .init(kind: .phone, recordsPerSourceMax: 9)] }
        #expect(try await bench.hub.verify().differences.isEmpty, "seed \(seed)")
        let before = try await bench.store.read { try $0.changed(.profiles) }
        try await rules(bench) { $0.ranks = [.init(kind: .email, recordsPerSourceMax: 9), .init(kind: .phone, recordsPerSourceMax: 9)] }
        #expect(try await bench.store.read { try $0.changed(.profiles) } == before, "seed \(seed)")
        // As one after another came in: the same profiles, but for the places on the line.
        try await rules(bench) { _ in }
        let fresh = try await town(seed: seed)
        func people(_ bench: TestHub) async throws -> [[RecordNumber]] {
            try await bench.store.read { store in
                var members: [RecordNumber: [RecordNumber]] = [:]
                try store.eachCustomer { members[$0.profile, default: []].append($0.record) }
                return members.sorted { $0.key < $1.key }.map { [$0.key] + $0.value }
            }
        }
        #expect(try await people(bench) == people(fresh), "seed \(seed)")
        #expect(try await bench.hub.verify().differences.isEmpty, "seed \(seed)")
    }

    @Test(
        "Read page by page, however long the pages are, every customer comes once with all that is its own", arguments: [1, 2, 7, 80, 81])
    func pages(records: Int) async throws {
        let bench = try await town(seed: 9)
        try await bench.store.read { store in
            var found: [StoredCustomer] = []
            try store.eachStoredCustomer(pageRecords: records) { page in
                #expect(page.count <= records)
                found += page
            }
            var customers: [CustomerRow] = []
            try store.eachCustomer { customers.append($0) }
            #expect(found.map(\.customer) == customers && customers.count > 60)
            for one in found {
                #expect(try one.record == store.record(one.customer.record) && one.record != nil)
                #expect(try one.identifiers == store.identifiers(record: one.customer.record))
                #expect(try one.earlier == store.earlier(record: one.customer.record))
            }
            #expect(found.contains { !$0.earlier.isEmpty })
        }
    }

    /// All identifiers after everybody was linked anew by other rules, in pages of seven records.
    private func identifiers(_ bench: TestHub, gatheredRowsMax: Int?) throws -> (before: [IdentifierRow], after: [IdentifierRow]) {
        try bench.store.writeNow { store in
            func all() throws -> [IdentifierRow] {
                try store.identifiers(from: RecordNumber(raw: .min), to: RecordNumber(raw: .max))
            }
            let before = try all()
            var rules = LinkRules.standard
            // Phones with names, which the standard rules link by, go; e-mail addresses with names come.
            rules.ranks = [.init(kind: [.email, .name], recordsPerSourceMax: 9), .init(kind: .id, recordsPerSourceMax: 9)]
            var standing = try Standing(reading: store)
            standing.rulesInForce = RulesInForce(rules: rules)
            let batch = Batch(
                store: store, standing: standing, sites: try store.sites(), received: bench.now, bound: bench.hub.options.clockBound)
            var relinking = Relinking(batch: batch, tables: LinkTables(store: store, standing: standing, batch: batch))
            relinking.pageRecords = 7
            if let gatheredRowsMax { relinking.gatheredRowsMax = gatheredRowsMax }
            _ = try relinking.run()
            return (before, try all())
        }
    }

    @Test("Identifiers are the same whether they are written page by page, some at a time, or all at the end", arguments: [0, 1, 20])
    func pieces(gatheredRowsMax: Int) async throws {
        let whole = try identifiers(try await town(seed: 3), gatheredRowsMax: nil)
        let pieces = try identifiers(try await town(seed: 3), gatheredRowsMax: gatheredRowsMax)
        #expect(whole.before != whole.after && whole.before == pieces.before)
        #expect(whole.after == pieces.after)
    }

    @Test("Rules of a form that this hub does not know leave the standard rules in force, and the hub's status says so and what to do")
    func newerForm() async throws {
        let bench = try await TestHub()
        #expect(try await !bench.hub.status(now: bench.now).warnings.contains { $0.contains("identity") })
        _ = try await bench.hub.deciding(bench.now) { desk in
            try desk.write(
                [],
                Decision(
                    .identity, conflict: LinkRules.decisionName, message: "Customers are linked by rules 7: face.", fingerprint: "7",
                    author: "ann", note: nil, content: #"{"ranks":[{"by":"face","recordsPerSourceMax":1}],"version":7}"#))
        }
        for _ in 0..<2 {
            #expect(bench.hub.linkRules == .standard)
            let warning = try await bench.hub.status(now: bench.now).warnings.first { $0.contains("identity") }
            #expect(
                warning
                    == """
                    Rules of identity 7 have a form that this hub does not know, so the standard rules hold. Start the newer hub that set them, \
                    or set rules anew: `tributary identity rules`, `tributary identity apply`.
                    """)
            try await bench.restart()
        }
        try await rules(bench) { _ in }
        #expect(bench.hub.linkRules.version == 8)
        #expect(try await !bench.hub.status(now: bench.now).warnings.contains { $0.contains("identity") })
    }

    @Test("Rules with a misspelt name are neither tried nor set; the error names it and what was probably meant")
    func misspelt() async throws {
        let bench = try await TestHub()
        let text = #"{"rules": {"version": 1, "ranks": [{"by": "id", "recordsPerSourcesMax": 3}]}, "author": "ann"}"#
        let question = try JSONDecoder().decode(IdentityQuestion.self, from: Data(text.utf8))
        for attempt in [
            { _ = try await bench.hub.setIdentity(question, now: bench.now) },
            { _ = try await bench.hub.tryIdentity(question.rules, now: bench.now) },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: HubError.self) { try await attempt() }
            #expect(error?.code == .choiceInvalid)
            #expect(error?.message == #""recordsPerSourcesMax" in ranks[0] is no name that rules know."#)
            #expect(error?.remedy == #"Did you mean "recordsPerSourceMax"?"#)
        }
        #expect(bench.hub.linkRules == .standard)
    }

    @Test("Lists of what is ignored and of what rules would do end at their bounds, the worst first, and say how many more there are")
    func bounds() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop", region: "GB")
        let web = try await bench.enrol("web", kind: .web)
        var (till, store) = (TestWriter("till", seed: 1, key: shop.key), TestWriter("web", seed: 2, key: web.key))
        // 201 phones on two records of the shop each, the last one on three.
        let phones = (0..<201).flatMap { number in
            (0..<(number == 200 ? 3 : 2)).map { _ in ("phone", Value.text(Text("+44 20 7946 \(1_000 + number)"))) }
        }
        let people = phones.enumerated().map { Make.write("customer", Int64($0.offset), [("phone", $0.element.1)], at: bench.now) }
        try await bench.push([try till.seal(people)], from: shop)
        // Eleven people of one mailbox online, and 21 couples whose cards were given to somebody else.
        let family = (1...11).map { Make.customer(Int64($0), email: "family@shop.eu", name: "N\($0)x Lee", at: bench.now) }
        let others = (0..<42).map { number in
            Make.write(
                "customer", Int64(100 + number),
                [("loyalty id", .text(Text("CARD-\(number / 2)"))), ("name", number % 2 == 0 ? "Ann Lee" : "Zoltan Quux")], at: bench.now)
        }
        try await bench.push([try store.seal(family + others)], from: web)
        let ignored = try await bench.hub.ignoredIdentifiers(now: bench.now)
        #expect(ignored.shared.count == IgnoredAnswer.listMax && ignored.sharedCount == 202)
        #expect(ignored.shared.prefix(3).map(\.records) == [11, 3, 2])
        #expect(ignored.refusals.count == 21 && ignored.refusalCount == 21 && ignored.values.count == ignored.valueCount)

        var rules = LinkRules.standard
        rules.componentRecordsMax = 10
        rules.ranks[2].recordsPerSourceMax = 11
        let trial = try await bench.hub.tryIdentity(rules, now: bench.now)
        #expect(trial.refusals.count == IdentityTrialAnswer.refusalsMax && trial.refusalCount == 22)
        #expect(trial.refusals[0].recordCount == 11 && trial.refusals[0].records.count == RefusalAnswer.recordsMax)
        #expect(trial.refusals[1].recordCount == 2 && trial.refusals[1].records.count == 2)
        rules.componentRecordsMax = 11
        rules.ranks[4].recordsPerSourceMax = 3
        let merged = try await bench.hub.tryIdentity(rules, now: bench.now)
        #expect(merged.merged.profiles == 202 && merged.merged.examples.count == IdentityTrialAnswer.examplesMax)
        let first = try #require(merged.merged.examples.first)
        #expect(first.records == 11 && first.profileCount == 11 && first.profiles.count == RefusalAnswer.recordsMax)
        #expect(merged.merged.examples[1].profileCount == 3 && merged.merged.examples[1].profiles.count == 3)
        #expect(merged.refusals.count == 20 && merged.refusalCount == 21)
    }
}
