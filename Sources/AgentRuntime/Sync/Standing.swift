import Causality
import ChangeSets

/// How what the hub says it has of one replica compares with what this agent stored of it (S22).
public enum Standing: Hashable, Sendable {
    /// We stored a set that ends there, with that hash; or the hub has nothing yet.
    case agrees
    /// We know that counter under another hash: a clone or a restored disk wrote it.
    case differs
    /// The hub knows later changes than this agent ever stored: our folder is an old copy.
    case ahead
    /// The hub is behind what we still keep: it was restored, and cannot be brought back by sending again.
    case forgotten

    /// - Parameters:
    ///   - receipt: what the hub says.
    ///   - hash: the hash of our set that ends with `receipt.last`, if we keep one or remember it as acknowledged.
    ///   - cut: the last counter that we ever put into a set.
    ///   - keptAfter: sets with counters above this one are still here.
    public static func judge(_ receipt: Receipt, hash: Digest?, cut: UInt64, keptAfter: UInt64) -> Standing {
        if receipt.last > cut { return .ahead }
        if receipt.last < keptAfter { return .forgotten }
        if receipt.last == 0 { return .agrees }
        return hash == receipt.hash ? .agrees : .differs
    }
}

/// One replica's queue as the agent's file has it.
public struct QueueStanding: Hashable, Sendable {
    public var replica: ReplicaID
    /// The last counter that the hub acknowledged.
    public var acknowledged: UInt64
    /// The last counter that was sealed into the journal.
    public var sealed: UInt64
    /// Another disk wrote its later counters, and nothing is added here any more: what the hub had of it is kept, in case that it
    /// is restored.
    public var isAbandoned: Bool

    public init(replica: ReplicaID, acknowledged: UInt64, sealed: UInt64, isAbandoned: Bool = false) {
        self.replica = replica
        self.acknowledged = acknowledged
        self.sealed = sealed
        self.isAbandoned = isAbandoned
    }
}
