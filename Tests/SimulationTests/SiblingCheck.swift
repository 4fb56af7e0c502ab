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
        /// Each field's values, by the dots of their writes.
        var fields: [FieldName: [Dot: ValueAnswer]]

        init(isDeleted: Bool, fields: [FieldName: [Dot: ValueAnswer]]) {
            self.isDeleted = isDeleted
            self.fields = fields
        }

        init(_ answer: RecordAnswer) {
            isDeleted = answer.isDeleted
            fields = answer.fields.reduce(into: [:]) { fields, field in
                for write in field.writes { if let dot = Dot(write.dot) { fields[FieldName(field.name), default: [:]][dot] = write.value } }
            }
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
            let live = history.live(record.fields[field] ?? [])
            let (values, dots) = (shown.fields[field] ?? [:], Set(live.map(\.dot)))
            for dot in dots.subtracting(values.keys).sorted() { found.append("hidden: \(field) of \(name), written as \(dot)") }
            for dot in Set(values.keys).subtracting(dots).sorted() { found.append("not live: \(field) of \(name), written as \(dot)") }
            for write in live {
                guard let value = values[write.dot], !Self.says(value, write.value) else { continue }
                found.append("ghost: \(field) of \(name) is shown as \"\(value.words)\", and \(write.dot) wrote something else")
            }
        }
        return found
    }

    /// Whether an answer has the value that was written; of a reference only that it is one, for an answer names its record as people do.
    static func says(_ answer: ValueAnswer, _ value: Value?) -> Bool {
        switch (answer, value) {
        case (.text(let shown), .text(let written)): shown == written.string
        case (.integer(let shown), .integer(let written)): shown == written
        case (.real(let shown), .real(let written)): shown == written
        case (.null, .null), (.blob, .blob), (.blob, .malformedText), (.reference, .reference): true
        default: false
        }
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
