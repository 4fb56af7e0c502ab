import ChangeSets

/// What makes a stock effect valid by itself, whatever else has arrived (law 4).
public enum StockRules {
    /// The largest quantity of one movement or count, in units of 10⁻⁴: 10¹² pieces.
    ///
    /// A till that writes more has written a barcode into the quantity.
    public static let quantityMax: Int64 = 10_000_000_000_000_000

    /// - Throws: what is impossible about the effect; the change belongs in quarantine, alone (law 5).
    public static func check(_ effect: StockEffect) throws(InventoryError) {
        switch effect {
        case .count(let count):
            try check(quantity: count.quantity, of: effect)
        case .movement(let movement):
            try check(quantity: movement.quantity, of: effect)
            if movement.kind == .reservation, movement.note == nil, movement.expires != nil {
                throw InventoryError(
                    .claimWithoutDocument,
                    "A reservation of \(movement.sku) at \(movement.location) ends by itself but names no document.",
                    remedy: "Map the reservation's number. This one stays in quarantine; replaying it is to come.")
            }
        }
    }

    private static func check(quantity: Int64, of effect: StockEffect) throws(InventoryError) {
        guard quantity.magnitude > UInt64(quantityMax) else { return }
        throw InventoryError(
            .quantityTooLarge,
            "A quantity of \(effect.sku) at \(effect.location) is \(quantity / FixedPoint.one) pieces, beyond any stock.",
            remedy: "Correct the row at its site, or the mapping's unit. This one stays in quarantine; replaying it is to come.")
    }
}
