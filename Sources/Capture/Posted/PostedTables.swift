import Causality
import ChangeSets
import GRDB
import Mutants

/// Which record a posted key names at present.
enum PostedRecords {
    static func find(_ entity: EntityName, _ key: LocalKey, _ db: Database) throws -> RecordID? {
        let statement = try RawStatement(
            cached: db, "SELECT source, replica, counter FROM capture_posted_record WHERE entity = ?1 AND key = ?2")
        defer { statement.reset() }
        guard try statement.bind(entity.text.string, at: 1).bind(key.canonicalBytes, at: 2).step() else { return nil }
        guard let source = SourceID(bytes: statement.bytes(0)), let replica = ReplicaID(bytes: statement.bytes(1)) else {
            throw CaptureError.damagedJournal
        }
        return RecordID(entity: entity, source: source, key: key, life: Dot(replica, statement.unsigned(2)))
    }

    static func put(_ record: RecordID, _ db: Database) throws {
        let insert = try RawStatement(
            cached: db, "INSERT OR REPLACE INTO capture_posted_record (entity, key, source, replica, counter) VALUES (?1, ?2, ?3, ?4, ?5)")
        try insert.bind(record.entity.text.string, at: 1).bind(record.key.canonicalBytes, at: 2).bind(record.source.bytes, at: 3)
            .bind(record.life.replica.bytes, at: 4).bind(record.life.counter, at: 5).run()
    }

    static func forget(_ entity: EntityName, _ key: LocalKey, _ db: Database) throws {
        let delete = try RawStatement(cached: db, "DELETE FROM capture_posted_record WHERE entity = ?1 AND key = ?2")
        try delete.bind(entity.text.string, at: 1).bind(key.canonicalBytes, at: 2).run()
    }

    static func forgetStaged(_ db: Database) throws { try db.execute(sql: "DELETE FROM capture_posted_staged") }

    static func stage(_ record: RecordID, isDeleted: Bool, _ db: Database) throws {
        let insert = try RawStatement(
            cached: db,
            "INSERT OR REPLACE INTO capture_posted_staged (entity, key, source, replica, counter, deleted) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        try insert.bind(record.entity.text.string, at: 1).bind(record.key.canonicalBytes, at: 2).bind(record.source.bytes, at: 3)
            .bind(record.life.replica.bytes, at: 4).bind(record.life.counter, at: 5).bind(isDeleted ? 1 : 0 as Int64, at: 6).run()
    }

    /// The hub's word on which record a key names counts, but for records that have just got their names from `writer`.
    static func takeStaged(besides writer: ReplicaID, _ db: Database) throws {
        try RawStatement(
            db,
            """
            DELETE FROM capture_posted_record AS r WHERE replica <> ?1 AND EXISTS (SELECT 1 FROM capture_posted_staged AS s
                WHERE s.deleted = 1 AND s.entity = r.entity AND s.key = r.key AND s.replica = r.replica AND s.counter = r.counter)
            """
        ).bind(writer.bytes, at: 1).run()
        try RawStatement(
            db,
            """
            INSERT OR REPLACE INTO capture_posted_record (entity, key, source, replica, counter)
                SELECT entity, key, source, replica, counter FROM capture_posted_staged AS s WHERE deleted = 0 AND NOT EXISTS (
                    SELECT 1 FROM capture_posted_record AS r WHERE r.entity = s.entity AND r.key = s.key AND r.replica = ?1)
            """
        ).bind(writer.bytes, at: 1).run()
        try forgetStaged(db)
    }

    /// Lets go of the records whose creating changes stood in a lost run: the hub will never know their lives, so what is posted
    /// under their keys next makes new records.
    ///
    /// - Returns: these records, in the order in which they were made.
    static func forget(createdIn lost: ClosedRange<UInt64>, of replica: ReplicaID, _ db: Database) throws -> [RecordID] {
        let condition = "WHERE replica = ?1 AND counter BETWEEN ?2 AND ?3"
        func bound(_ sql: String) throws -> RawStatement {
            try RawStatement(db, sql).bind(replica.bytes, at: 1).bind(lost.lowerBound, at: 2).bind(lost.upperBound, at: 3)
        }
        let statement = try bound("SELECT entity, key, source, counter FROM capture_posted_record \(condition) ORDER BY counter")
        var records: [RecordID] = []
        while try statement.step() {
            guard let source = SourceID(bytes: statement.bytes(2)) else { throw CaptureError.damagedJournal }
            records.append(
                RecordID(
                    entity: EntityName(statement.string(0)), source: source, key: try LocalKey(canonicalBytes: statement.bytes(1)),
                    life: Dot(replica, statement.unsigned(3))))
        }
        try bound("DELETE FROM capture_posted_record \(condition)").run()
        return records
    }

    /// Lives that were given after `dot` in its replica have been given anew by `writer`, which has `source` (S22).
    static func rename(after dot: Dot, to writer: ReplicaID, source: SourceID, _ db: Database) throws {
        let update = try RawStatement(
            db, "UPDATE capture_posted_record SET replica = ?1, counter = counter - ?2, source = ?3 WHERE replica = ?4 AND counter > ?2")
        try update.bind(writer.bytes, at: 1).bind(dot.counter, at: 2).bind(source.bytes, at: 3).bind(dot.replica.bytes, at: 4).run()
    }
}

/// Posted changes that are told by nobody any more: neither hub nor agent has them.
public struct PostedLoss: Hashable, Sendable {
    public var replica: ReplicaID
    public var counters: ClosedRange<UInt64>
    /// What they created.
    public var records: [RecordID]
}

/// A batch that was taken, and what was answered.
struct PostedBatch {
    var key: String
    var digest: [UInt8]
    var answer: [UInt8]

