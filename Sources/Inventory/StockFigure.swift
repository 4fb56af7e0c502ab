import Causality
import ChangeSets

/// What to say about one pile of goods at one moment: how much there is, how sure that is, and what people must decide.
///
/// Quantities are in units of 10⁻⁴.
public struct StockFigure: Hashable, Sendable {
    public var key: StockKey
    /// The shown count and the movements that it does not include; may be below zero.
    public var onHand: Int64
    /// Claimed by reservations that have neither ended nor been given back.
    public var reserved: Int64
    /// Sent here and not yet received.
    public var inTransit: Int64
    /// Kept back by the operator's choice.
    public var safety: Int64
    /// The count that the figure starts from; `nil` when nobody has counted.
    public var count: ShownCount?
    /// Who contributed, by site, each with what is contained of its writes and when it was last heard.
    public var contributors: [Contributor]
    public var conflicts: [StockConflict]

    /// What may be promised to a customer: on hand − reserved − safety, in 64 bits or at their end.
    public var available: Int64 { Self.clamped(Int128(onHand) - Int128(reserved) - Int128(safety)) }
    /// More is promised or sold than there is.
    public var isOversold: Bool { onHand < 0 || Int128(onHand) < Int128(reserved) }

    public struct ShownCount: Hashable, Sendable {
        public var dot: Dot
        public var time: Timestamp
        public var quantity: Int64
    }

    /// One site's part in the figure.
    public struct Contributor: Hashable, Sendable {
        public var site: Text
        /// When the hub last heard of the site. A silent store's stock is as old as this.
        public var lastHeard: Timestamp
        /// What of the site's writes the hub, and so the figure, contains.
        public var clock: VectorClock
    }

    /// What the hub knows of a replica when it draws a figure.
    public struct Standing: Hashable, Sendable {
        public var site: Text
        public var lastHeard: Timestamp
        /// The last counter admitted.
        public var counter: UInt64

        public init(site: Text, lastHeard: Timestamp, counter: UInt64) {
            self.site = site
            self.lastHeard = lastHeard
            self.counter = counter
        }
    }

    private static func clamped(_ sum: Int128) -> Int64 { Int64(clamping: sum) }
}

/// Something that people must decide about a pile. Until then the figure is as it is shown.
public enum StockConflict: Hashable, Sendable {
    /// Counts that did not know of each other; the last one is shown. Resolving it chooses one.
    case concurrentCounts([Dot])
    /// A later count of a pile that others move, too, which did not know of their movements, nor they of it. They add up
    /// until somebody says whether the counted goods already lacked them. Nothing is said of a pile's opening count.
    case countBesideMovements(count: Dot, movements: [CounterRange])
    /// More is sold or promised than there is; the movements that the count does not include, by who did not know of whom.
    case oversold(by: Int64, movements: [CounterRange])
    /// More was received on a transfer's document than was sent: received twice, never sent, or the sender is silent.
    case receivedMoreThanSent(document: Text, by: Int64)

    /// Stable name, for lists and filters.
    public var code: String {
        switch self {
        case .concurrentCounts: "concurrent-counts"
        case .countBesideMovements: "count-beside-movements"
        case .oversold: "oversold"
        case .receivedMoreThanSent: "received-more-than-sent"
        }
    }
}

/// The changes of one replica above `after`, up to and with `through`.
///
/// Names a set of dots in constant size: the movement table lists those that touch the pile.
public struct CounterRange: Hashable, Sendable {
    public var replica: ReplicaID
    public var after: UInt64
    public var through: UInt64

    public init(replica: ReplicaID, after: UInt64, through: UInt64) {
        self.replica = replica
        self.after = after
        self.through = through
    }

    public func contains(_ dot: Dot) -> Bool { dot.replica == replica && dot.counter > after && dot.counter <= through }
}
