import Foundation
import Profiles

/// What linking makes of a file, in words and figures.
struct MatchReport {
    let table: DelimitedText
    let columns: PersonColumns
    let evaluation: MatchEvaluation
    let exact: ExactLinks
    let isFebrl: Bool

    init(_ table: DelimitedText, _ columns: PersonColumns) {
        self.table = table
        self.columns = columns
        let fields = table.rows.map { row in columns.fields.map { (field: $0.value.rawValue, value: row[$0.key]) } }
        let labels = columns.truth.map { place in TruthLabels(table.rows.map { $0[place] }) }
        isFebrl = labels?.isFebrl ?? false
        evaluation = MatchEvaluation(fields.map { PersonTraits($0) }, truth: labels?.people)
        exact = ExactLinks(fields, sources: table.rows.map { row in columns.source.map { row[$0] } ?? "" })
    }

    func text(bitsMin: Double, sweeps: Bool, examplesMax: Int) -> String {
        let people = evaluation.people(bitsMin: bitsMin)
        var lines = ["\(table.rows.count) rows. Taken: \(columns.summary)."]
        if let truth = columns.truth {
            lines.append("Who is who: \(table.header[truth])\(isFebrl ? " (FEBRL's record ids)" : "").")
        }
        lines += ["", Self.row("", ["persons", "rows"] + (evaluation.truth == nil ? [] : Self.figures))]
        lines.append(row("linked by rules", exact.people))
        lines.append(
            row(
                "linked by the model alone, from \(Self.percent(MatchThreshold.automatic))",
                evaluation.people(bitsMin: MatchThreshold.automatic)))
        lines.append(row("proposed, from \(Self.percent(bitsMin))", people))
        if sweeps, let best = evaluation.best() { lines.append(row("at its best, from \(Self.percent(best.bits))", best.people)) }
        lines.append("\nThe rules refused \(exact.refusals) links, and \(exact.sharedValues) values are on too many rows to link any.")
        if let truth = evaluation.truth {
            let (missed, wrong) = evaluation.errors(of: people, truth: truth)
            lines.append(examples("\(missed.count) pairs were missed", missed, examplesMax))
            lines.append(examples("\(wrong.count) pairs are wrong", wrong, examplesMax))
        }
        return lines.joined(separator: "\n")
    }

    // MARK: lines

    private static let figures = ["precision", "recall", "F1", "people: prec.", "recall", "F1"]

    private static func row(_ title: String, _ cells: [String]) -> String {
        title.padding(toLength: 46, withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(14 - $0.count, 1)) + $0 }.joined()
    }

    private func row(_ title: String, _ people: [[UInt32]]) -> String {
        var cells = [String(people.count), String(people.reduce(0) { $0 + $1.count })]
        if let truth = evaluation.truth {
            let quality = LinkQuality(people, truth: truth)
            for share in [quality.pairs, quality.clusters] {
                cells += [share.precision, share.recall, share.f1].map { String(format: "%.4f", $0) }
            }
        }
        return Self.row(title, cells)
    }

    private static func percent(_ bits: Double) -> String {
        let probability = 1 / (1 + exp2(-bits))
        return probability > 0.9999 ? String(format: "%.3f %%", 100 * probability) : String(format: "%.1f %%", 100 * probability)
    }

    private func examples(_ title: String, _ pairs: [(UInt32, UInt32)], _ max: Int) -> String {
        let shown = pairs.prefix(max).map { lower, higher -> String in
            let score = evaluation.scorer.score(evaluation.records[Int(lower)], evaluation.records[Int(higher)])
            return """
                  line \(lower + 2): \(cells(lower))
                  line \(higher + 2): \(cells(higher))
                    \(String(format: "%+.1f", score.bits)) bits: \(score.reasons.map(\.description).joined(separator: ", "))
                """
        }
        return ([title + (shown.isEmpty ? "." : ", like")] + shown).joined(separator: "\n")
    }

    private func cells(_ row: UInt32) -> String {
        columns.fields.keys.sorted().map { DelimitedText.trimmed(table.rows[Int(row)][$0]) }.joined(separator: " | ")
    }
}

extension MatchEvaluation {
    /// The threshold at which the pairs' F1 is best, of those at half a bit's distance.
    func best() -> (bits: Double, people: [[UInt32]])? {
        guard let truth else { return nil }
        let candidates = stride(from: Double(Self.sweepBitsMin), through: MatchThreshold.automatic, by: 0.5).map {
            (bits: $0, people: people(bitsMin: $0))
        }
        return candidates.max { LinkQuality($0.people, truth: truth).pairs.f1 < LinkQuality($1.people, truth: truth).pairs.f1 }
    }

    /// Pairs of one person that were not found, and pairs found of two.
    func errors(of people: [[UInt32]], truth: [Int]) -> (missed: [(UInt32, UInt32)], wrong: [(UInt32, UInt32)]) {
        var group = [Int](repeating: -1, count: truth.count)
        for (number, members) in people.enumerated() { for member in members { group[Int(member)] = number } }
        var byPerson: [Int: [UInt32]] = [:]
        for (record, person) in truth.enumerated() { byPerson[person, default: []].append(UInt32(record)) }
        func pairs(_ groups: some Sequence<[UInt32]>, where isError: (UInt32, UInt32) -> Bool) -> [(UInt32, UInt32)] {
            groups.flatMap { members in
                members.enumerated().flatMap { place, one in members[(place + 1)...].filter { isError(one, $0) }.map { (one, $0) } }
            }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        }
        let missed = pairs(byPerson.values) { group[Int($0)] < 0 || group[Int($0)] != group[Int($1)] }
        return (missed, pairs(people) { truth[Int($0)] != truth[Int($1)] })
    }
}
