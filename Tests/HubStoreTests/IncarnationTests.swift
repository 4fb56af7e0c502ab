import Causality
import ChangeSets
import GRDB
import HubRuntime
import HubStoreSQLite
import HubTestSupport
import TestSupport
import Testing

@Suite("A till that is restored again and again")
struct IncarnationTests {
    @Test("S1: 1,000 incarnations cost the hub at most 64 bytes each besides what they sent, and nothing on the line")
    func thousand() async throws {
        let folder = try TemporaryFolder()
        let bench = try await TestHub(store: try SQLiteHubStore(path: folder.path + "/hub.db"))
        let shop = try await bench.enrol("shop")
        var last: TestWriter?
        var source: SourceID?
        func restore(_ count: Int) async throws {
            for number in 0..<count {
                var writer = TestWriter(
                    "till", seed: UInt64(number) &+ UInt64(count) << 20, source: source, follows: last.map { Dot($0.replica, $0.last) },
                    key: shop.key)
                source = writer.source
                try await bench.push([try writer.seal([Make.movement("A", "shop", pieces: -1, at: bench.now)])], from: shop)
                last = writer
            }
        }
        func bytes() throws -> Int {
            try DatabaseQueue(path: folder.path + "/hub.db").read { database in
                try Int.fetchOne(
                    database,
                    sql: "SELECT sum(pgsize - unused) FROM dbstat WHERE name IN ('replica', 'sqlite_autoindex_replica_1', 'known')") ?? 0
            }
        }
        try await restore(20)
        let before = try bytes()
        try await restore(1000)
        let each = Double(try bytes() - before) / 1000
        print("bytes an incarnation in the hub's table and index: \(each)")
        #expect(each <= 64)
        // The agent asks for its present writer only.
        let present = try #require(last)
        func page(_ replicas: Set<ReplicaID>?) async throws -> FeedPage {
            let request = PullRequest(cursor: try await bench.pullAll(shop).cursor, replicas: replicas)
            guard case .page(let page) = try await bench.hub.pull(request, agent: shop.record, now: bench.now) else {
                throw HubError(.notFound, "No page.", remedy: "")
            }
            return page
        }
        #expect(try await page([present.replica]).own.map(\.replica) == [present.replica])
        #expect(try await page(nil).own.count == 1020)
        try await bench.restart()
        let verification = try await bench.hub.verify()
        #expect(verification.isEqual, "\(verification.differences)")
    }
}
