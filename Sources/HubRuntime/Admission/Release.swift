import Causality
import ChangeSets
import Mutants

/// Lets held changes go when what they wait for has arrived, in the order of their chains (S5).
struct Release {
    let admission: SetAdmission
    private var batch: Batch { admission.batch }

    init(admission: SetAdmission) { self.admission = admission }

    /// A replica's changes up to `last` have arrived.
    func after(_ replica: ReplicaID, from first: UInt64, to last: UInt64) throws {
        guard batch.standing.heldCount > 0, !Mutant.neverReleases.isOn else { return }
        try retry(try batch.store.held(lacking: replica, from: first, to: last).filter { $0.cause == .waiting })
    }

    /// A replica was closed: nobody waits for what it will never bring.
    func afterClosing(_ replica: ReplicaRow) throws {
        guard batch.standing.heldCount > 0 else { return }
        let waiting = try batch.store.held(lacking: replica.id, from: replica.last + 1, to: UInt64(Int64.max))
        try retry(waiting.filter { $0.cause == .waiting })
    }

    /// Takes changes out of quarantine, after a rule or a mapping was mended.
    func replay(_ rows: [HeldRow]) throws { try retry(rows) }

    /// Takes a change out of quarantine without some of its fields, as an operator decided.
    ///
    /// Where it stands behind another, or waits, it is admitted without them when its turn comes (S24).
    func mend(_ row: HeldRow, without fields: Set<FieldName>) throws {
        guard let replica = batch.standing.replica(row.replica)?.id else { return }
        batch.mended[Dot(replica, row.counter), default: []].formUnion(fields)
        try retry([row])
    }

    /// Drops a held change for good; what stood behind it or waited for it goes on. It stays in the journal.
    func discard(_ row: HeldRow) throws {
        guard let replica = batch.standing.replica(row.replica)?.id else { return }
        try batch.store.deleteHeld(replica: row.replica, counter: row.counter)
        batch.standing.heldCount -= 1
        try retry(try batch.store.held(lacking: replica, from: row.counter, to: row.counter))
    }

    private func retry(_ rows: [HeldRow]) throws {
        var queue = rows
        var sets = DecodedSets(store: batch.store, current: batch.current)
        while !queue.isEmpty {
            let row = queue.removeFirst()
            guard try batch.store.held(replica: row.replica, counter: row.counter) != nil,
                let candidate = try candidate(row, &sets)
            else { continue }
            // Out of the table while it is judged, so that it is not found to stand behind itself.
            try batch.store.deleteHeld(replica: row.replica, counter: row.counter)
            switch try Judgement(candidate, batch: batch) {
            case .hold(let cause, let lacking, let code, let reason):
                var held = candidate.held(cause, lacking: lacking, code: code, reason: reason)
                held.since = row.since
                try batch.store.put(held)
                if row.cause == .waiting, cause != .waiting { batch.standing.flow.setAside(candidate, at: batch.received) }
            case .admit(let number):
                batch.standing.heldCount -= 1
                try admission.apply(candidate, to: number)
                // What stood behind it or waited for it comes next, the lowest counter first.
                queue += try batch.store.held(lacking: candidate.dot.replica, from: candidate.dot.counter, to: candidate.dot.counter)
            }
        }
    }

    private func candidate(_ row: HeldRow, _ sets: inout DecodedSets) throws -> SetAdmission.Candidate? {
        guard let replica = batch.standing.replica(row.replica), let source = replica.source.flatMap({ batch.standing.source($0) }),
            let set = try sets.set(containing: row.counter, of: row.replica)
        else { return nil }
        let index = Int(row.counter - set.first)
        let dot = Dot(replica.id, row.counter)
        let leftOut = try Decision.leftOut(of: dot, in: batch)
        let inheritance = Inheritance(of: replica.id, in: batch.standing)
        return SetAdmission.Candidate(
            change: inheritance.named(set.changes[index]).without(leftOut), dot: dot, replica: row.replica, source: source,
            inheritance: inheritance, isInBound: row.isInBound, since: row.since,
            companion: source.isHub ? set.companion(at: index) : nil, isUndo: source.isHub && set.isUndo)
    }
}
