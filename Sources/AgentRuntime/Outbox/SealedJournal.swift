import Causality
import ChangeSets
import GRDB

/// Where the outbox gets its changes: capture's journal, an import, the loopback API.
public protocol SealedJournal: Sendable {
    /// Every replica that ever sealed here, followed ones before those that follow them.
    func sealedReplicas() throws -> [SealedReplica]
    /// Sealed drains (or parts of one) above `counter`, in order, without gaps, up to about `changesMax` changes.
    ///
    /// Throws `CaptureError` `journal-damaged` when what comes first is no longer whole.
    func pieces(after counter: UInt64, of replica: ReplicaID, changesMax: Int) throws -> [SealedPiece]
    /// The same two within the caller's transaction.
    func pieces(after counter: UInt64, of replica: ReplicaID, changesMax: Int, in db: Database) throws -> [SealedPiece]
    func sealed(of replica: ReplicaID, in db: Database) throws -> UInt64
    /// The first counter after `counter` at which what is journaled can be taken up again, when what comes next is damaged.
    func nextStart(after counter: UInt64, of replica: ReplicaID, in db: Database) throws -> UInt64?
    /// Whether a file that is attached here went on under another replica after this one.
    func hasSuccessor(_ replica: ReplicaID) throws -> Bool
    /// The outbox holds everything up to `counter`; runs in the transaction that stored it there.
    func forget(upTo counter: UInt64, of replica: ReplicaID, in db: Database) throws
}

extension SealedJournal {
    public func pieces(after counter: UInt64, of replica: ReplicaID, changesMax: Int, in db: Database) throws -> [SealedPiece] {
        try pieces(after: counter, of: replica, changesMax: changesMax)
    }

    public func sealed(of replica: ReplicaID, in db: Database) throws -> UInt64 {
        try sealedReplicas().first { $0.replica == replica }?.sealed ?? 0
    }

    public func hasSuccessor(_ replica: ReplicaID) throws -> Bool { false }

    public func nextStart(after counter: UInt64, of replica: ReplicaID, in db: Database) throws -> UInt64? { nil }
}

public struct SealedReplica: Hashable, Sendable {
    public var replica: ReplicaID
    public var opening: ChangeSet.Opening
    /// The last counter sealed; 0 when none is.
    public var sealed: UInt64

    public init(replica: ReplicaID, opening: ChangeSet.Opening, sealed: UInt64) {
        self.replica = replica
        self.opening = opening
        self.sealed = sealed
    }
}

/// One drain, or one part of one that is too large for one set.
public struct SealedPiece: Hashable, Sendable {
    public var first: UInt64
    public var part: ChangeSet.Part
    public var changes: [Change]

    public init(first: UInt64, part: ChangeSet.Part, changes: [Change]) {
        self.first = first
        self.part = part
        self.changes = changes
    }

    public var last: UInt64 { first + UInt64(changes.count) - 1 }
}
