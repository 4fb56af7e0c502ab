import Causality
import ChangeSets

/// Brings the views of a file that an earlier hub has written to what this one would have made: every record is looked at once more.
///
/// In commits of a few thousand records, so it can stop halfway and begin anew. What is shown otherwise from then on is sent to the
/// sites like any change; the numbers of those rows are not the journal's, and `verify` names them.
struct ViewsVersion {
    /// Raised whenever views hold what earlier ones did not.
    static let current: UInt64 = 2
    private static let recordsPerCommit = 5_000

    static func bringUpToDate(_ store: any HubStore, _ opened: inout Opening, now: Timestamp, bound: ClockBound) async throws {
        let known = try await store.read { try $0.number(.views) }
        guard known < current else { return }
        var next: RecordNumber? = RecordNumber(raw: .min)
        while let first = next {
            let before = opened
            (opened.standing, next) = try await store.write { try redraw($0, from: first, before, now: now, bound: bound) }
        }
        try await store.write { try $0.set(.views, number: current) }
    }

    /// - Returns: the record to go on with; `nil` at the end.
    private static func redraw(
        _ store: any HubWriting, from first: RecordNumber, _ opened: Opening, now: Timestamp, bound: ClockBound
    ) throws -> (Standing, RecordNumber?) {
        let rows = try store.records(from: first, to: RecordNumber(raw: .max), limit: recordsPerCommit)
        guard let last = rows.last else { return (opened.standing, nil) }
        let batch = Batch(store: store, standing: opened.standing, sites: try store.sites(), received: now, bound: bound)
        for row in rows { try batch.look(at: row) }
        try batch.flush()
        try batch.extendLine(hash: .zero, generation: opened.generation.id)
        return (batch.standing, RecordNumber(raw: last.record.raw + 1))
    }
}
