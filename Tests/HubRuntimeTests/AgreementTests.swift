import Causality
import ChangeSets
import Foundation
import HubStoreSQLite
import HubTestSupport
import TestSupport
import Testing

@testable import HubRuntime

@Suite("Agreement, at the hub")
struct AgreementTests {
    private static var options: Hub.Options {
        var options = Hub.Options()
        options.digestRestFactor = 0
        return options
    }

    /// What a view that was fed from the beginning sums up to, in the hub's ranges.
    private static func summed(_ entries: [FeedEntry], like digest: ViewDigest) -> ViewDigest {
        var bodies: [[UInt8]: FeedEntry] = [:]
        for entry in entries { bodies[[entry.topic.rawValue] + entry.key] = entry }
        var topics = digest.topics.map { TopicDigest(topic: $0.topic, ranges: $0.ranges.map { RangeDigest(through: $0.through) }) }
        for entry in bodies.values where entry.body != nil {
            guard let place = topics.firstIndex(where: { $0.topic == entry.topic }) else {
                topics.append(TopicDigest(topic: entry.topic, ranges: []))
                continue
            }
            topics[place].ranges[topics[place].range(of: entry.number)].add(
                ViewDigest.sum(entry.topic, number: entry.number, key: entry.key))
        }
        return ViewDigest(topics: topics)
    }

    private static func page(_ bench: TestHub, _ agent: TestAgent, _ request: PullRequest) async throws -> FeedPage {
        guard case .page(let page) = try await bench.hub.pull(request, agent: agent.record, now: bench.now) else {
            throw HubError(.badRequest, "no page", remedy: "")
        }
        return page
    }

    private static func expectDigest(_ bench: TestHub, _ agent: TestAgent, _ comment: Comment) async throws {
        let fed = try await bench.pullAll(agent)
        for ranges in [1, 7, 256] {
            let page = try await page(bench, agent, PullRequest(cursor: fed.cursor, digestRanges: ranges))
            let digest = try #require(page.digest, comment)
            #expect(digest == summed(fed.entries, like: digest), "\(comment), \(ranges) ranges")
            #expect(digest.topics.allSatisfy { (1...ranges).contains($0.ranges.count) && $0.ranges.last?.through == fed.cursor?.number })
            #expect(digest.topics.map(\.topic.rawValue) == digest.topics.map(\.topic.rawValue).sorted())
        }
    }

    @Test("a digest is exactly what the feed brings, for each kind of site and region, with evicts and deletions", arguments: 0..<8)
    func isTheFeed(seed: UInt64) async throws {
        let bench = try await TestHub(options: Self.options)
        let keys = (0..<3).map { _ in SigningKey() }
        let story = Story(seed: seed, keys: keys, changes: 250, now: bench.now)
        var agents: [TestAgent] = []
        for (index, teller) in story.tellers.enumerated() {
            let token = try await bench.hub.addSite(
                name: "shop-\(index)", kind: [.store, .web, .warehouse][index], region: index == 0 ? "north" : nil, now: bench.now)
            _ = try await bench.hub.enroll(token: token.token, publicKey: keys[index].publicKey, now: bench.now)
            agents.append(TestAgent(key: keys[index], record: try await bench.present(keys[index])))
            var writer = teller.writer
            for set in try writer.seal(teller.changes, by: 20) { try await bench.push([set], from: agents[index]) }
        }
        agents.append(try await bench.enrol("south", region: "south"))
        for agent in agents { try await Self.expectDigest(bench, agent, "seed \(seed), \(agent.record.site.name)") }
    }

    @Test("an evict of a region, a deletion and a collection leave the digest with the feed; so does a hub that starts anew")
    func leaving() async throws {
        let bench = try await TestHub(options: Self.options)
        let (north, south) = (try await bench.enrol("north", region: "north"), try await bench.enrol("south", region: "south"))
        var till = TestWriter("till", seed: 1, key: north.key)
        let life = till.nextDot
        try await bench.push(
            [
                try till.seal([
                    Make.customer(1, email: "a@example.com", at: bench.now), Make.customer(2, email: "b@example.com", at: bench.now),
                    Make.movement("MUG", "north", pieces: 1, at: bench.now),
                ])
            ], from: north)
        for agent in [north, south] { try await Self.expectDigest(bench, agent, "first") }
        let deletion = Change(
            time: bench.now, action: .delete(Subject(entity: "customer", key: LocalKey(.integer(1)), life: life), .chain))
        try await bench.push([try till.seal([deletion])], from: north)
        for agent in [north, south] { try await Self.expectDigest(bench, agent, "deleted") }
        bench.now = bench.now.advanced(byMilliseconds: 40 * 24 * 3_600_000)
        _ = try await bench.hub.collect(CollectionQuestion(olderThanDays: 30, dryRun: false, author: "ann"), now: bench.now)
        for agent in [north, south] { try await Self.expectDigest(bench, agent, "collected") }
        try await bench.restart()
        for agent in [north, south] { try await Self.expectDigest(bench, agent, "started anew") }
    }

