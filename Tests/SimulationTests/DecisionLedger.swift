import Causality
import ChangeSets

/// Every change-set of operators' decisions that an agent was given to keep, beside the product: where the hub goes back behind it, the hub
/// has it again when all has healed (S24).
///
/// Left out is what nobody can keep (docs/reliability.md, "Not protected against"): what only lost, restored or damaged disks kept, and
/// what the last backup held where an older one is restored.
struct DecisionLedger {
    /// By its first change, whose disks hold it.
    private var keepers: [Dot: Set<String>] = [:]

    mutating func given(_ decisions: KeptDecisions, to label: String) {
        for decision in decisions.decisions { keepers[decision.first, default: []].insert(label) }
    }

    mutating func diskFailed(at label: String) { keepers = keepers.mapValues { $0.subtracting([label]) } }

    /// - Parameter isOlder: the hub was made from an older backup than the last.
    mutating func hubRestored(isOlder: Bool) { if isOlder { keepers = [:] } }

    /// What is kept and not at the hub.
    ///
    /// - Parameter has: how far the hub has come with each of its generations.
    func lost(has: [ReplicaID: UInt64]) -> [Dot] {
        keepers.filter { !$0.value.isEmpty && has[$0.key.replica, default: 0] < $0.key.counter }.keys.sorted()
    }
}
