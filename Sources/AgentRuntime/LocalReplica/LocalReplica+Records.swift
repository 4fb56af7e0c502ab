import Causality
import ChangeSets
import Foundation
import GRDB
import Merging

/// What was found of one order, or of one record of this site.
public struct RecordFinding: Sendable {
    /// Names the record.
    public var life: Dot
    /// The hub's order document (JSON); `nil` where orders are not sent to this site, or this one was not yet.
    public var document: Data?
    /// The record as the hub merged it, for records of this site.
    public var state: RecordState?
    /// Own changes that neither contains yet, oldest first.
    public var unsent: [OwnRecord]
}

extension LocalReplica {
    /// Orders of a declared number; `own` has been caught up by the caller.
    public func orders(number: String) throws -> Found<RecordFinding> {
        try queue.read { db in
            let entries = try Row.fetchAll(
                db,
                sql: """
                    SELECT topic, key, body FROM view_entry WHERE id IN (SELECT entry FROM view_index WHERE kind = ? AND value = ?)
                    ORDER BY topic DESC, key LIMIT ?
                    """, arguments: [IndexEntry.orderNumberKind, number, Self.findingsMax])
            var findings: [RecordFinding] = []
            var lives: Set<Dot> = []
            for entry in entries {
                let document: Data = entry[2]
                let isRecord = entry[0] as UInt8 == Topic.record.rawValue
                // One that cannot be read is passed over, as it is by the index.
                let state = isRecord ? try? Self.state(entry.bytes(1), document) : nil
                guard let life = state?.id.life ?? Dot(String(decoding: entry.bytes(1), as: UTF8.self)), lives.insert(life).inserted else {
                    continue
                }
                findings.append(
                    RecordFinding(
                        life: life, document: isRecord ? nil : document, state: state, unsent: try Self.unsent(of: [life], in: db)))
            }
            for own in try Self.unsentOrders(number: number, in: db) where lives.insert(own.life).inserted {
                findings.append(RecordFinding(life: own.life, document: nil, state: nil, unsent: try Self.unsent(of: [own.life], in: db)))
            }
            return try Self.found(findings, in: db)
        }
    }

    private static func unsentOrders(number: String, in db: Database) throws -> [RecordID] {
        try Row.fetchAll(db, sql: "SELECT \(OwnRecord.columns) FROM own_record WHERE entity = 'order' ORDER BY time, replica, counter")
            .map { try OwnRecord($0) }
            .filter { own in own.fields?.contains { $0.name == "number" && $0.value.text?.string == number } ?? false }
            .map(\.record)
    }

    /// Records of this site, by their names.
    public func records(_ ids: [RecordID]) throws -> Found<RecordFinding> {
        try queue.read { db in
            let findings = try ids.map {
                RecordFinding(life: $0.life, state: try Self.ownState($0, in: db), unsent: try Self.unsent(of: [$0.life], in: db))
            }
            return try Self.found(findings.filter { $0.state != nil || !$0.unsent.isEmpty }, in: db)
        }
    }

    /// Records of this site under a key, whatever lives it had.
    public func records(_ entity: EntityName, _ key: LocalKey, of source: SourceID) throws -> Found<RecordFinding> {
        var writer = ByteWriter()
        writer.record(RecordID(entity: entity, source: source, key: key, life: Dot(ReplicaID(high: 0, low: 0), 0)))
        // A name ends with its life: 16 bytes of the replica, then the counter.
        let prefix = writer.bytes.dropLast(17)
        return try queue.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT key, body FROM view_entry WHERE topic = ? AND key > ? AND key < ? LIMIT ?",
                arguments: [Topic.record.rawValue, Data(prefix), Data(prefix + Array(repeating: 0xFF, count: 32)), Self.findingsMax])
            let findings = try rows.map { row in
                let state = try Self.state(row.bytes(0), row[1])
                return RecordFinding(life: state.id.life, state: state, unsent: try Self.unsent(of: [state.id.life], in: db))
            }
            return try Self.found(findings, in: db)
        }
    }

    /// This site's own records among some.
    func ownStates(_ ids: [RecordID]) throws -> [RecordState] {
        try queue.read { db in try ids.compactMap { try Self.ownState($0, in: db) } }
    }

    private static func ownState(_ id: RecordID, in db: Database) throws -> RecordState? {
        let key = Data(id.canonicalBytes)
        return try Data.fetchOne(
            db, sql: "SELECT body FROM view_entry WHERE topic = ? AND key = ?", arguments: [Topic.record.rawValue, key]
        ).map { try RecordState(id: id, decoding: Array($0)) }
    }

    private static func state(_ key: [UInt8], _ body: Data) throws -> RecordState {
        try RecordState(id: RecordID(canonicalBytes: key), decoding: Array(body))
    }

    static func found<Finding>(_ findings: [Finding], in db: Database) throws -> Found<Finding> {
        let cursor = try cursor(in: db)
        return Found(findings: findings, asOf: cursor.visibleTime, isLoading: cursor.isLoading)
    }

    /// Replicas with changes laid over that the view does not contain yet.
    func unsettled() throws -> [ReplicaID] {
        try queue.read { db in
            let standing = try Self.cursor(in: db).standing
            return try Self.laidOver(in: db).entries.filter { standing[$0.replica] < $0.counter }.map(\.replica)
        }
    }

    /// What has been read off the journal of each own replica: look-ups lay all of it over.
    static func laidOver(in db: Database) throws -> VectorClock {
        var clock = VectorClock()
        for row in try Row.fetchAll(db, sql: "SELECT replica, indexed FROM own_index") {
            if let replica = ReplicaID(bytes: row.bytes(0)) { clock[replica] = row[1] }
        }
        return clock
    }
}
