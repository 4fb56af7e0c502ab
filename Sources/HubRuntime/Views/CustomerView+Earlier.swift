import Causality
import ChangeSets
import Merging
import Profiles

// Identifying values that were superseded, which go on linking unless the change was a correction (S29).
extension CustomerView {
    /// Keeps the identifying values that a change is about to supersede, and finds corrections (S29).
    ///
    /// Called before the change is merged. Every superseded write is held against every write that names it, whichever
    /// came first, so the outcome does not depend on the order of arrival.
    func remember(_ change: Change, precedence: Precedence, of number: RecordNumber, _ record: TouchedRecord) throws {
        guard case .write(_, let writes) = change.action else { return }
        let isDecision = batch.standing.replica(precedence.dot.replica)?.source == nil
        for write in writes {
            guard let kind = Identifier.fields.first(where: { $0.field == write.field })?.kind else { continue }
            let later = Siblings<FieldValue>.Write(
                precedence: precedence, context: write.context, content: FieldValue(value: write.value))
            try correct(number, write.field, by: later, isDecision: isDecision)
            for earlier in record.state.siblings(of: write.field).writes where later.names(earlier, in: batch.standing.lineage) {
                try keep(
                    earlier, kind: kind, field: write.field, number, record, isCorrected: later.corrects(earlier, isDecision: isDecision))
            }
        }
    }

    private func keep(
        _ earlier: Siblings<FieldValue>.Write, kind: Identifier.Kind, field: FieldName, _ number: RecordNumber, _ record: TouchedRecord,
        isCorrected: Bool
    ) throws {
        guard let raw = earlier.content.value.typed else { return }
        try batch.store.put(
            EarlierRow(
                record: number, field: field.text.string, replica: try batch.number(of: earlier.dot.replica), counter: earlier.dot.counter,
                time: earlier.precedence.time, isInBound: earlier.precedence.isInBound, isChained: earlier.context.isChain,
                kind: IdentifierRow.Kind(kind), value: raw.string, isCorrected: isCorrected))
    }

    private func correct(_ number: RecordNumber, _ field: FieldName, by later: Siblings<FieldValue>.Write, isDecision: Bool) throws {
        for var row in try batch.store.earlier(record: number) where !row.isCorrected && Text(row.field) == field.text {
            guard let replica = batch.standing.replica(row.replica)?.id else { continue }
            let earlier = Siblings<FieldValue>.Write(
                precedence: Precedence(isInBound: row.isInBound, time: row.time, dot: Dot(replica, row.counter)),
                context: row.isChained ? .chain : .named([]), content: FieldValue(value: .null))
            guard later.names(earlier, in: batch.standing.lineage), later.corrects(earlier, isDecision: isDecision) else { continue }
            row.isCorrected = true
            try batch.store.put(row)
        }
    }
}

extension Siblings.Write {
    /// Whether this write, which names `earlier`, corrects it: within a day by both writers' times, or by an operator.
    /// A time out of bound is never a correction.
    func corrects(_ earlier: Self, isDecision: Bool) -> Bool {
        if isDecision { return true }
        guard precedence.isInBound, earlier.precedence.isInBound else { return false }
        let (first, second) = (earlier.precedence.time.milliseconds, precedence.time.milliseconds)
        return max(first, second) - min(first, second) <= 24 * 3600 * 1000
    }
}
