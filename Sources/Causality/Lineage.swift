/// Which replica continues which: what each replica's first write *follows* (S1).
///
/// A replica's *chain* is its own writes plus the followed chain up to the dot it follows. Two clones
/// of one till, one restored, so share the past up to the fork and nothing after it.
public struct Lineage: Hashable, Sendable {
    private var followed: [ReplicaID: Dot] = [:]

    public init() {}

    /// Records that `replica` opened after the write `dot` of another replica.
    ///
    /// - Precondition: a replica opens once, and after the one it follows, so the relation has no circle.
    public mutating func open(_ replica: ReplicaID, following dot: Dot?) {
        guard let dot, dot.replica != replica else { return }
        followed[replica] = dot
    }

    /// What `replica` follows; `nil` for the first incarnation of a source.
    public func followed(by replica: ReplicaID) -> Dot? { followed[replica] }

    /// Whether the chain of the write `later` contains the write `earlier`, itself not included.
    public func chain(of later: Dot, contains earlier: Dot) -> Bool {
        var limit = Dot(later.replica, later.counter == 0 ? 0 : later.counter - 1)
        while true {
            if limit.replica == earlier.replica { return earlier.counter >= 1 && earlier.counter <= limit.counter }
            guard let next = followed[limit.replica] else { return false }
            limit = next
        }
    }

    /// Whether `replica` wrote `dot`, or went on from it or a later write of that replica. Counter 0: from anything of it.
    public func history(of replica: ReplicaID, contains dot: Dot) -> Bool {
        if replica == dot.replica { return true }
        var limit = followed[replica]
        while let present = limit {
            if present.replica == dot.replica { return dot.counter <= present.counter }
            limit = followed[present.replica]
        }
        return false
    }

    /// Everything that the chain of `dot` contains, itself included, as a clock.
    public func clock(upTo dot: Dot) -> VectorClock {
        var clock = VectorClock()
        var limit: Dot? = dot
        while let present = limit {
            clock.insert(present)
            limit = followed[present.replica]
        }
        return clock
    }
}
