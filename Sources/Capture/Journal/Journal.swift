import Causality
import ChangeSets
import GRDB
import Mutants
import Oddities

/// The agent's journal as the sender reads it: sealed changes that wait to be cut into change-sets.
///
/// What is not sealed is not here: until the mark is in the source's file, a drain may still be taken back (S14).
public struct Journal: Sendable {
    private let store: AgentDatabase

    public init(_ store: AgentDatabase) { self.store = store }

    /// The writers that have something to send, and those that are still writing, in the order in which they opened.
    public func replicas() throws -> [JournalReplica] { try store.read { try replicas($0) } }

    /// The same, within the caller's access.
    public func replicas(_ db: Database) throws -> [JournalReplica] {
        let statement = try RawStatement(
            db,
            """
            SELECT r.number, s.id, s.name, s.replica = r.number OR p.replica = r.number, r.source_id, r.source_name FROM (
                SELECT number, source, source_id, source_name FROM capture_replica WHERE source IS NOT NULL
            ) AS r LEFT JOIN capture_source AS s ON s.number = r.source
            LEFT JOIN capture_posted AS p ON p.number = r.source
            WHERE (s.replica = r.number AND s.state IN (1, 3)) OR p.replica = r.number OR EXISTS (SELECT 1 FROM capture_batch WHERE replica = r.number)
            ORDER BY r.number
            """)
        var replicas: [JournalReplica] = []
        while try statement.step() {
            guard let stored = try StoredReplica.of(number: statement.integer(0), db), let source = SourceID(bytes: statement.bytes(4))
            else {
                throw CaptureError.damagedJournal
            }
            replicas.append(
                JournalReplica(
                    replica: stored.id, source: source, name: Text(statement.string(5)), follows: stored.follows, last: stored.last,
                    isWriting: statement.integer(3) != 0))
        }
        return replicas
    }

    /// Whether a source that is attached wrote under `replica`, and by now writes under one that came later.
    public func hasSuccessor(_ replica: ReplicaID) throws -> Bool {
        try store.read { db in
            let statement = try RawStatement(
                db,
                """
                SELECT 1 FROM capture_replica AS r JOIN capture_source AS s ON s.number = r.source
                WHERE r.id = ?1 AND s.replica <> r.number AND s.state IN (1, 3)
                """)
            statement.bind(replica.bytes, at: 1)
            return try statement.step()
        }
    }

    /// Sealed changes after `counter`, in order and without gaps, as far as they are whole; the first may be a later one, where what is
    /// between is forgotten.
    ///
    /// - Parameter limit: changes at most; a single part that is larger still comes whole. Large ones come fewer at a time.
    /// - Throws: `journal-damaged` when the first part is not whole: the disk has changed or lost some of it.
    public func sealed(after counter: UInt64, of replica: ReplicaID, limit: Int) throws -> [JournalPiece] {
        try store.read { try sealed(after: counter, of: replica, limit: limit, $0) }
    }

