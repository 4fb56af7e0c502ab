import Causality
import ChangeSets
import Foundation
import HubStoreSQLite
import HubTestSupport
import TestSupport
import Testing

@testable import HubRuntime

@Suite("A hub that went back")
struct RollbackTests {
    /// Shops whose views were proved to be the hub's, and a till that goes on selling at the first.
    private final class Shops {
        let folder: TemporaryFolder
        var bench: TestHub
        var agents: [TestAgent] = []
        var till: TestWriter

        init(_ count: Int = 2) async throws {
            folder = try TemporaryFolder()
            bench = try await Self.hub(folder.file("hub.db"))
            for number in 1...count { agents.append(try await bench.enrol("shop-\(number)")) }
            till = TestWriter("till", seed: 1, key: agents[0].key)
            try await sell()
            for agent in agents { try await prove(agent) }
        }

        private static func hub(_ path: String) async throws -> TestHub {
            var options = Hub.Options()
            options.digestRestFactor = 0
            return try await TestHub(store: SQLiteHubStore(path: path, durability: .none), options: options)
        }

        func sell() async throws {
            try await bench.push([try till.seal([Make.movement("MUG", "shop-1", pieces: 1, at: bench.now)])], from: agents[0])
        }

        func ask(_ agent: TestAgent, _ request: PullRequest) async throws -> FeedPage {
            guard case .page(let page) = try await bench.hub.pull(request, agent: agent.record, now: bench.now) else {
                throw HubError(.badRequest, "no page", remedy: "")
            }
            return page
        }

        /// It asks with so many changes in its queue.
        func tell(_ agent: TestAgent, waiting: UInt64, cursor: Position? = nil) async throws {
            _ = try await ask(agent, PullRequest(cursor: cursor, report: AgentReport(waiting: waiting)))
        }

        /// Its view is given, summed up, and told to be the hub's.
        func prove(_ agent: TestAgent, waiting: UInt64 = 0) async throws {
            let report = AgentReport(waiting: waiting)
            let cursor = try #require(try await ask(agent, PullRequest(report: report)).consistentAt)
            let given = try await ask(agent, PullRequest(cursor: cursor, digestRanges: 1, report: report))
            let view = AgentReport.View(position: try #require(given.consistentAt), digest: try #require(given.digest))
            _ = try await ask(agent, PullRequest(cursor: cursor, report: AgentReport(waiting: waiting, view: view)))
        }

        var head: Position { bench.hub.head }

        var away: Set<String> { get async throws { try await bench.hub.siteHealth(now: bench.now).away } }

        func backUp() async throws { try await bench.hub.backUp(to: folder.file("backup.db")) }

        func restore() async throws {
            try SQLiteHubStore.restore(backup: folder.file("backup.db"), to: folder.file("restored.db"))
            bench = try await Self.hub(folder.file("restored.db"))
        }

        /// Its file is put back by hand, and nobody tells it.
        func copyBack() async throws { bench = try await Self.hub(folder.file("backup.db")) }
    }

    // MARK: restored from a backup

    @Test(
        "a site is waited for until its view is proved and nothing waits there; what waits later is no sign that anything is lacking")
    func untilProved() async throws {
        let shops = try await Shops()
        let shop = shops.agents[0]
        try await shops.backUp()
        #expect(try await shops.away.isEmpty)
        try await shops.restore()
        #expect(try await shops.away == ["shop-1", "shop-2"])
        try await shops.prove(shop, waiting: 3)
        #expect(try await shops.away == ["shop-1", "shop-2"], "it has still to send what the hub lacks")
        try await shops.tell(shop, waiting: 0, cursor: shops.head)
        #expect(try await shops.away == ["shop-2"])
        // Days later: sales of today are queued.
        shops.bench.now = shops.bench.now.advanced(byMilliseconds: 4 * 24 * 3_600_000)
        try await shops.tell(shop, waiting: 3, cursor: shops.head)
        #expect(try await shops.away == ["shop-2"])
        #expect(try await shops.bench.hub.site("shop-1", now: shops.bench.now).warnings.allSatisfy { !$0.contains("was restored") })
        // And a hub that starts anew does not forget it.
        try await shops.bench.restart()
        #expect(try await shops.away == ["shop-2"])
    }

    @Test("an empty queue proves nothing before the view is proved")
    func unproved() async throws {
        let shops = try await Shops()
        try await shops.backUp()
        try await shops.restore()
        try await shops.tell(shops.agents[0], waiting: 0, cursor: shops.head)
        #expect(try await shops.away == ["shop-1", "shop-2"])
        #expect(try await shops.bench.hub.site("shop-1", now: shops.bench.now).agents.first?.exchange?.equalAt == nil)
    }

