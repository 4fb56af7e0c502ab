import Causality
import ChangeSets
import Foundation
import HubTestSupport
import Testing

@testable import HubRuntime
@testable import HubServer

@Suite("A site's log over HTTP")
struct ExchangeRouteTests {
    private static let pull = Array(#"{"cursor":null,"waitMilliseconds":0,"maxBytes":100000,"replicas":[]}"#.utf8)

    private static func log(_ hub: ServedHub, _ query: String = "") async throws -> [ExchangeAnswer] {
        try JSONDecoder().decode([ExchangeAnswer].self, from: Data(try await hub.ask(.get, "/v1/sites/shop-1/exchanges\(query)").body))
    }

    @Test("what an agent sends and is given stands in its site's log, with its size")
    func taken() async throws {
        try await ServedHub.run { hub in
            let key = try await hub.enrolled("shop-1")
            #expect(try await Self.log(hub).isEmpty)
            var till = TestWriter("till", seed: 1, key: key)
            let sets = try (1...3).map { number in
                try till.seal([Make.customer(Int64(number), at: TestHub.start), Make.movement("MUG", "shop", pieces: 1, at: TestHub.start)])
            }
            let none = try await hub.askSigned("/v1/sync/pull", Self.pull, key: key)
            let body = SignedRequests.frames(sets)
            let receipt = try await hub.askSigned("/v1/sync/push", body, key: key)
            let nonce = SignedRequests.nonce()
            let given = try await hub.askSigned("/v1/sync/pull", Self.pull, key: key, nonce: nonce)
            guard
                case .page(let page) = try ChangeSets.Answer.decode(given.body, nonce: nonce, key: hub.test.hub.signingKey.publicKey)
            else {
                Issue.record("no page")
                return
            }
            #expect(!page.entries.isEmpty)
            let images = Array(#"{"source":"\#(till.source)"}"#.utf8)
            #expect(try await hub.askSigned("/v1/sync/images", images, key: key).status == 200)
            let shared = Array(#"{"replica":"\#(till.replica)","ends":[]}"#.utf8)
            #expect(try await hub.askSigned("/v1/sync/shared", shared, key: key).status == 200)
            #expect(try await hub.askSigned("/v1/sync/mappings", Array(#"{"sources":[]}"#.utf8), key: key).status == 200)
            let rows = Array(try await Self.log(hub).reversed())
            #expect(rows.map(\.kind) == [.pull, .push, .pull, .images, .shared, .mappings])
            #expect(rows.allSatisfy { $0.outcome.isEmpty && $0.requests == 1 && $0.agent == key.publicKey.description })
            #expect(rows.allSatisfy { $0.at == TestHub.start.milliseconds && $0.until == $0.at })
            #expect(rows.map(\.entries) == [0, 0, page.entries.count, 3, 0, 0])
            #expect(rows[1].sets == 3 && rows[1].changes == 6 && rows[1].bytesIn == body.count)
            #expect(rows[0].bytesOut == none.body.count && rows[1].bytesOut == receipt.body.count && rows[2].bytesOut == given.body.count)
            #expect(rows[0].bytesIn == Self.pull.count && rows[0].sets == 0)
        }
    }

    @Test("what is refused stands there with its code, at the gate as in the answer, and nothing of whom the hub does not know")
    func refused() async throws {
        try await ServedHub.run { hub in
            let key = try await hub.enrolled("shop-1")
            var (till, copy) = (TestWriter("till", seed: 1, key: key), TestWriter("till", seed: 1, key: key))
            let set = try till.seal([Make.customer(1, at: TestHub.start)])
            let other = try copy.seal([Make.customer(2, at: TestHub.start), Make.customer(3, at: TestHub.start)])
            let later = try till.seal([Make.customer(4, at: TestHub.start)])
            let last = try till.seal([Make.customer(5, at: TestHub.start)])
            func push(_ body: [UInt8], signedBody: [UInt8]? = nil, key: SigningKey = key) async throws -> Int {
                try await hub.askSigned("/v1/sync/push", body, key: key, signedBody: signedBody).status
            }
            #expect(try await push(SignedRequests.frames([set])) == 200)
            #expect(try await push(SignedRequests.frames([other])) == 200)
            #expect(try await push(SignedRequests.frames([last])) == 200)
            #expect(try await push([]) == 200)
            #expect(try await push([1, 2, 3]) == 400)
            #expect(try await push(SignedRequests.frames([later]), signedBody: [1]) == 401)
            #expect(try await push(SignedRequests.frames([later]), key: SigningKey()) == 401)
            let long = [UInt8](repeating: 0, count: HubRoutes.questionBytesMax + 1)
            #expect(try await hub.askSigned("/v1/sync/pull", long, key: key).status == 413)
            #expect(try await hub.ask(.post, "/v1/sites/shop-1/revoke").status == 200)
            for _ in 0..<2 { #expect(try await push(SignedRequests.frames([later])) == 401) }
            let rows = Array(try await Self.log(hub).reversed())
            #expect(
                rows.map(\.outcome) == [
                    "", "fork", "gap", "push-empty", "request-malformed", "request-signature-invalid", "request-too-large", "agent-revoked",
                ])
            #expect(rows.map(\.requests) == [1, 1, 1, 1, 1, 1, 1, 2] && rows.map(\.kind).filter { $0 == .pull }.count == 1)
            #expect(rows[1].sets == 1 && rows[1].changes == 2)
            // Who is refused before the body is read has sent none of it.
            #expect(rows[7].bytesIn == 0 && rows[7].bytesOut > 0 && rows[4].bytesIn == 3)
        }
    }

    @Test("every agents' route has its kind in the log, and no other route has one")
    func kinds() async throws {
        try await ServedHub.run { hub in
            let kinds = hub.routes.filter { $0.access == .agent }.map(\.exchange)
            #expect(Set(kinds) == Set(Exchange.Kind.allCases.map(Optional.some)) && kinds.count == Exchange.Kind.allCases.count)
            #expect(hub.routes.filter { $0.access != .agent }.allSatisfy { $0.exchange == nil })
        }
    }

    @Test("a log is told page by page to programs and on its page; an unknown site has none")
    func pages() async throws {
        try await ServedHub.run { hub in
            let agent = try await hub.test.enrol("shop-1")
            let vera = Browser(hub)
            try await vera.signIn("vera", .viewer)
            #expect(try await vera.get("/sites/shop-1/exchanges").text.contains("tributary-agent status"))
            for number in 0..<103 {
                let time = TestHub.start.advanced(byMilliseconds: UInt64(number) * (Exchange.bucketMilliseconds + 1))
                hub.test.hub.noteExchange(Exchange.Request(.push, sets: 1, changes: 5), of: agent.record, at: time)
            }
            let first = try await hub.ask(.get, "/v1/sites/shop-1/exchanges?limit=100")
            let after = try #require(first.header("tributary-next"))
            let next = try await hub.ask(.get, "/v1/sites/shop-1/exchanges?limit=100&after=\(after)")
            #expect((first.json as? [Any])?.count == 100 && (next.json as? [Any])?.count == 3 && next.header("tributary-next") == nil)
            for wrong in ["limit=0", "limit=201", "limit=x", "after=x"] {
                #expect(try await hub.ask(.get, "/v1/sites/shop-1/exchanges?\(wrong)").status == 400, "\(wrong)")
            }
            #expect(try await hub.ask(.get, "/v1/sites/shop-9/exchanges").error["code"] == "site-unknown")
            #expect(try await vera.get("/sites/shop-9/exchanges").status == 404)
            let site = try await vera.get("/sites/shop-1").text
            #expect(site.matches(of: /sent 1 change-set with 5 changes/).count == 20 && site.contains(#"href="/sites/shop%2D1/exchanges""#))
            let page = try await vera.get("/sites/shop-1/exchanges").text
            #expect(page.matches(of: /sent 1 change-set with 5 changes/).count == 100 && !page.contains("⟦"))
            let older = try #require(page.firstMatch(of: /href="(\/sites\/shop%2D1\/exchanges\?after=[0-9]+)"/))
            let rest = try await vera.get(String(older.1)).text
            #expect(rest.matches(of: /sent 1 change-set/).count == 3 && !rest.contains("?after=") && rest.contains(">Newest<"))
        }
    }
}
