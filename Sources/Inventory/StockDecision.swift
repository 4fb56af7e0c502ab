import Causality
import ChangeSets

/// An operator's decisions about counts: new counts, written by the hub, that cover exactly what was shown (S31).
extension StockCell {
    /// The count that decides for one of the live counts: it replaces all that are shown and includes what the chosen one includes.
    ///
    /// - Returns: `nil` when `dot` is no live count any more: the operator looks again.
    public func decision(taking dot: Dot, lineage: Lineage) -> Count? {
        guard let chosen = counts.first(where: { $0.dot == dot }) else { return nil }
        return Count(
            sku: key.sku, location: key.location, quantity: chosen.count.quantity,
            coverage: .clocks(replaced: shownCounts, included: chosen.included(in: lineage)))
    }

    /// The count that sets a quantity of the operator's own: it includes the movements that were on the screen.
    ///
    /// - Parameter screen: the hub's clock when the screen was drawn.
    public func decision(quantity: Int64, screen: VectorClock) -> Count {
        var included = VectorClock()
        for replica in tallies.keys { included[replica] = screen[replica] }
        return Count(
            sku: key.sku, location: key.location, quantity: quantity, coverage: .clocks(replaced: shownCounts, included: included))
    }

    private var shownCounts: VectorClock {
        var clock = VectorClock()
        for count in counts { clock.insert(count.dot) }
        return clock
    }
}
