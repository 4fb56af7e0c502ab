import Causality
import ChangeSets

/// An operator's decisions about counts: new counts, written by the hub, that cover exactly what was shown (S31).
extension StockCell {
    /// The count that decides for one of the live counts: it replaces all that were shown and includes what the chosen one includes.
    ///
    /// - Returns: `nil` when `dot` is no live count any more: the operator looks again.
    public func decision(taking dot: Dot, replacing shown: [Dot], lineage: Lineage) -> Count? {
        guard let chosen = counts.first(where: { $0.dot == dot }) else { return nil }
        return Count(
            sku: key.sku, location: key.location, quantity: chosen.count.quantity,
            coverage: .clocks(replaced: Self.clock(of: shown), included: chosen.included(in: lineage)))
    }

    /// Everything that the figure contains, as a clock: what a screen that shows the figure has shown.
    public var movements: VectorClock { VectorClock(tallies.map { (key: $0.key, value: $0.value.last) }) }

    /// The count that sets a quantity of the operator's own: it includes the movements that were on the screen.
    ///
    /// - Parameters:
    ///   - shown: the counts that were on the screen.
    ///   - screen: `movements` when the screen was drawn.
    public func decision(quantity: Int64, replacing shown: [Dot], screen: VectorClock) -> Count {
        Count(
            sku: key.sku, location: key.location, quantity: quantity,
            coverage: .clocks(replaced: Self.clock(of: shown), included: screen))
    }

    /// The count that takes the pile's first count back: with it the figure is what the movements alone give.
    ///
    /// - Returns: `nil` when `dot` is no live count any more.
    public func uncounted(_ dot: Dot, lineage: Lineage) -> Count? {
        guard let count = counts.first(where: { $0.dot == dot }), let quantity = Int64(exactly: count.included) else { return nil }
        return Count(
            sku: key.sku, location: key.location, quantity: quantity,
            coverage: .clocks(replaced: Self.clock(of: [dot]), included: count.included(in: lineage)))
    }

    private static func clock(of dots: [Dot]) -> VectorClock {
        var clock = VectorClock()
        for dot in dots { clock.insert(dot) }
        return clock
    }
}
