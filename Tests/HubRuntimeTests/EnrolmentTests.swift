import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import Testing

@Suite("Enrolment")
struct EnrolmentTests {
    @Test("A token enrols one key; the same key with it again gets the same answer; another key is refused")
    func oneUse() async throws {
        let bench = try await TestHub()
        let token = try await bench.hub.addSite(name: "shop-1", kind: .store, region: "north", now: bench.now)
        let key = SigningKey().publicKey
        let first = try await bench.hub.enroll(token: token.token, publicKey: key, now: bench.now)
        #expect(first.site == "shop-1" && first.kind == .store && first.region == "north")
        #expect(first.hubKey == bench.hub.signingKey.publicKey.description && first.hub == bench.hub.id.description)
        #expect(try await bench.hub.enroll(token: token.token, publicKey: key, now: bench.now) == first)
        #expect(
            await code { try await bench.hub.enroll(token: token.token, publicKey: SigningKey().publicKey, now: bench.now) } == .usedToken)
        #expect(await code { try await bench.hub.enroll(token: "no token", publicKey: key, now: bench.now) } == .badToken)
        let late = bench.now.advanced(byMilliseconds: Hub.Options().tokenLifeMilliseconds + 1)
        let second = try await bench.hub.issueToken(site: "shop-1", now: bench.now)
        #expect(
            await code { try await bench.hub.enroll(token: second.token, publicKey: SigningKey().publicKey, now: late) } == .expiredToken)
        // The answer to a first enrolment was lost, and the agent asks again much later.
        #expect(try await bench.hub.enroll(token: token.token, publicKey: key, now: late) == first)
    }

    @Test("A key belongs to one site, and a revoked one comes back only with a token that was given after it was revoked")
    func oneSite() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        let other = try await bench.hub.addSite(name: "shop-2", kind: .store, now: bench.now)
        #expect(await code { try await bench.hub.enroll(token: other.token, publicKey: shop.key.publicKey, now: bench.now) } == .keyInUse)
        let used = try await bench.hub.issueToken(site: "shop-1", now: bench.now)
        _ = try await bench.hub.enroll(token: used.token, publicKey: shop.key.publicKey, now: bench.now)
        let lying = try await bench.hub.issueToken(site: "shop-1", now: bench.now)
        try await bench.hub.revoke(site: "shop-1")
        for (token, refused) in [(used, HubError.Code.revokedAgent), (lying, .badToken)] {
            #expect(await code { try await bench.hub.enroll(token: token.token, publicKey: shop.key.publicKey, now: bench.now) } == refused)
            #expect(try await bench.hub.agent(shop.key.publicKey)?.isRevoked == true)
        }
        let newcomer = try await bench.hub.issueToken(site: "shop-1", now: bench.now)
        _ = try await bench.hub.enroll(token: newcomer.token, publicKey: SigningKey().publicKey, now: bench.now)
        #expect(try await bench.hub.agent(shop.key.publicKey)?.isRevoked == true)
        let again = try await bench.hub.issueToken(site: "shop-1", now: bench.now)
        _ = try await bench.hub.enroll(token: again.token, publicKey: shop.key.publicKey, now: bench.now)
        #expect(try await bench.hub.agent(shop.key.publicKey)?.isRevoked == false)
    }

    @Test("Bad and doubled names are refused", arguments: ["", "a\nb", " x", String(repeating: "a", count: 65), "shop-1", "<b>"])
    func names(name: String) async throws {
        let bench = try await TestHub()
        _ = try await bench.hub.addSite(name: "shop-1", kind: .store, now: bench.now)
        let refused = await code { try await bench.hub.addSite(name: name, kind: .store, now: bench.now) }
        #expect(refused == (name == "shop-1" ? .siteExists : .badName))
        #expect(try await bench.hub.sites(now: bench.now).count == 1)
    }

    private func code<Answer>(_ body: () async throws -> Answer) async -> HubError.Code? {
        do { _ = try await body() } catch { return (error as? HubError)?.code }
        return nil
    }
}
