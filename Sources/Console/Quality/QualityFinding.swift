import Causality

/// One thing that is wrong with one field, at all sites together.
struct QualityFinding {
    struct Key: Hashable {
        var field, verdict, reason: String
    }

    var key: Key
    var count = 0
    /// Where, the most first.
    var sites: [(name: String, count: Int)] = []
    /// Records' lives, of the sites in that order.
    var examples: [Dot] = []

    static let examplesMax = 5

    /// The most frequent first.
    static func all(in rows: some Sequence<QualityDocument.Row>) -> [QualityFinding] {
        var parts: [Key: [(site: String, finding: QualityDocument.Finding)]] = [:]
        for row in rows {
            for finding in row.findings {
                parts[Key(field: row.field, verdict: finding.verdict, reason: finding.reason), default: []].append((row.site, finding))
            }
        }
        return parts.map { key, parts in
            let sorted = parts.sorted { ($1.finding.count, $0.site) < ($0.finding.count, $1.site) }
            return QualityFinding(
                key: key, count: parts.reduce(0) { $0 + $1.finding.count }, sites: sorted.map { ($0.site, $0.finding.count) },
                examples: Array(sorted.lazy.flatMap { $0.finding.examples.compactMap { Dot($0) } }.prefix(examplesMax)))
        }.sorted { ($1.count, $0.key.field, $0.key.reason) < ($0.count, $1.key.field, $1.key.reason) }
    }
}
