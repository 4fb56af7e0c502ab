import Causality
import ChangeSets
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("SyncCore")
struct SyncCoreTests {
    @Test(
        "law 1: whatever is lost, doubled, cut or killed, every change has one effect in order, and after heal all agree",
        arguments: 0..<200)
    func exactlyOnce(seed: Int) {
        var rig = SyncRig(seed: UInt64(seed))
        rig.line = FaultyLine(lossPercent: 30, doublingPercent: 20)
        for _ in 0..<40 {
            rig.sell(UInt64.random(in: 0...12, using: &rig.random))
            rig.run(for: UInt64.random(in: 10...9_000, using: &rig.random))
            if rig.random.chance(10) { rig.line.isCut.toggle() }
            if rig.random.chance(8) { rig.restart() }
            #expect(rig.acknowledged <= rig.hubLast)
        }
        rig.line = .sound
        rig.run(for: 200_000)
        #expect(rig.hubApplied == Array(1...max(1, rig.sealed)).filter { $0 <= rig.sealed })
        #expect(rig.acknowledged == rig.sealed)
        #expect(rig.core.report.queued == 0)
        #expect(rig.visible == rig.head)
        #expect(rig.core.isCaughtUp)
    }

    @Test("S22, S25: a restored hub is sent what it forgot, and the view goes back with it", arguments: 0..<100)
    func hubRestored(seed: Int) {
        var rig = SyncRig(seed: UInt64(seed))
        rig.line = FaultyLine(lossPercent: 10, doublingPercent: 10)
        rig.sell(60)
        rig.run(for: 60_000)
        let backup = rig.hubSets.last { $0.end <= 35 }?.end ?? 0
        rig.hubSets.removeAll { $0.end > backup }
        rig.head = backup
        rig.hubApplied = Array(rig.hubApplied.prefix(Int(backup)))
        rig.sell(10)
        rig.line = .sound
        rig.run(for: 300_000)
        #expect(rig.hubApplied == Array(1...70))
        #expect(rig.acknowledged == 70)
        #expect(rig.visible == rig.head)
        #expect(rig.count { if case .rewind = $0 { true } else { false } } >= 1)
        #expect(rig.count { if case .fork = $0 { true } else { false } } == 0)
    }

    @Test("an answer that is only older than a later one is no restore of the hub")
    func overtaking() {
        var rig = SyncRig(seed: 1)
        rig.sell(5)
        rig.run(for: 30_000)
        #expect(rig.acknowledged == 5)
        // A pull is asked, then a push is asked and answered, then the pull's older answer arrives.
        let old = rig.receipt
        rig.inFlight = []
        let ticket = rig.pulls.last!.ticket
        rig.sell(5)
        rig.run(for: 2_000)
        #expect(rig.acknowledged == 10)
        let page = FeedPage(
            entries: [], reached: rig.position, consistentAt: rig.position, restart: false, own: [old], held: [], time: old.time)
        rig.feed(.pull(ticket: ticket, .answered(page, standings: [rig.standing(old)])))
        #expect(rig.acknowledged == 10)
        #expect(rig.count { if case .rewind = $0 { true } else { false } } == 0)
    }

    @Test("S22: where another disk wrote the same counters, the first differing set is found and nothing more is sent", arguments: 0..<30)
    func fork(seed: Int) {
        var rig = SyncRig(seed: UInt64(seed))
        rig.line = FaultyLine(lossPercent: 20, doublingPercent: 20)
        rig.sell(UInt64(20 + seed))
        rig.run(for: 200_000)
        let common = rig.acknowledged
        #expect(common == rig.sealed)
        // The copy sells first; then we do.
        let copy = rig.disk
        rig.disk.writer = 1
        rig.sell(9)
        rig.run(for: 200_000)
        #expect(rig.hubLast == common + 9)
        let applied = rig.hubApplied
        rig.disk = copy
        rig.disk.writer = 2
        rig.restart()
        rig.sell(30)
        rig.run(for: 200_000)
        #expect(rig.count { if case .fork = $0 { true } else { false } } >= 1)
        #expect(rig.acknowledged == common)
        #expect(rig.hubApplied == applied)
    }

