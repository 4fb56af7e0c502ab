import Causality
import ChangeSets

/// Joins records into groups, pair by pair, keeping apart what must never meet: a union-find with enemies.
struct Joiner {
    /// In the order of `RecordOrder`; a record is known by its place here.
    private let records: [LinkRecord]
    private let places: [RecordID: Int]
    private var groups: DisjointSets
    /// By a group's root: the records that no member may meet.
    private var enemies: [Int: Set<Int>] = [:]
    private var links: [(lower: Int, higher: Int, reason: LinkReason)] = []
    private(set) var refusals: [LinkRefusal] = []

    init(_ records: [LinkRecord]) {
        self.records = records
        places = Dictionary(records.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        groups = DisjointSets(count: records.count)
    }

    mutating func forbid(_ decisions: [LinkDecision]) {
        for decision in decisions where decision.verdict == .neverSame {
            guard let lower = places[decision.lower], let higher = places[decision.higher] else { continue }
            enemies[lower, default: []].insert(higher)
            enemies[higher, default: []].insert(lower)
        }
    }

    mutating func joinDecided(_ decisions: [LinkDecision]) {
        let pairs = decisions.filter { $0.verdict == .same }.compactMap { decision in
            places[decision.lower].flatMap { lower in places[decision.higher].map { (lower, $0) } }
        }
        for (lower, higher) in pairs.sorted(by: <) { join(lower, higher, .decision) }
    }

    /// Takes the pairs of one kind, value by value, except where they would make one person of too many records.
    mutating func join(_ kind: Identifier.Kind, recordsMax: Int, isUsable: (Identifier) -> Bool) {
        let holders = self.holders(of: kind, isUsable: isUsable)
        let tooLarge = groupsTooLarge(holders.map(\.records), recordsMax: recordsMax)
        for (_, members) in tooLarge.members.sorted(by: { $0.key < $1.key }) {
            refusals.append(.tooManyRecords(kind: kind, records: members.map { records[$0].id }))
        }
        for (value, places) in holders where !tooLarge.contains(places[0]) {
            joinAll(places, .identifier(Identifier(kind: kind, value: value)))
        }
    }

    /// Every usable value of the kind with the records that hold it, at least two, both in order.
    private func holders(of kind: Identifier.Kind, isUsable: (Identifier) -> Bool) -> [(value: Text, records: [Int])] {
        var holders: [Text: [Int]] = [:]
        for (place, record) in records.enumerated() {
            for identifier in record.identifiers where identifier.kind == kind { holders[identifier.value, default: []].append(place) }
        }
        return holders.filter { $0.value.count > 1 && isUsable(Identifier(kind: kind, value: $0.key)) }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private struct TooLarge {
        var sets: DisjointSets
        var members: [Int: [Int]]
        func contains(_ record: Int) -> Bool { !members.isEmpty && members[sets.settledRoot(of: record)] != nil }
    }

    /// The groups that taking *all* these links would make, as far as they are too large.
    private func groupsTooLarge(_ linked: [[Int]], recordsMax: Int) -> TooLarge {
        var sets = groups
        var touched: Set<Int> = []
        for places in linked where places.dropFirst().contains(where: { groups.settledRoot(of: $0) != groups.settledRoot(of: places[0]) }) {
            for place in places.dropFirst() { sets.unite(places[0], place) }
            touched.insert(places[0])
        }
        let roots = Set(touched.map { sets.settledRoot(of: $0) }).filter { sets.size(ofRoot: $0) > recordsMax }
        var members: [Int: [Int]] = [:]
        if !roots.isEmpty {
            for place in records.indices {
                let root = sets.settledRoot(of: place)
                if roots.contains(root) { members[root, default: []].append(place) }
            }
        }
        return TooLarge(sets: sets, members: members)
    }

    /// Tries every pair of the holders of one value, in order.
    private mutating func joinAll(_ places: [Int], _ reason: LinkReason) {
        for (index, lower) in places.enumerated() {
            for higher in places[(index + 1)...] { join(lower, higher, reason) }
            let root = groups.root(of: lower)
            if places.allSatisfy({ groups.root(of: $0) == root }) { return }
        }
    }

    private mutating func join(_ lower: Int, _ higher: Int, _ reason: LinkReason) {
        let (left, right) = (groups.root(of: lower), groups.root(of: higher))
        guard left != right else { return }
        if areEnemies(left, right) {
            refusals.append(.neverSame(lower: records[lower].id, higher: records[higher].id, reason: reason))
            return
        }
        links.append((lower, higher, reason))
        groups.unite(left, right)
        let root = groups.root(of: left)
        let hated = (enemies.removeValue(forKey: left) ?? []).union(enemies.removeValue(forKey: right) ?? [])
        if !hated.isEmpty { enemies[root] = hated }
    }

    private mutating func areEnemies(_ left: Int, _ right: Int) -> Bool {
        guard let ofLeft = enemies[left], let ofRight = enemies[right] else { return false }
        return ofLeft.count <= ofRight.count
            ? ofLeft.contains { groups.settledRoot(of: $0) == right } : ofRight.contains { groups.settledRoot(of: $0) == left }
    }

    func profiles() -> [LinkedProfile] {
        var members: [Int: [Int]] = [:]
        for place in records.indices { members[groups.settledRoot(of: place), default: []].append(place) }
        var joined: [Int: [LinkedProfile.Link]] = [:]
        for link in links {
            joined[groups.settledRoot(of: link.lower), default: []]
                .append(.init(lower: records[link.lower].id, higher: records[link.higher].id, reason: link.reason))
        }
        return members.compactMap { root, places in
            ProfileID.oldest(of: places.map { records[$0] }).map {
                LinkedProfile(id: $0, records: places.map { records[$0].id }, links: joined[root] ?? [])
            }
        }.sorted { $0.id < $1.id }
    }
}

/// Sets of numbers below a count that only ever grow together.
///
/// Source: R. Tarjan, "Efficiency of a good but not linear set union algorithm" (1975): union by size, paths halved.
struct DisjointSets {
    private var parents: [Int]
    private var sizes: [Int]

    init(count: Int) {
        parents = Array(0..<count)
        sizes = Array(repeating: 1, count: count)
    }

    mutating func root(of element: Int) -> Int {
        var element = element
        while parents[element] != element {
            parents[element] = parents[parents[element]]
            element = parents[element]
        }
        return element
    }

    /// The same, without shortening the path.
    func settledRoot(of element: Int) -> Int {
        var element = element
        while parents[element] != element { element = parents[element] }
        return element
    }

    func size(ofRoot root: Int) -> Int { sizes[root] }

    mutating func unite(_ left: Int, _ right: Int) {
        var (large, small) = (root(of: left), root(of: right))
        guard large != small else { return }
        if sizes[large] < sizes[small] { swap(&large, &small) }
        parents[small] = large
        sizes[large] += sizes[small]
    }
}
