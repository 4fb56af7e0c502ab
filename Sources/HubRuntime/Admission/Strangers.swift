import Causality
import ChangeSets

/// Replicas that a change names beside what it waits for, and of which the hub has never heard.
///
/// What a write `saw` and what its references point at never makes it wait (S30, law 4): after a restore it may name what comes only
/// later. But each name takes a row, and memory, for good; so one agent must not bring names without end.
struct Strangers {
    /// New ones of one change-set: as many as there may be sites that a restored hub has yet to hear of.
    static let perSetMax = 1_000
    /// All that the hub knows by name alone.
    static let totalMax = 20_000
    /// All replicas that the hub knows, whoever wrote under them. Record numbers have room for 2²³.
    static let replicasMax = 1 << 20

    /// Those that the present set brought.
    private var met: Set<ReplicaID> = []

    /// Takes in what a change names, and says whether there is room for it; where there is none, nothing is taken in.
    mutating func admit(_ change: Change, standing: Standing) -> Bool {
        let new = change.replicasBeside.filter { standing.number(of: $0) == nil }.subtracting(met)
        guard !new.isEmpty else { return true }
        guard met.count + new.count <= Self.perSetMax, standing.strangers + met.count + new.count <= Self.totalMax else { return false }
        met.formUnion(new)
        return true
    }
}

extension Change {
    /// Writers of the values that it saw beside, and of the records that it refers to.
    fileprivate var replicasBeside: Set<ReplicaID> {
        guard case .write(_, let writes) = action else { return [] }
        var replicas: Set<ReplicaID> = []
        for write in writes {
            for dot in write.saw { replicas.insert(dot.replica) }
            if let life = write.value.reference?.life { replicas.insert(life.replica) }
        }
        return replicas
    }
}
