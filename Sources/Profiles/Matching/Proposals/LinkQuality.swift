/// How well groups of records agree with the truth.
public struct LinkQuality: Hashable, Sendable {
    /// Right, proposed and true ones, and what follows from them.
    public struct Share: Hashable, Sendable {
        public var right: Double
        public var found: Double
        public var wanted: Double

        /// 1 where nothing was found: nothing was wrong.
        public var precision: Double { found > 0 ? right / found : 1 }
        public var recall: Double { wanted > 0 ? right / wanted : 1 }
        public var f1: Double { found + wanted > 0 ? 2 * right / (found + wanted) : 1 }
    }

    /// Pairs of records within one group.
    public var pairs: Share
    /// Whole groups of two and more, right only if exactly the truth's.
    public var clusters: Share
    /// By record, its group against its truth (A. Bagga, B. Baldwin, "Algorithms for scoring coreference chains", 1998).
    public var bCubed: (precision: Double, recall: Double) { (bCubedPrecision, bCubedRecall) }

    private var bCubedPrecision: Double
    private var bCubedRecall: Double

    /// - Parameters:
    ///   - people: groups of records' numbers; a record in none stands alone.
    ///   - truth: by record's number, which person it is.
    public init(_ people: [[UInt32]], truth: [Int]) {
        var wantedSizes: [Int: Int] = [:]
        for person in truth { wantedSizes[person, default: 0] += 1 }
        pairs = Share(right: 0, found: 0, wanted: wantedSizes.values.reduce(0) { $0 + Self.pairs($1) })
        clusters = Share(right: 0, found: 0, wanted: Double(wantedSizes.values.filter { $0 > 1 }.count))
        (bCubedPrecision, bCubedRecall) = (0, 0)
        var grouped = 0
        var recallOfGrouped: [Int: Int] = [:]
        for group in people {
            var overlaps: [Int: Int] = [:]
            for record in group { overlaps[truth[Int(record)], default: 0] += 1 }
            pairs.found += Self.pairs(group.count)
            pairs.right += overlaps.values.reduce(0) { $0 + Self.pairs($1) }
            if group.count > 1 { clusters.found += 1 }
            if let only = overlaps.first, overlaps.count == 1, group.count > 1, wantedSizes[only.key] == group.count { clusters.right += 1 }
            for (person, overlap) in overlaps {
                bCubedPrecision += Double(overlap * overlap) / Double(group.count)
                bCubedRecall += Double(overlap * overlap) / Double(wantedSizes[person, default: 1])
                recallOfGrouped[person, default: 0] += overlap
            }
            grouped += group.count
        }
        // Records that stand alone.
        bCubedPrecision += Double(truth.count - grouped)
        for (person, size) in wantedSizes { bCubedRecall += Double(size - recallOfGrouped[person, default: 0]) / Double(size) }
        let records = Double(max(truth.count, 1))
        bCubedPrecision /= records
        bCubedRecall /= records
    }

    private static func pairs(_ count: Int) -> Double { Double(count) * Double(count - 1) / 2 }
}
