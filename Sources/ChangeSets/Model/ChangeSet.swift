import Causality

/// SHA-256 over a change-set: the link of its replica's chain.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// 32 bytes.
    public let bytes: [UInt8]

    public static let byteCount = 32
    /// What the first change-set of a replica names as the one before.
    public static let zero = Digest(unchecked: [UInt8](repeating: 0, count: byteCount))

    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = Array(bytes)
    }

    init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// 64 lower-case hexadecimal digits.
    public var description: String { Hexadecimal.string(bytes) }
}

/// A run of one replica's changes without gaps, with the hash of the one before it.
public struct ChangeSet: Hashable, Sendable {
    public var replica: ReplicaID
    /// Counter of the first change; the others follow without gaps.
    public var first: UInt64
    /// Hash of the replica's change-set before this one; zero for the first.
    public var previous: Digest
    /// Who opens here; present exactly when `first` is 1.
    public var opening: Opening?
    /// Which drains, or which part of one, this set carries.
    public var part: Part
    public var changes: [Change]
    /// Personal values that were destroyed after the set was signed; they read as null (S21). Such a set
    /// cannot be encoded again: only its bytes still verify.
    public var destroyed: Set<PersonalEntry> = []

    public init(replica: ReplicaID, first: UInt64, previous: Digest, opening: Opening?, part: Part, changes: [Change]) {
        self.replica = replica
        self.first = first
        self.previous = previous
        self.opening = opening
        self.part = part
        self.changes = changes
    }

    public var last: UInt64 { first + UInt64(changes.count) - 1 }
    public func dot(at index: Int) -> Dot { Dot(replica, first + UInt64(index)) }

    /// The start of a replica: which source it writes for and what it continues (S1).
    public struct Opening: Hashable, Sendable {
        public var source: SourceID
        /// The source's name at its site, as given to `attach --as`.
        public var name: Text
        public var follows: Dot?

        public init(source: SourceID, name: Text, follows: Dot?) {
            self.source = source
            self.name = name
            self.follows = follows
        }
    }

    /// One personal value of the set.
    public struct PersonalEntry: Hashable, Sendable {
        /// Place of the change in the set, from 0.
        public var change: Int
        public var field: FieldName

        public init(change: Int, field: FieldName) {
            self.change = change
            self.field = field
        }
    }

    /// Whole drains, or part `number` of `total` of one that was too large (S20).
    public struct Part: Hashable, Sendable {
        /// Number of the (first) drain in its source.
        public var drain: UInt64
        public var number: UInt32
        public var total: UInt32

        public static func whole(drain: UInt64) -> Part { Part(drain: drain, number: 1, total: 1) }

        public init(drain: UInt64, number: UInt32, total: UInt32) {
            self.drain = drain
            self.number = number
            self.total = total
        }
    }
}
