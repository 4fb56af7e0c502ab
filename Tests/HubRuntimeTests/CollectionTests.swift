import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import TestSupport
import Testing

@Suite("Collection of dead records")
struct CollectionTests {
    private static let day: UInt64 = 24 * 3_600_000

    /// A till with a customer that it deletes, and one that stays.
    private struct Shop {
        let bench: TestHub
        let agent: TestAgent
        var till: TestWriter
        let life: Dot

        init() async throws {
            bench = try await TestHub()
            agent = try await bench.enrol("shop")
            till = TestWriter("till", seed: 1, key: agent.key)
            life = till.nextDot
            let changes = [
                Make.customer(1, email: "gone@example.com", name: "Gone", at: bench.now),
                Make.customer(2, email: "here@example.com", name: "Here", at: bench.now),
            ]
            try await bench.push([try till.seal(changes)], from: agent)
        }

        mutating func delete() async throws {
            let subject = Subject(entity: "customer", key: LocalKey(.integer(1)), life: life)
            try await push(Change(time: bench.now, action: .delete(subject, .chain)))
        }

        mutating func push(_ change: Change) async throws { try await bench.push([try till.seal([change])], from: agent) }

        func edit(_ name: String, of life: Dot? = nil) -> Change {
            Make.write("customer", 1, [("name", .text(Text(name)))], life: life ?? self.life, at: bench.now)
        }

        func collect(days: Int = 30, dryRun: Bool = false) async throws -> CollectionAnswer {
            try await bench.hub.collect(CollectionQuestion(olderThanDays: days, dryRun: dryRun, author: "ann"), now: bench.now)
        }

        func names(_ agent: TestAgent? = nil, cursor: Position? = nil) async throws -> [String] {
            let page = try await bench.pullAll(agent ?? self.agent, cursor: cursor)
            return page.bodies(.record).keys.compactMap { try? RecordID(canonicalBytes: $0).key.description }.sorted()
        }
    }

