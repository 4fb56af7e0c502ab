/// Counts, per replica, how many of its changes are contained.
///
/// A replica that is absent counts as zero, so clocks over different replicas still compare. A clock is
/// exact because every replica's changes are admitted in the order of their counters: containing
/// counter *n* of a replica means containing 1 to *n*.
///
/// Source: C. Fidge and F. Mattern's vector time (1988), kept per replica as version vectors are
/// (D. Parker et al., "Detection of mutual inconsistency in distributed systems", 1983).
public struct VectorClock: Hashable, Sendable {
    private var counters: [ReplicaID: UInt64] = [:]

    public init() {}

    public init(_ counters: some Sequence<(key: ReplicaID, value: UInt64)>) {
        for (replica, counter) in counters { self[replica] = max(self[replica], counter) }
    }

    /// The last counter contained of `replica`; 0 when none is.
    public subscript(replica: ReplicaID) -> UInt64 {
        get { counters[replica] ?? 0 }
        set { counters[replica] = newValue == 0 ? nil : newValue }
    }

    public var isEmpty: Bool { counters.isEmpty }
    public var count: Int { counters.count }

    /// Entries in the order of their replicas, so that output never depends on hashing.
    public var entries: [(replica: ReplicaID, counter: UInt64)] {
        counters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    public func contains(_ dot: Dot) -> Bool { dot.counter <= self[dot.replica] }

    public mutating func insert(_ dot: Dot) { self[dot.replica] = max(self[dot.replica], dot.counter) }

    /// The least clock that contains everything either one contains.
    public mutating func merge(_ other: VectorClock) {
        counters.merge(other.counters) { max($0, $1) }
    }

    public func merged(with other: VectorClock) -> VectorClock {
        var result = self
        result.merge(other)
        return result
    }

    /// Whether everything in `other` is contained here, too.
    public func dominates(_ other: VectorClock) -> Bool {
        other.counters.allSatisfy { $0.value <= self[$0.key] }
    }
}
