import Causality
import ChangeSets
import Profiles

/// The rules of linking read literally: groups are sets, limits are recounted, every pair is tried.
public struct NaiveLinking {
    public private(set) var groups: Set<Set<RecordID>>
    private var never: [LinkDecision]
    private let records: [RecordID: LinkRecord]
    private let rules: LinkRules

    /// - Parameter decisions: those in force.
    public init(_ all: [LinkRecord], decisions: [LinkDecision], rules: LinkRules) {
        self.rules = rules
        records = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
        never = decisions.filter { $0.verdict == .neverSame }
        groups = Set(all.map { [$0.id] })
        for decision in decisions.filter({ $0.verdict == .same }).sorted(by: {
            ($0.lower.life, $0.higher.life) < ($1.lower.life, $1.higher.life)
        }) {
            attempt(decision.lower, decision.higher, nil)
        }
        for rank in rules.ranks { take(rank, all) }
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
            if group.count > rules.componentRecordsMax { continue }
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
        let opening = rules.ranks.filter(\.opens).map(\.kind)
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
