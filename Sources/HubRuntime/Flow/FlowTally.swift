import Causality
import ChangeSets

/// What the changes of one commit came to, by source, entity and day: gathered in memory, and written with them in one row each.
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

    private var rows: [Key: FlowRow] = [:]

    /// What the hub itself writes flows from nowhere.
    mutating func admitted(_ candidate: SetAdmission.Candidate, at time: Timestamp) {
        count(candidate, at: time) { row in
            row.changes += 1
            if candidate.change.stock != nil { row.stock += 1 }
            row.last = max(row.last, time)
        }
    }

    mutating func setAside(_ candidate: SetAdmission.Candidate, at time: Timestamp) { count(candidate, at: time) { $0.aside += 1 } }

    private mutating func count(_ candidate: SetAdmission.Candidate, at time: Timestamp, _ change: (inout FlowRow) -> Void) {
        guard !candidate.source.isHub else { return }
        let entity = candidate.change.subject?.entity ?? ""
        let key = Key(day: FlowRow.day(of: time), source: candidate.source.number, entity: entity)
        change(&rows[key, default: FlowRow(day: key.day, source: key.source, entity: entity.text.string)])
    }

    /// Writes it all down, and begins anew.
    ///
    /// - Returns: the first day of which something was written.
    mutating func write(to store: any HubWriting) throws -> Int64? {
        let first = rows.keys.lazy.map(\.day).min()
        for row in rows.values { try store.add(row) }
        rows = [:]
        return first
    }
}
