import Causality
import ChangeSets
import HubRuntime

/// Holds one record, as the hub shows it, against the literal history.
struct SiblingCheck {
    var life: Dot
    var record: JournalHistory.Record
    var history: JournalHistory

    /// A record as the hub shows it.
    struct Shown {
        var isDeleted: Bool
        /// The dots of each field's values.
        var fields: [FieldName: Set<Dot>]

        init(isDeleted: Bool, fields: [FieldName: Set<Dot>]) {
            self.isDeleted = isDeleted
            self.fields = fields
        }

        init(_ answer: RecordAnswer) {
            isDeleted = answer.isDeleted
            fields = answer.fields.reduce(into: [:]) { $0[FieldName($1.name)] = Set($1.writes.compactMap { Dot($0.dot) }) }
        }
    }

    /// - Parameter shown: `nil`: the hub knows no such record.
    func violations(_ shown: Shown?) -> [String] {
        let name = "\(record.entity.map(\.description) ?? "record") \(life)"
        let isDead = !history.deaths(of: record).isEmpty
        guard let shown else {
            // Only what is dead may be collected (S9).
            return isDead && history.hasCollected ? [] : ["gone: \(name) is nowhere"]
        }
        var found: [String] = []
        if shown.isDeleted != isDead { found.append("\(name) is shown as \(shown.isDeleted ? "deleted" : "alive"), and is not") }
        for field in Set(record.fields.keys).union(shown.fields.keys).sorted() {
            let live = Set(history.live(record.fields[field] ?? []).map(\.dot))
            let values = shown.fields[field] ?? []
            for dot in live.subtracting(values).sorted() { found.append("hidden: \(field) of \(name), written as \(dot)") }
            for dot in values.subtracting(live).sorted() { found.append("not live: \(field) of \(name), written as \(dot)") }
        }
        return found
    }
}

extension JournalHistory {
    /// Whether operators have had dead records collected.
    var hasCollected: Bool {
        records.values.contains { record in
            record.entity == "decision" && record.fields["choice"]?.contains { $0.value?.text?.string == "collect" } == true
        }
    }

    /// Whether an operator has written to the record.
    func isDecided(_ life: Dot) -> Bool {
        guard let record = records[life] else { return false }
        return record.deletions.contains(where: \.isByHub) || record.fields.values.contains { $0.contains(where: \.isByHub) }
    }
}
