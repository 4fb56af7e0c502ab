import Causality
import ChangeSets
import GRDB
import Oddities

/// Writes one unsealed drain into the journal: changes in batches, cut into parts, with provisional dots.
///
/// The dots are those that follow the replica's last sealed one. A drain that is discarded never had them,
/// so the next one gets the same counters again.
final class DrainWriter {
    let source: Int64
    let number: UInt64
    let replica: StoredReplica
    private let changesPerPartMax: Int
    private let bytesPerPartMax: Int
    private let bytesPerBatchMax: Int
    private(set) var count = 0
    private(set) var part = 1
    private var inPart = 0
    private var bytesInPart = 0
    private var buffer: [Change] = []
    private var bytesInBuffer = 0
    /// References that name a key without a life yet were written, or a life moved after it was told.
    var mustResolveAgain = false

    /// Changes encoded together: what is held in memory at a time.
    static let changesPerBatch = 500

    init(
        source: Int64, number: UInt64, replica: StoredReplica, changesPerPartMax: Int, bytesPerPartMax: Int, bytesPerBatchMax: Int
    ) {
        self.source = source
        self.number = number
        self.replica = replica
        self.changesPerPartMax = changesPerPartMax
        self.bytesPerPartMax = bytesPerPartMax
        self.bytesPerBatchMax = bytesPerBatchMax
    }

    /// The dot that the next change gets.
    var next: Dot { Dot(replica.id, replica.last + UInt64(count) + 1) }
    var last: UInt64 { replica.last + UInt64(count) }

    func append(_ change: Change, _ db: Database) throws {
        let bytes = change.contentByteCount
        if inPart == changesPerPartMax || bytesInPart + bytes > bytesPerPartMax { try beginPart(db) }
        buffer.append(change)
        bytesInBuffer += bytes
        count += 1
        inPart += 1
        bytesInPart += bytes
        if buffer.count == Self.changesPerBatch || bytesInBuffer >= bytesPerBatchMax || Oddity.writesEachChange.happens { try flush(db) }
    }

    /// Makes what follows another part, so that receivers know that the drain is no one moment of the source (S18).
    func beginPart(_ db: Database) throws {
        guard inPart > 0 else { return }
        try flush(db)
        part += 1
        inPart = 0
        bytesInPart = 0
    }

    func flush(_ db: Database) throws {
        guard !buffer.isEmpty else { return }
        let insert = try RawStatement(
            cached: db,
            "INSERT INTO capture_batch (replica, first, count, source, drain, part, body, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        )
        let body = ChangeCoding.encode(buffer)
        insert.bind(replica.number, at: 1).bind(last - UInt64(buffer.count) + 1, at: 2).bind(Int64(buffer.count), at: 3)
            .bind(source, at: 4).bind(number, at: 5).bind(Int64(part), at: 6).bind(body, at: 7).bind(Int64(Checksum.of(body)), at: 8)
        try insert.run()
        buffer.removeAll(keepingCapacity: true)
        bytesInBuffer = 0
    }

    /// Lets `resolve` look at every change of the drain once more.
    ///
    /// - Parameter resolve: the change with its references' lives, or `nil` when it stands as it is.
    func revise(_ db: Database, _ resolve: (Change) throws -> Change?) throws {
        try flush(db)
        let read = try RawStatement(
            db, "SELECT id, body FROM capture_batch WHERE replica = ?1 AND first > ?2 AND id > ?3 ORDER BY id LIMIT 1")
        let write = try RawStatement(db, "UPDATE capture_batch SET body = ?1, checksum = ?2 WHERE id = ?3")
        var id: Int64 = 0
        while try read.bind(replica.number, at: 1).bind(replica.last, at: 2).bind(id, at: 3).step() {
            id = read.integer(0)
            var changes = try ChangeCoding.decode(read.bytes(1))
            read.reset()
            var isRevised = false
            for index in changes.indices {
                guard let revised = try resolve(changes[index]) else { continue }
                changes[index] = revised
                isRevised = true
            }
            guard isRevised else { continue }
            let body = ChangeCoding.encode(changes)
            try write.bind(body, at: 1).bind(Int64(Checksum.of(body)), at: 2).bind(id, at: 3).run()
        }
        read.reset()
    }
}

extension Change {
    /// Bytes of all texts and blobs that it writes.
    fileprivate var contentByteCount: Int {
        guard case .write(_, let fields) = action else { return 0 }
        return fields.reduce(0) { $0 + $1.value.contentByteCount }
    }
}

/// A drain's row in the journal.
struct StoredDrain: Hashable, Sendable {
    var source: Int64
    var name: DrainName
    var replica: Int64
    var first: UInt64
    var last: UInt64
    var parts: Int64
    var high: Int64
}

extension StoredDrain {
    /// Writes it down.
    func save(isSealed: Bool = false, _ db: Database) throws {
        let insert = try RawStatement(
            cached: db,
            "INSERT OR REPLACE INTO capture_drain (source, number, replica, first, last, parts, nonce, high, sealed) "
                + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        insert.bind(source, at: 1).bind(name.number, at: 2).bind(replica, at: 3).bind(first, at: 4).bind(last, at: 5)
            .bind(parts, at: 6).bind(name.nonce, at: 7).bind(high, at: 8).bind(isSealed ? 1 : 0 as Int64, at: 9)
        try insert.run()
    }

    /// The source's drain that is not sealed, if any.
    static func unsealed(of source: Int64, _ db: Database) throws -> StoredDrain? {
        let statement = try RawStatement(
            db,
            "SELECT number, nonce, replica, first, last, parts, high FROM capture_drain WHERE source = ?1 AND sealed = 0 ORDER BY number DESC"
        )
        guard try statement.bind(source, at: 1).step() else { return nil }
        return StoredDrain(
            source: source, name: DrainName(number: statement.unsigned(0), nonce: statement.unsigned(1)), replica: statement.integer(2),
            first: statement.unsigned(3), last: statement.unsigned(4), parts: statement.integer(5), high: statement.integer(6))
    }

    /// Dots count from here (S14).
    func seal(_ source: inout StoredSource, _ db: Database) throws {
        guard var writer = try StoredReplica.of(number: replica, db) else { throw CaptureError.damagedJournal }
        writer.last = last
        try writer.save(db)
        try db.execute(
            sql: "UPDATE capture_drain SET sealed = 1 WHERE source = ? AND number = ?",
            arguments: [source.number, Int64(bitPattern: name.number)])
        try Images.settle(shelf: source.shelf, db)
        source.sealed = name
        source.lastDrain = max(source.lastDrain, name.number)
        try source.finishReasserting(db)
        try source.save(db)
    }

    /// As if it had never been read: images, changes and counters are as before.
    func discard(_ source: StoredSource, _ db: Database) throws {
        try Images.undo(shelf: source.shelf, drain: name.number, db)
        try db.execute(
            sql: "DELETE FROM capture_batch WHERE replica = ? AND source = ? AND drain = ?",
            arguments: [replica, source.number, Int64(bitPattern: name.number)])
        try db.execute(
            sql: "DELETE FROM capture_drain WHERE source = ? AND number = ?", arguments: [source.number, Int64(bitPattern: name.number)])
    }
}

extension StoredSource {
    /// The drain that asserts again has been sealed: the images from before are of no more use (S15).
    mutating func finishReasserting(_ db: Database) throws {
        guard state == .reasserting else { return }
        if let laterShelf { try Images.clear(shelf: laterShelf, db) }
        laterShelf = nil
        state = .attached
    }
}
