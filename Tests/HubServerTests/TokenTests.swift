import ChangeSets
import Foundation
import HubRuntime
import HubServer
import HubTestSupport
import Testing

@Suite("API tokens")
struct TokenTests {
    private struct Token: Decodable { let name, token, role: String }

    private func make(_ name: String, _ role: Role, days: Int? = nil, at hub: ServedHub) async throws -> String {
        let end = days.map { #","days":\#($0)"# } ?? ""
        let answer = try await hub.ask(.post, "/v1/tokens", #"{"name":"\#(name)","role":"\#(role.rawValue)","author":"ann"\#(end)}"#)
        #expect(answer.status == 200)
        return try JSONDecoder().decode(Token.self, from: Data(answer.body)).token
    }

    private static func path(_ route: HubRoute) -> String {
        ["{name}", "{id}", "{sku}", "{number}"].reduce(route.path) { $0.replacing($1, with: "a") }
    }

    @Test("each role may do what its routes say and no more, on every route", arguments: Role.allCases)
    func roles(role: Role) async throws {
        try await ServedHub.run { hub in
            let token = try await make("reports", role, at: hub)
            for route in hub.routes {
                guard case .person(let needed) = route.access else { continue }
                let answer = try await hub.ask(route.method == .get ? .get : .post, Self.path(route), "{", secret: token)
                if role < needed {
                    #expect(answer.status == 403 && answer.error["code"] == "role-too-low", "\(route.path)")
                    #expect(answer.error["message"]?.contains("reports") == true)
                } else {
                    #expect(answer.status != 401 && answer.status != 403, "\(route.path) \(answer.status)")
                }
            }
        }
    }

    @Test("what looks is a viewer's, and what decides is not")
    func leastRole() async throws {
        try await ServedHub.run { hub in
            for route in hub.routes where route.access == .person(.viewer) {
                #expect(
                    route.method == .get || route.path.contains("search") || route.path.contains("as-of")
                        || route.path.hasSuffix("proposals"))
            }
            for path in ["/v1/sites", "/v1/tokens", "/v1/policies", "/v1/identity", "/v1/backup", "/v1/collect"] {
                #expect(hub.routes.first { $0.path == path && $0.method == .post }?.access.role == .admin, "\(path)")
            }
        }
    }

    @Test("a decision bears the token's name, whatever its body says")
    func author() async throws {
        try await ServedHub.run { hub in
            let token = try await make("desk of ben", .operator, at: hub)
            let body = #"{"sku":"BOOT-42","location":"*","quantity":10000,"author":"ann"}"#
            #expect(try await hub.ask(.post, "/v1/safety-stock", body, secret: token).status == 200)
            #expect(try await hub.ask(.post, "/v1/safety-stock", body).status == 200)
            let authors = try await hub.test.hub.decisions(now: TestHub.start).map(\.author)
            #expect(Set(authors) == ["desk of ben", "ann"])
        }
    }

    @Test("rules can be tried with a token: a body that names no author gets none")
    func rules() async throws {
        try await ServedHub.run { hub in
            let token = try await make("desk", .operator, at: hub)
            let rules = String(decoding: try await hub.ask(.get, "/v1/identity", secret: token).body, as: UTF8.self)
            for secret in [token, ServedHub.secret] {
                #expect(try await hub.ask(.post, "/v1/identity/try", rules, secret: secret).status == 200)
            }
        }
    }

    @Test("a token ends when its days are over, or at once when it is revoked; its name is free again then", arguments: [0, 1] as [UInt64])
    func end(more: UInt64) async throws {
        let bench = try await TestHub()
        let hub = bench.hub
        let made = try await hub.makeAPIToken(APITokenQuestion(name: "reports", role: .viewer, days: 1, author: "ann"), now: bench.now)
        let end = bench.now.advanced(byMilliseconds: 86_400_000 + more)
        if more == 0 {
            #expect(try await hub.principal(bearing: made.token, now: end) == Principal(name: "reports", role: .viewer))
        } else {
            let error = await #expect(throws: HubError.self) { try await hub.principal(bearing: made.token, now: end) }
            #expect(error?.code == .expiredToken)
        }
        #expect(try await hub.apiTokens(now: end).map(\.isExpired) == [more == 1])
        let again = APITokenQuestion(name: "reports", role: .admin, author: "ann")
        let taken = await #expect(throws: HubError.self) { try await hub.makeAPIToken(again, now: bench.now) }
        #expect(taken?.code == .nameTaken)
        try await hub.revokeAPIToken("reports")
        #expect(try await hub.principal(bearing: made.token, now: bench.now) == nil)
        let missing = await #expect(throws: HubError.self) { try await hub.revokeAPIToken("reports") }
        #expect(missing?.code == .notFound)
        _ = try await hub.makeAPIToken(again, now: bench.now)
    }

    @Test(
        "names that no list can show, and days that are no time, are refused",
        arguments: ["", "a\nb", "<b>", String(repeating: "a", count: 65)])
    func names(name: String) async throws {
        let bench = try await TestHub()
        let error = await #expect(throws: HubError.self) {
            try await bench.hub.makeAPIToken(APITokenQuestion(name: name, role: .viewer, author: "ann"), now: bench.now)
        }
        #expect(error?.code == .badName && error?.message.contains("token") == true)
        for days in [0, -1, 3_651] {
            await #expect(throws: HubError.self) {
                try await bench.hub.makeAPIToken(APITokenQuestion(name: "a", role: .viewer, days: days, author: "ann"), now: bench.now)
            }
        }
    }

    @Test("the hub keeps no token, only its hash, and it is no site's")
    func hash() async throws {
        let bench = try await TestHub()
        let made = try await bench.hub.makeAPIToken(APITokenQuestion(name: "reports", role: .viewer, author: "ann"), now: bench.now)
        #expect(made.token.hasPrefix(Hub.apiTokenPrefix) && made.token.count == Hub.apiTokenPrefix.count + 64)
        let rows = try bench.store.readNow { try $0.apiTokens() }
        #expect(rows.count == 1 && !rows[0].hash.elementsEqual(made.token.utf8))
        let error = await #expect(throws: HubError.self) {
            _ = try await bench.hub.enroll(token: made.token, publicKey: SigningKey().publicKey, now: bench.now)
        }
        #expect(error?.code == .badToken)
    }
}
