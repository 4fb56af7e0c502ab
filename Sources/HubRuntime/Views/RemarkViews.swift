import ChangeSets

/// Consents and notes: a row each, found by customer. Any site writes them about any site's customer (S11).
final class RemarkViews {
    private unowned let batch: Batch

    init(_ batch: Batch) { self.batch = batch }

    func touchConsent(_ number: RecordNumber, _ record: TouchedRecord) throws {
        guard !record.state.isDead(in: batch.standing.lineage) else { return try batch.store.deleteConsent(number) }
        try batch.store.put(ConsentRow(record: number, customer: try batch.target(record.state["customer"])))
    }

    func touchNote(_ number: RecordNumber, _ record: TouchedRecord) throws {
        guard !record.state.isDead(in: batch.standing.lineage) else { return try batch.store.deleteNote(number) }
        try batch.store.put(
            NoteRow(record: number, customer: try batch.target(record.state["customer"]), at: record.state["at"]?.integer))
    }
}
