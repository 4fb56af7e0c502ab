import Causality
import ChangeSets
import Foundation
import GRDB
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("Agreement, at the agent")
struct AgreementTests {
    private static func loaded(_ count: UInt64 = 300) throws -> AgreementRig {
        var rig = try AgreementRig(entries: count)
        try rig.feed(.queue([]))
        try rig.run(for: 20_000)
        #expect(try rig.isHubs)
        #expect(rig.agreement.equalAt != nil)
        return rig
    }

    /// A check comes within a quarter of an hour and a held question.
    private static let checkMilliseconds: UInt64 = 900_000 + 60_000

    @Test("soon after the start the view is held against the hub's, then every quarter of an hour, no more often")
    func cadence() throws {
        var rig = try Self.loaded()
        #expect(rig.digestsAsked >= 1)
        let before = rig.digestsAsked
        try rig.run(for: 24 * 3_600_000)
        #expect((90...121).contains(rig.digestsAsked - before))
        #expect(rig.agreement.differsSince == nil && rig.restarts == 0)
        #expect(rig.pulls.last?.report.view?.topics.map(\.entries) == [150, 150])
    }

    enum Plant: CaseIterable {
        case missing, stale, extra, damaged, far

        var repair: ViewRepair {
            var repair = ViewRepair()
            switch self {
            case .missing: repair.missing = 1
            case .stale, .far: repair.stale = 1
            case .extra: repair.extra = 1
            case .damaged: repair.damaged = 1
            }
            // The key that was planted is none.
            repair.names = [self == .extra ? "#100" : "k100 at shop"]
            return repair
        }

        func plant(in rig: AgreementRig) throws {
            switch self {
            case .missing: try rig.sql("DELETE FROM view_entry WHERE number = 100")
            case .stale: try rig.sql("UPDATE view_entry SET number = 37 WHERE number = 100")
            case .far: try rig.sql("UPDATE view_entry SET number = 1000000 WHERE number = 100")
            case .extra:
                try rig.sql(
                    "INSERT INTO view_entry (topic, key, number, body) VALUES (?, x'01', 100, x'02')", [Topic.stock.rawValue])
            case .damaged: try rig.sql("UPDATE view_entry SET body = x'00' WHERE number = 100")
            }
        }
    }

    @Test("a planted difference is found, asked for again by its numbers alone, mended, proved and reported", arguments: Plant.allCases)
    func mends(plant: Plant) throws {
        var rig = try Self.loaded()
        try plant.plant(in: rig)
        let before = rig.pulls.count
        try rig.run(for: Self.checkMilliseconds)
        #expect(try rig.isHubs)
        #expect(rig.restarts == 0)
        #expect(rig.agreement.differsSince == nil)
        #expect(rig.agreement.repaired == ["stock": plant.repair])
        #expect(rig.agreement.repairedText == "1 entry of stock")
        #expect(rig.agreement.repairedAt != nil && rig.agreement.equalAt ?? 0 >= rig.agreement.repairedAt ?? 0)
        #expect(rig.pulls.last?.report.repaired?.entries == ["stock": 1])
        let asked = rig.pulls[before...].compactMap { if case .again(let interval) = $0.wish { interval } else { nil } }
        #expect((1...3).contains(asked.count) && asked.allSatisfy { $0.topic == .stock })
        // People were told meanwhile, and are told that it is over.
        #expect(rig.effects.contains { if case .report(let report) = $0 { report.agreement.differsSince != nil } else { false } })
        let reports = rig.effects.count(where: { if case .report = $0 { true } else { false } })
        try rig.run(for: 3 * Self.checkMilliseconds)
        #expect(rig.effects.count(where: { if case .report = $0 { true } else { false } }) - reports < 300)
        #expect(rig.agreement.repaired == ["stock": plant.repair])
    }

    @Test("a repair names what it mended, twenty of each topic and no more, and of people only numbers of the line", arguments: [20, 21])
    func names(count: UInt64) throws {
        var repair = ViewRepair()
        for number in 1...count { repair.name(.stock, number: number, key: AgreementRig.entry(number).key) }
        #expect(repair.names?.count == ViewRepair.namesMax && repair.names?.first == "k1 at shop")
        var person = ViewRepair()
        for topic in [Topic.profile, .record, .order] { person.name(topic, number: 7, key: AgreementRig.entry(7, key: "anna@x.org").key) }
        #expect(person.names == ["#7", "#7", "#7"])
    }

    @Test("what found a lost entry does not find another that was given its place")
    func lostPlaceGivenAgain() throws {
        var rig = try Self.loaded()
        // The last one is stock; what comes next, a profile, is stored in its place.
        try rig.sql("DELETE FROM view_entry WHERE number = 300")
        rig.change(AgreementRig.entry(301))
        try rig.run(for: 60_000)
        try rig.run(for: Self.checkMilliseconds)
        #expect(try rig.isHubs)
        #expect(try rig.view.stock(sku: "k300").findings.map(\.location) == ["shop"])
    }

