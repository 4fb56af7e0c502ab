import Causality
import ChangeSets

/// Compares a row of a restored file with two images: the hub's as of the drain that the file names, and
/// the agent's own later one, from before the restore was noticed (S15).
///
/// What the later image already told is only *asserted again*: under the kept life, creating nothing and
/// moving nothing, because the hub still counts it. Everything else is an ordinary change against the
/// image that the file really continues; so a row that the old image lacks, and whose content is not what
/// the hub was told under that key, is another thing and gets a new life.
struct RecoveryComparison: Sendable {
    var rows: RowComparison

    func outcome(of key: LocalKey, base: RowImage?, later: RowImage?, row: RowContent?, isFlagged: Bool, next: Dot) -> RowComparison.Outcome {
        if let later, let told = toldAlready(key, base: base, later: later, row: row) { return told }
        return rows.outcome(of: key, from: base, to: row, isFlagged: isFlagged, next: next)
    }

    /// What to say again when the row is as the later image has it; `nil` when it is not.
    private func toldAlready(_ key: LocalKey, base: RowImage?, later: RowImage, row: RowContent?) -> RowComparison.Outcome? {
        switch (row, later.isDeleted) {
        case (nil, true):
            guard let base, !base.isDeleted, base.life == later.life else { return nil }
            return RowComparison.Outcome(changes: [rows.deleted(base, key: key, movesStock: false)], image: base.afterDeletion)
        case (let row?, false):
            guard rows.isSame(row, as: later) else { return nil }
            return asserted(row, base: base, later: later)
        default:
            return nil
        }
    }

    private func asserted(_ row: RowContent, base: RowImage?, later: RowImage) -> RowComparison.Outcome {
        let image = row.image(life: later.life, whole: rows.isMutable)
        let known = base.flatMap { $0.isDeleted || $0.life != later.life ? nil : $0 }
        let fields = known.map { rows.changedFields(from: $0, to: row) } ?? row.fields.filter { !$0.value.isNull }.map(RowComparison.write)
        guard !fields.isEmpty else { return RowComparison.Outcome(image: image) }
        let change = Change(time: rows.time, action: .write(rows.subject(row, life: later.life), fields))
        return RowComparison.Outcome(changes: [change], image: image)
    }
}
