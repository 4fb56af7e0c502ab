import Causality
import ChangeSets

/// One number of the commit line: which generation committed it, and the running hash up to there.
public struct LineRow: Hashable, Sendable {
    public var number: UInt64
    public var generation: ReplicaID
    /// 32 bytes; a position shows the first 8.
    public var hash: [UInt8]

    public var position: Position {
        Position(generation: generation, number: number, line: hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    public init(number: UInt64, generation: ReplicaID, hash: [UInt8]) {
        self.number = number
        self.generation = generation
        self.hash = hash
    }
}

/// One change-set as received, with all that its verdicts were drawn from: what a rebuild needs (law 4).
public struct JournalRow: Hashable, Sendable {
    /// The last number of the line that it takes.
    public var number: UInt64
    public var replica: ReplicaNumber
    public var first: UInt64
    public var last: UInt64
    public var hash: Digest
    public var received: Timestamp
    public var offsetMilliseconds: Int64
    public var ruleVersion: Int32
    /// The agent that sent it and its site.
    public var agent: VerifyingKey
    public var bytes: [UInt8]

    public init(
        number: UInt64, replica: ReplicaNumber, first: UInt64, last: UInt64, hash: Digest, received: Timestamp,
        offsetMilliseconds: Int64, ruleVersion: Int32, agent: VerifyingKey, bytes: [UInt8]
    ) {
        self.number = number
        self.replica = replica
        self.first = first
        self.last = last
        self.hash = hash
        self.received = received
        self.offsetMilliseconds = offsetMilliseconds
        self.ruleVersion = ruleVersion
        self.agent = agent
        self.bytes = bytes
    }
}

/// A change that is journaled and receipted, and has no effect yet (S4, S5).
public struct HeldRow: Hashable, Sendable {
    public enum Cause: Int32, Hashable, Sendable {
        /// Names a dot that the hub lacks.
        case waiting = 1
        /// Breaks a rule.
        case quarantined = 2
        /// An earlier change of its chain on the same record is held.
        case behind = 3
    }

    public var replica: ReplicaNumber
    public var counter: UInt64
    /// Canonical bytes of the record it is about; empty for a change that only moves stock.
    public var record: [UInt8]
    public var cause: Cause
    /// The dot it waits for, or the held change it stands behind.
    public var lacking: Dot?
    public var code: String
    public var reason: String
    public var isInBound: Bool
    public var since: Timestamp

    /// Where it stands among those of its cause: the oldest comes first.
    public struct Place: Hashable, Sendable {
        public var since: Timestamp
        public var replica: ReplicaNumber
        public var counter: UInt64

        public init(since: Timestamp, replica: ReplicaNumber, counter: UInt64) {
            self.since = since
            self.replica = replica
            self.counter = counter
        }
    }

    public var place: Place { Place(since: since, replica: replica, counter: counter) }

    public init(
        replica: ReplicaNumber, counter: UInt64, record: [UInt8], cause: Cause, lacking: Dot?, code: String, reason: String,
        isInBound: Bool, since: Timestamp
    ) {
        self.replica = replica
        self.counter = counter
        self.record = record
        self.cause = cause
        self.lacking = lacking
        self.code = code
        self.reason = reason
        self.isInBound = isInBound
        self.since = since
    }
}

/// How many changes of one replica are held for one code.
public struct HeldCount: Hashable, Sendable {
    public var replica: ReplicaNumber
    public var code: String
    public var changes: Int
    /// Of the first of them.
    public var since: Timestamp

    public init(replica: ReplicaNumber, code: String, changes: Int, since: Timestamp) {
        self.replica = replica
        self.code = code
        self.changes = changes
        self.since = since
    }
}
