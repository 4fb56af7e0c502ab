import Causality
import ChangeSets

/// How often each field of one source's entity came, in one commit.
///
/// What a change says to the stock counts by the names that mappings have for it: `stock quantity`.
struct FieldTally: Sendable {
    private struct Count {
        var name: FieldName
        var changes: Int64 = 0
        var aside: Int64 = 0
        let since: Timestamp
        var last = Timestamp(milliseconds: 0)
    }

    private var counts: [Count] = []
    private var places: [FieldName: Int] = [:]

    mutating func admitted(_ change: Change, at time: Timestamp) {
        each(of: change, at: time) { count in
            count.changes += 1
            count.last = max(count.last, time)
        }
    }

    mutating func setAside(_ change: Change, at time: Timestamp) { each(of: change, at: time) { $0.aside += 1 } }

    private mutating func each(of change: Change, at time: Timestamp, _ body: (inout Count) -> Void) {
        // Rows of one table bring the same fields in the same order, so the next one is mostly where it is looked for first.
        var next = 0
        func take(_ name: FieldName) {
            guard let place = place(of: name, expected: next, at: time) else { return }
            body(&counts[place])
            next = place + 1
        }
        if case .write(_, let writes) = change.action { for write in writes { take(write.field) } }
        for name in change.stock?.countedParts ?? [] { take(name) }
    }

    /// `nil`: there is no room for another one.
    private mutating func place(of name: FieldName, expected: Int, at time: Timestamp) -> Int? {
        if expected < counts.count, counts[expected].name == name { return expected }
        if let known = places[name] { return known }
        guard counts.count < FlowField.perSourceMax else { return nil }
        places[name] = counts.count
        counts.append(Count(name: name, since: time))
        return counts.count - 1
    }

    func rows(of source: SourceNumber, _ entity: String) -> [FlowField] {
        counts.map {
            FlowField(
                source: source, entity: entity, field: $0.name.text.string, changes: $0.changes, aside: $0.aside, since: $0.since,
                last: $0.last)
        }
    }
}

extension StockEffect {
    /// What it says, as mappings call it: every movement and count its SKU, location and quantity, the rest where it is said.
    fileprivate var countedParts: [FieldName] {
        guard case .movement(let movement) = self else { return Self.counted }
        guard movement.note != nil || movement.counterpart != nil || movement.expires != nil else { return Self.moved }
        let said: [(FieldName, Bool)] = [
            ("stock note", movement.note != nil), ("stock counterpart", movement.counterpart != nil),
            ("stock expires", movement.expires != nil),
        ]
        return Self.moved + said.filter(\.1).map(\.0)
    }

    private static let counted: [FieldName] = ["stock sku", "stock location", "stock quantity"]
    private static let moved = counted + ["stock kind"]
}
