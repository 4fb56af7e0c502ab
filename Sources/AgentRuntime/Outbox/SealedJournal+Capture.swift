import Capture
import Causality
import ChangeSets
import GRDB

extension Journal: SealedJournal {
    public func sealedReplicas() throws -> [SealedReplica] {
        try replicas().map { writer in
            SealedReplica(
                replica: writer.replica, opening: ChangeSet.Opening(source: writer.source, name: writer.name, follows: writer.follows),
                sealed: writer.last)
        }
    }

    public func pieces(after counter: UInt64, of replica: ReplicaID, changesMax: Int) throws -> [SealedPiece] {
        try sealed(after: counter, of: replica, limit: changesMax).map { SealedPiece(first: $0.first, part: $0.part, changes: $0.changes) }
    }

    public func pieces(after counter: UInt64, of replica: ReplicaID, changesMax: Int, in db: Database) throws -> [SealedPiece] {
        try sealed(after: counter, of: replica, limit: changesMax, db).map {
            SealedPiece(first: $0.first, part: $0.part, changes: $0.changes)
        }
    }

    public func nextStart(after counter: UInt64, of replica: ReplicaID, in db: Database) throws -> UInt64? {
        try nextStart(after: counter, of: replica, db)
    }

    public func sealed(of replica: ReplicaID, in db: Database) throws -> UInt64 {
        try replicas(db).first { $0.replica == replica }?.last ?? 0
    }

    public func forget(upTo counter: UInt64, of replica: ReplicaID, in db: Database) throws {
        try forget(upTo: counter, of: replica, db)
    }
}
