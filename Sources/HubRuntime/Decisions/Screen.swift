import Causality

/// What a screen showed of one conflict: exact dots and, for stock, how far each writer's movements went into the figure.
///
/// It travels to the operator and back as the conflict's `seen`, so that a decision covers exactly what was shown (S2): what
/// arrived meanwhile stays open.
struct Screen: Hashable {
    /// The live writes or counts.
    var dots: [Dot]
    /// Of a stock figure: the movements it contains.
    var movements = VectorClock()

    init(dots: [Dot], movements: VectorClock = VectorClock()) {
        self.dots = dots
        self.movements = movements
    }

    /// What an accepted conflict was accepted as: other writes open it again.
    var fingerprint: String { dots.sorted().map(\.description).joined(separator: ",") }
}

extension Screen: CustomStringConvertible, LosslessStringConvertible {
    /// Dots, then `;` and the clock's entries as dots; each list separated by commas.
    var description: String {
        let clock = movements.entries.map { Dot($0.replica, $0.counter) }
        return [dots, clock].map { $0.map(\.description).joined(separator: ",") }.joined(separator: ";")
    }

    init?(_ description: String) {
        let lists = description.split(separator: ";", omittingEmptySubsequences: false).map { list in
            list.split(separator: ",").map { Dot(String($0)) }
        }
        guard lists.count == 2, !lists.joined().contains(nil) else { return nil }
        dots = lists[0].compactMap { $0 }
        for dot in lists[1].compactMap({ $0 }) { movements.insert(dot) }
    }
}
