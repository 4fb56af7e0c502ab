import Causality
import ChangeSets

/// Compares a row of a file that went back in time with two images: the hub's as of the drain that the file
/// names (*base*), and the agent's own from before that was noticed (*later*), where it is the later one (S15).
///
/// What the later image told already is only *asserted again*: under the kept life, creating nothing and
/// moving nothing, because the hub still counts it.
struct RecoveryComparison: Sendable {
    var rows: RowComparison
    var extent: Extent

    /// How far the file went back.
    enum Extent: Hashable, Sendable {
        /// Only the mark was lost (a disk that lied): the rows that were captured after it are all there, so the
        /// file goes on from the later image.
        case markOnly
        /// Rows were lost: the file goes on from the base. A row that the base lacks is what the hub was told only
        /// if nothing about it differs; else it is another thing under a re-used key and gets a new life.
        case rows
    }

    /// - Parameter keepsReferences: whether the records that the row points at have the lives that they had in the later image.
    func outcome(
        of key: LocalKey, base: RowImage?, later: RowImage?, row: RowContent?, isFlagged: Bool, keepsReferences: Bool, next: Dot
    ) -> RowComparison.Outcome {
        switch (row, later) {
        case (nil, let later?) where later.isDeleted:
            return deletedAgain(key, base: base)
        case (nil, let later?) where extent == .markOnly:
            return rows.outcome(of: key, from: later, to: nil, isFlagged: isFlagged, next: next)
        case (let row?, let later?) where !later.isDeleted && continues(row, later, base: base, keepsReferences: keepsReferences):
            return asserted(row, base: base, later: later)
        default:
            return rows.outcome(of: key, from: base, to: row, isFlagged: isFlagged, next: next)
        }
    }

    /// Whether the row is the later image's record, as it was or edited since.
    private func continues(_ row: RowContent, _ later: RowImage, base: RowImage?, keepsReferences: Bool) -> Bool {
        // Under a key that was given again, the later image may be of another incarnation's record.
        let isOther = base.map { !$0.isDeleted && $0.life != later.life } ?? false
        if extent == .markOnly, !isOther { return true }
        if case .level? = row.stock { return false }  // equal levels say nothing: other sales may have led there
        return keepsReferences && rows.isSame(row, as: later)
    }

    /// The former incarnation's delete counts; this chain says it once more.
    private func deletedAgain(_ key: LocalKey, base: RowImage?) -> RowComparison.Outcome {
        guard let base, !base.isDeleted else { return RowComparison.Outcome() }
        return RowComparison.Outcome(changes: [rows.deleted(base, key: key, movesStock: false)], image: base.afterDeletion)
    }

    private func asserted(_ row: RowContent, base: RowImage?, later: RowImage) -> RowComparison.Outcome {
        let known = base.flatMap { $0.isDeleted || $0.life != later.life ? nil : $0 }
        let fields = known.map { rows.changedFields(from: $0, to: row) } ?? row.fields.filter { !$0.value.isNull }.map(RowComparison.write)
        let effects = rows.isSame(row, as: later) ? [] : rows.effects(from: later.stock, to: row, fields: later.fields)
        return RowComparison.Outcome(
            changes: rows.edit(row, life: later.life, fields: fields, effects: effects),
            image: row.image(life: later.life, whole: rows.isMutable))
    }
}
