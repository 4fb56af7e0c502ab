import Causality
import ChangeSets
import Mutants

/// Joins records into groups, pair by pair, keeping apart what must never meet: a union-find with enemies.
struct Joiner {
    /// In the order of `RecordOrder`; a record is known by its place here.
    private let records: [LinkRecord]
    private let rules: LinkRules
    private let holders: Holders
    private var groups: DisjointSets
    private var known: KnownFacts
    /// By a group's root: the records that no member may meet.
    private var enemies: [Int: Set<Int>] = [:]
    private var links: [(lower: Int, higher: Int, reason: LinkReason)] = []
    private(set) var refusals: [LinkRefusal] = []
    private var refusedPairs = 0
    /// Refused pairs that are not listed.
    var refusalsLeftOut: Int { max(refusedPairs - Linking.pairRefusalsMax, 0) }

    /// - Parameter holders: of the very same records.
    init(_ records: [LinkRecord], rules: LinkRules, holders: Holders) {
        self.records = records
        self.rules = rules
        self.holders = holders
        groups = DisjointSets(count: records.count)
        known = KnownFacts(records, rules: rules)
    }

    // MARK: decisions

    /// Takes operators' links, in the order of (lower record, higher record), and keeps apart what they keep apart.
    mutating func take(_ decisions: [LinkDecision]) {
        guard !decisions.isEmpty else { return }
        let concerned = Set(decisions.flatMap { [$0.lower.life, $0.higher.life] })
        var places: [Dot: Int] = [:]
        for (place, record) in records.enumerated() where concerned.contains(record.id.life) { places[record.id.life] = place }
        var same: [(Int, Int)] = []
        for decision in decisions {
            guard let lower = places[decision.lower.life], let higher = places[decision.higher.life] else { continue }
            switch decision.verdict {
            case .same: same.append((lower, higher))
            case .neverSame:
                enemies[lower, default: []].insert(higher)
                enemies[higher, default: []].insert(lower)
            }
        }
        for (lower, higher) in same.sorted(by: <) { join(lower, higher, .decision, names: .anyNames) }
    }

    // MARK: ranks

    /// Takes the pairs of one kind, value by value, except where they would make one person of too many records.
    mutating func join(_ rank: LinkRules.Rank, isUsable: (Identifier) -> Bool) {
        let values = holders.values(of: rank.kind).filter { isUsable(Identifier(kind: rank.kind, value: $0.value)) }
        let tooLarge = groupsTooLarge(values.map(\.records))
        for (_, members) in tooLarge.members.sorted(by: { $0.key < $1.key }) {
            refusals.append(.tooManyRecords(kind: rank.kind, records: members.map { records[$0].id }))
        }
        for (value, places) in values where !tooLarge.contains(places[0]) {
            let identifier = Identifier(kind: rank.kind, value: value)
            if rank.opens {
                joinAll(places, .identifier(identifier), names: rank.isExclusive ? .notWhollyOther : .notContradicting)
            } else {
                attribute(places, identifier)
            }
        }
    }

    private struct TooLarge {
        var sets: DisjointSets
        var members: [Int: [Int]]
        func contains(_ record: Int) -> Bool { !members.isEmpty && members[sets.settledRoot(of: record)] != nil }
    }

    /// The groups that taking *all* these links would make, as far as they are too large.
    private func groupsTooLarge(_ linked: [[Int]]) -> TooLarge {
        var sets = groups
        var touched: Set<Int> = []
        for places in linked where places.dropFirst().contains(where: { groups.settledRoot(of: $0) != groups.settledRoot(of: places[0]) }) {
            for place in places.dropFirst() { sets.unite(places[0], place) }
            touched.insert(places[0])
        }
        let roots = Set(touched.map { sets.settledRoot(of: $0) }).filter { sets.size(ofRoot: $0) > rules.componentRecordsMax }
        var members: [Int: [Int]] = [:]
        if !roots.isEmpty {
            for place in records.indices {
                let root = sets.settledRoot(of: place)
                if roots.contains(root) { members[root, default: []].append(place) }
            }
        }
        return TooLarge(sets: sets, members: members)
    }

    /// Tries every pair of the holders of one value, in order; what is refused once is not asked again of the same two groups.
    private mutating func joinAll(_ places: [Int], _ reason: LinkReason, names: NameCheck) {
        var refused: Set<GroupPair> = []
        for (index, lower) in places.enumerated() {
            for higher in places[(index + 1)...] {
                let pair = GroupPair(groups.root(of: lower), groups.root(of: higher))
                guard !pair.isOne, !refused.contains(pair) else { continue }
                if !join(lower, higher, reason, names: names) { refused.insert(pair) }
            }
            let root = groups.root(of: lower)
            if places.allSatisfy({ groups.root(of: $0) == root }) { return }
        }
    }

    /// Two groups by their roots, whichever is named first.
    private struct GroupPair: Hashable {
        private let low: UInt32
        private let high: UInt32

        init(_ one: Int, _ other: Int) { (low, high) = (UInt32(min(one, other)), UInt32(max(one, other))) }
        var isOne: Bool { low == high }
    }

