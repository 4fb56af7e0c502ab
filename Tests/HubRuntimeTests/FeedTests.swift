import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubStoreSQLite
import HubTestSupport
import TestSupport
import Testing

@Suite("The feed")
struct FeedTests {
    @Test("S26: pages taken while others commit end in what one pull at the end gives", arguments: 0..<6)
    func pagesWithConcurrentCommits(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let bench = try await TestHub()
        let keys = (0..<3).map { _ in SigningKey() }
        let story = Story(seed: seed, keys: keys, changes: 300, now: bench.now)
        var queues: [(TestAgent, [EncodedChangeSet])] = []
        for (index, teller) in story.tellers.enumerated() {
            let kind: SiteKind = [.store, .web, .warehouse][index]
            let token = try await bench.hub.addSite(name: "shop-\(index)", kind: kind, now: bench.now)
            _ = try await bench.hub.enroll(token: token.token, publicKey: keys[index].publicKey, now: bench.now)
            var writer = teller.writer
            queues.append(
                (TestAgent(key: keys[index], record: try await bench.present(keys[index])), try writer.seal(teller.changes, by: 7)))
        }
        let reader = queues[0].0
        var replica: [Topic: [[UInt8]: [UInt8]]] = [:]
        var cursor: Position?
        var from: UInt64?
        var isConsistent = false
        while !isConsistent || queues.contains(where: { !$0.1.isEmpty }) {
            if let index = queues.indices.filter({ !queues[$0].1.isEmpty }).randomElement(using: &random) {
                try await bench.push([queues[index].1.removeFirst()], from: queues[index].0)
            }
            let request = PullRequest(cursor: cursor, from: from, maxBytes: 600)
            guard case .page(let page) = try await bench.hub.pull(request, agent: reader.record, now: bench.now) else { return }
            for entry in page.entries { replica[entry.topic, default: [:]][entry.key] = entry.body }
            isConsistent = page.consistentAt != nil
            if let end = page.consistentAt { (cursor, from) = (end, nil) } else { from = page.reached.number }
        }
        let whole = try await bench.pullAll(reader)
        for topic in Topic.allCases {
            let staged = replica[topic, default: [:]].mapValues(Self.withoutSites)
            #expect(staged == whole.bodies(topic).mapValues(Self.withoutSites), "seed \(seed), \(topic)")
        }
        #expect(whole.entries.count == Set(whole.entries.map { [$0.topic.rawValue] + $0.key }).count, "newest state once each")
        #expect(whole.entries.map(\.number) == whole.entries.map(\.number).sorted())
    }

