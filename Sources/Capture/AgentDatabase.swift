import GRDB
import GRDBSQLite
import Mutants

/// The agent's own file: journal, images, and what the other parts of the agent keep beside them.
///
/// WAL with `synchronous=FULL`: what a commit says is on disk is on disk (law 2).
public struct AgentDatabase: Sendable {
    public let queue: DatabaseQueue

    /// How long a second process (a command beside the running agent) is waited for, in seconds.
    public static let busyTimeoutSeconds = 10.0

    /// Opens the file, makes it if it is not there, and brings the tables of capture up to date.
    ///
    /// - Throws: `DatabaseError` when the file cannot be opened, written or is damaged.
    public init(path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Self.busyTimeoutSeconds)
        configuration.label = "tributary.agent"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            try db.execute(sql: "PRAGMA synchronous = \(Mutant.agentCommitsWithoutSync.isOn ? "NORMAL" : "FULL")")
            try db.execute(sql: "PRAGMA cache_size = -4000")
            try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try CaptureSchema.migrator.migrate(queue)
    }

    // MARK: Access that says whose disk it was

    /// - Throws: `CaptureError` about the agent's own file in place of SQLite's errors.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        var isForeign = false
        do {
            return try queue.read { db in
                do { return try body(db) } catch {
                    isForeign = Self.isForeign(error, db)
                    throw error
                }
            }
        } catch { throw isForeign ? error : CaptureError.ofAgentFile(error, file: queue.path) }
    }

    /// - Throws: `CaptureError` about the agent's own file in place of SQLite's errors; nothing of `body` happened then.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        var isForeign = false
        do {
            return try queue.write { db in
                do { return try body(db) } catch {
                    isForeign = Self.isForeign(error, db)
                    throw error
                }
            }
        } catch { throw isForeign ? error : CaptureError.ofAgentFile(error, file: queue.path) }
    }

    /// A drain reads the application's file within a transaction of ours, so an error from inside may be that file's:
    /// ours are those that our own connection reports, too.
    private static func isForeign(_ error: any Error, _ db: Database) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return error.resultCode.primaryResultCode.rawValue != sqlite3_errcode(db.sqliteConnection) & 0xFF
    }
}

