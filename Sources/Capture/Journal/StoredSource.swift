import Causality
import ChangeSets
import GRDB

/// What the agent's file knows of one attached source.
struct StoredSource: Hashable, Sendable {
    enum State: Int64, Hashable, Sendable {
        /// Written down before the file is touched.
        case attaching = 0
        case attached = 1
        /// One side went back in time: triggers only log until the images are there (S15).
        case recovering = 2
        /// The images are there; the next drain asserts again and finds what is new.
        case reasserting = 3
        /// Written down before the file is left.
        case detaching = 4
    }

    var number: Int64 = 0
    var id: SourceID
    var name: Text
    var file: String
    var state: State
    /// The present writer's number in `capture_replica`.
    var replica: Int64 = 0
    /// The highest drain number used, by this or an earlier incarnation.
    var lastDrain: UInt64
    /// The last sealed drain.
    var sealed: DrainName
    var shelf: Int64 = 0
    /// The images from before a restore was noticed, while they are compared with (S15).
    var laterShelf: Int64?
    /// Images that are arriving from the hub: as of the dot that the file names, and as they are at the hub now.
    var stagingShelf: Int64?
    var newestShelf: Int64?
    /// Recovering: the last dot of the drain that the file names.
    var named: Dot?
    /// Recovering: the hub had told more of the present replica than the journal ever sealed.
    var hubWasAhead = false
    var schemaVersion: Int64 = -1
    /// Fingerprint of the mapping that the images were made with.
    var mapping: UInt64 = 0
    var needsSweep = true
    var problem: String?
}

extension StoredSource {
    private static let columns =
        "number, id, name, file, state, replica, last_drain, sealed_drain, sealed_nonce, shelf, later_shelf, staging_shelf, "
        + "named_replica, named_counter, schema_version, mapping, needs_sweep, problem, newest_shelf, hub_was_ahead"

    static func all(_ db: Database) throws -> [StoredSource] {
        let statement = try RawStatement(db, "SELECT \(columns) FROM capture_source ORDER BY name")
        var sources: [StoredSource] = []
        while try statement.step() { sources.append(try StoredSource(statement)) }
        return sources
    }

    static func named(_ name: Text, _ db: Database) throws -> StoredSource? { try all(db).first { $0.name == name } }

    private init(_ row: RawStatement) throws {
        guard let id = SourceID(bytes: row.bytes(1)), let state = State(rawValue: row.integer(4)) else { throw CaptureError.damagedJournal }
        self.init(
            number: row.integer(0), id: id, name: Text(row.string(2)), file: row.string(3), state: state, replica: row.integer(5),
            lastDrain: row.unsigned(6), sealed: DrainName(number: row.unsigned(7), nonce: row.unsigned(8)), shelf: row.integer(9),
            laterShelf: row.isNull(10) ? nil : row.integer(10), stagingShelf: row.isNull(11) ? nil : row.integer(11),
            newestShelf: row.isNull(18) ? nil : row.integer(18),
            named: ReplicaID(bytes: row.bytes(12)).map { Dot($0, row.unsigned(13)) }, hubWasAhead: row.integer(19) != 0,
            schemaVersion: row.integer(14), mapping: row.unsigned(15), needsSweep: row.integer(16) != 0,
            problem: row.isNull(17) ? nil : row.string(17))
    }

    /// Writes it down; a new one gets its number.
    mutating func save(_ db: Database) throws {
        if number == 0 { number = try Images.newShelf(db) }  // shelf numbers are never given twice, and so neither are these
        let marks = (1...20).map { "?\($0)" }.joined(separator: ", ")
        let insert = try RawStatement(cached: db, "INSERT OR REPLACE INTO capture_source (\(Self.columns)) VALUES (\(marks))")
        insert.bind(number, at: 1).bind(id.bytes, at: 2).bind(name.string, at: 3).bind(file, at: 4).bind(state.rawValue, at: 5)
            .bind(replica, at: 6).bind(lastDrain, at: 7).bind(sealed.number, at: 8).bind(sealed.nonce, at: 9).bind(shelf, at: 10)
            .bind(laterShelf, at: 11).bind(stagingShelf, at: 12).bind(named?.replica.bytes, at: 13).bind(named?.counter ?? 0, at: 14)
            .bind(schemaVersion, at: 15).bind(mapping, at: 16).bind(needsSweep ? 1 : 0 as Int64, at: 17)
        if let problem { insert.bind(problem, at: 18) }
        insert.bind(newestShelf, at: 19).bind(hubWasAhead ? 1 : 0 as Int64, at: 20)
        try insert.run()
    }

