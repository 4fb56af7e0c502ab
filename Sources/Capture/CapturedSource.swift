import Causality
import ChangeSets
import GRDB
import Logging

/// One attached file of an application: its triggers and mark there, its images and journal here.
///
/// Use it from one place at a time (one actor, one queue): it holds a connection and keeps state between
/// calls. Calls block while they read; a drain of a few sales takes some milliseconds.
public final class CapturedSource {
    public let name: Text
    public let file: String

    let site: Text
    let owner: VerifyingKey
    let store: AgentDatabase
    let settings: CaptureSettings
    let connection: SourceFile
    let mapping: CheckedMapping
    let mappingFingerprint: UInt64
    let dictionary = NameDictionary()
    let logger: Logger
    var stored: StoredSource
    /// Another one after a fork (S22).
    public var id: SourceID { stored.id }
    var watched: WatchList
    /// The hub has told of changes of the present replica that the journal never sealed; `stored` remembers it once recovery began.
    var hubIsAhead = false
    private var seen = SourceFile.Fingerprint()

    init(
        _ stored: StoredSource, connection: SourceFile, site: Text, mapping: CheckedMapping, store: AgentDatabase, owner: VerifyingKey,
        settings: CaptureSettings
    ) throws {
        name = stored.name
        file = stored.file
        self.stored = stored
        self.connection = connection
        self.site = site
        self.mapping = mapping
        mappingFingerprint = mapping.fingerprint
        self.store = store
        self.owner = owner
        self.settings = settings
        var logger = Logger(label: "tributary.capture")
        logger[metadataKey: "source"] = .string(stored.name.string)
        self.logger = logger
        watched = try store.write { try WatchList(mapping, source: stored.number, $0) }
    }

    /// Opens a source that was attached earlier. The file itself is not touched yet.
    ///
    /// - Parameter toDetach: one that was interrupted while it was detached is opened, too: for that alone.
    /// - Throws: `CaptureError.notAttached` when there is no source of that name.
    public static func open(
        name: Text, site: Text, mapping: CheckedMapping, store: AgentDatabase, owner: VerifyingKey,
        settings: CaptureSettings = CaptureSettings(), toDetach: Bool = false
    ) throws -> CapturedSource {
        guard let stored = try store.read({ try StoredSource.named(name, $0) }), stored.state != .attaching,
            stored.state != .detaching || toDetach
        else {
            throw CaptureError(
                .notAttached, "No source is attached as \(name).",
                remedy: "See `tributary-agent status` for the names, or attach the file first.")
        }
        let connection = SourceFile(path: stored.file, settings: settings)
        return try CapturedSource(
            stored, connection: connection, site: site, mapping: mapping, store: store, owner: owner, settings: settings)
    }

    /// Whether anybody else has written the file since the last drain. Costs two system calls and no lock.
    public var looksChanged: Bool { connection.fingerprint() != seen }

    /// Lets the file go until the next call: whoever closes it last checkpoints it (S17). Call it when nothing was to be read.
    public func rest() throws {
        try connection.rest()
        noteFile()
    }

    /// From here on, `looksChanged` compares with the file as it is now.
    func noteFile() { seen = connection.fingerprint() }

    /// The replica that this source's next change belongs to, and its last sealed counter.
    public func writer() throws -> JournalReplica {
        try store.read { db in
            guard let source = try StoredSource.named(name, db), let replica = try StoredReplica.of(number: source.replica, db) else {
                throw CaptureError.damagedJournal
            }
            return JournalReplica(
                replica: replica.id, source: id, name: name, follows: replica.follows, last: replica.last, isWriting: true)
        }
    }

    /// Whether rows of the file move the stock of `location`, or may, because they say themselves where (S32).
    public func mayMove(_ location: Text) -> Bool {
        mapping.tables.compactMap(\.stock).contains { rule in
            guard rule.role != .counts else { return false }
            switch rule.location.source {
            case .site: return location == site
            case .constant(let value): return value.text == location
            default: return true
            }
        }
    }

    func reload() throws {
        guard let present = try store.read({ try StoredSource.named(name, $0) }), present.number == stored.number else {
            throw CaptureError(
                .notAttached, "The source \(name) is no longer attached.",
                remedy: "Another command detached it; attach it again if that was a mistake.")
        }
        stored = present
    }

    /// Keeps, or takes back, what `status` says is wrong with this source.
    func note(problem: String?) throws {
        guard stored.problem != problem else { return }
        stored.problem = problem
        try store.write { try stored.save($0) }
    }
}

/// A source in the agent's file, for listings.
public struct AttachedSource: Hashable, Sendable {
    public var name: Text
    public var file: String
    public var id: SourceID
    public var standing: Standing
    /// What is wrong, in plain words.
    public var problem: String?
    /// Rows that are set aside because they could not be mapped.
    public var rowsSetAside: Int
    /// Changes that a drain has read so far which is not complete; 0 when none is under way.
    public var changesBeingRead: UInt64

    public enum Standing: String, Hashable, Sendable { case attached, recovering, unfinished }

    /// All sources, by name.
    public static func all(in store: AgentDatabase) throws -> [AttachedSource] {
        try store.read { db in
            try StoredSource.all(db).map { source in
                let standing: Standing
                switch source.state {
                case .attached, .reasserting: standing = .attached
                case .recovering: standing = .recovering
                case .attaching, .detaching: standing = .unfinished
                }
                return AttachedSource(
                    name: source.name, file: source.file, id: source.id, standing: standing, problem: source.problem,
                    rowsSetAside: try RowProblem.count(source: source.number, db),
                    changesBeingRead: try StoredDrain.unsealed(of: source.number, db).map { $0.last + 1 - $0.first } ?? 0)
            }
        }
    }
}

/// A row that is set aside until it, or the mapping, changes.
public struct RowProblem: Hashable, Sendable {
    public var source: Text
    public var table: String
    public var key: LocalKey
    /// Stable: one of `RowError.Code`.
    public var code: String
    public var message: String
    public var remedy: String
    public var since: Timestamp

    /// Rows set aside, by source, table and key.
    public static func all(in store: AgentDatabase, limit: Int = 1000) throws -> [RowProblem] {
        try store.read { db in
            let statement = try RawStatement(
                db,
                """
                SELECT s.name, t.name, p.key, p.code, p.message, p.remedy, p.since FROM capture_problem AS p
                JOIN capture_source AS s ON s.number = p.source JOIN capture_table AS t ON t.source = p.source AND t.number = p.tab
                ORDER BY s.name, t.name, p.key LIMIT ?1
                """
            ).bind(Int64(limit), at: 1)
            var problems: [RowProblem] = []
            while try statement.step() {
                problems.append(
                    RowProblem(
                        source: Text(statement.string(0)), table: statement.string(1),
                        key: try LocalKey(canonicalBytes: statement.bytes(2)),
                        code: statement.string(3), message: statement.string(4), remedy: statement.string(5),
                        since: Timestamp(milliseconds: statement.unsigned(6))))
            }
            return problems
        }
    }

    static func count(source: Int64, _ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM capture_problem WHERE source = ?", arguments: [source]) ?? 0
    }
}
