import Causality
import ChangeSets
import Foundation
import GRDB
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("Back after a long absence, below the feed's floor")
struct RebaseTests {
    private static let entries: UInt64 = 2_000

    /// An agent that had the hub's view and comes back. Five entries changed meanwhile, and of `gone` nothing is left.
    private static func back(
        _ gone: [UInt64] = [100, 101, 1_500], settings: SyncCore.Settings = SyncCore.Settings()
    ) throws -> AgreementRig {
        var rig = try AgreementRig(entries: entries, settings: settings)
        rig.pageEntriesMax = 500
        try rig.feed(.queue([]))
        try rig.run(for: 20_000)
        #expect(try rig.isHubs)
        for number in [3, 40, 555, 1_200, 1_999] as [UInt64] { rig.change(AgreementRig.entry(number)) }
        rig.collect(gone)
        (rig.pageEntriesMax, rig.received, rig.shown, rig.effects) = (4, 0, [], [])
        return rig
    }

    private static let minutesMilliseconds: UInt64 = 200_000

    @Test("what changed comes, and of what went the ranges that differ, and no more; all is shown at once, and the hub's")
    func fewEntries() throws {
        var rig = try Self.back()
        try rig.startAnew()
        try rig.run(for: Self.minutesMilliseconds)
        #expect(try rig.isHubs)
        #expect(rig.restarts == 0)
        // Five that changed, and three ranges of four entries, of which one went.
        #expect((5...5 + 3 * 4).contains(rig.received), "\(rig.received)")
        #expect(rig.shown?.count == 2, "the old view, and the new one")
        // Nothing was damaged, and nobody is told so.
        #expect(rig.agreement.repairedAt == nil && rig.agreement.differsSince == nil && rig.agreement.equalAt != nil)
    }

    @Test("interrupted wherever it may be, it goes on, and nothing is shown before all is there", arguments: 0..<24)
    func interrupted(step: UInt64) throws {
        var rig = try Self.back()
        try rig.startAnew()
        try rig.run(for: 10 * step)
        try rig.startAnew()
        try rig.run(for: Self.minutesMilliseconds)
        #expect(try rig.isHubs)
        #expect(rig.restarts == 0)
        #expect(rig.shown?.count == 2)
    }

    @Test("what had come, and died and was collected while it was interrupted, is gone as well", arguments: 0..<24)
    func goneMeanwhile(step: UInt64) throws {
        var rig = try Self.back()
        try rig.startAnew()
        try rig.run(for: 10 * step)
        // 2,001 to 2,005 are what changed: one of them dies, and so does one that did not change.
        rig.collect([2_003, 1_000])
        try rig.startAnew()
        try rig.run(for: Self.minutesMilliseconds)
        #expect(try rig.isHubs)
        #expect(rig.restarts == 0)
        #expect(rig.agreement.differsSince == nil && rig.agreement.repairedAt == nil)
    }

    @Test("S27: unsent own changes stay laid over", arguments: 0..<24)
    func ownChanges(step: UInt64) throws {
        var rig = try Self.back()
        let journal = FakeJournal()
        let own = OwnChanges(queue: rig.queue, journal: journal)
        journal.seal([Sales.line(1, sku: "k600", quantity: 3), Sales.line(2, sku: "k100", quantity: 2)])
        try own.catchUp()
        try rig.startAnew()
        for time in [10 * step, Self.minutesMilliseconds] {
            try rig.run(for: time)
            #expect(try rig.view.stock(sku: "k600").findings.map(\.unsentMovement) == [-30_000])
            #expect(try rig.view.stock(sku: "k100").findings.map(\.unsentMovement) == [-20_000])
        }
        #expect(try rig.isHubs)
    }

    @Test("what a disk lost and changed meanwhile is mended with it, and told")
    func damaged() throws {
        var rig = try Self.back()
        try rig.sql("UPDATE view_entry SET body = x'00' WHERE number = 50")
        try rig.sql("DELETE FROM view_entry WHERE number = 70")
        try rig.startAnew()
        try rig.run(for: Self.minutesMilliseconds)
        #expect(try rig.isHubs)
        #expect(rig.restarts == 0)
        #expect(rig.agreement.repaired["stock"]?.damaged == 1 && rig.agreement.repaired["stock"]?.missing == 1)
        #expect(rig.agreement.repaired["stock"]?.extra == 0)
    }

    @Test("a first load goes on, too, when what it met was collected meanwhile")
    func firstLoad() throws {
        var rig = try AgreementRig(entries: 300)
        try rig.feed(.queue([]))
        try rig.run(for: 70)
        #expect(try rig.view.cursor().isLoading && rig.received > 80)
        rig.collect([10, 11])
        try rig.run(for: Self.minutesMilliseconds)
        #expect(try rig.isHubs)
        #expect(rig.restarts == 0 && rig.received < 400)
    }

    @Test("so much that went is loaded anew, and so is everything from a hub that knows no rebase")
    func loadsAnew() throws {
        var much = try Self.back((1...99).map { 20 * $0 })
        try much.startAnew()
        try much.run(for: Self.minutesMilliseconds)
        #expect(try much.isHubs)
        #expect(much.restarts == 1 && much.shown?.count == 2)
        var older = try Self.back()
        older.knowsRebase = false
        try older.startAnew()
        try older.run(for: Self.minutesMilliseconds)
        #expect(try older.isHubs)
        #expect(older.restarts == 1 && older.shown?.count == 2)
    }

    @Test("a busy hub is asked for its digest so often, and then the view is loaded anew", arguments: [-1, 0])
    func busyHub(more: Int) throws {
        let settings = SyncCore.Settings()
        var rig = try Self.back(settings: settings)
        rig.digestsLeftOut = settings.rebasesMax + more
        try rig.startAnew()
        try rig.run(for: UInt64(settings.rebasesMax) * settings.rebaseRetryMilliseconds + Self.minutesMilliseconds)
        #expect(try rig.isHubs)
        #expect(rig.restarts == 1 + more)
        #expect(rig.shown?.count == 2)
    }
}