/// The tables of capture in the agent's file.
enum CaptureSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("capture-1") { db in try db.execute(sql: first) }
        migrator.registerMigration("capture-2") { db in
            try db.execute(sql: "ALTER TABLE capture_source ADD COLUMN hub_was_ahead INTEGER NOT NULL DEFAULT 0")
        }
        migrator.registerMigration("capture-3") { db in try db.execute(sql: "ALTER TABLE capture_shelf ADD COLUMN beside INTEGER") }
        migrator.registerMigration("capture-4") { db in try db.execute(sql: posted) }
        // What tells that the disk has changed a body; NULL in those of an earlier version.
        migrator.registerMigration("capture-5") { db in try db.execute(sql: "ALTER TABLE capture_batch ADD COLUMN checksum INTEGER") }
        return migrator
    }

    /// The source without a file; its records' keys, and those that a recovery fetches; batches by their idempotency key; moments that `seen` tokens name (S13).
    private static let posted = """
        CREATE TABLE capture_posted (
            number INTEGER PRIMARY KEY, id BLOB NOT NULL, replica INTEGER NOT NULL, last_drain INTEGER NOT NULL
        );
        CREATE TABLE capture_posted_record (
            entity TEXT NOT NULL, key BLOB NOT NULL, source BLOB NOT NULL, replica BLOB NOT NULL, counter INTEGER NOT NULL,
            PRIMARY KEY (entity, key)
        ) WITHOUT ROWID;
        CREATE TABLE capture_posted_staged (
            entity TEXT NOT NULL, key BLOB NOT NULL, source BLOB NOT NULL, replica BLOB NOT NULL, counter INTEGER NOT NULL,
            deleted INTEGER NOT NULL, PRIMARY KEY (entity, key, replica, counter)
        ) WITHOUT ROWID;
        CREATE TABLE capture_posted_batch (
            key TEXT PRIMARY KEY, digest BLOB NOT NULL, answer BLOB NOT NULL, at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX capture_posted_batch_age ON capture_posted_batch (at);
        CREATE TABLE capture_moment (
            number INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER NOT NULL UNIQUE, clock BLOB NOT NULL, at INTEGER NOT NULL
        );
        """

    /// A *shelf* is one source's set of images; a recovery fills a new one and keeps the old beside it for a while (S15).
    /// Where several histories gave one key to several records, further shelves stand *beside* the first.
    private static let first = """
        CREATE TABLE capture_source (
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            name TEXT NOT NULL UNIQUE,
            file TEXT NOT NULL UNIQUE,
            state INTEGER NOT NULL,
            replica INTEGER NOT NULL,
            last_drain INTEGER NOT NULL,
            sealed_drain INTEGER NOT NULL,
            sealed_nonce INTEGER NOT NULL,
            shelf INTEGER NOT NULL,
            later_shelf INTEGER,
            staging_shelf INTEGER,
            newest_shelf INTEGER,
            named_replica BLOB,
            named_counter INTEGER,
            schema_version INTEGER NOT NULL,
            mapping INTEGER NOT NULL,
            needs_sweep INTEGER NOT NULL,
            problem TEXT
        );
        CREATE TABLE capture_table (
            source INTEGER NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL COLLATE NOCASE,
            PRIMARY KEY (source, number), UNIQUE (source, name)
        ) WITHOUT ROWID;
        CREATE TABLE capture_replica (
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            source INTEGER,
            source_id BLOB,
            source_name TEXT,
            follows_replica BLOB,
            follows_counter INTEGER,
            last INTEGER NOT NULL,
            time INTEGER NOT NULL
        );
        CREATE TABLE capture_shelf (number INTEGER PRIMARY KEY AUTOINCREMENT);
        CREATE TABLE capture_field (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE capture_drain (
            source INTEGER NOT NULL, number INTEGER NOT NULL, replica INTEGER NOT NULL,
            first INTEGER NOT NULL, last INTEGER NOT NULL, parts INTEGER NOT NULL,
            nonce INTEGER NOT NULL, high INTEGER NOT NULL, sealed INTEGER NOT NULL,
            PRIMARY KEY (source, number)
        ) WITHOUT ROWID;
        CREATE TABLE capture_batch (
            id INTEGER PRIMARY KEY,
            replica INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
            source INTEGER NOT NULL, drain INTEGER NOT NULL, part INTEGER NOT NULL,
            body BLOB NOT NULL
        );
        CREATE UNIQUE INDEX capture_batch_order ON capture_batch (replica, first);
        CREATE TABLE capture_image (
            shelf INTEGER NOT NULL, tab INTEGER NOT NULL, key BLOB NOT NULL,
            state INTEGER NOT NULL, drain INTEGER NOT NULL, replica INTEGER NOT NULL, counter INTEGER NOT NULL,
            hash INTEGER NOT NULL, same INTEGER, stock BLOB, body BLOB,
            PRIMARY KEY (shelf, tab, key)
        ) WITHOUT ROWID;
        CREATE TABLE capture_undo (
            shelf INTEGER NOT NULL, tab INTEGER NOT NULL, key BLOB NOT NULL,
            state INTEGER NOT NULL, drain INTEGER NOT NULL, replica INTEGER NOT NULL, counter INTEGER NOT NULL,
            hash INTEGER NOT NULL, same INTEGER, stock BLOB, body BLOB,
            PRIMARY KEY (shelf, tab, key)
        ) WITHOUT ROWID;
        CREATE TABLE capture_problem (
            source INTEGER NOT NULL, tab INTEGER NOT NULL, key BLOB NOT NULL,
            code TEXT NOT NULL, message TEXT NOT NULL, remedy TEXT NOT NULL, since INTEGER NOT NULL,
            PRIMARY KEY (source, tab, key)
        ) WITHOUT ROWID;
        """
}
