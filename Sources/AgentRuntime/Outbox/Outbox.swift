import Capture
import Causality
import ChangeSets
import GRDB
import Mutants
import Oddities

/// The change-sets of this agent: cut from sealed drains, signed and stored *before* they are sent, and
/// kept until a verified backup of the hub holds them (law 2, S25).
///
/// Sets are cut when a request has room for them and not before, so that a long time without a line packs many
/// small drains into few sets. What was cut may have been sent and never changes, unless the hub refused it
/// whole (`recut`).
public struct Outbox: Sendable {
    public struct Frame: Hashable, Sendable {
        public var first: UInt64
        public var last: UInt64
        public var bytes: [UInt8]
    }

    public enum Load: Hashable, Sendable {
        case frames([Frame])
        /// Nothing is sealed beyond.
        case nothing
        /// What comes next was dropped after the hub had acknowledged it.
        case missing
        /// What comes next in the journal is no longer what was written there.
        case damaged
    }

    /// The position of a set that no hub shall get: its replica was abandoned before it was acknowledged.
    static let neverSent = Int64.max

    /// Acknowledged sets beyond this are dropped, oldest first, whatever the hub's keep-until says.
    public static let keptBytesMax = 512 << 20

    let queue: DatabaseQueue
    let journal: any SealedJournal
    let key: SigningKey
    let changesMax: Int
    let keptBytesMax: Int

    public init(
        queue: DatabaseQueue, journal: any SealedJournal, key: SigningKey, changesMax: Int = Limits.changesMax,
        keptBytesMax: Int = Outbox.keptBytesMax
    ) {
        self.queue = queue
        self.journal = journal
        self.key = key
        self.changesMax = changesMax
        self.keptBytesMax = keptBytesMax
    }

    /// Every replica's queue: those that write, have something left to send, or sets that a restored hub may want again; followed
    /// ones first.
    public func standings() throws -> [QueueStanding] {
        let sealed = try journal.sealedReplicas()
        return try queue.read { db in
            // A former incarnation whose changes are all cut is known here only.
            let former = try Row.fetchAll(
                db,
                sql: """
                    SELECT replica FROM outbox_replica AS r WHERE acknowledged < coalesce(abandoned_at, cut)
                    OR EXISTS (SELECT 1 FROM outbox_set WHERE replica = r.replica AND last <= coalesce(r.abandoned_at, r.cut)) ORDER BY id
                    """
            ).compactMap { ReplicaID(bytes: $0.bytes(0)) }.filter { replica in !sealed.contains { $0.replica == replica } }
            return try (former.map { ($0, 0) } + sealed.map { ($0.replica, $0.sealed) }).map { replica, last in
                let row = try ReplicaRow.fetch(replica, in: db)
                return QueueStanding(
                    replica: replica, acknowledged: row.acknowledged, sealed: row.abandonedAt ?? max(last, row.cut),
                    isAbandoned: row.abandonedAt != nil)
            }
        }
    }

    /// Those of this agent's replicas of which the hub's word can change anything: a former one, all of whose changes the hub has and the
    /// view contains, costs nothing on the line.
    ///
    /// Where they are very many (a hub that never makes a backup, and a file that was restored again and again), those that have something
    /// to send, and others by chance, so that each has its turn.
    public func replicas(openIn view: LocalReplica) throws -> [ReplicaID] {
        let standings = try standings()
        let all = Set(standings.map(\.replica)).union(try view.unsettled())
        guard all.count > Self.replicasAskedMax else { return all.sorted() }
        let sending = Set(standings.filter { $0.sealed > $0.acknowledged }.map(\.replica).prefix(Self.replicasAskedMax))
        return (sending + all.subtracting(sending).shuffled().prefix(Self.replicasAskedMax - sending.count)).sorted()
    }

    /// Own replicas of one question for news, which has 64 KiB.
    static let replicasAskedMax = 500

    /// One replica's queue, also when nobody writes under it just now.
    public func queue(of replica: ReplicaID) throws -> QueueStanding {
        if let queue = try standings().first(where: { $0.replica == replica && !$0.isAbandoned }) { return queue }
        let row = try row(of: replica)
        // Of an abandoned one nothing waits any more.
        return QueueStanding(replica: replica, acknowledged: row.abandonedAt == nil ? row.acknowledged : row.cut, sealed: row.cut)
    }

    /// The sets after `counter`, about `bytesMax` of them but at least one, cutting new ones where none are. None follows the one that
    /// reaches `changesMax`: what deflates well would keep the hub at one request for long.
    ///
    /// - Parameters:
    ///   - setChangesMax: how many changes a set that is cut now shall hold at most; `nil`: `changesMax`.
    ///   - goesOn: asked before each set is cut; what it throws ends the work, and what was cut stays.
    public func load(
        after counter: UInt64, of replica: ReplicaID, bytesMax: Int, setChangesMax: Int? = nil, setBytesMax: Int,
        random: inout some RandomNumberGenerator, goesOn: () throws -> Void = {}
    ) throws -> Load {
        if Mutant.cutsAnewAtEachTry.isOn { try recut(after: counter, of: replica, setBytesMax: setBytesMax, random: &random) }
        var frames: [Frame] = []
        var bytes = 0
        var last = counter
        while frames.isEmpty || bytes < bytesMax && last - counter < UInt64(changesMax) && !Oddity.sendsOneSet.happens {
            try goesOn()
            if let frame = try stored(after: last, of: replica) {
                if !frames.isEmpty, bytes + frame.bytes.count > bytesMax { break }
                bytes += frame.bytes.count
                last = frame.last
                frames.append(frame)
            } else if last < (try row(of: replica)).sendable {
                return frames.isEmpty ? .missing : .frames(frames)
            } else {
                do {
                    let isCut = try cut(
                        replica, changesMax: min(setChangesMax ?? changesMax, changesMax),
                        setBytesMax: min(setBytesMax, max(bytesMax, Self.setBytesMin)), random: &random)
                    if !isCut { break }
                } catch let error as CaptureError where error.code == .journalDamaged {
                    // ... or what it held was given up just now.
                    if try row(of: replica).abandonedAt != nil { break }
                    return frames.isEmpty ? .damaged : .frames(frames)
                }
            }
        }
        return frames.isEmpty ? .nothing : .frames(frames)
    }