    /// A stock figure also says how far each site had come when it was drawn, which moves on without the figure.
    private static func withoutSites(_ body: [UInt8]) -> [UInt8] {
        guard var object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any], object["onHand"] != nil else {
            return body
        }
        object["sites"] = nil
        return (try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)).map(Array.init) ?? body
    }

    @Test("A set of 10,000 records comes in small pages")
    func largeSetInPages() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let changes = (0..<Int64(Limits.changesMax)).map { Make.sale($0, customer: nil, at: bench.now) }
        try await bench.push([try till.seal(changes)], from: shop)
        let pulled = try await bench.pullAll(shop, maxBytes: 20_000)
        #expect(pulled.bodies(.record).count == Limits.changesMax)
        #expect(pulled.pages.count >= 20)
        #expect(pulled.pages.allSatisfy { $0.entries.count <= 1_000 })
        #expect(pulled.pages.dropLast().allSatisfy { $0.consistentAt == nil })
    }

    @Test("Each kind of site gets what its scope says; a profile that leaves the region is evicted, never deleted")
    func scopes() async throws {
        let bench = try await TestHub()
        let north = try await bench.enrol("north", region: "north")
        let south = try await bench.enrol("south", region: "south")
        let depot = try await bench.enrol("depot", kind: .warehouse)
        let web = try await bench.enrol("web", kind: .web)
        var till = TestWriter("till", seed: 1, key: north.key)
        let life = till.nextDot
        try await bench.push(
            [
                try till.seal([
                    Make.customer(1, email: "a@example.com", at: bench.now),
                    Make.movement("MUG", "north", pieces: 1, at: bench.now),
                    Make.write("order", 1, [("number", "O1"), ("state", "placed")], at: bench.now),
                ])
            ], from: north)
        let atNorth = try await bench.pullAll(north)
        #expect(atNorth.bodies(.profile).count == 1 && atNorth.bodies(.stock).count == 1 && atNorth.bodies(.record).count == 2)
        let atSouth = try await bench.pullAll(south)
        #expect(atSouth.bodies(.profile).isEmpty && atSouth.bodies(.stock).count == 1 && atSouth.bodies(.record).isEmpty)
        let atDepot = try await bench.pullAll(depot)
        #expect(atDepot.bodies(.order).count == 1 && atDepot.bodies(.profile).isEmpty)
        let atWeb = try await bench.pullAll(web)
        #expect(atWeb.bodies(.order).count == 1 && atWeb.bodies(.profile).count == 1)

        let deletion = Change(
            time: bench.now, action: .delete(Subject(entity: "customer", key: LocalKey(.integer(1)), life: life), .chain))
        try await bench.push([try till.seal([deletion])], from: north)
        let later = try await bench.pullAll(north, cursor: atNorth.cursor)
        let evicted = try #require(later.entries.first { $0.topic == .profile })
        #expect(evicted.body == nil)
        #expect(later.entries.contains { $0.topic == .record && $0.body == nil }, "of a record that is dead nothing is left to show")
    }

    @Test("S23: a restart opens a new generation and causes no re-feed")
    func restartKeepsCursors() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push([try till.seal([Make.movement("MUG", "s", pieces: 1, at: bench.now)])], from: shop)
        let before = try await bench.pullAll(shop)
        let generation = bench.hub.generation
        try await bench.restart()
        #expect(bench.hub.generation.parent == generation.id)
        #expect(bench.hub.generation.id != generation.id)
        let after = try await bench.pullAll(shop, cursor: before.cursor)
        #expect(after.entries.isEmpty && after.pages.count == 1 && after.pages[0].restart == false)
        #expect(after.cursor == before.cursor)
        try await bench.push([try till.seal([Make.movement("MUG", "s", pieces: 1, at: bench.now)])], from: shop)
        #expect(try await bench.pullAll(shop, cursor: after.cursor).entries.count == 1)
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("S23: a restored older copy is noticed by a cursor that is not on its line, also after it has grown beyond it")
    func restoredHubIsNoticed() async throws {
        let folder = try TemporaryFolder()
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push([try till.seal([Make.movement("MUG", "s", pieces: 1, at: bench.now)])], from: shop)
        let early = try await bench.pullAll(shop)
        try await bench.hub.backUp(to: folder.path + "/backup.db")
        let forgotten = try till.seal([Make.movement("MUG", "s", pieces: 1, at: bench.now)])
        guard case .receipt(let receipt) = try await bench.push([forgotten], from: shop) else { return #expect(Bool(false)) }
        #expect(receipt.keepUntil == 1 && receipt.position.number == 2)
        let late = try await bench.pullAll(shop)

        try SQLiteHubStore.restore(backup: folder.path + "/backup.db", to: folder.path + "/hub.db")
        let restored = try await TestHub(store: SQLiteHubStore(path: folder.path + "/hub.db", durability: .none))
        #expect(try await restored.pullAll(shop, cursor: late.cursor).pages[0].restart)
        #expect(try await restored.pullAll(shop, cursor: early.cursor).pages[0].restart == false)
        #expect(try await restored.pullAll(shop).pages.last?.own.first?.last == 1)
        // It takes again what it forgot; the same number is another position now.
        guard case .receipt(let again) = try await restored.push([forgotten], from: shop) else { return #expect(Bool(false)) }
        #expect(again.last == receipt.last && again.hash == receipt.hash && again.position != receipt.position)
        #expect(try await restored.pullAll(shop, cursor: late.cursor).pages[0].restart)
        #expect(try await restored.hub.digest() == bench.hub.digest())
    }

    @Test("S23: a load under way when the hub went back begins anew: what has changed since its first page may stand below its cursor")
    func restoredWithinLoad() async throws {
        let folder = try TemporaryFolder()
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        for sku in ["MUG", "CUP"] as [Text] {
            try await bench.push([try till.seal([Make.movement(sku, "s", pieces: 1, at: bench.now)])], from: shop)
        }
        try await bench.hub.backUp(to: folder.path + "/backup.db")
        try await bench.push([try till.seal([Make.movement("MUG", "s", pieces: 1, at: bench.now)])], from: shop)
        func page(_ hub: Hub, _ cursor: Position?) async throws -> FeedPage? {
            let request = PullRequest(cursor: cursor, maxBytes: 1, replicas: [till.replica])
            guard case .page(let page) = try await hub.pull(request, agent: shop.record, now: bench.now) else { return nil }
            return page
        }
        let first = try #require(try await page(bench.hub, nil))
        #expect(first.reached.number == 2 && first.consistentAt == nil && first.entries.map(\.number) == [2])
        let second = try #require(try await page(bench.hub, first.reached))
        #expect(second.consistentAt == bench.hub.head && second.entries.map(\.number) == [3])

        try SQLiteHubStore.restore(backup: folder.path + "/backup.db", to: folder.path + "/hub.db")
        let restored = try await TestHub(store: SQLiteHubStore(path: folder.path + "/hub.db", durability: .none))
        #expect(try await page(restored.hub, first.reached)?.restart == true)
        #expect(try await restored.pullAll(shop).pages.flatMap(\.entries).map(\.number) == [1, 2])
    }

    @Test("S22: a hub that was restored from before it heard of a replica says so to who asks about it, though nothing new is sent")
    func restoredHubNeverHeard() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        let till = TestWriter("till", seed: 1, key: shop.key)
        let request = PullRequest(cursor: nil, replicas: [till.replica])
        guard case .page(let page) = try await bench.hub.pull(request, agent: shop.record, now: bench.now) else {
            return #expect(Bool(false))
        }
        #expect(page.own.map(\.replica) == [till.replica])
        #expect(page.own.first?.last == 0 && page.own.first?.hash == .zero)
        // Nobody is told where another site's replica stands.
        let other = try await bench.enrol("shop-2")
        var theirs = TestWriter("till", seed: 2, key: other.key)
        try await bench.push([try theirs.seal([Make.movement("MUG", "s", pieces: 1, at: bench.now)])], from: other)
        let nosy = PullRequest(cursor: nil, replicas: [theirs.replica])
        guard case .page(let nothing) = try await bench.hub.pull(nosy, agent: shop.record, now: bench.now) else {
            return #expect(Bool(false))
        }
        #expect(nothing.own.isEmpty)
    }

    @Test("A waiting pull is woken by the commit that concerns it")
    func longPoll() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let request = PullRequest(waitMilliseconds: 50_000)
        async let waiting = bench.hub.pull(request, agent: shop.record, now: bench.now)
        try await bench.push([try till.seal([Make.movement("MUG", "s", pieces: 1, at: bench.now)])], from: shop)
        guard case .page(let page) = try await waiting else { return #expect(Bool(false)) }
        #expect(page.entries.count == 1)
        async let stopped = bench.hub.pull(
            PullRequest(cursor: page.consistentAt, waitMilliseconds: 50_000), agent: shop.record, now: bench.now)
        await bench.hub.stop()
        guard case .page(let last) = try await stopped else { return #expect(Bool(false)) }
        #expect(last.entries.isEmpty)
    }
}