    @Test("S15: a folder restored from a backup finds exactly how far the hub's history is its own", arguments: 0..<30)
    func folderIsOld(seed: Int) {
        var rig = SyncRig(seed: UInt64(seed))
        rig.line = FaultyLine(lossPercent: 20, doublingPercent: 20)
        rig.sell(20)
        rig.run(for: 200_000)
        // The backup holds sets that are cut and not known to be acknowledged.
        rig.line.isCut = true
        rig.sell(16)
        rig.run(for: 20_000)
        let backup = rig.disk
        rig.line.isCut = false
        rig.run(for: 200_000)
        rig.sell(10)
        rig.run(for: 200_000)
        #expect(rig.hubLast == 46)
        rig.disk = backup
        rig.restart()
        rig.run(for: 200_000)
        #expect(rig.count { if case .recover(let receipt, .folderIsOld) = $0 { receipt.last == 46 } else { false } } >= 1)
        #expect(rig.count { if case .fork = $0 { true } else { false } } == 0)
        #expect(rig.acknowledged == 36)
        #expect(rig.hubApplied == Array(1...46))
    }

    @Test(
        "S25: what a writer follows and the hub has lost is recovered where nobody here has more of it to send",
        arguments: [27, 28], [Standing.agrees, .ahead])
    func gapOfFormer(sealed: UInt64, standing: Standing) {
        var core = SyncCore()
        var random = SeededGenerator(seed: 1)
        let former = ReplicaID(high: 1, low: 2)
        let effects = core.receive(
            .queue([
                QueueStanding(replica: former, acknowledged: 27, sealed: 27, isAbandoned: true),
                QueueStanding(replica: SyncRig.replica, acknowledged: 0, sealed: 3),
            ]), now: 1_000, random: &random)
        let order = effects.compactMap { if case .push(let order) = $0 { order } else { nil } }.first
        core.queues[0].sealed = sealed
        var receipt = SyncRig(seed: 1).receipt
        (receipt.replica, receipt.last) = (former, 27)
        let answer = SyncCore.PushOutcome.answered(.gap(receipt), through: 3, isSingle: true, standing: standing)
        let then = core.receive(.push(ticket: order?.ticket ?? 0, answer), now: 1_100, random: &random)
        let recovers = then.contains { if case .recover(receipt, .changesLost) = $0 { true } else { false } }
        #expect(order?.replica == SyncRig.replica && recovers == (sealed == 27))
    }

    @Test("no failure of any kind acknowledges or deletes anything", arguments: LineFailure.Kind.allCases)
    func failuresKeepEverything(kind: LineFailure.Kind) {
        var rig = SyncRig(seed: 3)
        rig.failure = LineFailure(kind, "x", remedy: "y")
        rig.sell(9)
        rig.run(for: 2_000_000)
        #expect(rig.pushes.count > 3)
        #expect(rig.acknowledged == 0)
        #expect(rig.core.report.queued == 9)
        #expect(rig.count { if case .acknowledge = $0 { true } else { false } } == 0)
        #expect(rig.core.report.pushFailure?.kind == kind)
        rig.failure = nil
        rig.run(for: 400_000)
        #expect(rig.hubApplied == Array(1...9))
        #expect(rig.core.report.pushFailure == nil)
    }

    @Test("a broken line is not hammered, and a new sale tries it at once")
    func pace() {
        var rig = SyncRig(seed: 5)
        rig.line.isCut = true
        rig.sell(1)
        rig.run(for: 3_600_000)
        #expect(rig.pushes.count < 130)
        let before = rig.pushes.count
        rig.run(for: 6_000)
        rig.sell(1)
        #expect(rig.pushes.count >= before + 1 || rig.core.push.request != nil)
        for _ in 0..<1_000 { rig.sell(1) }
        #expect(rig.pushes.count < before + 6)
    }

    @Test("what only people can mend is looked at every five minutes")
    func unauthorised() {
        var rig = SyncRig(seed: 5)
        rig.sell(1)
        rig.inFlight = []
        rig.feed(.push(ticket: rig.pushes[0].ticket, .failed(LineFailure(.unauthorised, "unknown", remedy: "enrol"))))
        let before = rig.pushes.count
        rig.run(for: 290_000)
        #expect(rig.pushes.count == before)
        rig.run(for: 20_000)
        #expect(rig.pushes.count == before + 1)
    }