    @Test("many differences of all kinds at once are mended, while the hub goes on changing", arguments: 0..<12)
    func mendsMany(seed: UInt64) throws {
        var rig = try Self.loaded(400)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            let number = UInt64.random(in: 1...400, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: try rig.sql("DELETE FROM view_entry WHERE number = \(number)")
            case 1:
                try rig.sql("UPDATE view_entry SET number = number + \(UInt64.random(in: 1...50, using: &random)) WHERE number = \(number)")
            case 2:
                try rig.sql(
                    "INSERT OR IGNORE INTO view_entry (topic, key, number, body) VALUES (3, x'\(10 + number % 80)', \(number), x'02')")
            default: try rig.sql("UPDATE view_entry SET body = x'00' WHERE number = \(number)")
            }
        }
        for _ in 0..<60 {
            if random.chance(60) {
                let number = UInt64.random(in: 1...400, using: &random)
                var entry = AgreementRig.entry(number)
                if random.chance(30) { entry.body = nil }
                rig.change(entry)
            }
            try rig.run(for: UInt64.random(in: 10...40_000, using: &random))
        }
        try rig.run(for: Self.checkMilliseconds)
        #expect(try rig.isHubs, "seed \(seed)")
        #expect(rig.agreement.differsSince == nil, "seed \(seed)")
        #expect(rig.restarts <= 1)
    }

    @Test(
        "a quarter of a large view, and 64 intervals, are asked for again; what is more is loaded anew",
        arguments: [
            ("number <= 1984", 0), ("number <= 2000", 1), ("number % 64 < 2 AND number <= 2048", 0),
            ("number % 64 < 2 AND number <= 2112", 1),
        ])
    func bound(lost: String, restarts: Int) throws {
        // Ranges of 16 entries: 1,984 of 8,000 are to be asked for, or 2,016; 64 intervals, or 66.
        var rig = try Self.loaded(8_000)
        try rig.sql("DELETE FROM view_entry WHERE \(lost)")
        try rig.run(for: Self.checkMilliseconds)
        #expect(try rig.isHubs)
        #expect(rig.restarts == restarts)
    }

    @Test("what a repair does not mend a first load does, and what that does not mend is told and looked at again after an hour")
    func unmended() throws {
        var rig = try Self.loaded()
        rig.isHubWrong = true
        try rig.run(for: Self.checkMilliseconds + 60_000)
        #expect(rig.restarts == 1)
        #expect(rig.agreement.differsSince != nil)
        let before = rig.digestsAsked
        try rig.run(for: 40 * 60_000)
        #expect(rig.digestsAsked == before)
        rig.isHubWrong = false
        try rig.run(for: 25 * 60_000)
        #expect(rig.agreement.differsSince == nil)
    }

    @Test("a hub that gives no digests is asked now and then, and nothing else changes")
    func olderHub() throws {
        var rig = try AgreementRig(entries: 50)
        rig.givesDigests = false
        try rig.feed(.queue([]))
        try rig.run(for: 3_600_000)
        #expect(try rig.isHubs)
        #expect((10...40).contains(rig.digestsAsked))
        #expect(rig.agreement.equalAt == nil && rig.agreement.differsSince == nil)
        #expect(rig.pulls.count < 130)
    }

    @Test("a comparison that never ends is given up, and the line goes on")
    func lostComparison() throws {
        var core = SyncCore()
        var random = SeededGenerator(seed: 1)
        let rig = try AgreementRig(entries: 4)
        var now: Instant = 1_000
        func pull(_ effects: [SyncCore.Effect]) -> SyncCore.PullOrder? {
            effects.lazy.compactMap { if case .pull(let order) = $0 { order } else { nil } }.first
        }
        var order = try #require(pull(core.receive(.queue([]), now: now, random: &random)))
        now += 10_000
        let page = FeedPage(
            entries: [], reached: rig.position, consistentAt: rig.position, restart: false, own: [], held: [],
            time: Timestamp(milliseconds: now), digest: rig.digest)
        order = try #require(pull(core.receive(.pull(ticket: order.ticket, .answered(page, standings: [])), now: now, random: &random)))
        #expect(order.wish == .digest(ranges: 1))
        let effects = core.receive(.pull(ticket: order.ticket, .answered(page, standings: [])), now: now, random: &random)
        #expect(effects.contains { if case .compare = $0 { true } else { false } } && pull(effects) == nil)
        #expect(pull(core.receive(.timer, now: now + core.settings.requestMillisecondsMax - 1, random: &random)) == nil)
        let given = core.receive(.timer, now: now + core.settings.requestMillisecondsMax, random: &random)
        #expect(given.contains { if case .abandon(order.ticket) = $0 { true } else { false } } && pull(given)?.wish == .news)
    }

    @Test("a view of another position, or one that is being loaded, is held against nothing")
    func otherPosition() throws {
        let rig = try Self.loaded(10)
        #expect(try rig.view.compared(with: rig.digest, at: rig.position)?.isEqual == true)
        #expect(try rig.view.compared(with: rig.digest, at: AgreementRig.position(9)) == nil)
        try rig.view.restart()
        #expect(try rig.view.compared(with: rig.digest, at: rig.position) == nil)
    }

    @Test("a crash between what came again and the news that make it visible loses nothing")
    func crash() throws {
        var rig = try Self.loaded()
        try rig.sql("DELETE FROM view_entry WHERE number IN (100, 102)")
        let interval = FeedInterval(topic: .stock, after: 90, through: 110)
        var page = FeedPage(
            entries: rig.entries.filter { $0.topic == .stock && interval.contains($0.number) }, reached: rig.position, consistentAt: nil,
            restart: false, own: [], held: [], time: Timestamp(milliseconds: 9))
        page.again = 110
        #expect(try rig.view.stage(page, again: interval).isEmpty)
        #expect(try !rig.isHubs, "not visible yet")
        // Another process, which knows nothing of it, goes on from the same file.
        rig.core = SyncCore()
        rig.inFlight = []
        try rig.feed(.queue([]))
        try rig.run(for: 60_000)
        #expect(try rig.isHubs)
        #expect(rig.agreement.repaired["stock"]?.missing == 2)
    }

    @Test("S27: unsent own changes outlive a repair")
    func ownChanges() throws {
        let journal = FakeJournal()
        var rig = try Self.loaded()
        let own = OwnChanges(queue: rig.queue, journal: journal)
        journal.seal([Sales.line(1, sku: "k100", quantity: 3)])
        try own.catchUp()
        let before = try rig.view.stock(sku: "k100").findings.map(\.unsentMovement)
        #expect(before == [-30_000])
        try rig.sql("DELETE FROM view_entry WHERE number = 100")
        try rig.run(for: Self.checkMilliseconds)
        #expect(try rig.isHubs)
        #expect(try rig.view.stock(sku: "k100").findings.map(\.unsentMovement) == before)
    }

    @Test("each question tells how much waits and for how long; nothing waits when all is acknowledged")
    func tells() throws {
        var rig = try AgreementRig(entries: 4)
        let replica = ReplicaID(high: 1, low: 1)
        try rig.feed(.queue([QueueStanding(replica: replica, acknowledged: 2, sealed: 9)]))
        #expect(rig.pulls.last?.report.waiting == 7)
        try rig.run(for: 100_000)
        #expect(rig.pulls.last?.report.waiting == 7)
        #expect((40_000...100_000).contains(rig.pulls.last?.report.waitingMilliseconds ?? 0))
        try rig.feed(.queue([QueueStanding(replica: replica, acknowledged: 9, sealed: 9)]))
        try rig.run(for: 60_000)
        #expect(rig.pulls.last?.report.waiting == 0 && rig.pulls.last?.report.waitingMilliseconds == nil)
    }
}

