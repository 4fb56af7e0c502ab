import Causality
import ChangeSets

/// What stock came to wherever the hub stood, so that hub and views can be held against the moment that they show: counts and movements in
/// the order of the line, of which nothing is merged.
///
/// A shop opens with a hundred pieces of everything, and every movement adds up. Of a pile that one writer alone has told of, a later
/// stock-take stands in for all that came before (S31); where there are several writers, it depends on what each of them knew, and nothing
/// is said here.
struct StockHistory {
    /// In units of 10⁻⁴, as all quantities here.
    static let opening: Int64 = 100 * 10_000

    private struct Pile {
        var figure: Int64 = 0
        /// What other shops sent here and nobody has taken in yet; below zero: more came in than was sent.
        var underway: [Text: Int64] = [:]
        var isOpen = false
        var wasCounted = false
        var writers: Set<ReplicaID> = []

        var known: Int64? { isOpen && (!wasCounted || writers.count == 1) ? figure : nil }
    }

    /// By "location/sku".
    private var piles: [String: Pile] = [:]
    /// Which pile each change was about, and what it came to.
    private var events: [(pile: String, figure: Int64?)] = []
    /// How many of them had come where the hub stood.
    private var ends: [Position: Int] = [:]

    mutating func take(_ effect: StockEffect, of writer: ReplicaID) {
        let name = "\(effect.location)/\(effect.sku)"
        var pile = piles[name] ?? Pile()
        pile.writers.insert(writer)
        switch effect {
        case .movement(let movement):
            pile.figure += movement.quantity
            if movement.kind == .transferIn { pile.underway[movement.note ?? "", default: 0] -= movement.quantity }
            if movement.kind == .transferOut, let other = movement.counterpart {
                // What is taken off there is on its way to here.
                piles["\(other)/\(movement.sku)", default: Pile()].underway[movement.note ?? "", default: 0] -= movement.quantity
            }
        case .count(let count) where count.quantity == Self.opening:
            if !pile.isOpen { pile.figure += count.quantity }
            pile.isOpen = true
        case .count(let count): (pile.figure, pile.wasCounted) = (count.quantity, true)
        }
        piles[name] = pile
        events.append((name, pile.known))
    }

    /// The hub stands there now, and holds nothing back that would count later.
    mutating func stands(at position: Position) { ends[position] = events.count }

    /// What is on hand; `nil`: it never opened, or nobody can say.
    subscript(pile: String) -> Int64? { piles[pile]?.known }

    /// What was sent there, document by document, and has not arrived.
    func inTransit(_ pile: String) -> Int64 { piles[pile]?.underway.values.reduce(0) { $0 + max(0, $1) } ?? 0 }

    /// Whether somebody counted it after its opening.
    func wasCounted(_ pile: String) -> Bool { piles[pile]?.wasCounted ?? false }

    /// What was on hand at a position, of the piles of which that can be said; `nil` where nobody saw the hub there.
    func figures(at position: Position) -> [String: Int64]? {
        guard let end = ends[position] else { return nil }
        var figures: [String: Int64] = [:]
        for event in events.prefix(end) { figures[event.pile] = event.figure }
        return figures
    }
}