    @Test("only the page that reaches the head brings a digest, and only to who asked; ranges have about as many entries each")
    func when() async throws {
        let bench = try await TestHub(options: Self.options)
        let shop = try await bench.enrol("shop")
        var till = TestWriter("till", seed: 1, key: shop.key)
        for set in try till.seal((0..<2_000).map { Make.customer(Int64($0), email: "c\($0)@x.org", at: bench.now) }, by: 10) {
            try await bench.push([set], from: shop)
        }
        #expect(try await Self.page(bench, shop, PullRequest(maxBytes: 1, digestRanges: 1)).digest == nil)
        let cursor = try await bench.pullAll(shop).cursor
        #expect(try await Self.page(bench, shop, PullRequest(cursor: cursor)).digest == nil)
        let digest = try #require(try await Self.page(bench, shop, PullRequest(cursor: cursor, digestRanges: 256)).digest)
        for topic in digest.topics where topic.topic != .stock {
            #expect(topic.ranges.count > 90 && topic.ranges.allSatisfy { $0.entries <= 20 })
        }
    }

    @Test("what is asked for again is what the feed has of these numbers and topic, in pages, and moves no cursor")
    func again() async throws {
        let bench = try await TestHub(options: Self.options)
        let shop = try await bench.enrol("shop")
        var till = TestWriter("till", seed: 1, key: shop.key)
        for set in try till.seal((0..<60).map { Make.customer(Int64($0), email: "c\($0)@x.org", at: bench.now) }, by: 3) {
            try await bench.push([set], from: shop)
        }
        let fed = try await bench.pullAll(shop)
        for (after, through): (UInt64, UInt64) in [(0, 5), (4, 5), (7, FeedInterval.numberMax), (900, 1_000), (5, 2)] {
            var interval = FeedInterval(topic: .profile, after: after, through: through)
            var found: [FeedEntry] = []
            var pages = 0
            while interval.after < interval.through, pages < 100 {
                let page = try await Self.page(bench, shop, PullRequest(cursor: fed.cursor, maxBytes: 1_000, again: interval))
                let reached = try #require(page.again)
                #expect(page.consistentAt == nil && page.reached == fed.cursor && reached > interval.after)
                found += page.entries
                interval.after = reached
                pages += 1
            }
            #expect(found.map(\.key) == fed.entries.filter { $0.topic == .profile && $0.number > after && $0.number <= through }.map(\.key))
        }
        let lost = Position(generation: ReplicaID(high: 1, low: 1), number: 3, line: 9)
        #expect(
            try await Self.page(
                bench, shop, PullRequest(cursor: lost, again: FeedInterval(topic: .stock, after: 0, through: 5))
            ).restart)
    }

    @Test("after a sum the hub rests; what it knows of the same head it gives all the same")
    func rests() async throws {
        var options = Hub.Options()
        options.digestRestFactor = 1_000_000_000
        let bench = try await TestHub(options: options)
        let shop = try await bench.enrol("shop")
        let other = try await bench.enrol("other")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push([try till.seal([Make.movement("MUG", "s", pieces: 1, at: bench.now)])], from: shop)
        let cursor = try await bench.pullAll(shop).cursor
        #expect(try await Self.page(bench, shop, PullRequest(cursor: cursor, digestRanges: 1)).digest != nil)
        #expect(try await Self.page(bench, shop, PullRequest(cursor: cursor, digestRanges: 1)).digest != nil)
        #expect(try await Self.page(bench, other, PullRequest(cursor: cursor, digestRanges: 1)).digest == nil, "it has records of its own")
        try await bench.push([try till.seal([Make.movement("MUG", "s", pieces: 1, at: bench.now)])], from: shop)
        #expect(try await Self.page(bench, shop, PullRequest(digestRanges: 1)).digest == nil)
    }

    // MARK: what the agent tells

    @Test("what an agent tells of its view is held against what it was given, and the listing says equal, or since when it differs")
    func verdict() async throws {
        let bench = try await TestHub(options: Self.options)
        let shop = try await bench.enrol("shop")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push([try till.seal([Make.movement("MUG", "s", pieces: 1, at: bench.now)])], from: shop)
        func exchange() async throws -> SiteAnswer.Exchange? {
            try await bench.hub.site("shop", now: bench.now).agents.first?.exchange
        }
        #expect(try await exchange() == nil)
        let cursor = try await bench.pullAll(shop).cursor
        #expect(try await exchange()?.waiting == nil, "it tells nothing")
        let given = try await Self.page(bench, shop, PullRequest(cursor: cursor, digestRanges: 1))
        let (position, digest) = (try #require(given.consistentAt), try #require(given.digest))
        let givenAt = bench.now.milliseconds
        bench.now = bench.now.advanced(byMilliseconds: 1_000)
        var wrong = digest
        wrong.topics[wrong.topics.count - 1].ranges[0].entries += 1
        func tell(_ digest: ViewDigest, waiting: UInt64 = 0) async throws {
            let report = AgentReport(
                waiting: waiting, waitingMilliseconds: waiting > 0 ? 400 : nil, view: AgentReport.View(position: position, digest: digest))
            _ = try await Self.page(bench, shop, PullRequest(cursor: cursor, digestRanges: 1, report: report))
        }
        try await tell(wrong)
        #expect(try await exchange()?.differsSince == givenAt)
        #expect(try await exchange()?.differsIn == ["stock"])
        #expect(try await bench.hub.status(now: bench.now).warnings.contains { $0.contains("differs from the hub's: 1 (shop)") })
        try await tell(digest, waiting: 3)
        #expect(try await exchange()?.differsSince == nil)
        #expect(try await exchange()?.equalAt == bench.now.milliseconds)
        #expect(try await exchange()?.waiting == 3)
        #expect(try await exchange()?.waitingSince == bench.now.milliseconds - 400)
        #expect(try await bench.hub.status(now: bench.now).warnings.allSatisfy { !$0.contains("differs") })
        // What waited then makes it the view's alone, also when nothing waits any more.
        #expect(try await exchange()?.isWhole == false)
        try await tell(digest)
        #expect(try await exchange()?.isWhole == true)
        // A hub that starts anew still says it.
        let equalAt = try await exchange()?.equalAt
        try await bench.restart()
        #expect(try await exchange()?.equalAt == equalAt)
    }

    @Test("what a site was not served yet is dated by when the hub received it")
    func served() async throws {
        let bench = try await TestHub(options: Self.options)
        let (shop, other) = (try await bench.enrol("shop"), try await bench.enrol("other"))
        var till = TestWriter("till", seed: 1, key: shop.key)
        _ = try await Self.page(bench, other, PullRequest())
        func behind() async throws -> UInt64? { try await bench.hub.site("other", now: bench.now).agents.first?.exchange?.behindSince }
        #expect(try await behind() == nil)
        let receivedAt = bench.now.advanced(byMilliseconds: 5_000)
        bench.now = receivedAt
        try await bench.push([try till.seal([Make.movement("MUG", "s", pieces: 1, at: bench.now)])], from: shop)
        bench.now = bench.now.advanced(byMilliseconds: 60_000)
        #expect(try await behind() == receivedAt.milliseconds)
        let page = try await Self.page(bench, other, PullRequest())
        #expect(try await behind() == receivedAt.milliseconds, "given is not kept")
        _ = try await Self.page(bench, other, PullRequest(cursor: page.consistentAt))
        #expect(try await behind() == nil)
    }
}