    @Test("a set refused as too large is cut smaller, each time smaller")
    func tooLarge() {
        var rig = SyncRig(seed: 5)
        rig.sell(9)
        for _ in 0..<3 {
            rig.inFlight = []
            let refusal = Refusal(code: "changeset-too-large", message: "m", remedy: "r", standing: rig.receipt, isFinal: true)
            rig.feed(.push(ticket: rig.pushes.last!.ticket, .answered(.refusal(refusal), through: 7, isSingle: true, standing: .agrees)))
            rig.run(for: 20_000)
            rig.hubSets = []
            rig.hubApplied = []
        }
        let sizes = rig.effects.compactMap { if case .recut(_, _, let bytes) = $0 { bytes } else { nil as Int? } }
        #expect(sizes.first == 2 << 20)
        #expect(sizes == sizes.sorted(by: >))
    }

    @Test("a final refusal blocks its replica only, and people are told")
    func refused() {
        let other = ReplicaID(high: 2, low: 2)
        var core = SyncCore()
        var random = SeededGenerator(seed: 1)
        var effects = core.receive(
            .queue([
                QueueStanding(replica: SyncRig.replica, acknowledged: 0, sealed: 5),
                QueueStanding(replica: other, acknowledged: 0, sealed: 5),
            ]),
            now: 1_000, random: &random)
        let first = effects.compactMap { if case .push(let order) = $0 { order } else { nil } }[0]
        #expect(first.replica == SyncRig.replica)
        var receipt = SyncRig(seed: 1).receipt
        receipt.replica = SyncRig.replica
        let refusal = Refusal(code: "revoked-source", message: "m", remedy: "r", standing: receipt, isFinal: true)
        effects = core.receive(
            .push(ticket: first.ticket, .answered(.refusal(refusal), through: 5, isSingle: true, standing: .agrees)), now: 2_000,
            random: &random)
        let second = effects.compactMap { if case .push(let order) = $0 { order } else { nil } }
        #expect(second.map(\.replica) == [other])
        #expect(core.report.refusals[SyncRig.replica]?.message == "m")
    }

    @Test("S22, S25: of an abandoned replica only a hub that forgot is an event: others write on under its name")
    func abandoned() throws {
        let queue = QueueStanding(replica: SyncRig.replica, acknowledged: 5, sealed: 5, isAbandoned: true)
        func effects(last: UInt64, _ standing: Standing) throws -> [SyncCore.Effect] {
            var core = SyncCore()
            var random = SeededGenerator(seed: 1)
            let asked = core.receive(.queue([queue]), now: 1_000, random: &random)
            let ticket = try #require(asked.compactMap { if case .pull(let order) = $0 { order.ticket } else { nil } }.first)
            var receipt = SyncRig(seed: 1).receipt
            receipt.last = last
            let page = FeedPage(
                entries: [], reached: receipt.position, consistentAt: nil, restart: false, own: [receipt], held: [], time: receipt.time)
            return core.receive(.pull(ticket: ticket, .answered(page, standings: [standing])), now: 2_000, random: &random)
        }
        for (last, standing) in [(9, Standing.ahead), (5, .differs), (3, .differs), (0, .forgotten)] as [(UInt64, Standing)] {
            let made = try effects(last: last, standing)
            #expect(!made.contains { if case .recover = $0 { true } else if case .rewind = $0 { true } else { false } })
        }
        #expect(try effects(last: 3, .agrees).contains { if case .rewind = $0 { true } else { false } })
    }

    @Test("connected, no error and no progress: first new connections, then an alarm")
    func stall() {
        var rig = SyncRig(seed: 5)
        rig.isHubStuck = true
        rig.sell(3)
        rig.run(for: 1_200_000)
        #expect(rig.count { if case .reconnect = $0 { true } else { false } } == 1)
        #expect(rig.core.report.isStalled)
        #expect(rig.pushes.count < 100)
        rig.isHubStuck = false
        rig.run(for: 100_000)
        #expect(rig.hubApplied == [1, 2, 3])
        #expect(!rig.core.report.isStalled)
    }

    @Test("new connections come after 5 minutes without progress and the alarm after 15, neither a second before")
    func stallTimes() {
        var rig = SyncRig(seed: 5)
        rig.isHubStuck = true
        rig.sell(3)
        let start = rig.now
        func reconnects() -> Int { rig.count { if case .reconnect = $0 { true } else { false } } }
        rig.run(for: start + 299_000 - rig.now)
        #expect(reconnects() == 0)
        rig.run(for: 2_000)
        #expect(reconnects() == 1)
        rig.run(for: start + 899_000 - rig.now)
        #expect(!rig.core.report.isStalled)
        rig.run(for: 2_000)
        #expect(rig.core.report.isStalled && reconnects() == 1)
    }

