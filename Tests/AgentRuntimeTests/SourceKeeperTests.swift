import Capture
import Causality
import ChangeSets
import Foundation
import GRDB
import Logging
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("SourceKeeper")
struct SourceKeeperTests {
    let folder: TemporaryFolder
    let database: AgentDatabase
    let keeper: SourceKeeper
    let key = SigningKey()

    init() throws {
        folder = try TemporaryFolder()
        database = try DataFolder(folder.file("agent")).open()
        keeper = SourceKeeper(
            database: database, site: "shop", owner: key.publicKey, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private static let mapping = """
        mapping: 1
        tables:
          customers:
            entity: customer
            fields:
              name: name
              email: email
        """

    /// Makes an application's file and attaches it.
    private func attach(_ name: String) throws -> DatabaseQueue {
        let path = folder.file("\(name).db")
        let till = try DatabaseQueue(path: path)
        try till.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try till.write { try $0.execute(sql: "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT)") }
        let mapping = folder.file("\(name).yaml")
        try Self.mapping.write(toFile: mapping, atomically: true, encoding: .utf8)
        let file = try MappingFile.read(mapping)
        try SourceList(database).set(file, of: name)
        var random = SystemRandomNumberGenerator()
        _ = try CapturedSource.attach(
            file: path, name: Text(name), site: "shop", mapping: try file.checked(against: path), store: database, owner: key.publicKey,
            random: &random)
        return till
    }

    /// No transaction but what `sql` itself begins.
    private func execute(_ till: DatabaseQueue, _ sql: String) throws {
        try till.writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    private func sell(_ till: DatabaseQueue, _ name: String) throws {
        try till.write { try $0.execute(sql: "INSERT INTO customers (name, email) VALUES (?, ?)", arguments: [name, "\(name)@x.org"]) }
    }

    @Test("a sale goes from the application's file into a signed, stored change-set, and is found meanwhile")
    func journey() async throws {
        let till = try attach("till")
        try sell(till, "anna")
        try await keeper.open()
        let round = await keeper.drain()
        #expect(round.sealed)
        #expect(round.changes == 1)
        let journal = Journal(database)
        let own = OwnChanges(queue: database.queue, journal: journal)
        try? own.catchUp { throw CancellationError() }
        #expect(try LocalReplica(queue: database.queue).customers(.email("ANNA@x.org")).findings.isEmpty)
        try own.catchUp()
        #expect(try LocalReplica(queue: database.queue).customers(.email("ANNA@x.org")).findings.count == 1)
        let outbox = Outbox(queue: database.queue, journal: journal, key: key)
        let standing = try #require(try outbox.standings().first)
        #expect(standing.sealed == 1 && standing.acknowledged == 0)
        var random = SeededGenerator(seed: 1)
        guard
            case .frames(let frames) = try outbox.load(
                after: 0, of: standing.replica, bytesMax: 1 << 20, setBytesMax: 1 << 20, random: &random)
        else {
            Issue.record("nothing to send")
            return
        }
        let set = try ChangeSetCodec.decode(try #require(frames.first).bytes)
        #expect(set.opening?.name == "till")
        #expect(set.changes.count == 1)
        #expect(await keeper.drain().sealed == false)
        // Still one, though it moved from the journal into the outbox.
        try own.catchUp()
        #expect(try LocalReplica(queue: database.queue).customers(.email("anna@x.org")).findings.count == 1)
    }

    @Test("what sources map is told with names and nothing of any row; of one that fails just now what it mapped last")
    func mappings() async throws {
        let till = try attach("till")
        try sell(till, "anna")
        #expect(await keeper.mappings().isEmpty)
        try await keeper.open()
        _ = await keeper.drain()
        let told = await keeper.mappings()
        #expect(told.map(\.name) == ["till"] && SourceID(told[0].source) != nil && told[0].title == nil)
        #expect(
            told[0].tables == [
                .init(table: "customers", entity: "customer", fields: [.init("name", from: "name"), .init("email", from: "email")])
            ])
        #expect(MappingReport(sources: told).excess == nil)
        try till.close()
        try FileManager.default.removeItem(atPath: folder.file("till.db"))
        _ = await keeper.drain(["till"])
        #expect(await keeper.mappings() == told)
    }

    @Test("a source that fails holds up no other, and is told of in plain words")
    func oneFails() async throws {
        let first = try attach("first")
        let second = try attach("second")
        try await keeper.open()
        _ = await keeper.drain()
        try sell(first, "anna")
        try sell(second, "ben")
        try second.close()
        try FileManager.default.removeItem(atPath: folder.file("second.db"))
        let round = await keeper.drain()
        #expect(round.changes == 1)
        let health = await keeper.health
        #expect(health.first { $0.name == "first" }?.problem == nil)
        #expect(health.first { $0.name == "second" }?.problem?.message.isEmpty == false)
        #expect(health.first { $0.name == "second" }?.problem?.message.contains("anna") == false)
    }

    @Test("a program that ends gives a drain up without a complaint, and the next one captures everything")
    func stopping() async throws {
        let till = try attach("till")
        try sell(till, "anna")
        let signal = StopSignal()
        let ending = SourceKeeper(
            database: database, site: "shop", owner: key.publicKey, stopping: signal,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await ending.open()
        signal.raise()
        let given = await ending.drain(["till"])
        #expect(given.changes == 0 && !given.sealed)
        #expect(await ending.health.allSatisfy { $0.problem == nil })
        try await keeper.open()
        #expect(await keeper.drain().changes == 1)
    }

    @Test("a lock of the application is not waited for by a program that ends")
    func stoppingInWait() async throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        try attach("till").close()
        let till = try DatabaseQueue(path: folder.file("till.db"), configuration: configuration)
        try execute(till, "PRAGMA journal_mode = DELETE")
        let signal = StopSignal()
        let ending = SourceKeeper(
            database: database, site: "shop", owner: key.publicKey, stopping: signal,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await ending.open()
        try execute(till, "BEGIN EXCLUSIVE")
        async let round = ending.drain()
        signal.raise()
        #expect(await round.changes == 0)
        #expect(await ending.health.allSatisfy { $0.problem == nil })
        try execute(till, "COMMIT")
    }

    @Test("rows that cannot be read stand in the status with table, number and remedy, and it is not well")
    func rowsSetAside() async throws {
        let till = try attach("till")
        try execute(till, "INSERT INTO customers VALUES (7, x'00', 'a@x.org'), (8, x'00', 'b@x.org')")
        try await keeper.open()
        #expect(await keeper.drain().changes == 2)
        let status = try AgentStatus.read(folder: DataFolder(folder.file("agent")))
        let rows = try #require(status.rowsSetAside.first)
        #expect(rows.source == "till" && rows.table == "customers" && rows.count == 2 && rows.example == "7")
        #expect(rows.problem.code == "row-not-text" && !rows.problem.remedy.isEmpty && !status.isWell)
    }

    @Test("a sweep finds what triggers did not see")
    func sweep() async throws {
        let till = try attach("till")
        try sell(till, "anna")
        try await keeper.open()
        _ = await keeper.drain()
        try await till.write { try $0.execute(sql: "REPLACE INTO customers (id, name, email) VALUES (1, 'anna', 'new@x.org')") }
        _ = await keeper.drain()
        let names = try await till.read { try String.fetchAll($0, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger'") }
        try await till.write { db in for name in names { try db.execute(sql: "DROP TRIGGER \"\(name)\"") } }
        try sell(till, "ben")
        let round = try await keeper.sweep("till")
        #expect(round.changes >= 1)
    }

    @Test("detaching leaves the application's file as it was, and what was captured is still to be sent")
    func detach() async throws {
        let till = try attach("till")
        try sell(till, "anna")
        try await keeper.open()
        _ = await keeper.drain()
        try await keeper.detach("till")
        let left = try await till.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master WHERE name LIKE '%tributary%'") }
        #expect(left == 0)
        #expect(try SourceList(database).all().isEmpty)
        let outbox = Outbox(queue: database.queue, journal: Journal(database), key: key)
        #expect(try outbox.standings().map(\.sealed) == [1])
        await #expect(throws: AgentError.self) { try await keeper.detach("till") }
    }

    @Test("a detaching that was interrupted is told by status, reads nothing more, and is done by the next")
    func detachInterrupted() async throws {
        let till = try attach("till")
        try sell(till, "anna")
        try await keeper.open()
        _ = await keeper.drain()
        let stopping = StopSignal()
        let interrupted = SourceKeeper(
            database: database, site: "shop", owner: key.publicKey, stopping: stopping,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        stopping.raise()
        await #expect(throws: CancellationError.self) { try await interrupted.detach("till") }
        let status = try AgentStatus.read(folder: DataFolder(folder.file("agent")))
        #expect(status.sources.map(\.problem?.code) == ["source-unfinished"])
        let next = SourceKeeper(
            database: database, site: "shop", owner: key.publicKey, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        #expect(try await next.open().isEmpty)
        try await next.detach("till")
        let left = try await till.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master WHERE name LIKE '%tributary%'") }
        #expect(left == 0)
        #expect(try SourceList(database).all().isEmpty)
    }

    @Test(
        "bad files and mappings are named before anything is done",
        arguments: [
            ("none.db", "source-no-such-file"), ("text.db", "source-not-sqlite"), ("wrong.db", "mapping-unknown-table"),
        ])
    func bad(file: String, code: String) throws {
        try Data(repeating: 65, count: 5_000).write(to: URL(fileURLWithPath: folder.file("text.db")))
        let wrong = try DatabaseQueue(path: folder.file("wrong.db"))
        try wrong.write { try $0.execute(sql: "CREATE TABLE other (id INTEGER PRIMARY KEY)") }
        try Self.mapping.write(toFile: folder.file("m.yaml"), atomically: true, encoding: .utf8)
        let mapping = try MappingFile.read(folder.file("m.yaml"))
        do {
            _ = try mapping.checked(against: folder.file(file))
            Issue.record("was taken")
        } catch {
            #expect(AgentHealth.Problem(error).code == code)
        }
    }
}
