import Causality

/// The hub's own order of committed changes; what an agent's cursor counts in.
///
/// `line` is the first 8 bytes of a running hash over the hub's commit line up to `number`: a position
/// whose hash differs from the hub's own is *not on the line* (S23), whatever its number says.
public struct Position: Hashable, Sendable, CustomStringConvertible {
    /// The hub's generation that committed it.
    public var generation: ReplicaID
    public var number: UInt64
    public var line: UInt64

    public init(generation: ReplicaID, number: UInt64, line: UInt64) {
        self.generation = generation
        self.number = number
        self.line = line
    }

    public var description: String { "\(generation.short)/\(number)" }
}

/// What the hub promises about one replica: everything up to `last` is on its disk (law 2).
///
/// Nothing but a receipt with a valid signature of the enrolled hub is an acknowledgement.
public struct Receipt: Hashable, Sendable {
    public var replica: ReplicaID
    /// The last counter admitted of the replica; 0 when the hub has none.
    public var last: UInt64
    /// Hash of the change-set that ends with `last`.
    public var hash: Digest
    public var position: Position
    /// The agent keeps acknowledged change-sets until the hub's verified backup reaches them (S25): the
    /// position number of the hub's last verified backup; 0 when there is none.
    public var keepUntil: UInt64
    /// The hub's clock when it answered.
    public var time: Timestamp

    public init(replica: ReplicaID, last: UInt64, hash: Digest, position: Position, keepUntil: UInt64, time: Timestamp) {
        self.replica = replica
        self.last = last
        self.hash = hash
        self.position = position
        self.keepUntil = keepUntil
        self.time = time
    }
}
