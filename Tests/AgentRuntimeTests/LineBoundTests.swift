import Causality
import ChangeSets
import CurlClient
import Foundation
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("Bounds of the line, at the agent")
struct LineBoundTests {
    @Test("What the hub asks to wait is waited up to the bound; whatever it asks beyond counts as the bound", arguments: 0..<20)
    func askedWait(seed: UInt64) {
        func wait(_ asked: UInt64) -> UInt64 {
            var random = SeededGenerator(seed: seed)
            var backoff = Backoff(firstMilliseconds: 1, longestMilliseconds: 1)
            return backoff.fail(asked: asked, random: &random)
        }
        let most = Backoff.askedMillisecondsMax
        #expect((most...(most + most / 2)).contains(wait(most)))
        for beyond in [most + 1, .max] { #expect(wait(beyond) == wait(most)) }
    }

    @Test("However often it fails, no wait is longer than the longest")
    func failures() {
        var random = SeededGenerator(seed: 1)
        let settings = SyncCore.Settings()
        var backoff = Backoff(firstMilliseconds: settings.retryFirstMilliseconds, longestMilliseconds: settings.retryLongestMilliseconds)
        for _ in 0..<200 { #expect(backoff.fail(random: &random) <= settings.retryLongestMilliseconds) }
    }

    private static func pushes(_ effects: [SyncCore.Effect]) -> [SyncCore.PushOrder] {
        effects.compactMap { if case .push(let order) = $0 { order } else { nil } }
    }

    private static func queue(_ sealed: UInt64) -> SyncCore.Event {
        .queue([QueueStanding(replica: SyncRig.replica, acknowledged: 0, sealed: sealed)])
    }

    @Test("A push becomes smaller to the least and no smaller where less is taken, and grows again to the most and no larger")
    func pushBytes() {
        var rig = SyncRig(seed: 5)
        rig.failure = LineFailure(.tooLarge, "x", remedy: "y")
        rig.sell(400)
        rig.run(for: 2_000_000)
        let sizes = rig.pushes.map(\.bytesMax)
        #expect(sizes.first == rig.core.settings.pushBytesMax && sizes.last == SyncCore.setBytesMin)
        #expect(sizes.allSatisfy { $0 >= SyncCore.setBytesMin })
        rig.failure = nil
        rig.run(for: 400_000)
        #expect(rig.acknowledged == rig.sealed)
        #expect(rig.pushes.map(\.bytesMax).max() == rig.core.settings.pushBytesMax)
        #expect(rig.pushes.last?.bytesMax == rig.core.settings.pushBytesMax)
    }

    @Test("A set that is refused as too large is cut down to the least size; refused even so, it waits for people")
    func recutBytes() throws {
        var settings = SyncCore.Settings()
        // Nothing else than the refusals shall happen.
        settings.stallMilliseconds = 1 << 40
        settings.stallAlarmMilliseconds = 1 << 40
        settings.retryRefusedMilliseconds = 1 << 40
        settings.requestMillisecondsMax = 1 << 40
        var core = SyncCore(settings: settings)
        var random = SeededGenerator(seed: 1)
        var now: Instant = 1_000
        var order = Self.pushes(core.receive(Self.queue(9), now: now, random: &random)).first
        let refusal = Refusal(
            code: ChangeSetError.Code.tooLarge.rawValue, message: "m", remedy: "r", standing: SyncRig(seed: 1).receipt, isFinal: true)
        var sizes: [Int] = []
        for _ in 0..<40 {
            guard let sent = order else { break }
            let answer = SyncCore.PushOutcome.answered(.refusal(refusal), through: 9, isSingle: true, standing: .agrees)
            let effects = core.receive(.push(ticket: sent.ticket, answer), now: now, random: &random)
            sizes += effects.compactMap { if case .recut(_, _, let bytes) = $0 { bytes } else { nil as Int? } }
            now += settings.retryLongestMilliseconds
            order = Self.pushes(effects + core.receive(.timer, now: now, random: &random)).first
        }
        #expect(order == nil, "still sent")
        #expect(sizes.first == settings.setBytesMax / 2 && sizes.last == SyncCore.setBytesMin)
        #expect(sizes == sizes.sorted(by: >))
        #expect(core.blocked[SyncRig.replica] != nil)
    }

    @Test("A request is given up when its time is over, and not a millisecond before")
    func requestTime() {
        var core = SyncCore()
        var random = SeededGenerator(seed: 1)
        let start: Instant = 1_000
        func gaveUp(_ effects: [SyncCore.Effect]) -> Int { effects.count(where: { if case .abandon = $0 { true } else { false } }) }
        #expect(Self.pushes(core.receive(Self.queue(9), now: start, random: &random)).count == 1)
        let end = start + core.settings.requestMillisecondsMax
        #expect(gaveUp(core.receive(.timer, now: end - 1, random: &random)) == 0)
        // The push and the pull.
        #expect(gaveUp(core.receive(.timer, now: end, random: &random)) == 2)
    }

    @Test("So many changes on their way are a backlog, beside which news is seldom asked for", arguments: [0, 1] as [UInt64])
    func backlog(less: UInt64) {
        var core = SyncCore()
        var random = SeededGenerator(seed: 1)
        _ = core.receive(Self.queue(core.settings.backlogChangesMin - less), now: 1_000, random: &random)
        let later = 1_000 + core.settings.backlogPullMilliseconds
        #expect(core.push.request != nil && core.pull.startedAt == 1_000)
        #expect(core.pullDue == (less == 0 ? later : core.pull.notBefore) && core.pull.notBefore < later)
    }

    /// What the machine does when the sums of ranges differ in so many intervals, of so many entries.
    private static func mending(intervals: Int = 1, entries: UInt64, of hubEntries: UInt64) -> (asksAgain: Bool, loadsAnew: Bool) {
        var core = SyncCore()
        var random = SeededGenerator(seed: 1)
        _ = core.receive(.queue([]), now: 1_000, random: &random)
        core.pull.request = nil
        core.agreement.step = .ranges
        core.agreement.comparing = (ticket: 99, since: 1_000)
        // Every other number, so that none of them touch.
        let differences = (0..<UInt64(intervals)).map { index in
            ViewComparison.Difference(
                interval: FeedInterval(topic: .stock, after: 2 * index, through: 2 * index + 1), entries: index == 0 ? entries : 0)
        }
        let comparison = ViewComparison(own: ViewDigest(topics: []), hubEntries: hubEntries, differences: differences, damaged: [])
        let order = SyncCore.CompareOrder(
            ticket: 99, digest: ViewDigest(topics: []), position: SyncRig(seed: 1).position, time: Timestamp(milliseconds: 1))
        let effects = core.receive(.compared(order, comparison), now: 2_000, random: &random)
        let restarts = effects.contains { if case .restartFeed = $0 { true } else { false } }
        if case .again(let asked) = core.agreement.step { return (asked.count == intervals, restarts) }
        return (false, restarts)
    }

    @Test("Differences are asked for again up to the bounds, and beyond any of them the view is loaded anew")
    func again() {
        let settings = SyncCore.Settings()
        func asksAgain(_ mending: (asksAgain: Bool, loadsAnew: Bool)) -> Bool {
            #expect(mending.asksAgain != mending.loadsAnew)
            return mending.asksAgain
        }
        #expect(asksAgain(Self.mending(intervals: settings.againIntervalsMax, entries: 1, of: 1)))
        #expect(!asksAgain(Self.mending(intervals: settings.againIntervalsMax + 1, entries: 1, of: 1)))
        // Few entries, though they be the whole view.
        let few = settings.againEntriesMin
        #expect(asksAgain(Self.mending(entries: few, of: few)))
        #expect(!asksAgain(Self.mending(entries: few + 1, of: few + 1)))
        // Many, though no more than their share.
        let share = few * settings.againPercentMax
        #expect(asksAgain(Self.mending(entries: share, of: few * 100)))
        #expect(!asksAgain(Self.mending(entries: share + 1, of: few * 100)))
    }

    @Test("News is asked for in pages of so many bytes: as many as are set")
    func pullBytes() {
        var settings = SyncCore.Settings()
        #expect(settings.pullBytesMax == 1 << 20)
        for bytes in [settings.pullBytesMax, settings.pullBytesMax + 1, 1] {
            settings.pullBytesMax = bytes
            var core = SyncCore(settings: settings)
            var random = SeededGenerator(seed: 1)
            let asked = core.receive(.queue([]), now: 1_000, random: &random).compactMap { effect in
                if case .pull(let order) = effect { order.bytesMax } else { nil as Int? }
            }
            #expect(asked == [bytes])
        }
    }

    @Test("An error in words is read up to the bound; a longer one is no hub's", arguments: [0, 1])
    func errorBytes(more: Int) throws {
        let head = Array(#"{"error":{"code":"hub-busy","message":"m","remedy":"r"}}"#.utf8)
        let body = head + [UInt8](repeating: UInt8(ascii: " "), count: HubErrorBody.bytesMax + more - head.count)
        let response = HTTPResponse(status: 400, headers: [("content-type", "application/json")], body: body)
        #expect((HubErrorBody(response) != nil) == (more == 0))
    }

    // MARK: one `sync`

    @Test("A sync drains so often before it sends; what a till wrote meanwhile is left for the next round", arguments: [-1, 0, 1])
    func drains(more: Int) async {
        var left = SyncOnce.drainsMax + more
        let captured = await SyncOnce.drained {
            var round = SourceKeeper.Round()
            guard left > 0 else { return round }
            left -= 1
            (round.sealed, round.changes) = (true, 1)
            return round
        }
        #expect(captured == SyncOnce.drainsMax + min(more, 0))
        #expect(left == max(more, 0))
    }

    @Test("A sync goes so many rounds, however often another one is wanted", arguments: [-1, 0, 1])
    func rounds(more: Int) async {
        let wanted = SyncOnce.roundsMax + more
        var rounds = 0
        await SyncOnce.inRounds {
            rounds += 1
            return rounds < wanted
        }
        #expect(rounds == min(wanted, SyncOnce.roundsMax))
    }

    @Test("A sync gives up after so many failures in a row, and at once where trying again mends nothing")
    func failuresOfSync() {
        func isLasting(_ kind: LineFailure.Kind, _ failures: Int) -> Bool {
            LineDriver.isLasting(LineFailure(kind, "x", remedy: "y"), failures: failures)
        }
        #expect(!isLasting(.unreachable, LineDriver.failuresMax - 1))
        #expect(isLasting(.unreachable, LineDriver.failuresMax))
        #expect(isLasting(.unauthorised, 1) && isLasting(.rejected, 1))
    }
}
