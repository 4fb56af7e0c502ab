import ChangeSets
import Merging

/// Page views, log-ins, calls, visits: a row per event, found by customer.
final class EventView {
    private unowned let batch: Batch

    init(_ batch: Batch) { self.batch = batch }

    func touch(_ number: RecordNumber, _ record: TouchedRecord) throws {
        let state = record.state
        guard !state.isDead(in: batch.standing.lineage) else { return try batch.store.deleteEvent(number) }
        try batch.store.put(
            EventRow(
                record: number, customer: try batch.target(state["customer"]), at: state["at"]?.integer,
                kind: state["kind"]?.typed?.string))
    }
}
