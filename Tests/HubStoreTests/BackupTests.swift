import Causality
import ChangeSets
import Foundation
import HubTestSupport
import Synchronization
import TestSupport
import Testing

@testable import HubRuntime
@testable import HubStoreSQLite

@Suite("Backups")
struct BackupTests {
    @Test("while sites push, a backup is a whole moment of the hub: a beginning of its line, and what its journal says")
    func underLoad() async throws {
        let folder = try TemporaryFolder()
        let bench = try await TestHub(store: SQLiteHubStore(path: folder.path + "/hub.db", durability: .none))
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let now = bench.now
        let changes = (0..<4_000).map { index in
            index % 2 == 0
                ? Make.movement(Text("SKU\(index % 40)"), "shop-1", pieces: 1, at: now)
                : Make.sale(Int64(index), customer: nil, at: now)
        }
        let sets = try till.seal(changes, by: 10)
        try await bench.push(Array(sets.prefix(50)), from: shop)
        // It pushes until all backups are taken.
        let (done, hub) = (Done(), bench.hub)
        async let pushing = Self.push(sets.dropFirst(50), to: hub, from: shop, now: now) { done.isIt.withLock { $0 } }
        var heads: [UInt64] = []
        for index in 0..<3 { heads.append(try await hub.backUp(to: folder.path + "/backup-\(index).db")) }
        done.isIt.withLock { $0 = true }
        let pushed = 50 + (try await pushing)
        #expect(pushed > 50)
        let position = try await hub.status(now: now).position
        #expect(heads == heads.sorted() && heads.allSatisfy { (50...position).contains($0) })

        for (index, head) in heads.enumerated() {
            let path = folder.path + "/restored-\(index).db"
            try SQLiteHubStore.restore(backup: folder.path + "/backup-\(index).db", to: path)
            let restored = try await TestHub(store: SQLiteHubStore(path: path, durability: .none))
            #expect(try await restored.hub.status(now: now).position == head)
            let verification = try await restored.hub.verify()
            #expect(verification.isEqual && (50...UInt64(pushed)).contains(UInt64(verification.changeSets)), "\(verification.differences)")
            // What it lacks it takes, and then says what the first one says.
            for set in sets.prefix(pushed) { try await restored.push([set], from: shop) }
            #expect(try await restored.hub.digest() == hub.digest())
        }
    }

    private final class Done: Sendable { let isIt = Mutex(false) }

    private static func push(
        _ sets: ArraySlice<EncodedChangeSet>, to hub: Hub, from shop: TestAgent, now: Timestamp, until isDone: @Sendable () -> Bool
    ) async throws -> Int {
        var pushed = 0
        for set in sets where !isDone() {
            _ = try await hub.push([set.bytes], agent: shop.record, agentTime: now, now: now)
            pushed += 1
        }
        return pushed
    }

    @Test("a damaged backup is refused, and the former hub stays where it is; a sound one takes its place, and leaves it beside")
    func restoring() async throws {
        let folder = try TemporaryFolder()
        let (path, files) = (folder.path + "/hub.db", FileManager.default)
        let bench = try await TestHub(store: SQLiteHubStore(path: folder.path + "/first.db", durability: .none))
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let sales = (0..<200).map { Make.sale(Int64($0), customer: nil, at: bench.now) }
        try await bench.push([try till.seal(sales)], from: shop)
        try await bench.hub.backUp(to: folder.path + "/backup.db")

        let former = Array("the former hub".utf8)
        try Data(former).write(to: URL(fileURLWithPath: path))
        var damaged = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/backup.db"))
        for place in stride(from: 4_096 * 4, to: damaged.count, by: 97) { damaged[place] ^= 0x5a }
        try damaged.write(to: URL(fileURLWithPath: folder.path + "/damaged.db"))
        #expect(throws: (any Error).self) {
            try SQLiteHubStore.restore(backup: folder.path + "/damaged.db", to: path)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(former))
        #expect(!files.fileExists(atPath: path + ".before-restore") && !files.fileExists(atPath: path + ".arriving"))

