import Causality
import ChangeSets
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("No silent stall of the view")
struct ViewStallTests {
    /// An agent whose hub begins to send pages that do not lead on, at the moment of the first of them.
    private func stuck() -> SyncRig {
        var rig = SyncRig(seed: 5)
        rig.sell(3)
        rig.run(for: 60_000)
        #expect(rig.visible == 3 && rig.core.viewStuckFrom == nil)
        rig.isFeedStuck = true
        for _ in 0..<1_000 where rig.core.viewStuckFrom == nil { rig.run(for: 10) }
        return rig
    }

    private func reconnects(_ rig: SyncRig) -> Int { rig.count { if case .reconnect = $0 { true } else { false } } }

    @Test("of pages that do not lead on, new connections come after 5 minutes and the alarm after 15, neither a second before")
    func times() throws {
        var rig = stuck()
        let start = try #require(rig.core.viewStuckFrom)
        rig.run(for: start + 299_000 - rig.now)
        #expect(reconnects(rig) == 0)
        rig.run(for: 2_000)
        #expect(reconnects(rig) == 1)
        rig.run(for: start + 899_000 - rig.now)
        #expect(!rig.core.report.isViewStalled)
        rig.run(for: 2_000)
        #expect(rig.core.report.isViewStalled && !rig.core.report.isStalled && reconnects(rig) == 1)
        var health = AgentHealth()
        health.take(rig.core.report)
        #expect(health.line.map(\.code) == ["view-stalled"])
        rig.isFeedStuck = false
        rig.sell(2)
        rig.run(for: 100_000)
        #expect(!rig.core.report.isViewStalled && rig.visible == rig.head)
    }

    @Test("a page that does not lead on is not asked for again in a tight circle, and one that does is")
    func pace() {
        var rig = stuck()
        let before = rig.pulls.count
        rig.run(for: 600_000)
        #expect((10..<40).contains(rig.pulls.count - before), "\(rig.pulls.count - before)")
        var other = SyncRig(seed: 5)
        other.head = 5_000
        other.sell(0)
        other.run(for: 600_000)
        #expect(other.visible == 5_000 && other.core.viewStuckFrom == nil)
    }

    @Test("a line that fails meanwhile is told as such, and not as a stall")
    func failing() {
        var rig = stuck()
        rig.failure = LineFailure(.unreachable, "x", remedy: "y")
        rig.run(for: 1_200_000)
        #expect(!rig.core.report.isViewStalled && rig.core.report.pullFailure != nil && reconnects(rig) == 0)
    }
}