    /// Lets go of the pages that SQLite keeps of the agent's file.
    func releaseMemory() { queue.releaseMemory() }

    /// How a receipt compares with what is stored here.
    public func standing(of receipt: Receipt) throws -> Standing {
        try queue.read { db in
            let row = try ReplicaRow.fetch(receipt.replica, in: db)
            return Standing.judge(
                receipt, hash: try Self.hash(endingAt: receipt.last, of: row, in: db), cut: row.cut,
                keptAfter: try Self.keptAfter(row, in: db))
        }
    }

    /// Sets with counters above this one are still here.
    func keptAfter(_ replica: ReplicaID) throws -> UInt64 {
        try queue.read { try Self.keptAfter(ReplicaRow.fetch(replica, in: $0), in: $0) }
    }

    private static func keptAfter(_ row: ReplicaRow, in db: Database) throws -> UInt64 {
        let first = try UInt64.fetchOne(db, sql: "SELECT min(first) FROM outbox_set WHERE replica = ?", arguments: [row.replica.blob])
        return first.map { $0 - 1 } ?? row.cut
    }

    static func hash(endingAt counter: UInt64, of row: ReplicaRow, in db: Database) throws -> Digest? {
        if counter == row.acknowledged { return row.acknowledgedHash }
        if counter == row.cut { return row.cutHash }
        let blob = row.replica.blob
        let bytes =
            try [UInt8].fetchBlob(db, "SELECT hash FROM outbox_set WHERE replica = ? AND last = ?", [blob, counter])
            ?? [UInt8].fetchBlob(db, "SELECT previous FROM outbox_set WHERE replica = ? AND first = ?", [blob, counter + 1])
            ?? [UInt8].fetchBlob(db, "SELECT hash FROM outbox_past WHERE replica = ? AND last = ?", [blob, counter])
        return bytes.flatMap { Digest(bytes: $0) }
    }

    /// Whether what comes after `counter` can never be sent: it was dropped, or its set or what the journal has of it is damaged.
    func cannotSend(after counter: UInt64, of replica: ReplicaID) throws -> Bool {
        let isReadable = try journalIsWhole(after: counter, of: replica)
        // A set may be cut from it meanwhile; then that is what counts.
        return try row(of: replica).sendable > counter ? !keeps(after: counter, of: replica) : !isReadable
    }

    private func journalIsWhole(after counter: UInt64, of replica: ReplicaID) throws -> Bool {
        do {
            return try journal.pieces(after: counter, of: replica, changesMax: 1).first.map { $0.first == counter + 1 } ?? true
        } catch let error as CaptureError where error.code == .journalDamaged { return false }
    }

    /// Whether the set that begins after `counter` is here, and whole.
    func keeps(after counter: UInt64, of replica: ReplicaID) throws -> Bool {
        try stored(after: counter, of: replica) != nil && !isDamaged(after: counter, of: replica)
    }

    /// Whether the stored set after `counter` is no longer what this agent signed: its own disk has damaged it. Such a set can
    /// never be sent; what it held is captured anew.
    public func isDamaged(after counter: UInt64, of replica: ReplicaID) throws -> Bool {
        guard let frame = try stored(after: counter, of: replica) else { return false }
        // Whatever it is that cannot be read there, is the damage.
        guard let set = try? ChangeSetCodec.open(frame.bytes, key: key.publicKey).set else { return true }
        return set.replica != replica || set.first != counter + 1 || set.last != frame.last
    }

    /// Whether the hub refused one of the sets sent because this agent's disk has damaged it.
    ///
    /// - Parameter receipt: where the hub stands since. If its history is the one here, it took what comes before the set that it refused.
    ///   Where another disk wrote under the replica's name, too, how far that came says nothing of these sets.
    public func isDamaged(oneOf frames: [Frame], of replica: ReplicaID, at receipt: Receipt) throws -> Bool {
        let isOurs = try receipt.replica == replica && standing(of: receipt) == .agrees
        let refused = isOurs ? frames.drop { $0.last <= receipt.last }.prefix(1) : frames[...]
        return try refused.contains { try isDamaged(after: $0.first - 1, of: replica) }
    }

    /// Whether this folder ever put changes of the replica into a set.
    public func hasSent(_ replica: ReplicaID) throws -> Bool { try row(of: replica).cut > 0 }

    func row(of replica: ReplicaID) throws -> ReplicaRow { try queue.read { try ReplicaRow.fetch(replica, in: $0) } }

    private func stored(after counter: UInt64, of replica: ReplicaID) throws -> Frame? {
        try queue.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT first, last, bytes FROM outbox_set
                    WHERE replica = ? AND first = ? AND coalesce(position, 0) < \(Self.neverSent)
                    """)
            return try Row.fetchOne(statement, arguments: [replica.blob, counter + 1]).map(Frame.init)
        }
    }

    static let setBytesMin = 64 << 10
}

extension Outbox.Frame {
    /// Of `SELECT first, last, bytes`.
    fileprivate init(_ row: Row) {
        self.init(first: row[0], last: row[1], bytes: row.bytes(2))
    }
}