    /// Forgets the source and all that capture keeps of it, but not its journal: what is sealed is still to be sent.
    func delete(_ db: Database) throws {
        for shelf in [shelf, laterShelf, stagingShelf, newestShelf].compactMap({ $0 }) { try Images.clear(shelf: shelf, db) }
        for table in ["capture_table", "capture_problem"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE source = ?", arguments: [number])
        }
        try db.execute(sql: "DELETE FROM capture_source WHERE number = ?", arguments: [number])
    }
}

extension CaptureError {
    public static let damagedJournal = CaptureError(
        .journalDamaged, "The agent's journal holds something this version cannot read.",
        remedy: "Check the disk, stop the agent, and run: tributary-agent salvage - it keeps what can be read; the hub tells the rest."
    )
}

/// A writer of changes, as the agent's file knows it.
struct StoredReplica: Hashable, Sendable {
    var number: Int64
    var id: ReplicaID
    /// Number of the source that it writes for; `nil` for one that is only named by lives.
    var source: Int64?
    var follows: Dot?
    /// The last sealed counter.
    var last: UInt64
    var time: MonotonicTime

    static func of(number: Int64, _ db: Database) throws -> StoredReplica? {
        try fetch(db, "number = ?1") { $0.bind(number, at: 1) }.first
    }

    static func of(id: ReplicaID, _ db: Database) throws -> StoredReplica? {
        try fetch(db, "id = ?1") { $0.bind(id.bytes, at: 1) }.first
    }

    /// What a writer follows, then what that one follows, as far as it is known here.
    static func chain(of id: ReplicaID?, _ db: Database) throws -> [Dot] {
        var chain: [Dot] = []
        var last = id
        while let id = last, let follows = try of(id: id, db)?.follows, !chain.contains(where: { $0.replica == follows.replica }) {
            chain.append(follows)
            last = follows.replica
        }
        return chain
    }

    /// What each writer follows.
    static func follows(_ db: Database) throws -> [ReplicaID: Dot] {
        let followers = try fetch(db, "follows_replica IS NOT NULL")
        return Dictionary(followers.compactMap { follower in follower.follows.map { (follower.id, $0) } }, uniquingKeysWith: { $1 })
    }

    static func fetch(_ db: Database, _ condition: String, bind: (RawStatement) -> Void = { _ in }) throws -> [StoredReplica] {
        let statement = try RawStatement(
            db,
            "SELECT number, id, source, follows_replica, follows_counter, last, time FROM capture_replica WHERE \(condition) ORDER BY number"
        )
        bind(statement)
        var replicas: [StoredReplica] = []
        while try statement.step() {
            guard let id = ReplicaID(bytes: statement.bytes(1)) else { throw CaptureError.damagedJournal }
            replicas.append(
                StoredReplica(
                    number: statement.integer(0), id: id, source: statement.isNull(2) ? nil : statement.integer(2),
                    follows: ReplicaID(bytes: statement.bytes(3)).map { Dot($0, statement.unsigned(4)) },
                    last: statement.unsigned(5),
                    time: MonotonicTime(last: Timestamp(milliseconds: statement.unsigned(6)))))
        }
        return replicas
    }

    /// Opens a writer for `source`, which continues `follows` (S1).
    ///
    /// What was shown of own changes before may be named otherwise from now on (S13).
    static func open(
        _ id: ReplicaID, source: (number: Int64, id: SourceID, name: Text), follows: Dot?, _ db: Database
    ) throws -> StoredReplica {
        try SeenMoment.forgetAll(db)
        let insert = try RawStatement(
            db,
            "INSERT INTO capture_replica (id, source, source_id, source_name, follows_replica, follows_counter, last, time) "
                + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0)")
        insert.bind(id.bytes, at: 1).bind(source.number, at: 2).bind(source.id.bytes, at: 3).bind(source.name.string, at: 4)
            .bind(follows?.replica.bytes, at: 5).bind(follows?.counter ?? 0, at: 6)
        try insert.run()
        return StoredReplica(number: db.lastInsertedRowID, id: id, source: source.number, follows: follows, last: 0, time: MonotonicTime())
    }

    /// The number under which lives name `id`, given now if it has none.
    static func number(of id: ReplicaID, _ db: Database) throws -> Int64 {
        if let known = try of(id: id, db) { return known.number }
        try RawStatement(db, "INSERT INTO capture_replica (id, last, time) VALUES (?1, 0, 0)").bind(id.bytes, at: 1).run()
        return db.lastInsertedRowID
    }

    func save(_ db: Database) throws {
        let update = try RawStatement(cached: db, "UPDATE capture_replica SET last = ?1, time = ?2 WHERE number = ?3")
        try update.bind(last, at: 1).bind(time.last.milliseconds, at: 2).bind(number, at: 3).run()
    }
}
