import Causality
import ChangeSets
import Merging

extension SetAdmission {
    /// Whether what a change moves has been moved already: of a withdrawal that came back, or the undo of one, goods move only with a
    /// record that it turns from alive to dead, or back. What an operator did once more meanwhile does not move them twice (S24, law 12).
    func hasMoved(_ candidate: Candidate) throws -> Bool {
        guard candidate.source.isHub, candidate.dot.replica != generation, case .movement = candidate.change.stock else { return false }
        let turning = candidate.companion ?? (change: candidate.change, dot: candidate.dot)
        guard let number = try turning.change.subject?.life.flatMap(batch.recordNumber) else { return false }
        let record = try batch.record(number)
        switch turning.change.action {
        case .delete:
            // One that was let go since was dead.
            guard var after = record?.state, !after.isDead(in: batch.standing.lineage) else { return true }
            let precedence = Precedence(isInBound: candidate.isInBound, time: turning.change.time, dot: turning.dot)
            after.admit(turning.change, precedence: precedence, source: candidate.source.id, lineage: batch.standing.lineage)
            return !after.isDead(in: batch.standing.lineage)
        case .write:
            guard candidate.isUndo, let state = record?.state else { return false }
            return !state.isDead(in: batch.standing.lineage)
        case .stockOnly: return false
        }
    }
}

extension ChangeSet {
    /// Of a decision's change that only moves stock, the next one that does more: what is taken back of a record, piles and all, names
    /// that record there alone, and must not count before what it takes back (S24).
    func companion(at index: Int) -> (change: Change, dot: Dot)? {
        guard changes[index].subject == nil, case .movement = changes[index].stock,
            let next = changes[index...].firstIndex(where: { $0.subject != nil })
        else { return nil }
        return (change: changes[next], dot: dot(at: next))
    }

    /// Whether its decision takes another one back; a decision is the last change of its set.
    var isUndo: Bool { changes.last.flatMap { Decision($0) }?.choice == .undo }
}
