import Causality
import ChangeSets

/// One pile of goods.
public struct StockCellRow: Hashable, Sendable {
    /// 0: not stored yet.
    public var cell: Int64
    public var sku: String
    public var location: String
    public var number: UInt64
    /// `StockCell`, with replica numbers.
    public var state: [UInt8]
    /// People should look at it: concurrent counts, oversold.
    public var asks: Bool

    public init(cell: Int64, sku: String, location: String, number: UInt64, state: [UInt8], asks: Bool) {
        self.cell = cell
        self.sku = sku
        self.location = location
        self.number = number
        self.state = state
        self.asks = asks
    }
}

/// An admitted movement or claim at one pile.
public struct MovementRow: Hashable, Sendable {
    public var cell: Int64
    public var replica: ReplicaNumber
    public var counter: UInt64
    public var kind: Movement.Kind
    public var quantity: Int64
    public var note: String?
    public var expires: Timestamp?

    public init(
        cell: Int64, replica: ReplicaNumber, counter: UInt64, kind: Movement.Kind, quantity: Int64, note: String?,
        expires: Timestamp?
    ) {
        self.cell = cell
        self.replica = replica
        self.counter = counter
        self.kind = kind
        self.quantity = quantity
        self.note = note
        self.expires = expires
    }
}
