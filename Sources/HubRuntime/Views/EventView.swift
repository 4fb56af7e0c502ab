import ChangeSets
import Merging
import Profiles

/// Page views, log-ins, calls, visits: a row per event, found by the customer that it names or, where it names none, by its device and
/// its cookie (`ProfileTokens`).
final class EventView {
    private unowned let batch: Batch

    init(_ batch: Batch) { self.batch = batch }

    func touch(_ number: RecordNumber, _ record: TouchedRecord) throws {
        let state = record.state
        guard !state.isDead(in: batch.standing.lineage) else { return try batch.store.deleteEvent(number) }
        // Whoever is named it is, also one whose record the hub does not know: a device never tells otherwise.
        let isNamed = state["customer"].map { !$0.isNull } ?? false
        func token(_ field: FieldName) -> String? {
            isNamed ? nil : state[field]?.typed.flatMap { Normalization.token($0.string) }
        }
        try batch.store.put(
            EventRow(
                record: number, customer: try batch.target(state["customer"]), at: state["at"]?.integer,
                kind: state["kind"]?.typed?.string, device: token("device id"), cookie: token("cookie id")))
    }
}
