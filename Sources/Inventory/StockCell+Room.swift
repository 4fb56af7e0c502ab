import Causality
import ChangeSets

/// How much a pile promises at a time: its state is read and written whole whenever anything moves there.
extension StockCell {
    /// Parts of reservations that name documents. One that finds no room belongs in quarantine, alone (law 5).
    public static let claimPartsMax = 10_000

    /// Leaves out claims of which nothing is left, because they have ended by themselves or more was given back than reserved; they are
    /// asked for again should they ever move.
    ///
    /// - Parameter now: figures for an earlier time than this can no longer be asked of the cell.
    public mutating func forgetClaims(endedBy now: Timestamp) {
        claims = claims.filter { $0.value.outstanding(now: now) > 0 }
        claimParts = claims.values.reduce(0) { $0 + $1.parts.count }
    }

    /// Whether a movement finds room: only what reserves more for a document needs any.
    ///
    /// - Parameter now: by when claims have ended that make room where there is none; `nil`: none has.
    public mutating func hasRoom(for movement: Movement, endedBy now: Timestamp?, partsMax: Int = claimPartsMax) -> Bool {
        guard movement.kind == .reservation, movement.quantity > 0, movement.note != nil, claimParts >= partsMax else { return true }
        if let now { forgetClaims(endedBy: now) }
        return claimParts < partsMax
    }
}
