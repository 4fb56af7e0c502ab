import Causality
import ChangeSets

/// What the changes of one commit came to, by source, entity and day, and by field: gathered in memory, and written with them in
/// one row each.
///
/// It is part of the standing, so what a job that failed had counted goes with it.
struct FlowTally: Sendable {
    /// Days that are kept, today among them.
    static let daysKept: Int64 = 60

    private struct Key: Hashable {
        var day: Int64
        var source: SourceNumber
        var entity: EntityName
    }

    private struct Entry {
        var row: FlowRow
        var fields = FieldTally()
    }

    private var entries: [Key: Entry] = [:]

    /// What the hub itself writes flows from nowhere.
    mutating func admitted(_ candidate: SetAdmission.Candidate, at time: Timestamp) {
        count(candidate, at: time) { entry in
            entry.row.changes += 1
            if candidate.change.stock != nil { entry.row.stock += 1 }
            entry.row.last = max(entry.row.last, time)
            entry.fields.admitted(candidate.change, at: time)
        }
    }

    mutating func setAside(_ candidate: SetAdmission.Candidate, at time: Timestamp) {
        count(candidate, at: time) { entry in
            entry.row.aside += 1
            entry.fields.setAside(candidate.change, at: time)
        }
    }

    private mutating func count(_ candidate: SetAdmission.Candidate, at time: Timestamp, _ change: (inout Entry) -> Void) {
        guard !candidate.source.isHub else { return }
        let entity = candidate.change.subject?.entity ?? ""
        let key = Key(day: FlowRow.day(of: time), source: candidate.source.number, entity: entity)
        change(&entries[key, default: Entry(row: FlowRow(day: key.day, source: key.source, entity: entity.text.string))])
    }

    /// Writes it all down, and begins anew.
    ///
    /// - Returns: the first day of which something was written.
    mutating func write(to store: any HubWriting) throws -> Int64? {
        let first = entries.keys.lazy.map(\.day).min()
        var fields: [SourceNumber: [FlowField]] = [:]
        for (key, entry) in entries {
            try store.add(entry.row)
            fields[key.source, default: []] += entry.fields.rows(of: key.source, entry.row.entity)
        }
        for (source, rows) in fields { try store.add(rows, of: source) }
        entries = [:]
        return first
    }
}
