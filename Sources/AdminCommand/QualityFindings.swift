import Complaints

// What is wrong with customers' records, over all sites.
extension QualityCommand.Report {
    /// More findings are counted and not told.
    static let findingsMax = 20
    /// Of each finding so many customers are named.
    static let examplesMax = 3

    private struct Key: Hashable {
        let field, verdict, reason: String
    }

    private struct Finding {
        let key: Key
        /// Where, the most first.
        let parts: [(site: String, finding: Row.Finding)]
        var count: Int { parts.reduce(0) { $0 + $1.finding.count } }

        var lines: [String] {
            let sites = parts.map { "\($0.site) \($0.finding.count)" }.joined(separator: ", ")
            let verdict = key.verdict == "suspicious" ? "doubtful" : key.verdict
            let head = "\(count)  \(key.field): \(verdict), \(key.reason) (\(sites))"
            let examples = parts.flatMap { $0.finding.examples }.prefix(QualityCommand.Report.examplesMax)
            return [head] + examples.map { "  tributary profile show \(Self.profile(of: $0))" }
        }

        /// A record's life leads to the profile that it is part of.
        private static func profile(of life: String) -> String {
            guard let separator = life.lastIndex(of: ":") else { return life }
            return "p\(life[..<separator])-\(life[life.index(after: separator)...])"
        }
    }

    /// The most frequent first, with customers to look at.
    func findingsText(of site: String?, _ field: String?) -> String {
        var parts: [Key: [(site: String, finding: Row.Finding)]] = [:]
        for row in rows(of: site, field) {
            for finding in row.findings {
                parts[Key(field: row.field, verdict: finding.verdict, reason: finding.reason), default: []].append((row.site, finding))
            }
        }
        let all = parts.map { key, parts in
            Finding(key: key, parts: parts.sorted { ($1.finding.count, $0.site) < ($0.finding.count, $1.site) })
        }.sorted { ($1.count, $0.key.field, $0.key.reason) < ($0.count, $1.key.field, $1.key.reason) }
        guard !all.isEmpty else { return "Nothing is found wrong\(site.map { " at \($0)" } ?? "")." }
        let more = Readable.more(of: all.count, shown: Self.findingsMax).map { [$0] } ?? []
        return (all.prefix(Self.findingsMax).flatMap(\.lines) + more).map(TerminalText.line).joined(separator: "\n")
    }
}
