import Causality
import ChangeSets
import Merging

/// One order as everybody together tells it: its own record, its shipments, and where they contradict each other.
public struct OrderView: Hashable, Sendable {
    public var id: RecordID
    /// The declared number, by which sales and shipments of other systems name the order.
    public var number: Text?
    /// What to tell a customer. While the sides contradict each other, the side of the highest precedence.
    public var state: OrderState
    /// The word that `state` is taken from; `nil`: nobody has said where the order stands.
    public var told: Side?
    /// Every live state that somebody wrote on the order itself, the highest precedence last.
    public var states: [Side]
    /// In the order of their times, then of their lives.
    public var shipments: [Shipment]
    public var contradiction: Contradiction?
    /// The order's other fields, each as its policy chooses among the live values, in the order of their names.
    public var fields: [Field]
    /// The hub holds more of it than stands here (`shortened(toBytes:)`).
    public internal(set) var isShortened = false

    /// One side's word on where the order stands.
    public struct Side: Hashable, Sendable {
        public var state: OrderState
        /// The order, or the shipment that says so.
        public var record: RecordID
        public var precedence: Precedence
        /// Values of other records that the writer had been shown (S30).
        public var saw: [Dot]
        /// The site that wrote it; `nil` when the caller does not know the writer.
        public var site: Text?

        public var dot: Dot { precedence.dot }
    }

    public struct Shipment: Hashable, Sendable {
        public var id: RecordID
        public var states: [Side]
        public var carrier: Text?
        public var trackingNumber: Text?
        public var time: Timestamp?

        /// The shipment's word, furthest along.
        public var state: OrderState? { OrderView.furthest(states)?.state }
    }

    public struct Field: Hashable, Sendable {
        public var name: FieldName
        public var value: Value
        public var dot: Dot
    }

    /// Two words that cannot both be true, written by sides that did not know of each other. An operator decides.
    public struct Contradiction: Hashable, Sendable {
        /// All sides concerned, the lowest dot first.
        public var sides: [Side]
        public static let code = "order-contradiction"
    }

    /// - Parameters:
    ///   - order: the merged order.
    ///   - shipments: the merged shipments that name it, by reference or by its declared number, in any order and
    ///     without dead ones; see `OrderView.isShipment(_:of:)`.
    ///   - policies: of its fields; `latest` unless said otherwise.
    ///   - site: the site of the writer of a change.
    public init(
        _ order: RecordState, shipments: [RecordState], policies: [FieldName: FieldPolicy] = [:], site: (ReplicaID) -> Text? = { _ in nil }
    ) {
        id = order.id
        number = order["number"]?.text
        states = Self.sides(of: order, site: site)
        self.shipments = shipments.map { Shipment($0, site: site) }.sorted(by: Shipment.areInOrder)
        let words = states + self.shipments.flatMap(\.states)
        contradiction = Contradiction(words)
        told = contradiction == nil ? Self.furthest(words) : words.max { $0.precedence < $1.precedence }
        state = told?.state ?? .placed
        fields = order.fieldNames.filter { $0 != "state" && $0 != "number" }.compactMap { name in
            GoldenField(name, of: [order], policy: policies[name] ?? .latest, site: site).map {
                Field(name: name, value: $0.shown.value, dot: $0.shown.dot)
            }
        }
    }

    /// Since when it has been told to stand where `state` says: the first word of that state, as far as its clock can be right.
    public var since: Timestamp? {
        let words = (states + shipments.flatMap(\.states)).filter { $0.state == state && $0.precedence.isInBound }
        return words.map(\.precedence.time).min()
    }

    /// Whether a shipment belongs to an order: it refers to its record, or names its declared number.
    public static func isShipment(_ shipment: RecordState, of order: RecordState) -> Bool {
        if let target = shipment["order"]?.reference?.record(from: shipment.id) { return target == order.id }
        guard let number = shipment["order number"]?.text, let own = order["number"]?.text else { return false }
        return number == own
    }

    static func sides(of record: RecordState, site: (ReplicaID) -> Text?) -> [Side] {
        record.siblings(of: "state").writes.compactMap { write in
            write.content.value.text.map {
                Side(
                    state: OrderState($0), record: record.id, precedence: write.precedence, saw: write.content.saw,
                    site: site(write.dot.replica))
            }
        }
    }

    /// The word that tells most of the story: one that follows from as many others as possible, then the highest precedence.
    ///
    /// Words that did not know of each other need not contradict: "picking" and "shipped" are one story, whichever clock is ahead.
    static func furthest(_ words: [Side]) -> Side? {
        words.max { left, right in
            let (ofLeft, ofRight) = (left.reach(among: words), right.reach(among: words))
            return ofLeft == ofRight ? left.precedence < right.precedence : ofLeft < ofRight
        }
    }
}

extension OrderView.Side {
    func reach(among words: [Self]) -> Int { words.filter { state.follows($0.state) }.count }

    /// Whether this word and another cannot both be true, and neither writer had been shown the other's.
    func contradicts(_ other: Self) -> Bool {
        guard !saw.contains(other.dot), !other.saw.contains(dot) else { return false }
        let isCancelledAndGone = state == .cancelled && other.state.hasLeft
        return isCancelledAndGone || (other.state == .cancelled && state.hasLeft)
    }
}

extension OrderView.Contradiction {
    /// `nil` when all words can be true together.
    init?(_ words: [OrderView.Side]) {
        let sides = words.filter { word in words.contains { word.contradicts($0) } }
        guard !sides.isEmpty else { return nil }
        self.sides = sides.sorted { $0.dot < $1.dot }
    }
}

extension OrderView.Shipment {
    init(_ state: RecordState, site: (ReplicaID) -> Text?) {
        id = state.id
        states = OrderView.sides(of: state, site: site)
        carrier = state["carrier"]?.text
        trackingNumber = state["tracking number"]?.text
        time = state["at"]?.integer.flatMap(UInt64.init(exactly:)).map(Timestamp.init(milliseconds:))
    }

    static func areInOrder(_ left: Self, _ right: Self) -> Bool {
        let times = (left.time ?? Timestamp.largest, right.time ?? Timestamp.largest)
        return times.0 == times.1 ? left.id.life < right.id.life : times.0 < times.1
    }
}
