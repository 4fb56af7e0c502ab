import ChangeSets

/// Operators' decisions, found by their conflict. Only the hub's own records are decisions, whatever else bears the name.
final class DecisionView {
    private unowned let batch: Batch

    init(_ batch: Batch) { self.batch = batch }

    func touch(_ number: RecordNumber, _ record: TouchedRecord) throws {
        guard batch.standing.source(record.source)?.isHub == true, try batch.store.decision(number) == nil,
            let decision = Decision({ record.state[$0]?.text?.string })
        else { return }
        try batch.store.put(
            DecisionRow(record: number, conflict: decision.conflict, choice: decision.choice, fingerprint: decision.fingerprint))
        guard decision.choice == .undo, let target = try decision.target.flatMap(batch.recordNumber),
            var undone = try batch.store.decision(target)
        else { return }
        undone.undone = number
        try batch.store.put(undone)
    }
}