    /// - Throws: `CaptureError.keyReused` when another batch was taken under the key.
    static func answer(to key: String, digest: [UInt8], _ db: Database) throws -> [UInt8]? {
        let statement = try RawStatement(cached: db, "SELECT digest, answer FROM capture_posted_batch WHERE key = ?1")
        defer { statement.reset() }
        guard try statement.bind(key, at: 1).step() else { return nil }
        guard statement.bytes(0) == digest else { throw CaptureError.keyReused }
        return statement.bytes(1)
    }

    /// Writes it down, and lets go of those that are too old to be sent again.
    func save(at now: Timestamp, _ db: Database) throws {
        let insert = try RawStatement(
            cached: db, "INSERT INTO capture_posted_batch (key, digest, answer, at) VALUES (?1, ?2, ?3, ?4)")
        try insert.bind(key, at: 1).bind(digest, at: 2).bind(answer, at: 3).bind(now.milliseconds, at: 4).run()
        let oldest = now.milliseconds - min(now.milliseconds, PostedSource.keyMillisecondsMax)
        try RawStatement(cached: db, "DELETE FROM capture_posted_batch WHERE at < ?1").bind(oldest, at: 1).run()
        // Counting walks over all of them: of 256 batches one does, which one is as good as chance.
        if digest.last == 0 { try Self.trim(to: PostedSource.keysMax, db) }
    }

    /// Lets go of all but the latest.
    static func trim(to count: Int, _ db: Database) throws {
        let trim = try RawStatement(
            cached: db,
            "DELETE FROM capture_posted_batch WHERE key IN (SELECT key FROM capture_posted_batch ORDER BY at DESC, key LIMIT -1 OFFSET ?1)")
        try trim.bind(Int64(count), at: 1).run()
    }
}

/// The moments at which own changes that the hub may lack were shown (S13).
///
/// A `seen` token that names such changes carries the moment's number, which is random. The table goes back with the agent's
/// folder, and is emptied where a writer is opened anew: so a token of a future that was taken back is told by its number alone,
/// which does the work of a hash of the line and needs none.
public enum SeenMoment {
    /// How long a token can be used, in milliseconds: 7 days at least.
    public static let millisecondsMax: UInt64 = 8 * 24 * 3_600_000
    private static let refreshMilliseconds: UInt64 = 24 * 3_600_000

    /// The number of the present moment.
    ///
    /// - Parameter clock: the last sealed counter of each own replica, as bytes.
    public static func issue(
        _ clock: [UInt8], now: Timestamp, in store: AgentDatabase, random: inout some RandomNumberGenerator
    ) throws -> UInt64 {
        let drawn = UInt64.random(in: 1...UInt64(Int64.max), using: &random)
        return try store.write { db in
            let newest = try RawStatement(cached: db, "SELECT id, clock, at FROM capture_moment ORDER BY number DESC LIMIT 1")
            defer { newest.reset() }
            if try newest.step(), newest.bytes(1) == clock {
                let (id, at) = (newest.unsigned(0), newest.unsigned(2))
                newest.reset()
                // A token counts from when it was given, within a day.
                if now.milliseconds > at + refreshMilliseconds {
                    try RawStatement(cached: db, "UPDATE capture_moment SET at = ?1 WHERE id = ?2")
                        .bind(now.milliseconds, at: 1).bind(id, at: 2).run()
                }
                return id
            }
            newest.reset()
            try RawStatement(cached: db, "INSERT INTO capture_moment (id, clock, at) VALUES (?1, ?2, ?3)")
                .bind(drawn, at: 1).bind(clock, at: 2).bind(now.milliseconds, at: 3).run()
            let oldest = now.milliseconds - min(now.milliseconds, millisecondsMax)
            try RawStatement(cached: db, "DELETE FROM capture_moment WHERE at < ?1").bind(oldest, at: 1).run()
            return drawn
        }
    }

    /// Whether a token of that moment may still be used.
    static func isKnown(_ id: UInt64, _ db: Database) throws -> Bool {
        let statement = try RawStatement(cached: db, "SELECT 1 FROM capture_moment WHERE id = ?1").bind(id, at: 1)
        defer { statement.reset() }
        return try statement.step() || Mutant.believesLostTokens.isOn
    }

    static func forgetAll(_ db: Database) throws { try db.execute(sql: "DELETE FROM capture_moment") }
}
