import Causality
import ChangeSets
import Merging

/// A change that is set aside or waits, as the journal has it, with the record that it is about.
struct HeldChange {
    let dot: Dot
    let row: HeldRow
    let change: Change
    /// `nil` for one that only moves stock.
    let record: RecordID?
    /// `nil` where the record is not there: the change would create it, say.
    let state: RecordState?
    private let lineage: Lineage

    /// `nil` where it is not held any more.
    init?(_ dot: Dot, _ documents: Documents) throws {
        var sets = DecodedSets(store: documents.store)
        guard let replica = documents.standing.number(of: dot.replica),
            let row = try documents.store.held(replica: replica, counter: dot.counter),
            let change = try sets.change(replica: replica, counter: dot.counter)
        else { return nil }
        self.dot = dot
        self.row = row
        self.change = Inheritance(of: dot.replica, in: documents.standing).named(change)
        record = row.record.isEmpty ? nil : try RecordID(canonicalBytes: row.record)
        state = try record.flatMap { documents.standing.record($0.life) }.flatMap { try documents.state($0) }
        lineage = documents.standing.lineage
    }

    /// Those of its writes that it is set aside for, one by one or together: what can be mended.
    var faulty: [FieldWrite] {
        guard row.cause == .quarantined, case .write(let subject, let writes) = change.action else { return [] }
        switch row.code {
        case ChangeRules.valueOfWrongKind: return writes.filter { !ChangeRules.fits($0, in: subject.entity) }
        case Judgement.recordTooLarge: return writes
        default: return []
        }
    }

    /// What stands in a field now.
    func present(_ field: FieldName) -> [Siblings<FieldValue>.Write] { state?.siblings(of: field).writes ?? [] }

    /// The change, and what stands in the fields that can be mended: what a decision covers that was made from it.
    var screen: Screen { Screen(dots: [dot] + faulty.flatMap { present($0.field).map(\.dot) }) }

    /// - Throws: `choice-invalid` where a field is named that is right, or twice, or one that is wrong is not.
    func check(_ mending: Mending) throws(HubError) {
        let wrong = faulty.map(\.field)
        guard !wrong.isEmpty else {
            throw HubError(
                .choiceInvalid, "By today's rules nothing of it is wrong.", remedy: "Take it in once more: tributary quarantine replay.")
        }
        if let twice = mending.namedTwice {
            throw HubError(.choiceInvalid, "\(twice) is named twice.", remedy: "Give its value or leave it out.")
        }
        let named = mending.fields
        if let right = named.subtracting(wrong).min() {
            throw HubError(
                .choiceInvalid, "It is not set aside for its field \"\(right)\".",
                remedy: "Name only: \(wrong.map { "\"\($0)\"" }.joined(separator: ", ")).")
        }
        if row.code == ChangeRules.valueOfWrongKind, let missed = wrong.first(where: { !named.contains($0) }) {
            throw HubError(
                .choiceInvalid, "Its field \"\(missed)\" is wrong, too.", remedy: "Give its value, or leave it out as well.")
        }
    }

    /// What the hub writes beside the change, naming it: it waits for the change to be admitted, and takes the place of what the refused
    /// write would have taken it of, and of what the operator was shown.
    ///
    /// - Parameter shown: `nil`: what stands there now.
    /// - Throws: `choice-invalid` for a value that does not fit its field.
    func corrections(_ mending: Mending, shown: Screen?, time: Timestamp) throws(HubError) -> [Change] {
        guard let record, !mending.values.isEmpty else { return [] }
        var writes: [FieldWrite] = []
        for refused in faulty {
            guard let json = mending.values[refused.field.description] else { continue }
            let kind = Catalogue[record.entity]?[refused.field]?.kind
            let value = try Finding.value(json, as: kind, refused.field)
            if kind == .flag, case .integer(let number) = value, !(0...1).contains(number) {
                throw HubError(
                    .choiceInvalid, "\(number) is neither yes nor no, which the field \"\(refused.field)\" says.",
                    remedy: "Give 1 for yes or 0 for no.")
            }
            let replaced = present(refused.field).filter { shown?.dots.contains($0.dot) ?? true || isNamed($0, by: refused) }
            writes.append(
                FieldWrite(
                    refused.field, value, context: .named([dot] + replaced.map(\.dot)), isPersonal: refused.isPersonal))
        }
        let subject = Subject(entity: record.entity, source: record.source, key: record.key, life: record.life)
        return [Change(time: time, action: .write(subject, writes))]
    }

    private func isNamed(_ present: Siblings<FieldValue>.Write, by refused: FieldWrite) -> Bool {
        switch refused.context {
        case .named(let dots): dots.contains(present.dot)
        case .chain: present.context.isChain && lineage.chain(of: dot, contains: present.dot)
        }
    }
}