    /// The same, within the caller's access.
    public func sealed(after counter: UInt64, of replica: ReplicaID, limit: Int, _ db: Database) throws -> [JournalPiece] {
        guard let stored = try StoredReplica.of(id: replica, db) else { return [] }
        let statement = try RawStatement(
            cached: db,
            """
            SELECT b.first, b.drain, b.part, d.parts, b.body, b.checksum, d.last FROM capture_batch AS b
            JOIN capture_drain AS d ON d.source = b.source AND d.number = b.drain
            WHERE b.replica = ?1 AND b.first > ?2 AND b.first <= ?3 ORDER BY b.first
            """)
        defer { statement.reset() }
        let start = try firstOfBatch(holding: counter + 1, stored.number, db)
        statement.bind(stored.number, at: 1).bind(Int64(start) - 1, at: 2).bind(stored.last, at: 3)
        var pieces: [JournalPiece] = []
        var next = counter + 1
        var total = 0
        var bytes = 0
        // The last counter of the drain whose last part is being read: less is a part cut short.
        var end: UInt64?
        while try statement.step() {
            let part = ChangeSet.Part(
                drain: statement.unsigned(1), number: UInt32(statement.integer(2)), total: UInt32(statement.integer(3)))
            let isNew = pieces.last?.part != part
            if isNew, total >= limit || bytes >= Self.bytesPerReadMax || !pieces.isEmpty && Oddity.readsOnePiece.happens { break }
            let body = statement.bytes(4)
            bytes += body.count
            let first = statement.unsigned(0)
            if pieces.isEmpty { next = max(next, first) }
            let isWhole = statement.isNull(5) || statement.unsigned(5) == UInt64(Checksum.of(body))
            guard first <= next, isWhole || Mutant.ignoresChecksum.isOn, let all = try? ChangeCoding.decode(body) else {
                return try Self.undamaged(pieces, besides: part)
            }
            let changes = all.dropFirst(Int(next - first))
            guard !changes.isEmpty else { continue }
            if isNew { pieces.append(JournalPiece(first: next, part: part, changes: [])) }
            pieces[pieces.count - 1].changes += changes
            next += UInt64(changes.count)
            total += changes.count
            end = part.number == part.total ? statement.unsigned(6) : nil
        }
        if let end, let last = pieces.last, last.last != end { return try Self.undamaged(pieces, besides: last.part) }
        guard !pieces.isEmpty || stored.last <= counter else { throw CaptureError.damagedJournal }
        if pieces.count > 1, total > limit { pieces.removeLast() }
        return pieces
    }

    /// What comes before a part that is not whole.
    private static func undamaged(_ pieces: [JournalPiece], besides part: ChangeSet.Part) throws -> [JournalPiece] {
        let whole = pieces.filter { $0.part != part }
        guard !whole.isEmpty else { throw CaptureError.damagedJournal }
        return whole
    }

    /// The first counter after `counter` at which what is journaled can be taken up again, when what comes next is damaged.
    public func nextStart(after counter: UInt64, of replica: ReplicaID, _ db: Database) throws -> UInt64? {
        guard let stored = try StoredReplica.of(id: replica, db) else { return nil }
        let statement = try RawStatement(db, "SELECT min(first) FROM capture_batch WHERE replica = ?1 AND first > ?2 AND first <= ?3")
        statement.bind(stored.number, at: 1).bind(counter + 1, at: 2).bind(stored.last, at: 3)
        return try statement.step() && !statement.isNull(0) ? statement.unsigned(0) : nil
    }

    /// Journaled bytes after which no further piece is read.
    static let bytesPerReadMax = 8 << 20

    private func firstOfBatch(holding counter: UInt64, _ replica: Int64, _ db: Database) throws -> UInt64 {
        let statement = try RawStatement(cached: db, "SELECT max(first) FROM capture_batch WHERE replica = ?1 AND first <= ?2")
        defer { statement.reset() }
        _ = try statement.bind(replica, at: 1).bind(counter, at: 2).step()
        return statement.isNull(0) ? 1 : statement.unsigned(0)
    }

    /// Forgets changes that the caller has cut and stored durably in this same transaction.
    public func forget(upTo counter: UInt64, of replica: ReplicaID, _ db: Database) throws {
        guard let stored = try StoredReplica.of(id: replica, db), !Oddity.forgetsLater.happens else { return }
        let arguments: StatementArguments = [stored.number, Int64(bitPattern: min(counter, stored.last))]
        try db.execute(sql: "DELETE FROM capture_batch WHERE replica = ? AND first + count - 1 <= ?", arguments: arguments)
        try db.execute(sql: "DELETE FROM capture_drain WHERE replica = ? AND last <= ? AND sealed = 1", arguments: arguments)
    }
}

/// One writer of this agent.
public struct JournalReplica: Hashable, Sendable {
    public var replica: ReplicaID
    public var source: SourceID
    /// The source's name at its site.
    public var name: Text
    /// What it continues (S1).
    public var follows: Dot?
    /// The last sealed counter; 0 before the first change.
    public var last: UInt64
    /// `false`: a former incarnation that only has something left to send.
    public var isWriting: Bool
}

/// A drain, or a part of one, or what is left of it.
public struct JournalPiece: Hashable, Sendable {
    /// Counter of the first change; the others follow without gaps.
    public var first: UInt64
    public var part: ChangeSet.Part
    public var changes: [Change]

    public var last: UInt64 { first + UInt64(changes.count) - 1 }
}
