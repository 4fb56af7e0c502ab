import ChangeSets

/// Where an order stands. A state that this version does not know travels and is shown as it is.
public enum OrderState: Hashable, Sendable {
    case placed
    case paid
    case picking
    case shipped
    case delivered
    case cancelled
    case returned
    case other(Text)

    /// Reads a state as systems write it: letter case and spaces around do not matter, and usual synonyms are known.
    public init(_ text: Text) {
        var name = text.string[...]
        while let first = name.first, first.isWhitespace { name.removeFirst() }
        while let last = name.last, last.isWhitespace { name.removeLast() }
        self = Self.names[name.lowercased()] ?? .other(text)
    }

    public var name: Text {
        switch self {
        case .placed: "placed"
        case .paid: "paid"
        case .picking: "picking"
        case .shipped: "shipped"
        case .delivered: "delivered"
        case .cancelled: "cancelled"
        case .returned: "returned"
        case .other(let text): text
        }
    }

    /// The known states.
    public static let known: [OrderState] = [.placed, .paid, .picking, .shipped, .delivered, .cancelled, .returned]

    private static let names: [String: OrderState] = [
        "placed": .placed, "new": .placed, "open": .placed, "pending": .placed, "received": .placed,
        "paid": .paid, "confirmed": .paid,
        "picking": .picking, "processing": .picking, "packing": .picking, "packed": .picking, "picked": .picking,
        "shipped": .shipped, "sent": .shipped, "dispatched": .shipped, "in transit": .shipped, "fulfilled": .shipped,
        "delivered": .delivered, "completed": .delivered, "complete": .delivered, "collected": .delivered,
        "cancelled": .cancelled, "canceled": .cancelled, "void": .cancelled, "voided": .cancelled,
        "returned": .returned, "refunded": .returned,
    ]
}

extension OrderState {
    /// The states that may follow at once.
    ///
    /// Goods that left the house cannot be cancelled, only returned: that is what makes "cancelled at the web, shipped
    /// at the warehouse" a contradiction. An order may skip states that its system does not record.
    public var next: [OrderState] {
        switch self {
        case .placed: [.paid, .picking, .shipped, .delivered, .cancelled]
        case .paid: [.picking, .shipped, .delivered, .cancelled]
        case .picking: [.paid, .shipped, .delivered, .cancelled]
        case .shipped: [.delivered, .returned]
        case .delivered: [.returned]
        case .cancelled, .returned, .other: []
        }
    }

    /// Whether a system may go from this state to `later`. Never a reason to refuse a change: it happened. States nobody
    /// knows may follow and be followed by any.
    public func mayBecome(_ later: OrderState) -> Bool {
        if case .other = self { return true }
        if case .other = later { return true }
        return self == later || next.contains(later)
    }

    /// Whether the state can be reached from `earlier` by any number of steps: then it tells more of the same story.
    public func follows(_ earlier: OrderState) -> Bool {
        var reached: [OrderState] = [earlier]
        var index = 0
        while index < reached.count {
            if reached[index] == self { return true }
            for state in reached[index].next where !reached.contains(state) { reached.append(state) }
            index += 1
        }
        return false
    }

    /// Whether goods have left the house.
    public var hasLeft: Bool { self == .shipped || self == .delivered || self == .returned }
}