    /// A value that opens no known profile joins unknown visitors' records to the one person who is known by more, or to each
    /// other; where it stands for two known persons it tells of none.
    private mutating func attribute(_ places: [Int], _ identifier: Identifier) {
        let persons = Set(places.map { groups.root(of: $0) }.filter { known.isPerson[$0] })
        if persons.count > 1 {
            refusals.append(.severalPersons(identifier: identifier, records: places.map { records[$0].id }))
        } else {
            joinAll(places, .identifier(identifier), names: .anyNames)
        }
    }

    /// What is asked of the names of two groups that a link would join.
    private enum NameCheck {
        case anyNames, notWhollyOther, notContradicting
    }

    @discardableResult
    private mutating func join(_ lower: Int, _ higher: Int, _ reason: LinkReason, names: NameCheck) -> Bool {
        let (left, right) = (groups.root(of: lower), groups.root(of: higher))
        guard left != right else { return true }
        func refuse(_ cause: LinkRefusal.Cause) -> Bool {
            refusedPairs += 1
            if refusedPairs <= Linking.pairRefusalsMax {
                refusals.append(.pair(cause, lower: records[lower].id, higher: records[higher].id, reason: reason))
            }
            return false
        }
        if areEnemies(left, right), !Mutant.ignoresNeverSame.isOn { return refuse(.neverSame) }
        if reason != .decision, let kind = known.differingUnchanging(left, right) { return refuse(.unchanging(kind)) }
        switch names {
        case .anyNames: break
        case .notWhollyOther: if known.namesAreWhollyOther(left, right) { return refuse(.names) }
        case .notContradicting: if known.namesContradict(left, right) { return refuse(.names) }
        }
        links.append((lower, higher, reason))
        groups.unite(left, right)
        let root = groups.root(of: left)
        known.unite(left, right, into: root)
        let hated = (enemies.removeValue(forKey: left) ?? []).union(enemies.removeValue(forKey: right) ?? [])
        if !hated.isEmpty { enemies[root] = hated }
        return true
    }

    private mutating func areEnemies(_ left: Int, _ right: Int) -> Bool {
        guard let ofLeft = enemies[left], let ofRight = enemies[right] else { return false }
        return ofLeft.count <= ofRight.count
            ? ofLeft.contains { groups.settledRoot(of: $0) == right } : ofRight.contains { groups.settledRoot(of: $0) == left }
    }

    // MARK: the end

    func profiles() -> [LinkedProfile] {
        var members: [[Int]] = Array(repeating: [], count: records.count)
        for place in records.indices { members[groups.settledRoot(of: place)].append(place) }
        var joined: [Int: [LinkedProfile.Link]] = [:]
        for link in links {
            joined[groups.settledRoot(of: link.lower), default: []]
                .append(.init(lower: records[link.lower].id, higher: records[link.higher].id, reason: link.reason))
        }
        return members.enumerated().compactMap { root, places in
            ProfileID.oldest(of: places.lazy.map { records[$0] }).map {
                LinkedProfile(id: $0, records: places.map { records[$0].id }, links: joined[root] ?? [])
            }
        }.sorted { $0.id < $1.id }
    }
}

/// What is known of each group, by its root: whether it is a person known by more than a device, what names it bears, and the
/// values of it that never change.
private struct KnownFacts {
    private(set) var isPerson: [Bool]
    private var names: [[Text]]
    private var unchanging: [Int: [Identifier.Kind: Set<Text>]] = [:]

    init(_ records: [LinkRecord], rules: LinkRules) {
        let opening = Set(rules.ranks.filter(\.opens).map(\.kind))
        isPerson = records.map { $0.identifiers.contains { opening.contains($0.kind) } }
        names = records.map(\.names)
        guard !rules.unchanging.isEmpty else { return }
        for (place, record) in records.enumerated() {
            for identifier in record.identifiers where rules.unchanging.contains(identifier.kind) {
                unchanging[place, default: [:]][identifier.kind, default: []].insert(identifier.value)
            }
        }
    }

    /// A kind of which both have values, and none in common.
    func differingUnchanging(_ left: Int, _ right: Int) -> Identifier.Kind? {
        guard let ofLeft = unchanging[left], let ofRight = unchanging[right] else { return nil }
        return ofLeft.filter { kind, values in ofRight[kind].map { $0.isDisjoint(with: values) } ?? false }.keys.min()
    }

    /// Whether any name of the one contradicts any of the other.
    func namesContradict(_ left: Int, _ right: Int) -> Bool {
        names[left].contains { one in names[right].contains { PersonName(text: one).contradicts(PersonName(text: $0)) } }
    }

    /// Whether any name of the one has nothing of any name of the other.
    func namesAreWhollyOther(_ left: Int, _ right: Int) -> Bool {
        names[left].contains { one in
            names[right].contains { one != $0 && PersonName(text: one).isWhollyOther(than: PersonName(text: $0)) }
        }
    }

    mutating func unite(_ left: Int, _ right: Int, into root: Int) {
        isPerson[root] = isPerson[left] || isPerson[right]
        if names[left] != names[right] { names[root] = Set(names[left] + names[right]).sorted() }
        if let one = unchanging.removeValue(forKey: left == root ? right : left) {
            unchanging[root, default: [:]].merge(one) { $0.union($1) }
        }
    }
}
