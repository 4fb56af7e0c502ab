import Causality
import ChangeSets
import Profiles
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
            #expect(Set(linking.profiles.map { Set($0.records) }) == NaiveLinking(people).groups, "seed \(seed)")
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

/// The rules of linking read literally: groups are sets, limits are recounted, every pair is tried.
private struct NaiveLinking {
    var groups: Set<Set<RecordID>>
    private var never: [LinkDecision]
    private let records: [RecordID: LinkRecord]

    init(_ people: People) {
        records = Dictionary(uniqueKeysWithValues: people.records.map { ($0.id, $0) })
        never = people.decisions.filter { $0.verdict == .neverSame }
        groups = Set(people.records.map { [$0.id] })
        for decision in people.decisions.filter({ $0.verdict == .same }).sorted(by: {
            ($0.lower.life, $0.higher.life) < ($1.lower.life, $1.higher.life)
        }) {
            attempt(decision.lower, decision.higher, nil)
        }
        for rank in People.rules.ranks { take(rank, people.records) }
    }

    private mutating func take(_ rank: LinkRules.Rank, _ records: [LinkRecord]) {
        var pairs: [(value: Text, lower: RecordID, higher: RecordID)] = []
        let values = Set(records.flatMap(\.identifiers).filter { $0.kind == rank.kind })
        for value in values {
            let holders = records.filter { $0.identifiers.contains(value) }
            let isShared = holders.contains { one in holders.filter { $0.id.source == one.id.source }.count > rank.recordsPerSourceMax }
            guard !isShared else { continue }
            for one in holders {
                for other in holders where one.id.life < other.id.life { pairs.append((value.value, one.id, other.id)) }
            }
        }
        pairs.sort { ($0.value, $0.lower.life, $0.higher.life) < ($1.value, $1.lower.life, $1.higher.life) }
        // What all of them together would make.
        var supposed = groups
        for pair in pairs { Self.unite(&supposed, pair.lower, pair.higher) }
        var isOfSeveral: [Text: Bool] = [:]
        for pair in pairs {
            guard let group = supposed.first(where: { $0.contains(pair.lower) }) else { continue }
            if group.count > People.rules.componentRecordsMax { continue }
            if !rank.opens {
                // Judged when the value's first pair is met.
                let several = isOfSeveral[pair.value] ?? standsForSeveral(Identifier(kind: rank.kind, value: pair.value))
                isOfSeveral[pair.value] = several
                if several { continue }
            }
            attempt(pair.lower, pair.higher, rank)
        }
    }

    private func standsForSeveral(_ value: Identifier) -> Bool {
        let opening = People.rules.ranks.filter(\.opens).map(\.kind)
        let persons = groups.filter { group in
            group.contains { records[$0]?.identifiers.contains(value) == true }
                && group.contains { records[$0]?.identifiers.contains { opening.contains($0.kind) } == true }
        }
        return persons.count > 1
    }

    /// Whether a rule must not bring two groups together.
    private func contradict(_ left: Set<RecordID>, _ right: Set<RecordID>, _ rank: LinkRules.Rank) -> Bool {
        func values(_ group: Set<RecordID>) -> Set<Identifier> {
            Set(group.flatMap { records[$0]?.identifiers ?? [] }.filter { $0.kind == .account })
        }
        func names(_ group: Set<RecordID>) -> [PersonName] { group.flatMap { records[$0]?.names ?? [] }.map { PersonName(text: $0) } }
        let (one, other) = (values(left), values(right))
        if !one.isEmpty, !other.isEmpty, one.isDisjoint(with: other) { return true }
        let pairs = names(left).flatMap { name in names(right).map { (name, $0) } }
        if rank.isExclusive { return rank.opens && pairs.contains { $0.isWhollyOther(than: $1) } }
        return pairs.contains { $0.contradicts($1) }
    }

    private mutating func attempt(_ lower: RecordID, _ higher: RecordID, _ rank: LinkRules.Rank?) {
        guard let left = groups.first(where: { $0.contains(lower) }), let right = groups.first(where: { $0.contains(higher) }) else {
            return
        }
        let isForbidden = never.contains { decision in
            (left.contains(decision.lower) && right.contains(decision.higher))
                || (right.contains(decision.lower) && left.contains(decision.higher))
        }
        if left == right || isForbidden { return }
        if let rank, contradict(left, right, rank) { return }
        Self.unite(&groups, lower, higher)
    }

    private static func unite(_ groups: inout Set<Set<RecordID>>, _ one: RecordID, _ other: RecordID) {
        let touched = groups.filter { $0.contains(one) || $0.contains(other) }
        groups.subtract(touched)
        groups.insert(touched.reduce([]) { $0.union($1) })
    }
}
