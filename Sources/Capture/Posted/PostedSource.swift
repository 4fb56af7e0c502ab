import Causality
import ChangeSets
import GRDB
import Mutants

/// The source without a file: what is posted through the loopback interface goes into the same journal, under a name of its own.
///
/// Its file is the agent's own, so what is answered is on disk and needs no mark elsewhere: a batch is a drain that is sealed
/// in the transaction that writes it (law 2). Keys name records as in any application; the agent remembers the life of each.
public struct PostedSource: Sendable {
    /// As the hub lists it; no attached file may be called so.
    public static let name: Text = "loopback"
    /// How long a batch's key is remembered, in milliseconds: 30 days.
    public static let keyMillisecondsMax: UInt64 = 30 * 24 * 3_600_000
    /// So many batches' keys are kept, the latest: who posts one every six seconds for all that time needs fewer. A few hundred more may
    /// be there, for they are counted now and then.
    public static let keysMax = 500_000

    let store: AgentDatabase

    public init(_ store: AgentDatabase) { self.store = store }

    public enum Outcome: Hashable, Sendable {
        case posted([UInt8])
        /// The same batch was posted before: the answer that it got then.
        case repeated([UInt8])
    }

    /// Takes a batch of writes, all or none, and answers when it is on disk.
    ///
    /// - Parameters:
    ///   - key: names the batch; the same key again has no second effect (law 1).
    ///   - digest: of what the batch says, so that a key used for something else is noticed.
    ///   - moments: what tokens of the writes name besides what the hub has (`SeenMoment`).
    ///   - answer: draws the answer that is kept with the key.
    /// - Throws: `ChangeSetError` for what no change-set can hold; `CaptureError.keyReused`, `.lookAgain`, `.recordUnknown`, or what the agent's own disk says; nothing was taken then.
    public func post(
        _ writes: [PostedWrite], key: String, digest: [UInt8], moments: Set<UInt64> = [], now: Timestamp,
        random: inout some RandomNumberGenerator, answer: ([PostedChange]) throws -> [UInt8]
    ) throws -> Outcome {
        let drawn = (source: SourceID(.random(using: &random)), replica: ReplicaID.random(using: &random), nonce: random.next() as UInt64)
        return try store.write { db in
            if Mutant.takesPostedBatchAgain.isOn {
                try db.execute(sql: "DELETE FROM capture_posted_batch WHERE key = ?", arguments: [key])
            }
            if let answer = try PostedBatch.answer(to: key, digest: digest, db) { return .repeated(answer) }
            for moment in moments where try !SeenMoment.isKnown(moment, db) { throw CaptureError.lookAgain }
            var source = try StoredPosted.find(db) ?? .open(drawn.source, writer: drawn.replica, db)
            guard var replica = try StoredReplica.of(number: source.replica, db) else { throw CaptureError.damagedJournal }
            let time = replica.time.next(wallClock: now)
            let posting = try Posting(writes, source: source.id, after: Dot(replica.id, replica.last), db)
            let changes = try posting.changes(time: time)
            // What a change-set cannot hold would stand in the journal for ever.
            try ChangeSet.check(changes)
            try source.append(changes, to: &replica, nonce: drawn.nonce, db)
            let bytes = try answer(posting.posted)
            try PostedBatch(key: key, digest: digest, answer: bytes).save(at: now, db)
            return .posted(bytes)
        }
    }

    /// What was answered to a batch that was taken before; `nil` when none was under this key.
    ///
    /// - Throws: `CaptureError.keyReused`.
    public func answer(to key: String, digest: [UInt8]) throws -> [UInt8]? {
        try store.read { try PostedBatch.answer(to: key, digest: digest, $0) }
    }

    /// The record of a key that was posted; `nil` when there is none, or it was deleted.
    public func record(_ entity: EntityName, _ key: LocalKey) throws -> RecordID? {
        try store.read { try PostedRecords.find(entity, key, $0) }
    }

    /// The present writer; `nil` while nothing was ever posted.
    public func writer() throws -> JournalReplica? {
        try store.read { db in
            guard let source = try StoredPosted.find(db), let replica = try StoredReplica.of(number: source.replica, db) else { return nil }
            return JournalReplica(
                replica: replica.id, source: source.id, name: Self.name, follows: replica.follows, last: replica.last, isWriting: true)
        }
    }
}

/// What the agent's file knows of the posted source.
struct StoredPosted {
    var number: Int64
    var id: SourceID
    /// The present writer's number in `capture_replica`.
    var replica: Int64
    var lastDrain: UInt64

    static func find(_ db: Database) throws -> StoredPosted? {
        let statement = try RawStatement(cached: db, "SELECT number, id, replica, last_drain FROM capture_posted")
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        guard let id = SourceID(bytes: statement.bytes(1)) else { throw CaptureError.damagedJournal }
        return StoredPosted(number: statement.integer(0), id: id, replica: statement.integer(2), lastDrain: statement.unsigned(3))
    }

    static func open(_ id: SourceID, writer: ReplicaID, _ db: Database) throws -> StoredPosted {
        var source = StoredPosted(number: try Images.newShelf(db), id: id, replica: 0, lastDrain: 0)
        try source.open(writer, follows: nil, db)
        return source
    }

    /// Opens a writer that continues `follows`, and writes the source down.
    mutating func open(_ writer: ReplicaID, follows: Dot?, _ db: Database) throws {
        replica = try StoredReplica.open(writer, source: (number, id, PostedSource.name), follows: follows, db).number
        try save(db)
    }

    func save(_ db: Database) throws {
        let insert = try RawStatement(
            cached: db, "INSERT OR REPLACE INTO capture_posted (number, id, replica, last_drain) VALUES (?1, ?2, ?3, ?4)")
        try insert.bind(number, at: 1).bind(id.bytes, at: 2).bind(replica, at: 3).bind(lastDrain, at: 4).run()
    }

    /// Writes changes into the journal as one sealed drain.
    mutating func append(_ changes: [Change], to writer: inout StoredReplica, nonce: UInt64, _ db: Database) throws {
        guard !changes.isEmpty else { return }
        let settings = CaptureSettings()
        lastDrain += 1
        let drain = DrainWriter(
            source: number, number: lastDrain, replica: writer, changesPerPartMax: settings.changesPerPartMax,
            bytesPerPartMax: settings.bytesPerPartMax, bytesPerBatchMax: settings.bytesPerReadMax)
        for change in changes { try drain.append(change, db) }
        try drain.flush(db)
        try StoredDrain(
            source: number, name: DrainName(number: lastDrain, nonce: nonce), replica: writer.number, first: writer.last + 1,
            last: drain.last, parts: Int64(drain.part), high: 0
        ).save(isSealed: true, db)
        writer.last = drain.last
        if let time = changes.last?.time { _ = writer.time.next(wallClock: time) }
        try writer.save(db)
        try save(db)
    }
}
