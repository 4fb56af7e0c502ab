import Causality
import ChangeSets

/// Compares a row of a file that went back in time with the hub's image as of the drain that the file names (*base*),
/// and with what was told after that drain (*later*): by one history, or by several that went on from it (S15).
///
/// What a later image told already is only *asserted again*: under the kept life, creating nothing and
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

    /// A later image of a row's key.
    struct Told: Sendable {
        var image: RowImage
        /// Whether the records that the row points at have the lives that the image's record points at.
        var keepsReferences: Bool
    }

    func outcome(
        of key: LocalKey, base: RowImage?, later: [Told], row: RowContent?, isFlagged: Bool, next: Dot
    ) -> RowComparison.Outcome {
        let live = later.filter { !$0.image.isDeleted }
        if let row {
            let same = live.filter { continues(row, $0, base: base) }.map(\.image)
            let equal = same.filter { rows.isSame(row, as: $0) }
            let ofBase = { (image: RowImage) in image.life == base?.life }
            if let image = equal.first(where: ofBase) ?? equal.first ?? same.first(where: ofBase) ?? same.first {
                return asserted(row, base: base, later: image)
            }
        } else {
            var outcome = RowComparison.Outcome()
            if let base, isDeletionTold(of: base, in: later) { outcome = deletedAgain(key, base: base) }
            if extent == .markOnly, let last = live.first?.image {
                let gone = rows.outcome(of: key, from: last, to: nil, isFlagged: isFlagged, next: next)
                return RowComparison.Outcome(changes: outcome.changes + gone.changes, image: gone.image ?? outcome.image)
            }
            guard outcome.changes.isEmpty else { return outcome }
        }
        return rows.outcome(of: key, from: base, to: row, isFlagged: isFlagged, next: next)
    }

    /// Whether the row is the later image's record, as it was or edited since.
    private func continues(_ row: RowContent, _ later: Told, base: RowImage?) -> Bool {
        // Under a key that was given again, the later image may be of another incarnation's record.
        let isOther = base.map { !$0.isDeleted && $0.life != later.image.life } ?? false
        if extent == .markOnly, !isOther { return true }
        if case .level? = row.stock { return false }  // equal levels say nothing: other sales may have led there
        return later.keepsReferences && rows.isSame(row, as: later.image)
    }

    /// Of a key that was given again our own images keep the last life alone, so there any deletion is the base's, too.
    private func isDeletionTold(of base: RowImage, in later: [Told]) -> Bool {
        let same = later.filter { $0.image.life == base.life }
        return !base.isDeleted && (same.isEmpty ? later : same).contains { $0.image.isDeleted }
    }

    /// The former incarnation's delete counts; this chain says it once more.
    private func deletedAgain(_ key: LocalKey, base: RowImage) -> RowComparison.Outcome {
        RowComparison.Outcome(changes: [rows.deleted(base, key: key, movesStock: false)], image: base.afterDeletion)
    }

    private func asserted(_ row: RowContent, base: RowImage?, later: RowImage) -> RowComparison.Outcome {
        let before = base.flatMap { $0.isDeleted ? nil : $0 }
        let known = before?.life == later.life ? before : nil
        let fields = known.map { rows.changedFields(from: $0, to: row) } ?? row.fields.filter { !$0.value.isNull }.map(RowComparison.write)
        let effects = rows.isSame(row, as: later) ? [] : rows.effects(from: later.stock, to: row, fields: later.fields)
        // The history that gave the key to another record had deleted the base's before.
        var given: [Change] = []
        if let before, known == nil, rows.deletion != .archived { given = deletedAgain(row.key, base: before).changes }
        return RowComparison.Outcome(
            changes: given + rows.edit(row, life: later.life, fields: fields, effects: effects),
            image: row.image(life: later.life, whole: rows.isMutable))
    }
}
