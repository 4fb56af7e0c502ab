/// The name of one change, for ever: the replica that made it and that replica's counter.
///
/// Counters are dense and ascending per replica and start at 1; 0 means "before the first".
public struct Dot: Hashable, Sendable {
    public var replica: ReplicaID
    public var counter: UInt64

    public init(_ replica: ReplicaID, _ counter: UInt64) {
        self.replica = replica
        self.counter = counter
    }
}

extension Dot: Comparable {
    public static func < (left: Dot, right: Dot) -> Bool {
        (left.replica, left.counter) < (right.replica, right.counter)
    }
}

extension Dot: CustomStringConvertible, LosslessStringConvertible {
    /// `replica:counter`, the form that operators see and type.
    public var description: String { "\(replica):\(counter)" }

    public init?(_ description: String) {
        let parts = description.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let replica = ReplicaID(String(parts[0])), let counter = UInt64(parts[1]), String(counter) == parts[1]
        else { return nil }
        self.init(replica, counter)
    }
}
