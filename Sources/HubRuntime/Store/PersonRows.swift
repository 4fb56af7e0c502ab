import Causality
import ChangeSets

/// An item as one source describes it, found by SKU.
public struct ItemRow: Hashable, Sendable {
    public var record: RecordNumber
    public var source: SourceNumber
    public var sku: String
    public var category: String?
    public var brand: String?
    public var size: String?
    public var colour: String?
    /// The newest of the writes that gave it these: decides between sources.
    public var isInBound: Bool
    public var time: Timestamp
    public var replica: ReplicaNumber
    public var counter: UInt64

    public init(
        record: RecordNumber, source: SourceNumber, sku: String, category: String?, brand: String?, size: String?, colour: String?,
        isInBound: Bool, time: Timestamp, replica: ReplicaNumber, counter: UInt64
    ) {
        self.record = record
        self.source = source
        self.sku = sku
        self.category = category
        self.brand = brand
        self.size = size
        self.colour = colour
        self.isInBound = isInBound
        self.time = time
        self.replica = replica
        self.counter = counter
    }
}

/// A consent record, found by customer; what it says is read from the record.
public struct ConsentRow: Hashable, Sendable {
    public var record: RecordNumber
    public var customer: RecordNumber?

    public init(record: RecordNumber, customer: RecordNumber?) {
        self.record = record
        self.customer = customer
    }
}

/// A note, found by customer and time.
public struct NoteRow: Hashable, Sendable {
    public var record: RecordNumber
    public var customer: RecordNumber?
    public var at: Int64?

    public init(record: RecordNumber, customer: RecordNumber?, at: Int64?) {
        self.record = record
        self.customer = customer
        self.at = at
    }
}

/// A value that a later write named: what a record's merged state no longer tells.
public struct SupersededRow: Hashable, Sendable {
    public var record: RecordNumber
    public var field: String
    public var replica: ReplicaNumber
    public var counter: UInt64
    public var time: Timestamp
    public var isInBound: Bool
    /// Written without a `seen` token.
    public var isChained: Bool
    /// Null for identifying fields, whose earlier values are kept in their normal form (`EarlierRow`).
    public var value: Value
    /// The write that ended it: of several the first, in bound before out of bound.
    public var ended: Timestamp
    public var isEndInBound: Bool
    public var endReplica: ReplicaNumber
    public var endCounter: UInt64

    public init(
        record: RecordNumber, field: String, replica: ReplicaNumber, counter: UInt64, time: Timestamp, isInBound: Bool, isChained: Bool,
        value: Value, ended: Timestamp, isEndInBound: Bool, endReplica: ReplicaNumber, endCounter: UInt64
    ) {
        self.record = record
        self.field = field
        self.replica = replica
        self.counter = counter
        self.time = time
        self.isInBound = isInBound
        self.isChained = isChained
        self.value = value
        self.ended = ended
        self.isEndInBound = isEndInBound
        self.endReplica = endReplica
        self.endCounter = endCounter
    }
}

/// Kinds of records that a person's timeline may be long of.
public enum TimelineTopic: Sendable, CaseIterable {
    /// Live sales, orders and returns.
    case purchases
    case events
    case notes
}

/// What an event bears that names no customer, in its normal form.
public enum EventToken: Hashable, Sendable {
    case device(String)
    case cookie(String)
}

/// Where one record stands in a person's timeline.
public struct TimelineMark: Hashable, Sendable {
    public var record: RecordNumber
    /// As the record says; `nil`: it does not.
    public var at: Int64?

    public init(record: RecordNumber, at: Int64?) {
        self.record = record
        self.at = at
    }
}

/// A line of a counted purchase, as measures read it.
public struct MeasuredLine: Hashable, Sendable {
    public var source: SourceNumber
    public var sku: String?
    /// In units of 10⁻⁴.
    public var quantity: Int64
    public var at: Int64?

    public init(source: SourceNumber, sku: String?, quantity: Int64, at: Int64?) {
        self.source = source
        self.sku = sku
        self.quantity = quantity
        self.at = at
    }
}
