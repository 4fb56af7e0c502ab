import ChangeSets

/// What stock came to wherever the hub stood, so that a view can be held against the moment that it says it shows: openings and movements
/// in the order of the line, of which nothing is merged.
struct StockHistory {
    /// What happened to a pile ("location/sku"): `nil` is its opening, a hundred pieces.
    private var events: [(pile: String, moved: Int64?)] = []
    /// How many of them had come where the hub stood.
    private var ends: [Position: Int] = [:]

    mutating func open(_ pile: String) { events.append((pile, nil)) }

    mutating func move(_ pile: String, by quantity: Int64) { events.append((pile, quantity)) }

    /// The hub stands there now, and holds nothing back that would count later.
    mutating func stands(at position: Position) { ends[position] = events.count }

    /// What is on hand at a position, in units of 10⁻⁴, of the piles that had been opened by then; `nil` where nobody saw the hub there.
    func figures(at position: Position) -> [String: Int64]? {
        guard let end = ends[position] else { return nil }
        var opened: Set<String> = []
        var sums: [String: Int64] = [:]
        for (pile, moved) in events.prefix(end) {
            if let moved { sums[pile, default: 0] += moved } else { opened.insert(pile) }
        }
        return Dictionary(uniqueKeysWithValues: opened.map { ($0, 100 * 10_000 + sums[$0, default: 0]) })
    }
}
