import ChangeSets
import Merging

/// Operators' decisions, found by their conflict. Only the hub's own records are decisions, whatever else bears the name.
final class DecisionView {
    private unowned let batch: Batch

    init(_ batch: Batch) { self.batch = batch }

    func touch(_ number: RecordNumber, _ record: TouchedRecord) throws {
        guard batch.standing.source(record.source)?.isHub == true, try batch.store.decision(number) == nil,
            let decision = Decision({ record.state[$0]?.text?.string })
        else { return }
        var row = DecisionRow(record: number, conflict: decision.conflict, choice: decision.choice, fingerprint: decision.fingerprint)
        if batch.idle.contains(number) { row.undone = number }
        try batch.store.put(row)
        if let pairs = LinkPairs(of: decision) { try take(pairs, number) }
        guard decision.choice == .undo, let target = try decision.target.flatMap(batch.recordNumber),
            var undone = try batch.store.decision(target), !undone.isIdle
        else { return }
        undone.undone = number
        try batch.store.put(undone)
        guard let former = try batch.record(target)?.state, let decided = Decision({ former[$0]?.text?.string }),
            let pairs = LinkPairs(of: decided)
        else { return }
        try batch.store.deleteLinkDecisions(of: target)
        for pair in pairs.pairs { batch.customers.decided(pair) }
    }

    private func take(_ pairs: LinkPairs, _ decision: RecordNumber) throws {
        for pair in pairs.pairs {
            guard let lower = try batch.recordNumber(pair.lower), let higher = try batch.recordNumber(pair.higher) else { continue }
            try batch.store.put(LinkDecisionRow(lower: lower, higher: higher, decision: decision, isSame: pairs.areSame))
            batch.customers.decided(pair)
        }
    }
}
