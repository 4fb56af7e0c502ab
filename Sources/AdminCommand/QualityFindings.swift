import Complaints

// What is wrong with customers' records or articles, over all sites.
extension QualityCommand.Report {
    /// More findings are counted and not told.
    static let findingsMax = 20
    /// Of each finding so many records are named.
    static let examplesMax = 3

    private struct Key: Hashable {
        let field, verdict, reason: String
    }

    private struct Finding {
        let entity: QualityCommand.Entity
        let key: Key
        /// Where, the most first.
        let parts: [(site: String, finding: Row.Finding)]
        var count: Int { parts.reduce(0) { $0 + $1.finding.count } }

        var lines: [String] {
            let sites = parts.map { "\($0.site) \($0.finding.count)" }.joined(separator: ", ")
            let verdict = key.verdict == "suspicious" ? "doubtful" : key.verdict
            let head = "\(count)  \(key.field): \(verdict), \(key.reason) (\(sites))"
            let examples = parts.flatMap { $0.finding.examples }.prefix(QualityCommand.Report.examplesMax)
            return [head] + examples.map { "  tributary \(command($0))" }
        }

        /// What shows a record; of an article, what was written into the field.
        private func command(_ life: String) -> String {
            switch entity {
            case .customer: "profile show \(Self.profile(of: life))"
            case .item: "history \(life) \(key.field)"
            }
        }

        /// A record's life leads to the profile that it is part of.
        private static func profile(of life: String) -> String {
            guard let separator = life.lastIndex(of: ":") else { return life }
            return "p\(life[..<separator])-\(life[life.index(after: separator)...])"
        }
    }

    /// The most frequent first, with records to look at.
    func findingsText(_ entity: QualityCommand.Entity = .customer, of site: String?, _ field: String?) -> String {
        guard !rows(entity, of: site, nil).isEmpty else { return text(entity, of: site, nil) }
        var parts: [Key: [(site: String, finding: Row.Finding)]] = [:]
        for row in rows(entity, of: site, field) {
            for finding in row.findings {
                parts[Key(field: row.field, verdict: finding.verdict, reason: finding.reason), default: []].append((row.site, finding))
            }
        }
        let all = parts.map { key, parts in
            Finding(entity: entity, key: key, parts: parts.sorted { ($1.finding.count, $0.site) < ($0.finding.count, $1.site) })
        }.sorted { ($1.count, $0.key.field, $0.key.reason) < ($0.count, $1.key.field, $1.key.reason) }
        guard !all.isEmpty else { return "Nothing is found wrong\(site.map { " at \($0)" } ?? "")." }
        let more = Readable.more(of: all.count, shown: Self.findingsMax).map { [$0] } ?? []
        return (all.prefix(Self.findingsMax).flatMap(\.lines) + more).map(TerminalText.line).joined(separator: "\n")
    }
}
