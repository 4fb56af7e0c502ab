import Causality
import ChangeSets
import Foundation
import GRDB

@testable import Capture

/// What a step hook throws in the place of a kill.
struct Killed: Error { var at: Checkpoint }

/// Decides, from outside a `@Sendable` hook, where the agent dies. Used from one thread.
final class Hook: @unchecked Sendable {
    var action: (Checkpoint) throws -> Void = { _ in }
}

/// A till and an agent beside it, in a folder of their own.
final class Rig {
    let folder: String
    let till: String
    let yaml: String
    let hook = Hook()
    var random: Seeded
    var time: UInt64 = 1_700_000_000_000
    var settings = CaptureSettings()
    var owner = SigningKey().publicKey
    private(set) var store: AgentDatabase?
    private(set) var source: CapturedSource?
    /// The application's own connection, as it likes it: WAL, synchronous=NORMAL.
    private(set) var application: DatabaseQueue

    init(_ sql: String, _ yaml: String, seed: UInt64 = 1, journal: String = "WAL") throws {
        let base = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        folder = base + "/tributary-capture-" + UUID().uuidString
        till = folder + "/till.db"
        self.yaml = yaml
        random = Seeded(seed)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        application = try Self.applicationConnection(till)
        try application.inDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = \(journal)")
            try db.execute(sql: sql)
        }
        let hook = hook
        settings.reached = { try hook.action($0) }
        settings.busyTimeoutSeconds = 0.2
    }

    deinit {
        source = nil
        store = nil
        try? application.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func applicationConnection(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    // MARK: The till

    func sell(_ sql: String) throws { try application.inDatabase { try $0.execute(sql: sql) } }
    func number(_ sql: String) throws -> Int { try application.inDatabase { try Int.fetchOne($0, sql: sql) } ?? 0 }
    func texts(_ sql: String) throws -> [String] { try application.inDatabase { try String.fetchAll($0, sql: sql) } }

    // MARK: The agent

    func agentStore() throws -> AgentDatabase {
        if let store { return store }
        let opened = try AgentDatabase(path: folder + "/agent.db")
        store = opened
        return opened
    }

    func mapping() throws -> CheckedMapping {
        let schema = try application.inDatabase { try SourceSchema.read($0) }
        return try Mapping.parse(yaml: yaml, file: "test.yaml").checked(against: schema)
    }

    @discardableResult
    func attach(takeOver: Bool = false) throws -> CapturedSource {
        let attached = try CapturedSource.attach(
            file: till, name: "till", site: "shop", mapping: try mapping(), store: try agentStore(), owner: owner, takeOver: takeOver,
            settings: settings, random: &random)
        source = attached
        return attached
    }

    func opened() throws -> CapturedSource {
        if let source { return source }
        let opened = try CapturedSource.open(
            name: "till", site: "shop", mapping: try mapping(), store: try agentStore(), owner: owner, settings: settings)
        source = opened
        return opened
    }

    @discardableResult
    func drain() throws -> DrainOutcome {
        time += 1000
        return try opened().drain(now: Timestamp(milliseconds: time), random: &random)
    }

    @discardableResult
    func sweep() throws -> DrainOutcome {
        time += 1000
        return try opened().sweep(now: Timestamp(milliseconds: time), random: &random)
    }

    /// Drops every object without an orderly end; what is committed stays.
    func kill() {
        source = nil
        store = nil
        hook.action = { _ in }
    }

    /// Runs `body` and kills the agent the first time it comes by `step`.
    ///
    /// - Returns: whether it came by.
    @discardableResult
    func killed(at step: Checkpoint, after count: Int = 1, _ body: () throws -> Void) throws -> Bool {
        var left = count
        hook.action = { reached in
            guard reached == step else { return }
            left -= 1
            if left == 0 { throw Killed(at: step) }
        }
        do {
            try body()
            hook.action = { _ in }
            return false
        } catch is Killed {
            kill()
            return true
        }
    }

    /// The standing that comes with every answer of the hub: if it has more of the writer than the journal ever sealed, the folder went
    /// back in time (S22).
    func hear(_ hub: ModelHub) throws {
        let writer = try opened().writer()
        if hub.last[writer.replica] ?? 0 > writer.last { try opened().mustRecover() }
    }

    // MARK: Copies

    /// The till's file and its WAL as they are now.
    func copyTill(to name: String) throws { try Self.copy(till, to: folder + "/" + name) }

    /// Puts a copy in the place of the till's file, as after a power cut or from a backup. All connections are gone then.
    func restoreTill(from name: String) throws {
        source = nil
        try application.close()
        for suffix in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: till + suffix) }
        try Self.copy(folder + "/" + name, to: till)
        application = try Self.applicationConnection(till)
    }

    func copyAgent(to name: String) throws {
        try agentStore().queue.inDatabase { _ = try Int.fetchOne($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try Self.copy(folder + "/agent.db", to: folder + "/" + name)
    }

    func restoreAgent(from name: String) throws {
        kill()
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder + "/agent.db" + suffix) }
        try Self.copy(folder + "/" + name, to: folder + "/agent.db")
    }

    private static func copy(_ from: String, to: String) throws {
        for suffix in ["", "-wal", "-journal"] {
            try? FileManager.default.removeItem(atPath: to + suffix)
            if FileManager.default.fileExists(atPath: from + suffix) {
                try FileManager.default.copyItem(atPath: from + suffix, toPath: to + suffix)
            }
        }
    }
}