@Suite("No silent stall, at the hub")
struct StallTests {
    private static func time(_ minutes: UInt64) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + minutes * 60_000) }

    private static func position(_ number: UInt64) -> Position {
        Position(generation: ReplicaID(high: 1, low: 1), number: number, line: number)
    }

    private static func page(_ entries: Int) -> FeedPage {
        FeedPage(
            entries: (0..<entries).map { FeedEntry(number: UInt64($0 + 9), topic: .stock, key: [1], body: [2]) }, reached: position(9),
            consistentAt: position(9), restart: false, own: [], held: [], time: time(0))
    }

    @Test("a site that answers for 15 minutes with a queue of which nothing comes is stalled, and not a minute before")
    func queue() {
        var note = AgentNote()
        for minute: UInt64 in 0...15 {
            note.asked(cursor: Self.position(9), report: AgentReport(waiting: 5), admitted: 7, at: Self.time(minute))
            #expect(note.isQueueStalled(at: Self.time(minute)) == (minute >= 15))
        }
        #expect(note.warnings(at: Self.time(15)).first?.contains("none of its 5 waiting changes has come for 15 minutes") == true)
        // One change comes: it gets on.
        note.asked(cursor: Self.position(9), report: AgentReport(waiting: 50), admitted: 8, at: Self.time(16))
        #expect(!note.isQueueStalled(at: Self.time(16)))
    }

    @Test("an empty queue, one of which something comes, and an agent that tells nothing are not stalled", arguments: 0..<3)
    func noStall(kind: Int) {
        var note = AgentNote()
        for minute: UInt64 in 0...60 {
            let report = [AgentReport(waiting: 0), AgentReport(waiting: 5), nil][kind]
            note.asked(cursor: Self.position(9), report: report, admitted: kind == 1 ? minute / 14 : 0, at: Self.time(minute))
            #expect(!note.isQueueStalled(at: Self.time(minute)))
        }
    }

    @Test("what a hostile agent tells of itself may be any number: it is shown, and brings nothing down")
    func absurdNumbers() {
        var note = AgentNote()
        let repaired = AgentReport.Repaired(at: .max, entries: ["profile": .max, "stock": .max])
        for minute in [0, 1, 30] as [UInt64] {
            note.asked(
                cursor: Self.position(.max), report: AgentReport(waiting: .max, waitingMilliseconds: .max, repaired: repaired),
                admitted: .max, at: Self.time(minute))
            #expect(note.wasRepaired(at: Self.time(minute)))
            #expect(!note.warnings(at: Self.time(minute)).isEmpty)
        }
        #expect(note.waiting.map { $0 <= 1 << 48 } == true)
    }

    @Test("silence is no stall: a site that comes back after hours has its time to send")
    func silence() {
        var note = AgentNote()
        note.asked(cursor: Self.position(9), report: AgentReport(waiting: 5), admitted: 0, at: Self.time(0))
        #expect(!note.isQueueStalled(at: Self.time(300)))
        note.asked(cursor: Self.position(9), report: AgentReport(waiting: 500), admitted: 0, at: Self.time(300))
        #expect(!note.isQueueStalled(at: Self.time(300)))
        for minute: UInt64 in 301...315 {
            note.asked(cursor: Self.position(9), report: AgentReport(waiting: 500), admitted: 0, at: Self.time(minute))
        }
        #expect(note.isQueueStalled(at: Self.time(315)))
        #expect(!note.isQueueStalled(at: Self.time(330)), "it does not answer any more: it is told as silent")
    }

    @Test("a site that is given news for 15 minutes and asks on from the same place is stalled; one without news is not")
    func view() {
        var (note, idle) = (AgentNote(), AgentNote())
        for minute: UInt64 in 0...16 {
            note.asked(cursor: Self.position(5), report: nil, admitted: 0, at: Self.time(minute))
            #expect(note.isViewStalled(at: Self.time(minute)) == (minute >= 15))
            note.gave(Self.page(3))
            idle.asked(cursor: Self.position(5), report: nil, admitted: 0, at: Self.time(minute))
            idle.gave(Self.page(0))
            #expect(!idle.isViewStalled(at: Self.time(minute)))
        }
        note.asked(cursor: Self.position(9), report: nil, admitted: 0, at: Self.time(17))
        #expect(!note.isViewStalled(at: Self.time(17)))
    }

    @Test("a site whose agent says that it reads nothing is stalled for as long as it says so and answers")
    func capture() {
        var note = AgentNote()
        func ask(_ minute: UInt64, silent: UInt64?) {
            note.asked(
                cursor: nil, report: AgentReport(waiting: 0, silentMilliseconds: silent), admitted: 0, at: Self.time(minute))
        }
        ask(0, silent: nil)
        #expect(!note.isStalled(at: Self.time(0)) && note.warnings(at: Self.time(0)).isEmpty)
        ask(10, silent: 6 * 60_000)
        #expect(note.isCaptureStalled(at: Self.time(10)) && note.isStalled(at: Self.time(15)))
        #expect(note.warnings(at: Self.time(10)).first?.contains("nothing of the application for 6 minutes") == true)
        #expect(!note.isStalled(at: Self.time(16)), "it does not answer any more: it is told as silent")
        ask(17, silent: .max)
        #expect(note.isCaptureStalled(at: Self.time(17)))
        ask(18, silent: nil)
        #expect(!note.isStalled(at: Self.time(18)))
    }

    @Test("what an agent says of its repairs is shown as it can be, for a day")
    func repairs() {
        var note = AgentNote()
        let report = AgentReport(
            waiting: 0,
            repaired: AgentReport.Repaired(at: Self.time(0).milliseconds, entries: ["stock": 1, "customers": 3, "\u{1B}[2J": 9]))
        note.asked(cursor: nil, report: report, admitted: 0, at: Self.time(0))
        #expect(note.repairedText == "3 entries of customers, 1 entry of stock")
        #expect(note.wasRepaired(at: Self.time(24 * 60)))
        #expect(!note.wasRepaired(at: Self.time(24 * 60 + 1)))
    }
}
