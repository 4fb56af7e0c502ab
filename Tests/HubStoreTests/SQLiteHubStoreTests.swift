import Causality
import ChangeSets
import Foundation
import GRDB
import HubRuntime
import HubTestSupport
import Profiles
import TestSupport
import Testing

@testable import HubStoreSQLite

@Suite("The SQLite store as a file")
struct SQLiteHubStoreTests {
    @Test("A disk that is full acknowledges nothing, and the hub goes on by itself when space returns")
    func fullDisk() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try bench.store.limit(pages: 120)
        var sets: [EncodedChangeSet] = []
        var acknowledged = 0
        var refusal: HubError?
        while refusal == nil, sets.count < 200 {
            let changes = (0..<50).map { Make.sale(Int64(sets.count * 50 + $0), customer: nil, at: bench.now) }
            sets.append(try till.seal(changes))
            do {
                guard case .receipt(let receipt) = try await bench.push([sets[sets.count - 1]], from: shop) else { break }
                acknowledged = Int(receipt.last)
            } catch let error as HubError { refusal = error }
        }
        #expect(refusal?.code == .storageFull)
        #expect(try await bench.hub.status(now: bench.now).warnings.first?.hasPrefix("The last commit failed. The disk") == true)
        #expect(try await bench.hub.status(now: bench.now).records == Int64(acknowledged))
        #expect(try await bench.hub.verify().isEqual)
        try bench.store.limit(pages: 1 << 20)
        guard case .receipt(let receipt) = try await bench.push(sets, from: shop) else { return #expect(Bool(false)) }
        #expect(receipt.last == till.last)
        #expect(try await !bench.hub.status(now: bench.now).warnings.contains { $0.contains("commit failed") })
        #expect(try await bench.hub.status(now: bench.now).records == Int64(till.last))
    }

    @Test("Law 2: a commit waits for the disk; only scratch stores, which no power cut concerns, do not")
    func durability() async throws {
        let folder = try TemporaryFolder()
        func synchronous(_ store: SQLiteHubStore) throws -> Int? {
            try store.writeNow { session in try (session as? Session).flatMap { try Int.fetchOne($0.database, sql: "PRAGMA synchronous") } }
        }
        #expect(try synchronous(SQLiteHubStore(path: folder.path + "/hub.db")) == 2)
        #expect(try synchronous(SQLiteHubStore.temporary()) == 0)
    }

    @Test("Another database, a newer hub's and a text file are refused, each by name")
    func strangeFiles() throws {
        let folder = try TemporaryFolder()
        let other = folder.path + "/other.db"
        try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE sales (id INTEGER PRIMARY KEY)") }
        #expect(code { try SQLiteHubStore(path: other) } == .notAHubFolder)
        let newer = folder.path + "/newer.db"
        _ = try SQLiteHubStore(path: newer)
        try DatabaseQueue(path: newer).write { try $0.execute(sql: "PRAGMA user_version = 99") }
        #expect(code { try SQLiteHubStore(path: newer) } == .storageTooNew)
        let text = folder.path + "/text.db"
        try String(repeating: "not a database. ", count: 100).write(toFile: text, atomically: true, encoding: .utf8)
        #expect(code { try SQLiteHubStore(path: text) } == .storageFailed)
        #expect(code { try SQLiteHubStore(path: folder.path + "/no/such/folder.db") } == .storageFailed)
    }

    @Test(
        "Days of quality kept before articles were looked at are customers', of all sites and of each; an article's day takes none of their places"
    )
    func qualityOfCustomers() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/hub.db"
        try SQLiteHubStore(path: path).close()
        // As version 20 left it.
        try DatabaseQueue(path: path).write { database in
            try database.execute(
                sql: """
                    DROP TABLE quality_day; DROP TABLE quality_site_day;
                    CREATE TABLE quality_day (day INTEGER NOT NULL, field TEXT NOT NULL, at INTEGER NOT NULL, records INTEGER NOT NULL,
                        present INTEGER NOT NULL, valid INTEGER NOT NULL, PRIMARY KEY (day, field)) WITHOUT ROWID;
                    CREATE TABLE quality_site_day (site INTEGER NOT NULL, day INTEGER NOT NULL, at INTEGER NOT NULL,
                        records INTEGER NOT NULL, counts BLOB NOT NULL, PRIMARY KEY (site, day)) WITHOUT ROWID;
                    INSERT INTO quality_day VALUES (20000, 'name', 1728000000000, 5, 4, 3);
                    INSERT INTO quality_site_day VALUES (1, 20000, 1728000000000, 5, x'0403');
                    PRAGMA user_version = 20;
                    """)
        }
        let store = try SQLiteHubStore(path: path)
        func day(_ entity: QualityEntity) -> QualityDay {
            QualityDay(entity: entity, field: "name", at: 1_728_000_000_000, records: 5, present: 4, valid: 3)
        }
        func siteDay(_ entity: QualityEntity) -> QualitySiteDay {
            QualitySiteDay(site: 1, entity: entity, at: 1_728_000_000_000, records: 5, counts: [4, 3])
        }
        func kept(_ entity: QualityEntity) throws -> (days: [QualityDay], siteDays: [QualitySiteDay]) {
            try store.readNow { (try $0.qualityDays(of: entity, since: 20_000), try $0.qualitySiteDays(of: 1, entity, since: 20_000)) }
        }
        #expect(try kept(.customer) == ([day(.customer)], [siteDay(.customer)]))
        #expect(try kept(.item) == ([], []))
        try store.writeNow { session in
            try session.put(day(.item))
            try session.put(siteDay(.item))
        }
        for entity in QualityEntity.allCases { #expect(try kept(entity) == ([day(entity)], [siteDay(entity)])) }
    }

    @Test("The file is for its owner only from the beginning, and so is a backup; a backup overwrites nothing")
    func privateFiles() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteHubStore(path: folder.path + "/hub.db")
        let hub = try await Hub.open(store: store, now: TestHub.start)
        try await hub.backUp(to: folder.path + "/backup.db")
        _ = try SQLiteHubStore.checkedHead(ofBackup: folder.path + "/backup.db")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("backup") } == ["backup.db"])
        for name in ["hub.db", "backup.db"] {
            let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
        await #expect(throws: HubError.self) { try await hub.backUp(to: folder.path + "/backup.db") }
    }

    @Test("The identity and the signing key outlive a restart; a savepoint that fails leaves nothing")
    func identityAndSavepoint() async throws {
        let bench = try await TestHub()
        let (id, key) = (bench.hub.id, bench.hub.signingKey.publicKey)
        try await bench.restart()
        #expect(bench.hub.id == id && bench.hub.signingKey.publicKey == key)
        struct Stop: Error {}
        try await bench.store.write { store in
            try store.set(.floor, [1])
            do {
                try store.savepoint {
                    try store.set(.floor, [2])
                    throw Stop()
                }
            } catch is Stop {}
        }
        #expect(try await bench.store.read { try $0.meta(.floor) } == [1])
    }

    private func code(_ body: () throws -> SQLiteHubStore) -> HubError.Code? {
        do { _ = try body() } catch { return (error as? HubError)?.code }
        return nil
    }
}
