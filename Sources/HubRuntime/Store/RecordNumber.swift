/// A replica's number in this hub's tables: small, from 1, given on first mention and meaningless elsewhere.
public typealias ReplicaNumber = Int32
/// A source's number in this hub's tables.
public typealias SourceNumber = Int32
public typealias SiteNumber = Int32

/// A record's number in this hub's tables: the number of the replica that created it and the counter of the creating change.
///
/// A life names one record for ever, so the number needs no index and can be written before the record
/// itself has arrived: what refers to it finds it later.
public struct RecordNumber: Hashable, Comparable, Sendable {
    public let raw: Int64

    public static let counterBits = 40
    /// Counters above this are refused: 10¹² changes of one incarnation.
    public static let counterMax: UInt64 = (1 << UInt64(counterBits)) - 1

    public init(raw: Int64) { self.raw = raw }

    public init(replica: ReplicaNumber, counter: UInt64) {
        raw = Int64(replica) << Int64(Self.counterBits) | Int64(counter & Self.counterMax)
    }

    public var replica: ReplicaNumber { ReplicaNumber(raw >> Int64(Self.counterBits)) }
    public var counter: UInt64 { UInt64(raw) & Self.counterMax }

    public static func < (left: RecordNumber, right: RecordNumber) -> Bool { left.raw < right.raw }
}
