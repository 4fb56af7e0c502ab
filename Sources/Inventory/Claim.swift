import Causality
import ChangeSets

/// What one document reserves of a pile: amounts with their ends, and what was given back.
///
/// What is given back, or voided, is taken from the part that ends first, and from the part without an end last:
/// a customer who fetched what was put aside until noon holds nothing more at noon.
struct Claim: Hashable, Sendable {
    /// Reserved, by end; parts in the order of their ends, the part without an end (`nil`) last.
    private(set) var parts: [Part] = []
    /// Given back by releases.
    private(set) var released: Int128 = 0

    struct Part: Hashable, Sendable {
        var expires: Timestamp?
        var quantity: Int128
    }

    init(_ movements: some Sequence<Movement>) {
        for movement in movements { add(movement) }
    }

    mutating func add(_ movement: Movement) {
        guard movement.kind == .reservation else {
            released -= Int128(movement.quantity)
            return
        }
        let place = parts.firstIndex { !Self.endsBefore($0.expires, movement.expires) } ?? parts.endIndex
        if place < parts.endIndex, parts[place].expires == movement.expires {
            parts[place].quantity += Int128(movement.quantity)
            if parts[place].quantity == 0 { parts.remove(at: place) }
        } else if movement.quantity != 0 {
            parts.insert(Part(expires: movement.expires, quantity: Int128(movement.quantity)), at: place)
        }
    }

    private static func endsBefore(_ left: Timestamp?, _ right: Timestamp?) -> Bool {
        guard let left else { return false }
        guard let right else { return true }
        return left < right
    }

    /// Whether reserved and given back are equal, so that nothing is left to claim.
    var isUsedUp: Bool { parts.reduce(-released) { $0 + $1.quantity } == 0 }

    /// What the document still claims at `now`; never negative. While nothing moves it only falls.
    func outstanding(now: Timestamp) -> Int128 {
        var back = released - parts.reduce(0) { $0 + min($1.quantity, 0) }
        var outstanding: Int128 = 0
        for part in parts where part.quantity > 0 {
            let taken = min(part.quantity, max(back, 0))
            back -= taken
            if part.expires.map({ now < $0 }) ?? true { outstanding += part.quantity - taken }
        }
        return outstanding
    }

    init(parts: [Part], released: Int128) {
        self.parts = parts
        self.released = released
    }
}
