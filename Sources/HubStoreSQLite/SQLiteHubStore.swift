import Foundation
import GRDB
import GRDBSQLite
import HubRuntime
import Mutants
import Oddities
import Synchronization

/// A hub's store in one SQLite file: the default, for hubs on one machine.
///
/// One writer connection with `synchronous=FULL` (a commit is on disk when it returns) and a pool of
/// readers over the write-ahead log.
public final class SQLiteHubStore: HubStore {
    public enum Durability: Sendable {
        /// A commit is on disk when it returns.
        case full
        /// For scratch stores and tests that cut no power: commits may be lost with the machine, never torn.
        case none
    }

    public let path: String
    private let pool: DatabasePool
    /// The writer's statements, prepared once. Used on the writer's queue only.
    private let writer = WriterSession()
    /// Removed when the store is let go.
    private let removesFile: Bool

    /// Opens the file, or makes it when it is not there.
    ///
    /// - Throws: `HubError`: not a hub's database, of a newer version, locked, disk full.
    public convenience init(path: String, durability: Durability = .full) throws {
        try self.init(path: path, durability: durability, removesFile: false)
    }

    /// A store in the system's temporary folder that vanishes when it is let go: empty, or with what a backup's file holds.
    public static func temporary(holding backup: Data? = nil) throws -> SQLiteHubStore {
        let name = "tributary-hub-\(UUID().uuidString).db"
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        if let backup, !FileManager.default.createFile(atPath: path, contents: backup, attributes: [.posixPermissions: 0o600]) {
            throw HubError(.storageFailed, "\(path) cannot be made.", remedy: "Check that there is room in the system's temporary folder.")
        }
        return try SQLiteHubStore(path: path, durability: .none, removesFile: true)
    }

    init(path: String, durability: Durability, removesFile: Bool) throws {
        self.path = path
        self.removesFile = removesFile
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 8
        configuration.label = "hub"
        configuration.prepareDatabase { database in
            // KiB. The writer keeps the upper pages of all its trees; many readers must not multiply that.
            try database.execute(sql: "PRAGMA cache_size = -\(database.configuration.readonly ? 4096 : 32768)")
            // In memory, SQLite walks the whole journal of a savepoint after every statement: minutes for a large set.
            try database.execute(sql: "PRAGMA temp_store = FILE")
            // Statements are our own; no string is ever taken for a name.
            sqlite3_limit(database.sqliteConnection, SQLITE_LIMIT_LENGTH, 256 << 20)
        }
        try Self.makePrivate(path)
        pool = try StorageFault.translating { try DatabasePool(path: path, configuration: configuration) }
        try StorageFault.translating { try pool.writeWithoutTransaction { try Self.set(durability, $0) } }
        try StorageFault.translating { try pool.write { try Self.migrate($0, path: path) } }
    }

    deinit {
        writer.clear()
        guard removesFile else { return }
        // A scratch file that cannot be closed or deleted is only litter.
        try? pool.close()
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }

    /// Checks that all is written and lets the file go. Nothing may be asked of the store afterwards.
    public func close() throws {
        try StorageFault.translating {
            pool.writeWithoutTransaction { [writer] _ in writer.clear() }
            try pool.close()
        }
    }

    // MARK: transactions

    public func read<Result: Sendable>(_ body: @escaping @Sendable (any HubReading) throws -> Result) async throws -> Result {
        try await StorageFault.translatingAsync { [oddities = Oddities.present] in
            try await pool.read { database in try Oddities.$present.withValue(oddities) { try body(Session(database)) } }
        }
    }

    public func write<Result: Sendable>(_ body: @escaping @Sendable (any HubWriting) throws -> Result) async throws -> Result {
        try await StorageFault.translatingAsync { [writer, oddities = Oddities.present] in
            try await pool.write { database in try Oddities.$present.withValue(oddities) { try body(writer.session(on: database)) } }
        }
    }

    public func readNow<Result>(_ body: (any HubReading) throws -> Result) throws -> Result {
        try StorageFault.translating { try pool.read { try body(Session($0)) } }
    }

    public func writeNow<Result>(_ body: (any HubWriting) throws -> Result) throws -> Result {
        try StorageFault.translating { try pool.write { try body(writer.session(on: $0)) } }
    }

    /// Lets the file grow to `pages` pages and no further: then it is as if the disk were full.
    func limit(pages: Int) throws {
        try StorageFault.translating {
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(pages)") }
        }
    }

    /// Asks `observer` before each commit; where it throws, it is as if the disk had refused to write.
    func observe(_ observer: some TransactionObserver) { pool.add(transactionObserver: observer, extent: .databaseLifetime) }

    /// From one reader's snapshot, so that writers go on meanwhile.
    func copyNow(to path: String) throws {
        let copy = try DatabaseQueue(path: path)
        try pool.backup(to: copy)
        // One file: in WAL mode whoever reads it, and be it to check it, leaves two more beside it.
        try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        try copy.close()
    }

    public func scratch() throws -> any HubStore { try Self.temporary() }

    /// After the pool was opened: when GRDB sets up its write-ahead log, it sets the writer to NORMAL, whatever stood there before.
    private static func set(_ durability: Durability, _ writer: Database) throws {
        let full = Mutant.hubCommitsWithoutSync.isOn ? "NORMAL" : "FULL"
        try writer.execute(sql: "PRAGMA synchronous = \(durability == .full ? full : "OFF")")
    }

    // MARK: the file

    /// The file holds the hub's signing key and personal data: for its owner only, before anything is in it.
    private static func makePrivate(_ path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw HubError(
                .storageFailed, "\(path) cannot be made.", remedy: "Check that its folder exists and that this user may write there.")
        }
    }

    /// Brings the tables to this version's form, or makes them.
    static func migrate(_ database: Database, path: String) throws {
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
        if isEmpty, application == 0 {
            try database.execute(sql: Schema.tables)
            try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
            try step(database, from: 1)
            return
        }
        guard application == Schema.applicationID else {
            throw HubError(
                .notAHubFolder, "\(path) is a database, but not a hub's.",
                remedy: "Give `--data` the hub's folder, or an empty one to `init`.")
        }
        guard version <= Schema.version else {
            throw HubError(
                .storageTooNew, "\(path) was written by a newer hub (format \(version), this one reads up to \(Schema.version)).",
                remedy: "Start the newer hub again, or restore a backup that this one made.")
        }
        try step(database, from: version)
    }

    private static func step(_ database: Database, from version: Int32) throws {
        for next in stride(from: version + 1, through: Schema.version, by: 1) {
            if let sql = Schema.steps[next] { try database.execute(sql: sql) }
        }
        try database.execute(sql: "PRAGMA user_version = \(Schema.version)")
    }
}

/// The writer's session, kept between transactions.
///
/// `@unchecked Sendable`: touched only inside write accesses, which the pool runs one at a time on its writer
/// queue, and in `deinit`, when nobody else is left.
private final class WriterSession: @unchecked Sendable {
    private var session: Session?

    func session(on database: Database) -> Session {
        if let session { return session }
        let session = Session(database)
        self.session = session
        return session
    }

    func clear() { session = nil }
}
