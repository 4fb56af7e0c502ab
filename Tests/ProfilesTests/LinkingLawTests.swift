import Causality
import ChangeSets
import Profiles
import ProfilesTestSupport
import TestSupport
import Testing

@Suite("Linking is a function of the set of records and decisions")
struct LinkingLawTests {
    static let blocks: [Range<UInt64>] = stride(from: 0, to: 600, by: 100).map { $0..<($0 + 100) }

    @Test("Law 4, S28, S29: the order in which records and decisions arrive does not matter", arguments: blocks)
    func permutations(seeds: Range<UInt64>) {
        for seed in seeds {
            let people = People(seed: seed, count: 3 + Int(seed % 20))
            var generator = SeededGenerator(seed: ~seed)
            let linking = Linking.link(people.records, decisions: people.decisions, rules: People.rules)
            for _ in 0..<3 {
                let other = Linking.link(
                    people.records.shuffled(using: &generator), decisions: people.decisions.shuffled(using: &generator), rules: People.rules
                )
                #expect(other == linking, "seed \(seed)")
            }
        }
    }

    @Test("S29: linking gives what trying every pair in the fixed order gives", arguments: blocks)
    func oracle(seeds: Range<UInt64>) {
        for seed in seeds {
            let people = People(seed: seed, count: 3 + Int(seed % 20))
            let linking = Linking.link(people.records, decisions: people.decisions, rules: People.rules)
            #expect(
                Set(linking.profiles.map { Set($0.records) })
                    == NaiveLinking(people.records, decisions: people.decisions, rules: People.rules).groups, "seed \(seed)")
        }
    }

    @Test("Law 4: relinking only what a batch may have touched gives what linking everything gives", arguments: blocks)
    func increments(seeds: Range<UInt64>) throws {
        for seed in seeds {
            var generator = SeededGenerator(seed: seed)
            let count = 4 + Int(seed % 16)
            let people = People(seed: seed, count: count)
            let tables = Tables()
            var profiles: [RecordID: LinkedProfile] = [:]
            var waiting = people.records.shuffled(using: &generator)
            var undecided = people.decisions
            for step in 0..<12 {
                var changes: [LinkChange] = []
                for _ in 0..<Int.random(in: 1...4, using: &generator) where !waiting.isEmpty {
                    let record = waiting.removeLast()
                    changes.append(LinkChange(before: nil, after: record))
                }
                if generator.chance(60),
                    let record = tables.records.values.sorted(by: { $0.id.life < $1.id.life }).randomElement(using: &generator)
                {
                    let isGone = generator.chance(30)
                    let after =
                        isGone
                        ? nil : LinkRecord(id: record.id, created: record.created, identifiers: People.identifiers(of: count, &generator))
                    changes.append(LinkChange(before: record, after: after))
                    if isGone, generator.chance(50) { waiting.insert(record, at: 0) }
                }
                var decided: [LinkDecision] = []
                if !undecided.isEmpty, generator.chance(50) {
                    let decision = undecided.removeLast()
                    tables.decisions.insert(decision)
                    decided.append(decision)
                }
                if generator.chance(20), let undone = tables.decisions.sorted(by: { $0.lower.life < $1.lower.life }).first {
                    tables.decisions.remove(undone)
                    decided.append(undone)
                }
                for change in changes {
                    if let id = (change.after ?? change.before)?.id { tables.records[id] = change.after }
                }
                let update = try LinkUpdate(changes, decisions: decided, index: tables, rules: People.rules)
                let touched = Set(update.records + update.removed)
                // The hub's part: former profiles of any record touched are dropped whole.
                for profile in Set(profiles.values) where profile.records.contains(where: touched.contains) {
                    #expect(profile.records.allSatisfy(touched.contains), "seed \(seed), step \(step): a profile is touched whole")
                    for record in profile.records { profiles[record] = nil }
                }
                for profile in update.linking.profiles { for record in profile.records { profiles[record] = profile } }
                let whole = Linking.link(Array(tables.records.values), decisions: Array(tables.decisions), rules: People.rules)
                #expect(Set(profiles.values) == Set(whole.profiles), "seed \(seed), step \(step)")
                #expect(Set(update.linking.refusals).isSubset(of: whole.refusals), "seed \(seed), step \(step)")
            }
        }
    }
}