    @Test("S9: what is dead for long goes, what is younger stays; a rebuild gives the same, and it can be looked at first")
    func collects() async throws {
        var shop = try await Shop()
        try await shop.delete()
        #expect(try await shop.collect().records == 0)
        shop.bench.now = shop.bench.now.advanced(byMilliseconds: 29 * Self.day)
        #expect(try await shop.collect(dryRun: true).records == 0)
        shop.bench.now = shop.bench.now.advanced(byMilliseconds: 2 * Self.day)
        #expect(try await shop.collect(dryRun: true).records == 1)
        #expect(try await shop.bench.hub.status(now: shop.bench.now).records == 2)
        let answer = try await shop.collect()
        #expect(answer.records == 1 && answer.floor > 0)
        #expect(try await shop.collect().records == 0)
        let verification = try await shop.bench.hub.verify()
        #expect(verification.isEqual, "\(verification.differences)")
        try await shop.bench.restart()
        #expect(try await shop.bench.hub.verify().isEqual)
        let decision = try #require(try await shop.bench.hub.decisions(now: shop.bench.now).first)
        #expect(decision.choice == .collect && decision.author == "ann")
        await #expect(throws: HubError.self) {
            try await shop.bench.hub.undo(decision.id, author: "bob", note: nil, now: shop.bench.now)
        }
        await #expect(throws: HubError.self) { try await shop.collect(days: 0) }
    }

    @Test("S9: an agent that was away for longer than the floor does a first load, however small its pages, and is rid of the record")
    func firstLoad() async throws {
        var shop = try await Shop()
        let before = try await shop.bench.pullAll(shop.agent)
        #expect(before.bodies(.record).count == 2)
        try await shop.delete()
        let fresh = try await shop.bench.pullAll(shop.agent)
        shop.bench.now = shop.bench.now.advanced(byMilliseconds: 40 * Self.day)
        // What died leaves the view at once, for those who are there.
        let evicted = try await shop.bench.pullAll(shop.agent, cursor: before.cursor)
        #expect(evicted.entries.contains { $0.topic == .record && $0.body == nil })
        _ = try await shop.collect()
        #expect(try await shop.bench.pullAll(shop.agent, cursor: before.cursor).pages.last?.restart == true)
        #expect(try await shop.bench.pullAll(shop.agent, cursor: fresh.cursor).pages.last?.restart != true)
        // A load in pages of one entry, each asked for with the cursor that the page before reached.
        var cursor: Position?
        var kept: [[UInt8]: [UInt8]] = [:]
        for _ in 0..<100 {
            let request = PullRequest(cursor: cursor, maxBytes: 1)
            guard case .page(let page) = try await shop.bench.hub.pull(request, agent: shop.agent.record, now: shop.bench.now) else {
                break
            }
            #expect(!page.restart)
            for entry in page.entries where entry.topic == .record { kept[entry.key] = entry.body }
            cursor = page.reached
            if page.consistentAt != nil { break }
        }
        #expect(kept.count == 1)
        #expect(try await shop.names() == ["2"])
    }

    @Test("S9: an agent that compares all that it holds goes on from below the floor: what changed comes, and the digest tells what went")
    func rebase() async throws {
        var shop = try await Shop()
        let cursor = try #require(try await shop.bench.pullAll(shop.agent).cursor)
        try await shop.delete()
        shop.bench.now = shop.bench.now.advanced(byMilliseconds: 40 * Self.day)
        let floor = try await shop.collect().floor
        #expect(floor > cursor.number)
        try await shop.push(Make.customer(3, email: "new@example.com", name: "New", at: shop.bench.now))
        func page(_ cursor: Position, rebases: Bool) async throws -> FeedPage {
            let request = PullRequest(cursor: cursor, digestRanges: 256, rebases: rebases)
            guard case .page(let page) = try await shop.bench.hub.pull(request, agent: shop.agent.record, now: shop.bench.now) else {
                throw HubError(.badRequest, "no page", remedy: "")
            }
            return page
        }
        #expect(try await page(cursor, rebases: false).restart)
        let news = try await page(cursor, rebases: true)
        #expect(!news.restart && news.consistentAt != nil)
        let records = news.entries.filter { $0.topic == .record }
        #expect(records.count == 1 && records.first?.body != nil)
        // Of the two that it had one is left, and one is new.
        #expect(news.digest?[.record]?.whole.entries == 2)
        // A cursor of another line has not counted what this hub has.
        let foreign = Position(generation: cursor.generation, number: cursor.number, line: cursor.line ^ 1)
        #expect(try await page(foreign, rebases: true).restart)
    }

    @Test("S9: a load that had begun below a new floor begins again: it may have met what was collected since")
    func interruptedLoad() async throws {
        var shop = try await Shop()
        for number in 10..<700 { try await shop.push(Make.customer(Int64(number), email: "c\(number)@example.com", at: shop.bench.now)) }
        guard
            case .page(let first) = try await shop.bench.hub.pull(
                PullRequest(maxBytes: 1), agent: shop.agent.record, now: shop.bench.now)
        else { return }
        #expect(first.consistentAt == nil)
        try await shop.delete()
        shop.bench.now = shop.bench.now.advanced(byMilliseconds: 40 * Self.day)
        _ = try await shop.collect()
        #expect(try await shop.bench.pullAll(shop.agent, cursor: first.reached).pages.last?.restart == true)
    }

    @Test("S7: an edit of a collected record is a conflict and never a new record; replayed, it finds the record as it was")
    func editOfCollected() async throws {
        for collects in [false, true] {
            var shop = try await Shop()
            // A restored till wrote on before it could know of the deletion.
            var restored = TestWriter("till", seed: 9, source: shop.till.source, follows: Dot(shop.till.replica, 2), key: shop.agent.key)
            let late = try restored.seal([shop.edit("Edited elsewhere"), shop.edit("Edited again")])
            try await shop.delete()
            shop.bench.now = shop.bench.now.advanced(byMilliseconds: 31 * Self.day)
            if collects { #expect(try await shop.collect().records == 1) }
            try await shop.bench.push([late], from: shop.agent)
            let open = try await shop.bench.hub.conflicts(now: shop.bench.now)
            if collects {
                let held = try #require(open.first { $0.message.contains("deleted and is gone") })
                // The other customer, and the decision.
                #expect(try await shop.bench.hub.status(now: shop.bench.now).records == 2)
                _ = try await shop.bench.hub.resolve(held.id, Resolution(.replay, author: "ann"), now: shop.bench.now)
            }
            // Collected and brought back, or never collected: the same.
            let found = try await shop.bench.hub.profiles(.email("gone@example.com"), now: shop.bench.now)
            #expect(found.count == 1, "collected: \(collects)")
            let after = try await shop.bench.hub.conflicts(now: shop.bench.now)
            #expect(after.contains { $0.kind == .editOfDeleted }, "collected: \(collects), \(after.map(\.message))")
            #expect(!after.contains { $0.kind == .quarantine })
            let verification = try await shop.bench.hub.verify()
            #expect(verification.isEqual, "\(verification.differences)")
        }
    }

    @Test("a creation that was discarded stays without effect, also when an edit of it is replayed")
    func discardedCreation() async throws {
        let bench = try await TestHub()
        let agent = try await bench.enrol("shop")
        var till = TestWriter("till", seed: 1, key: agent.key)
        let life = till.nextDot
        let wrong = Make.write("sale", 1, [("at", "yesterday")], at: bench.now)
        try await bench.push([try till.seal([wrong])], from: agent)
        func held() async throws -> ConflictAnswer? {
            try await bench.hub.conflicts(now: bench.now).first
        }
        _ = try await bench.hub.resolve(try #require(try await held()).id, Resolution(.discard, author: "ann"), now: bench.now)
        try await bench.push([try till.seal([Make.write("sale", 1, [("number", "7")], life: life, at: bench.now)])], from: agent)
        _ = try await bench.hub.resolve(try #require(try await held()).id, Resolution(.replay, author: "ann"), now: bench.now)
        #expect(try await bench.hub.status(now: bench.now).quarantined == 1)
        #expect(try await held() != nil)
        #expect(try await bench.hub.explain(record: life, now: bench.now) == nil)
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("S15: a file restored from before the deletion finds the image of a collected record, so its row is no new record")
    func imagesOfCollected() async throws {
        var shop = try await Shop()
        try await shop.delete()
        shop.bench.now = shop.bench.now.advanced(byMilliseconds: 31 * Self.day)
        _ = try await shop.collect()
        func images(upTo counter: UInt64, newest: Bool) async throws -> [RecordImage] {
            var images: [RecordImage] = []
            var after: [UInt8]?
            repeat {
                let answer = try await shop.bench.hub.images(
                    source: shop.till.source, upTo: Dot(shop.till.replica, counter), isNewest: newest, after: after,
                    agent: shop.agent.record,
                    now: shop.bench.now)
                guard case .images(let page) = answer else { return images }
                images += page.records
                after = page.next
            } while after != nil
            return images
        }
        let then = try await images(upTo: 2, newest: false)
        #expect(then.map(\.key.description).sorted() == ["1", "2"] && then.allSatisfy { !$0.isDeleted })
        let now = try await images(upTo: 3, newest: true)
        #expect(now.filter(\.isDeleted).map(\.key.description) == ["1"])
    }

    @Test(
        "Law 4: stories with deletions, collected at any point: a rebuild gives the same, and nothing that is alive goes", arguments: 0..<8)
    func stories(seed: UInt64) async throws {
        let keys = (0..<4).map { _ in SigningKey() }
        let story = Story(seed: seed &+ 900, keys: keys, changes: 200, now: TestHub.start)
        let plain = try await Law4Tests.tell(story, keys: keys, seed: seed) { bench, _ in
            bench.now = bench.now.advanced(byMilliseconds: 2 * Self.day)
        }
        var collected = 0
        let bench = try await Law4Tests.tell(story, keys: keys, seed: seed) { bench, _ in
            bench.now = bench.now.advanced(byMilliseconds: 2 * Self.day)
            let question = CollectionQuestion(olderThanDays: 1, author: "ann")
            collected += try await bench.hub.collect(question, now: bench.now).records
        }
        // Edits that came late wait for somebody; replayed, everything is as if nothing had been collected.
        for held in try await bench.hub.conflicts(ConflictFilter(kind: .editOfDeleted), now: bench.now)
        where held.message.contains("deleted and is gone") {
            _ = try await bench.hub.resolve(held.id, Resolution(.replay, author: "ann"), now: bench.now)
        }
        let verification = try await bench.hub.verify()
        #expect(verification.isEqual, "seed \(seed): \(verification.differences)")
        for key in keys {
            let there = try await bench.pullAll(TestAgent(key: key, record: try await bench.present(key)))
            let plainly = try await plain.pullAll(TestAgent(key: key, record: try await plain.present(key)))
            for topic in Topic.allCases { #expect(there.bodies(topic) == plainly.bodies(topic), "seed \(seed), \(topic)") }
        }
        let (left, all) = (try await bench.hub.status(now: bench.now).records, try await plain.hub.status(now: plain.now).records)
        // Decisions are records of the hub, too.
        let decisions = try await bench.hub.decisions(now: bench.now).count
        #expect(left <= all + Int64(decisions), "seed \(seed): \(collected) collected")
        #expect(try await bench.hub.status(now: bench.now).staleViews == 0, "seed \(seed)")
    }
}