        try SQLiteHubStore.restore(backup: folder.path + "/backup.db", to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path + ".before-restore")) == Data(former))
        #expect(!files.fileExists(atPath: path + ".arriving"))
        let restored = try await TestHub(store: SQLiteHubStore(path: path, durability: .none))
        #expect(try await restored.hub.siteHealth(now: bench.now).away == ["shop-1"])
    }

    @Test("a backup bears its name on the disk before it counts; where that cannot be had, there is none")
    func backupOnDisk() async throws {
        let folder = try TemporaryFolder()
        let (bench, synced) = (try await TestHub(), Synced())
        _ = try await bench.store.backUp(to: folder.file("backup.db")) { synced.note($0) }
        #expect(synced.paths == [folder.file("backup.db")])
        await #expect(throws: HubError.self) {
            _ = try await bench.store.backUp(to: folder.file("other.db")) { _ in throw HubError(.storageFailed, "no", remedy: "") }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["backup.db"])
    }
}

/// What was brought to the disk, in its order: files that stood under their names then.
private final class Synced: Sendable {
    private let noted = Mutex<[String]>([])
    var paths: [String] { noted.withLock { $0 } }
    func note(_ path: String) { if FileManager.default.fileExists(atPath: path) { noted.withLock { $0.append(path) } } }
}

@Suite("A hub that is restored more than once")
struct RepeatedRestoreTests {
    /// A backup, and a place where the former hub's files are whatever a test writes there.
    private struct Place {
        let folder: TemporaryFolder
        var path: String { folder.file("hub.db") }

        init() async throws {
            folder = try TemporaryFolder()
            try await TestHub(store: SQLiteHubStore(path: folder.file("first.db"), durability: .none)).hub
                .backUp(to: folder.file("backup.db"))
        }

        func write(_ text: String, _ suffix: String = "") throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path + suffix)) }

        func text(_ suffix: String) -> String? {
            FileManager.default.contents(atPath: path + suffix).map { String(decoding: $0, as: UTF8.self) }
        }

        func restore() throws -> String? { try SQLiteHubStore.restore(backup: folder.file("backup.db"), to: path) }
    }

    @Test("each restore keeps the former hub and its log under a name of its own, and removes nothing that an earlier one kept")
    func again() async throws {
        let place = try await Place()
        #expect(try place.restore() == nil, "there was none")
        try place.write("the first hub")
        try place.write("its log", "-wal")
        #expect(try place.restore() == place.path + ".before-restore")
        #expect(place.text(".before-restore") == "the first hub" && place.text(".before-restore-wal") == "its log")
        #expect(place.text("-wal") == nil)
        // Stopped politely, it leaves no log.
        try place.write("the second hub")
        #expect(try place.restore() == place.path + ".before-restore-2")
        #expect(place.text(".before-restore") == "the first hub" && place.text(".before-restore-wal") == "its log")
        #expect(place.text(".before-restore-2") == "the second hub" && place.text(".before-restore-2-wal") == nil)
        // Somebody makes room, and leaves a log behind: it comes to stand beside no other hub.
        try FileManager.default.removeItem(atPath: place.path + ".before-restore")
        try FileManager.default.removeItem(atPath: place.path + ".before-restore-2")
        try place.write("the third hub")
        #expect(try place.restore() == place.path + ".before-restore-2")
        #expect(place.text(".before-restore-2") == "the third hub" && place.text(".before-restore-wal") == "its log")
        try await TestHub(store: SQLiteHubStore(path: place.path, durability: .none)).hub.stop()
    }

    @Test("a restore that was cut off between the former hub's files goes on: its log comes to stand beside it")
    func cutOff() async throws {
        let place = try await Place()
        try place.write("the former hub", ".before-restore")
        try place.write("its log", "-wal")
        try place.write("a backup, or half of it", ".arriving")
        #expect(try place.restore() == place.path + ".before-restore")
        #expect(place.text(".before-restore") == "the former hub" && place.text(".before-restore-wal") == "its log")
        #expect(place.text("-wal") == nil && place.text(".arriving") == nil && place.text("") != nil)
    }

    @Test("a restored hub bears its name on the disk before anybody is told, and none of the former one's files does")
    func onDisk() async throws {
        let (place, synced) = (try await Place(), Synced())
        try place.write("the former hub")
        _ = try SQLiteHubStore.restore(backup: place.folder.file("backup.db"), to: place.path) { synced.note($0) }
        #expect(synced.paths == [place.path])
        #expect(place.text(".before-restore") == "the former hub")
    }
}
