import Causality
import ChangeSets
import Merging
import Profiles

/// Keeps what a record's merged state no longer tells and people ask for: until when an identifier was held, and what a consent
/// said before.
///
/// Like the siblings themselves it is a function of the set of admitted changes: every value is held against every write that
/// names it, whichever came first, and of those the first by time ends it.
final class SupersededView {
    private unowned let batch: Batch

    init(_ batch: Batch) { self.batch = batch }

    /// Fields whose former values are kept, and whether with the value itself.
    private static let kept: [EntityName: [FieldName: Bool]] = [
        "customer": Dictionary(Identifier.fields.map { ($0.field, false) }, uniquingKeysWith: { first, _ in first }),
        "consent": ["given": true, "at": true, "document": true],
    ]

    /// Whether every former value of a field is among those kept, with its dot.
    static func keeps(_ field: FieldName, of entity: EntityName) -> Bool { kept[entity]?[field] != nil }

    /// Called before the change is merged into a record that exists.
    func remember(_ change: Change, precedence: Precedence, of number: RecordNumber, _ record: TouchedRecord) throws {
        guard let kept = Self.kept[record.state.id.entity], case .write(_, let writes) = change.action else { return }
        for write in writes {
            guard let withValue = kept[write.field] else { continue }
            let later = Siblings<FieldValue>.Write(
                precedence: precedence, context: write.context, content: FieldValue(value: write.value))
            try endSooner(number, write.field, by: later)
            for earlier in record.state.siblings(of: write.field).writes where later.names(earlier, in: batch.standing.lineage) {
                try batch.store.put(
                    SupersededRow(
                        record: number, field: write.field.text.string, replica: try batch.number(of: earlier.dot.replica),
                        counter: earlier.dot.counter, time: earlier.precedence.time, isInBound: earlier.precedence.isInBound,
                        isChained: earlier.context.isChain, value: withValue ? earlier.content.value : .null,
                        ended: precedence.time, isEndInBound: precedence.isInBound,
                        endReplica: try batch.number(of: precedence.dot.replica), endCounter: precedence.dot.counter))
            }
        }
    }

    private func endSooner(_ number: RecordNumber, _ field: FieldName, by later: Siblings<FieldValue>.Write) throws {
        let rows = try batch.store.superseded(
            record: number, field: field.text.string, endedAfter: later.precedence.time, isInBound: later.precedence.isInBound)
        for var row in rows {
            guard let replica = batch.standing.replica(row.replica)?.id, let ender = batch.standing.replica(row.endReplica)?.id else {
                continue
            }
            let earlier = Siblings<FieldValue>.Write(
                precedence: Precedence(isInBound: row.isInBound, time: row.time, dot: Dot(replica, row.counter)),
                context: row.isChained ? .chain : .named([]), content: FieldValue(value: .null))
            let end = Precedence(isInBound: row.isEndInBound, time: row.ended, dot: Dot(ender, row.endCounter))
            guard later.names(earlier, in: batch.standing.lineage), later.precedence.ends(before: end) else { continue }
            row.ended = later.precedence.time
            row.isEndInBound = later.precedence.isInBound
            row.endReplica = try batch.number(of: later.dot.replica)
            row.endCounter = later.dot.counter
            try batch.store.put(row)
        }
    }
}

extension Precedence {
    fileprivate func ends(before other: Precedence) -> Bool {
        if isInBound != other.isInBound { return isInBound }
        return (time, dot) < (other.time, other.dot)
    }
}

extension SupersededValue {
    init?(_ row: SupersededRow, standing: Standing) {
        guard let replica = standing.replica(row.replica)?.id, let ender = standing.replica(row.endReplica)?.id else { return nil }
        self.init(
            field: FieldName(row.field), value: row.value,
            precedence: Precedence(isInBound: row.isInBound, time: row.time, dot: Dot(replica, row.counter)),
            endedBy: Precedence(isInBound: row.isEndInBound, time: row.ended, dot: Dot(ender, row.endCounter)))
    }
}
