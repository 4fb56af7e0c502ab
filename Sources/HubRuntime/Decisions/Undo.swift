import Causality
import ChangeSets
import Inventory
import Merging
import Mutants

/// What takes a decision back: the sides that it replaced, written once more by the hub, naming nothing but the decision.
///
/// Writing is the only way: the decision stands in the journal, and what no admitted write names is what counts (S3). So the
/// sides are siblings again, and whatever arrived meanwhile stays beside them.
struct Undo {
    let documents: Documents
    let time: Timestamp
    private let set: ChangeSet
    /// Of a mended change: what it said itself was refused, and does not come back.
    private let refused: Dot?

    /// - Throws: `not-found` when the journal does not hold it.
    init(of decision: Dot, documents: Documents, time: Timestamp) throws {
        self.documents = documents
        self.time = time
        var sets = DecodedSets(store: documents.store)
        guard let replica = documents.standing.number(of: decision.replica),
            let set = try sets.set(containing: decision.counter, of: replica)
        else { throw HubError(.notFound, "The journal does not hold that decision.", remedy: "Run `tributary-hub verify`.") }
        self.set = set
        refused = set.changes.lazy.compactMap { Decision($0) }.first.flatMap { $0.choice == .mend ? $0.target : nil }
    }

    func changes() throws -> [Change] {
        var changes: [Change] = []
        for (index, change) in set.changes.enumerated() {
            let dot = set.dot(at: index)
            if case .count(let count) = change.stock {
                changes += try counts(replacedBy: count, dot)
                continue
            }
            switch change.action {
            case .write(let subject, let writes) where subject.entity != Decision.entity:
                for write in writes { changes += try sides(of: write, by: dot, in: subject) }
            case .delete(let subject, _): changes.append(try revival(of: subject, deletedBy: dot, moving: change.stock))
            case .stockOnly: changes += [change.stock].compactMap(Self.opposite).map { Change(time: time, action: .stockOnly, stock: $0) }
            default: break
            }
        }
        return changes
    }

    private static let superseded = HubError(
        .decisionSuperseded, "Somebody has written since, knowing of the decision; undoing it would undo that, too.",
        remedy: "Write the value that you want: tributary conflict resolve, or correct it at its site.")

    private func state(_ subject: Subject) throws -> RecordState {
        guard let number = subject.life.flatMap(documents.standing.record), let state = try documents.state(number) else {
            throw Self.superseded
        }
        return state
    }

    /// The admitted changes behind some dots.
    private func originals(_ dots: [Dot]) throws -> [(dot: Dot, change: Change)] {
        var sets = DecodedSets(store: documents.store)
        return try dots.compactMap { dot in
            guard let replica = documents.standing.number(of: dot.replica),
                let change = try sets.change(replica: replica, counter: dot.counter)
            else { return nil }
            return (dot, change)
        }
    }

    // MARK: fields

    private func sides(of write: FieldWrite, by dot: Dot, in subject: Subject) throws -> [Change] {
        let state = try state(subject)
        guard state.siblings(of: write.field).writes.contains(where: { $0.dot == dot }) else { throw Self.superseded }
        guard case .named(let shown) = write.context else { return [] }
        func side(_ value: Value) -> Change {
            let undone = Mutant.undoesLaterWrites.isOn ? state.siblings(of: write.field).writes.map(\.dot) : [dot]
            let side = FieldWrite(write.field, value, context: .named(undone), isPersonal: write.isPersonal)
            return Change(time: time, action: .write(Subject(of: state), [side]))
        }
        let sides = try originals(shown.filter { $0 != refused }).compactMap { original -> Change? in
            guard case .write(_, let writes) = original.change.action, let former = writes.first(where: { $0.field == write.field })
            else { return nil }
            // A reference without a source means its writer's.
            let source = documents.standing.replica(original.dot.replica)?.source.flatMap { documents.standing.source($0) }?.id
            return side(former.value.named(by: source ?? state.id.source))
        }
        // The decision was the field's first value.
        return sides.isEmpty ? [side(.null)] : sides
    }

    // MARK: deletions

    /// One value written once more brings the whole record back (S8).
    private func revival(of subject: Subject, deletedBy dot: Dot, moving effect: StockEffect?) throws -> Change {
        let state = try state(subject)
        guard state.deletions.writes.contains(where: { $0.dot == dot }), state.isDead(in: documents.standing.lineage),
            let name = state.fieldNames.first, let write = state.siblings(of: name).latest
        else { throw Self.superseded }
        return Change(
            time: time,
            action: .write(
                Subject(of: state),
                [
                    FieldWrite(
                        name, write.content.value.named(by: state.id.source), context: .named([write.dot, dot]),
                        isPersonal: write.content.isPersonal)
                ]), stock: Self.opposite(effect))
    }

    /// What a decision moved goes back.
    private static func opposite(_ effect: StockEffect?) -> StockEffect? {
        guard case .movement(var movement) = effect else { return nil }
        movement.quantity = 0 &- movement.quantity
        return .movement(movement)
    }

    // MARK: counts

    private func counts(replacedBy count: Count, _ dot: Dot) throws -> [Change] {
        guard let row = try documents.store.cell(sku: count.sku.string, location: count.location.string),
            case let cell = try StockCell(row, standing: documents.standing), cell.liveCounts.contains(where: { $0.dot == dot })
        else { throw Self.superseded }
        guard case .clocks(let replaced, _) = count.coverage else { return [] }
        let shown = replaced.entries.map { Dot($0.replica, $0.counter) }
        let originals = try originals(shown).compactMap { original -> Change? in
            guard case .count(let former) = original.change.stock, former.sku == count.sku, former.location == count.location else {
                return nil
            }
            let included: VectorClock =
                switch former.coverage {
                case .chain: documents.standing.lineage.clock(upTo: original.dot)
                case .clocks(_, let included): included
                }
            var own = VectorClock()
            own.insert(dot)
            return Change(
                time: time, action: .stockOnly,
                stock: .count(
                    Count(
                        sku: count.sku, location: count.location, quantity: former.quantity,
                        coverage: .clocks(replaced: own, included: included))))
        }
        guard originals.isEmpty else { return originals }
        // The pile had never been counted before.
        guard let count = cell.uncounted(dot, lineage: documents.standing.lineage) else { throw Self.superseded }
        return [Change(time: time, action: .stockOnly, stock: .count(count))]
    }
}