    @Test(
        "a site that enrolled after the restore is not waited for; one that had never asked before is, and nobody says that it asked"
    )
    func enrolledSince() async throws {
        let shops = try await Shops()
        _ = try await shops.bench.enrol("quiet")
        try await shops.backUp()
        try await shops.restore()
        let young = try await shops.bench.enrol("young")
        #expect(try await shops.away == ["quiet", "shop-1", "shop-2"])
        let quiet = try await shops.bench.hub.site("quiet", now: shops.bench.now)
        #expect(quiet.agents.first?.exchange == nil && quiet.warnings.contains { $0.contains("was restored") })
        try await shops.tell(young, waiting: 5)
        #expect(try await shops.away == ["quiet", "shop-1", "shop-2"])
    }

    @Test("a proof from before the backup counts for nothing, also where the hub's clock was far ahead when it was given")
    func clockAhead() async throws {
        let shops = try await Shops()
        let now = shops.bench.now
        shops.bench.now = now.advanced(byMilliseconds: 365 * 24 * 3_600_000)
        for agent in shops.agents { try await shops.prove(agent) }
        try await shops.backUp()
        try await shops.restore()
        shops.bench.now = now.advanced(byMilliseconds: 3_600_000)
        try await shops.tell(shops.agents[0], waiting: 0, cursor: shops.head)
        #expect(try await shops.away == ["shop-1", "shop-2"])
    }

    @Test("a note of an earlier version is read, and waits for nobody")
    func earlierNote() {
        let key = SigningKey().publicKey
        let kept = #"{"asked":5,"waiting":0,"served":7,"equalAt":4,"differsIn":[],"repaired":{},"admitted":3,"gaveEntries":false}"#
        let notes = AgentNotes([(agent: key, note: Array(kept.utf8))])
        #expect(notes.note(key)?.served == 7 && notes.note(key)?.isAway == false)
    }

    // MARK: gone back without being told

    @Test(
        "an agent whose cursor is not on the hub's line tells that the hub went back: each site is waited for until it proves its view"
    )
    func copiedBack() async throws {
        let shops = try await Shops()
        let (first, second) = (shops.agents[0], shops.agents[1])
        try await shops.backUp()
        try await shops.sell()
        let late = shops.head
        try await shops.copyBack()
        #expect(try await shops.away.isEmpty, "nobody can know it yet")
        try await shops.tell(first, waiting: 1, cursor: late)
        #expect(try await shops.away == ["shop-1", "shop-2"])
        try await shops.bench.restart()
        #expect(try await shops.away == ["shop-1", "shop-2"])
        try await shops.prove(first)
        #expect(try await shops.away == ["shop-2"])
        // The other one comes late, and says nothing new.
        try await shops.tell(second, waiting: 0, cursor: late)
        #expect(try await shops.away == ["shop-2"])
        try await shops.prove(second)
        #expect(try await shops.away.isEmpty)
    }

    @Test("an agent that makes cursors up raises it for others once in a start of the hub, and then for itself alone")
    func cursorsMadeUp() async throws {
        let shops = try await Shops()
        let hostile = shops.agents[1]
        let made = Position(generation: ReplicaID(high: 1, low: 1), number: 1, line: 9)
        try await shops.tell(hostile, waiting: 0, cursor: made)
        #expect(try await shops.away == ["shop-1", "shop-2"])
        for agent in shops.agents { try await shops.prove(agent) }
        #expect(try await shops.away.isEmpty)
        try await shops.tell(hostile, waiting: 0, cursor: made)
        #expect(try await shops.away == ["shop-2"])
    }

    @Test("an agent that was never proved to be on the hub's line, as one that enrols again after a restore, is waited for, and no other")
    func enrolledAgain() async throws {
        let shops = try await Shops()
        let young = try await shops.bench.enrol("young")
        try await shops.tell(young, waiting: 0, cursor: Position(generation: ReplicaID(high: 1, low: 1), number: 900, line: 9))
        #expect(try await shops.away == ["young"])
    }

    @Test("what begins anew for another reason tells nothing: a cursor below the floor, and a scan from beyond the line's end")
    func otherRestarts() async throws {
        let shops = try await Shops()
        let shop = shops.agents[0]
        let life = shops.till.nextDot
        let customer = Make.customer(1, email: "a@example.com", at: shops.bench.now)
        try await shops.bench.push([try shops.till.seal([customer])], from: shop)
        let early = shops.head
        let deletion = Change(
            time: shops.bench.now, action: .delete(Subject(entity: "customer", key: LocalKey(.integer(1)), life: life), .chain))
        try await shops.bench.push([try shops.till.seal([deletion])], from: shop)
        shops.bench.now = shops.bench.now.advanced(byMilliseconds: 40 * 24 * 3_600_000)
        _ = try await shops.bench.hub.collect(CollectionQuestion(olderThanDays: 30, dryRun: false, author: "ann"), now: shops.bench.now)
        #expect(try await shops.ask(shop, PullRequest(cursor: early, report: AgentReport(waiting: 0))).restart)
        #expect(try await shops.ask(shop, PullRequest(cursor: shops.head, from: 900, report: AgentReport(waiting: 0))).restart)
        #expect(try await shops.away.isEmpty)
    }
}
