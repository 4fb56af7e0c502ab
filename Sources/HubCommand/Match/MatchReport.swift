import Complaints
import Profiles

/// What `tributary-hub match` prints: how well proposals find the people of a labelled file, and what they miss.
struct MatchReport {
    /// Examples of wrong and of missed pairs that are shown, of each.
    static let examplesMax = 5

    let file: MatchFile
    let evaluation: MatchEvaluation

    init(_ file: MatchFile) {
        self.file = file
        evaluation = MatchEvaluation(file.records, truth: file.labels?.people)
    }

    /// - Parameters:
    ///   - probability: the threshold of proposals.
    ///   - sweeps: whether every threshold is listed, and not the best alone.
    func lines(probability: Double = Bits.probability(MatchThreshold.proposal), sweeps: Bool = false) -> [String] {
        let bits = Bits.ofProbability(min(max(probability, 1e-6), 1 - 1e-9))
        var lines = ["Columns: \(file.columns.summary)."]
        guard let labels = file.labels else {
            let people = evaluation.people(bitsMin: bits)
            return lines + [
                "\(file.records.count) records, \(people.count) people with more than one. No column says who is who (--truth)."
            ]
        }
        if labels.isFebrl { lines.append("Truth: record ids of FEBRL's form (rec-1-org, rec-1-dup-0).") }
        let swept = Self.thresholds.map { ($0, quality(bitsMin: $0)) }
        lines.append(Self.heading)
        lines.append(Self.row("exact identifiers", LinkQuality(ExactIdentifiers.people(file.records), truth: labels.people)))
        lines.append(Self.row("proposals", quality(bitsMin: bits)))
        if let best = swept.max(by: { $0.1.pairs.f1 < $1.1.pairs.f1 }) {
            lines.append(Self.row("best, at \(Self.decimals(best.0, 1)) bits", best.1))
        }
        lines.append(Self.row("automatic", quality(bitsMin: MatchThreshold.automatic)))
        if sweeps { lines += swept.map { Self.row("  at \(Self.decimals($0.0, 1)) bits", $0.1) } }
        return lines + missed(labels, bitsMin: bits)
    }

    private static let thresholds = stride(from: Double(MatchEvaluation.sweepBitsMin), through: 20, by: 1).map { $0 }

    private func quality(bitsMin: Double) -> LinkQuality { LinkQuality(evaluation.people(bitsMin: bitsMin), truth: evaluation.truth ?? []) }

    // MARK: Table

    private static let heading = pad("", 22) + "pairs P / R / F1          people P / R / F1         B-cubed P / R"

    private static func row(_ name: String, _ quality: LinkQuality) -> String {
        pad(name, 22) + pad(triple(quality.pairs), 26) + pad(triple(quality.clusters), 26)
            + "\(decimals(quality.bCubed.precision, 4)) / \(decimals(quality.bCubed.recall, 4))"
    }

    private static func triple(_ share: LinkQuality.Share) -> String {
        [share.precision, share.recall, share.f1].map { decimals($0, 4) }.joined(separator: " / ")
    }

    private static func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }

    private static func decimals(_ number: Double, _ places: Int) -> String {
        let scale = (0..<places).reduce(1) { power, _ in power * 10 }
        let whole = Int((abs(number) * Double(scale)).rounded())
        let rest = String(whole % scale)
        return "\(number < 0 && whole > 0 ? "-" : "")\(whole / scale)." + String(repeating: "0", count: places - rest.count) + rest
    }

    // MARK: Examples

    /// Wrong and missed pairs with the reasons. They show the file's own values: the operator's screen, never a log.
    private func missed(_ labels: TruthLabels, bitsMin: Double) -> [String] {
        var group = [Int](repeating: -1, count: labels.people.count)
        let people = evaluation.people(bitsMin: bitsMin)
        for (number, records) in people.enumerated() { for record in records { group[Int(record)] = number } }
        let wrong = people.lazy.flatMap { Self.pairs($0) }.filter { labels.people[Int($0.0)] != labels.people[Int($0.1)] }
        var persons: [Int: [UInt32]] = [:]
        for (record, person) in labels.people.enumerated() { persons[person, default: []].append(UInt32(record)) }
        let missing = persons.sorted { $0.key < $1.key }.lazy.flatMap { Self.pairs($0.value) }
            .filter { group[Int($0.0)] < 0 || group[Int($0.0)] != group[Int($0.1)] }
        return ["Wrong pairs:"] + examples(wrong) + ["Missed pairs:"] + examples(missing)
    }

    private static func pairs(_ records: [UInt32]) -> [(UInt32, UInt32)] {
        records.indices.flatMap { one in records[(one + 1)...].map { (records[one], $0) } }
    }

    private func examples(_ pairs: some Sequence<(UInt32, UInt32)>) -> [String] {
        let lines = pairs.prefix(Self.examplesMax).flatMap { one, other -> [String] in
            let score = evaluation.scorer.score(file.records[Int(one)], file.records[Int(other)])
            return [
                text(one), text(other),
                "    \(Self.decimals(score.bits, 1)) bits: " + score.reasons.map(\.description).joined(separator: ", "),
            ]
        }
        return lines.isEmpty ? ["  none"] : lines
    }

    private func text(_ record: UInt32) -> String {
        "  " + TerminalText.line(file.table.rows[Int(record)].map { DelimitedText.trimmed($0) }.joined(separator: " | "))
    }
}
