import Causality

/// A copy of an agent's folder, and what it would tell as if for the first time.
struct OldFolder {
    let path: String
    /// Per writer, the last change that was sealed.
    let sealed: [ReplicaID: UInt64]
    /// Who would read rows of the till's file of the same moment that were not read then; `nil`: none were, or the file is not among the copy.
    let reader: ReplicaID?

    /// Whether something of it may come to a hub under names that are new there.
    ///
    /// - Parameter hub: how far the hub is with each writer: where it has more, the copy is noticed before it tells anything.
    func hasUntold(at hub: [ReplicaID: UInt64]) -> Bool {
        sealed.contains { hub[$0.key, default: 0] < $0.value } || reader.map { hub[$0, default: 0] <= sealed[$0, default: 0] } ?? false
    }
}