@Suite("Speed of comparing", .enabled(if: ProcessInfo.processInfo.environment["TRIBUTARY_SPEED"] != nil))
struct CompareSpeedTests {
    @Test("A view held against the hub's digest, bodies of 700 bytes read and summed up")
    func compare() throws {
        let wanted = UInt64(ProcessInfo.processInfo.environment["TRIBUTARY_SPEED"] ?? "") ?? 100_000
        let folder = try TemporaryFolder()
        let queue = try DatabaseQueue(path: folder.path + "/agent.db")
        try AgentSchema.migrate(queue)
        let view = LocalReplica(queue: queue)
        let body = [UInt8](repeating: 65, count: 700)
        let entries = (1...wanted).map {
            FeedEntry(number: $0, topic: .stock, key: Array("p0123456789abcdef0123456789abcdef-\($0)".utf8), body: body)
        }
        let position = Position(generation: ReplicaID(high: 9, low: 9), number: wanted, line: wanted)
        var whole = RangeDigest(through: wanted)
        for entry in entries { whole.add(ViewDigest.sum(.stock, number: entry.number, key: entry.key)) }
        try view.stage(
            FeedPage(
                entries: entries, reached: position, consistentAt: position, restart: false, own: [], held: [],
                time: Timestamp(milliseconds: 1)))
        let digest = ViewDigest(topics: [TopicDigest(topic: .stock, ranges: [whole])])
        var isEqual: Bool?
        let taken = try ContinuousClock().measure { isEqual = try view.compared(with: digest, at: position)?.isEqual }
        #expect(isEqual == true)
        print("\(wanted) entries compared in \(taken)")
    }
}
