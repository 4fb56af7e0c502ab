/// One order as the feed and look-ups see it.
public struct OrderRow: Hashable, Sendable {
    public var record: RecordNumber
    /// Its declared number.
    public var name: String?
    /// Number of the line at which it or a shipment of it last changed.
    public var number: UInt64
    /// Its sides contradict each other.
    public var asks: Bool
    public var isAlive: Bool

    public init(record: RecordNumber, name: String?, number: UInt64, asks: Bool, isAlive: Bool) {
        self.record = record
        self.name = name
        self.number = number
        self.asks = asks
        self.isAlive = isAlive
    }
}

/// A shipment and what it says it belongs to.
public struct ShipmentRow: Hashable, Sendable {
    public var record: RecordNumber
    public var order: RecordNumber?
    /// The order's declared number, for a shipment that refers to no record.
    public var orderName: String?

    public init(record: RecordNumber, order: RecordNumber?, orderName: String?) {
        self.record = record
        self.order = order
        self.orderName = orderName
    }
}
