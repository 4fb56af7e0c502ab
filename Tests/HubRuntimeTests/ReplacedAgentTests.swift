import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("An agent whose folder is lost")
struct ReplacedAgentTests {
    /// A shop that enrolled, and an hour later enrolled anew.
    private struct Shop {
        let bench: TestHub
        let former: TestAgent
        let later: Timestamp
        let key = SigningKey()

        init() async throws {
            bench = try await TestHub()
            former = try await bench.enrol("shop-1")
            later = bench.now.advanced(byMilliseconds: 3_600_000)
            let token = try await bench.hub.issueToken(site: "shop-1", now: later)
            _ = try await bench.hub.enroll(token: token.token, publicKey: key.publicKey, now: later)
        }

        func ask(_ key: SigningKey, at time: Timestamp) async throws {
            _ = try await bench.hub.pull(PullRequest(cursor: nil), agent: try await bench.present(key), now: time)
        }

        func isReplaced(at time: Timestamp) async throws -> [Bool] {
            let site = try await bench.hub.site("shop-1", now: time)
            return [former.key, key].map { key in site.agents.first { $0.publicKey == key.publicKey.description }?.isReplaced ?? true }
        }
    }

    private static let week = AgentRecord.replacedMilliseconds

    @Test("a restored hub waits for a former agent no longer than a week, once another one of the site has enrolled")
    func away() async throws {
        let shop = try await Shop()
        try await shop.bench.store.write { try $0.noteHubWentBack() }
        try await shop.bench.restart()
        let (hub, now) = (shop.bench.hub, shop.bench.now)
        try await shop.ask(shop.key, at: shop.later)
        let bound = now.advanced(byMilliseconds: Self.week)
        #expect(try await hub.siteHealth(now: bound).away == ["shop-1"])
        #expect(try await hub.site("shop-1", now: bound).warnings.contains { $0.contains("was restored") })
        #expect(try await shop.isReplaced(at: bound) == [false, false])
        let behind = bound.advanced(byMilliseconds: 1)
        #expect(try await hub.siteHealth(now: behind).away.isEmpty)
        #expect(try await hub.site("shop-1", now: behind).warnings.allSatisfy { !$0.contains("was restored") })
        #expect(try await shop.isReplaced(at: behind) == [true, false])
    }

    @Test(
        "an agent that is heard after another one of its site enrolled is not replaced, however long it is silent; nor is a site's only one"
    )
    func beside() async throws {
        let shop = try await Shop()
        try await shop.ask(shop.former.key, at: shop.later.advanced(byMilliseconds: 1))
        let late = shop.later.advanced(byMilliseconds: 10 * Self.week)
        #expect(try await shop.isReplaced(at: late) == [false, false])
    }
}