    @Test("a timer that goes off before its time is asked for once more")
    func earlyTimer() throws {
        var core = SyncCore()
        var random = SeededGenerator(seed: 1)
        func wakes(_ event: SyncCore.Event, at now: Instant) -> [Instant] {
            core.receive(event, now: now, random: &random).compactMap { if case .wake(let instant) = $0 { instant } else { nil } }
        }
        let asked = wakes(.queue([QueueStanding(replica: SyncRig.replica, acknowledged: 0, sealed: 3)]), at: 1_000)
        let due = try #require(asked.last)
        #expect(wakes(.timer, at: due - 1) == [due])
    }

    @Test("an answer to a request that was given up is not looked at")
    func lateAnswer() {
        var rig = SyncRig(seed: 5)
        rig.sell(3)
        rig.inFlight = []
        let ticket = rig.pushes[0].ticket
        rig.run(for: 400_000)
        #expect(rig.count { if case .abandon(let given) = $0 { given == ticket } else { false } } == 1)
        let before = rig.effects.count
        rig.feed(.push(ticket: ticket, .answered(.receipt(rig.receipt), through: 3, isSingle: true, standing: .differs)))
        #expect(rig.effects.dropFirst(before).allSatisfy { if case .fork = $0 { false } else { true } })
    }

    @Test("a cursor off the hub's line loads anew, and not in a tight circle")
    func restartFeed() {
        var rig = SyncRig(seed: 5)
        rig.sell(30)
        rig.run(for: 60_000)
        #expect(rig.visible == 30)
        rig.cursor = 90
        rig.restart()
        rig.run(for: 60_000)
        #expect(rig.cursor == 30)
        #expect(rig.count { if case .restartFeed = $0 { true } else { false } } == 1)
    }

    @Test("while a backlog goes out, news is asked for now and then, and at once when it is out")
    func backlog() throws {
        let settings = SyncCore.Settings()
        var core = SyncCore(settings: settings)
        var random = SeededGenerator(seed: 1)
        let replica = ReplicaID(high: 1, low: 1)
        var now: Instant = 1_000
        var pulls: [Instant] = []
        func receive(_ event: SyncCore.Event) -> SyncCore.PushOrder? {
            var push: SyncCore.PushOrder?
            for effect in core.receive(event, now: now, random: &random) {
                if case .push(let order) = effect { push = order }
                guard case .pull(let order) = effect else { continue }
                pulls.append(now)
                let position = Position(generation: replica, number: now, line: 0)
                let page = FeedPage(
                    entries: [FeedEntry(number: now, topic: .stock, key: [1], body: [])], reached: position, consistentAt: nil,
                    restart: false, own: [], held: [], time: Timestamp(milliseconds: now))
                for effect in core.receive(.pull(ticket: order.ticket, .answered(page, standings: [])), now: now, random: &random) {
                    if case .pull = effect { pulls.append(now) }
                }
            }
            return push
        }
        let sealed: UInt64 = 60_000
        var order = receive(.queue([QueueStanding(replica: replica, acknowledged: 0, sealed: sealed)]))
        #expect(pulls == [1_000])
        while let present = order, present.after + 1_000 <= sealed - settings.backlogChangesMin {
            now += 1_000
            let receipt = Receipt(
                replica: replica, last: present.after + 1_000, hash: .zero,
                position: Position(generation: replica, number: now, line: 0), keepUntil: 0, time: Timestamp(milliseconds: now))
            order = receive(
                .push(
                    ticket: present.ticket,
                    .answered(.receipt(receipt), through: present.after + 1_000, isSingle: true, standing: .agrees)))
        }
        // Fifty pushes, one a second.
        #expect(pulls.count == 6, "\(pulls)")
        let present = try #require(order)
        now += 1_000
        let receipt = Receipt(
            replica: replica, last: sealed, hash: .zero, position: Position(generation: replica, number: now, line: 0), keepUntil: 0,
            time: Timestamp(milliseconds: now))
        _ = receive(.push(ticket: present.ticket, .answered(.receipt(receipt), through: sealed, isSingle: true, standing: .agrees)))
        #expect(pulls.last == now)
    }

    @Test("an idle line asks seldom")
    func idle() {
        var rig = SyncRig(seed: 5)
        rig.sell(1)
        rig.run(for: 20_000)
        let before = (rig.pushes.count, rig.pulls.count)
        rig.run(for: 600_000)
        #expect(rig.pushes.count == before.0)
        #expect(rig.pulls.count - before.1 < 220)  // the rig's hub holds a question for 3 seconds
    }
}
