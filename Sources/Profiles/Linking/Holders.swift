import ChangeSets

/// Which of some records hold each value that more than one of them holds.
struct Holders {
    /// By identifier: places of records, ascending.
    private let shared: [Identifier: [Int]]
    private let sources: [SourceID]

    /// - Parameter kinds: what is looked at.
    init(_ records: [LinkRecord], of kinds: Set<Identifier.Kind>) {
        var first: [Identifier: Int] = [:]
        var shared: [Identifier: [Int]] = [:]
        for (place, record) in records.enumerated() {
            for identifier in record.identifiers where kinds.contains(identifier.kind) {
                if let before = first[identifier] {
                    shared[identifier, default: [before]].append(place)
                } else {
                    first[identifier] = place
                }
            }
        }
        self.shared = shared
        sources = records.map(\.id.source)
    }

    /// The values of one kind with the records that hold them, in the order of the values' bytes.
    func values(of kind: Identifier.Kind) -> [(value: Text, records: [Int])] {
        shared.filter { $0.key.kind == kind }.map { (value: $0.key.value, records: $0.value) }.sorted { $0.value < $1.value }
    }

    /// The values that more records of one source hold than their kind allows (S28).
    func tooShared(_ rules: LinkRules) -> [Identifier: SharedValue.Worst] {
        var found: [Identifier: SharedValue.Worst] = [:]
        let limits = Dictionary(rules.ranks.map { ($0.kind, $0.recordsPerSourceMax) }, uniquingKeysWith: { first, _ in first })
        for (identifier, places) in shared {
            guard let limit = limits[identifier.kind], places.count > limit else { continue }
            var counts: [SourceID: Int] = [:]
            for place in places { counts[sources[place], default: 0] += 1 }
            if let worst = SharedValue.Worst(counts), worst.records > limit { found[identifier] = worst }
        }
        return found
    }
}
