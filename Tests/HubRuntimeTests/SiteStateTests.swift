import Causality
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("How a site gets on")
struct SiteStateTests {
    private static let now: UInt64 = 1_800_000_000_000

    private static func exchange(
        equalAt: UInt64? = SiteStateTests.now, differsSince: UInt64? = nil, isStalled: Bool = false
    ) -> SiteAnswer.Exchange {
        SiteAnswer.Exchange(
            asked: now, equalAt: equalAt, differsSince: differsSince, differsIn: [], repaired: [:], isStalled: isStalled)
    }

    private static func state(
        heardAgo: UInt64 = 0, clock: Int64 = 0, isRevoked: Bool = false, isReplaced: Bool = false,
        _ exchange: SiteAnswer.Exchange? = SiteStateTests.exchange(), held: Int = 0, agents: Int = 1
    ) -> SiteState {
        let agent = SiteAnswer.Agent(
            publicKey: "k", enrolledAt: 1, lastHeard: now - heardAgo, clockOffsetMilliseconds: clock, isRevoked: isRevoked,
            isReplaced: isReplaced, exchange: exchange)
        let replica = SiteAnswer.Replica(id: "a", last: 1, openedAt: 1, lastReceivedAt: 1, isClosed: false, held: held)
        let site = SiteAnswer(
            name: "shop-1", kind: .store, createdAt: 1, agents: Array(repeating: agent, count: agents),
            sources: [SiteAnswer.Source(id: "s", name: "till", replicas: [replica])], lastHeard: now - heardAgo, warnings: [])
        return SiteState(site, now: now)
    }

    @Test("a site's state is the worst of what is known of it; agents that take no part any more say nothing")
    func judged() {
        let (silent, clock) = (SiteState.silentMilliseconds, Int64(ClockBound().toleranceMilliseconds))
        #expect(Self.state() == .well && Self.state(agents: 0) == .new)
        #expect(Self.state(isRevoked: true) == .revoked && Self.state(isReplaced: true, held: 1) == .revoked)
        #expect(Self.state(heardAgo: silent) == .well && Self.state(heardAgo: silent + 1) == .silent)
        #expect(Self.state(clock: clock) == .well && Self.state(clock: clock + 1) == .clock && Self.state(clock: -clock - 1) == .clock)
        #expect(Self.state(Self.exchange(isStalled: true)) == .stalled && Self.state(Self.exchange(differsSince: 1)) == .differs)
        #expect(Self.state(held: 1) == .held && Self.state(Self.exchange(equalAt: nil)) == .unproved && Self.state(nil) == .unproved)
        let day = SiteState.provedMilliseconds
        #expect(
            Self.state(Self.exchange(equalAt: Self.now - day)) == .well
                && Self.state(Self.exchange(equalAt: Self.now - day - 1)) == .unproved)
        #expect(Self.state(heardAgo: silent + 1, clock: clock + 1, Self.exchange(isStalled: true), held: 1) == .silent)
        #expect(Self.state(clock: clock + 1, Self.exchange(differsSince: 1, isStalled: true), held: 1) == .stalled)
        #expect(SiteState.allCases.min() == .silent && SiteState.allCases.max() == .revoked)
    }

    @Test("the hub tells each site's state as it is at that moment")
    func told() async throws {
        let bench = try await TestHub()
        _ = try await bench.enrol("shop-1")
        _ = try await bench.hub.addSite(name: "shop-2", kind: .store, now: bench.now)
        func states(_ later: UInt64 = 0) async throws -> [SiteState] {
            try await bench.hub.sites(now: bench.now.advanced(byMilliseconds: later)).map(\.state)
        }
        #expect(try await states() == [.unproved, .new])
        #expect(try await states(SiteState.silentMilliseconds + 1) == [.silent, .new])
        try await bench.hub.revoke(site: "shop-1")
        #expect(try await states() == [.revoked, .new])
    }
}
