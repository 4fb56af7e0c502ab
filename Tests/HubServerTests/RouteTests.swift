import ChangeSets
import Foundation
import HubRuntime
import HubServer
import HubTestSupport
import Testing
import Yams

@Suite("The hub's routes")
struct RouteTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../protocol/openapi.yaml")

    @Test("openapi.yaml describes exactly the routes of the running hub, with who may ask")
    func description() async throws {
        let yaml = try String(contentsOf: Self.file, encoding: .utf8)
        let document = try #require(try Yams.load(yaml: yaml) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        var described: Set<String> = []
        for (path, methods) in paths {
            for (method, operation) in methods {
                let security = (operation as? [String: Any])?["security"] as? [[String: Any]] ?? []
                let role = (operation as? [String: Any])?["x-role"] as? String
                described.insert("\(method.uppercased()) \(path) \(security.first?.keys.first ?? "open") \(role ?? "")")
            }
        }
        let all = described
        try await ServedHub.run { hub in
            let served = hub.routes.filter { !$0.access.isPage }.map { route in
                let access =
                    switch route.access {
                    case .anyone: "open"
                    case .signed, .agent: "requestSignature"
                    case .person: "bearer"
                    case .visitor, .console: "page"
                    }
                return "\(route.method.rawValue) \(route.path) \(access) \(route.access.role?.rawValue ?? "")"
            }
            #expect(Set(served) == all)
            #expect(served.count == all.count)
        }
    }

    @Test("an unknown path is 404, a known one with another method 405 that names the methods, both as JSON")
    func unknown() async throws {
        try await ServedHub.run { hub in
            let nowhere = try await hub.ask(.get, "/v2/sites")
            #expect(nowhere.status == 404 && nowhere.error["code"] == "path-unknown" && nowhere.error["remedy"] != nil)
            let wrong = try await hub.ask(.delete, "/v1/sites")
            #expect(wrong.status == 405 && wrong.error["code"] == "method-not-allowed")
            #expect(wrong.header("allow") == "GET, POST")
            let part = try await hub.ask(.put, "/v1/sites/shop-1")
            #expect(part.status == 405 && part.header("allow") == "GET")
        }
    }

    @Test("operators' routes refuse a missing or wrong secret and say what to do")
    func secret() async throws {
        try await ServedHub.run { hub in
            for route in hub.routes where route.access.role != nil && !route.access.isPage {
                let path = route.path.replacing("{name}", with: "a").replacing("{id}", with: "a").replacing("{sku}", with: "a").replacing(
                    "{number}", with: "a")
                for secret in [nil, "", "0123456789abcdef0123456789abcdee", "trb-" + String(repeating: "0", count: 64)] {
                    let answer = try await hub.ask(route.method == .get ? .get : .post, path, "{}", secret: secret)
                    #expect(answer.status == 401 && answer.error["code"] == "operator-unknown", "\(route.path)")
                }
            }
        }
    }

    @Test("health and metrics need no secret, and the metrics count what was asked")
    func open() async throws {
        try await ServedHub.run { hub in
            let health = try await hub.ask(.get, "/healthz", secret: nil)
            #expect(health.status == 200 && String(decoding: health.body, as: UTF8.self) == #"{"status":"ok"}"#)
            let metrics = try await hub.ask(.get, "/metrics", secret: nil)
            #expect(metrics.status == 200 && metrics.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
            let text = String(decoding: metrics.body, as: UTF8.self)
            #expect(text.contains(#"tributary_http_requests_total{method="GET",route="/healthz",status="200"} 1"#))
            #expect(text.contains(#"tributary_http_duration_seconds_count{route="/healthz"} 1"#))
        }
    }

    @Test("a body that is too long is refused, and so is one on a route that takes none")
    func tooLong() async throws {
        try await ServedHub.run { hub in
            let long = try await hub.ask(.post, "/v1/sites", String(repeating: " ", count: 17 << 10))
            #expect(long.status == 413 && long.error["code"] == "request-too-large")
            let just = try await hub.ask(.post, "/v1/sites", String(repeating: " ", count: 16 << 10))
            #expect(just.status == 400 && just.error["code"] == "request-malformed")
        }
    }

    @Test("lists are told page by page where asked: the body is the page, a header says what the next one comes after, and ends")
    func pages() async throws {
        try await ServedHub.run { hub in
            let agent = try await hub.test.enrol("shop")
            var till = TestWriter("till", seed: 1, key: agent.key)
            let now = hub.test.now
            let sold = (0..<3).map { Make.movement(Text("SKU-\($0)"), "shop", pieces: -1, at: now) }
            let bad = (0..<3).map { _ in Make.movement("", "shop", pieces: 1, at: now) }
            let orders = (0..<3).map { Make.write("order", Int64($0), [("number", "O1")], at: now) }
            let people = (0..<3).map { Make.customer(Int64(10 + $0), name: "Ann Number\($0)", at: now) }
            try await hub.test.push([try till.seal(sold + bad + orders + people)], from: agent)
            for number in 0..<3 {
                let question = SafetyQuestion(sku: "MUG", location: "\(number)", quantity: 1, author: "ann")
                _ = try await hub.test.hub.keepBack(question, now: now)
                await hub.test.hub.noteLookUp(.order, "\(number)", found: 1, by: nil, now: now)
            }
            func count(_ answer: ServedHub.Answer) -> Int? { (answer.json as? [Any])?.count }
            let lists = [
                "/v1/conflicts?kind=oversell", "/v1/quarantine", "/v1/decisions", "/v1/look-ups?who=hub.secret", "/v1/orders/O1",
            ]
            for path in lists {
                let sign = path.contains("?") ? "&" : "?"
                let first = try await hub.ask(.get, "\(path)\(sign)limit=2")
                let after = try #require(first.header("tributary-next"), "\(path)")
                let next = try await hub.ask(.get, "\(path)\(sign)limit=2&after=\(after)")
                #expect(first.status == 200 && count(first) == 2 && next.status == 200 && next.header("tributary-next") == nil, "\(path)")
                #expect(count(next) == 1, "\(path)")
                for wrong in ["limit=0", "limit=x", "limit=501", "after=nothing"] {
                    let refused = try await hub.ask(.get, "\(path)\(sign)\(wrong)")
                    #expect(refused.status == 400 && refused.error["remedy"] != nil, "\(path) \(wrong)")
                }
            }
            let whole = try await hub.ask(.get, "/v1/conflicts")
            #expect(count(whole) == 6 && whole.header("tributary-next") == nil)
            #expect(count(try await hub.ask(.get, "/v1/quarantine")) == 3)
            #expect(try await hub.ask(.get, "/v1/conflicts?kind=nothing").status == 400)
            let ordered = try await hub.ask(.get, "/v1/conflicts?order=newest&limit=4")
            let behind = try #require(ordered.header("tributary-next"))
            #expect(count(ordered) == 4 && ordered.header("tributary-ordered") == nil)
            #expect(count(try await hub.ask(.get, "/v1/conflicts?order=newest&after=\(behind)")) == 2)
            #expect(try await hub.ask(.get, "/v1/conflicts?order=oldest&after=\(behind)").status == 400)
            for refused in [
                try await hub.ask(.get, "/v1/conflicts?order=dearest"),
                try await hub.ask(.post, "/v1/conflicts/search", #"{"order":"dearest"}"#),
            ] {
                #expect(refused.status == 400 && refused.error["remedy"] == "Give one of: kind, oldest, newest, costliest.")
            }
            #expect(count(try await hub.ask(.post, "/v1/conflicts/search", #"{"order":"costliest"}"#)) == 6)
            for (path, body) in [("/v1/conflicts/search", #""kind":"oversell","text":"sku-""#), ("/v1/profiles/search", #""name":"ann""#)] {
                let first = try await hub.ask(.post, path, "{\(body),\"limit\":2}")
                let after = try #require(first.header("tributary-next"), "\(path)")
                let next = try await hub.ask(.post, path, "{\(body),\"limit\":2,\"after\":\"\(after)\"}")
                #expect(count(first) == 2 && count(next) == 1 && next.header("tributary-next") == nil, "\(path)")
                #expect(count(try await hub.ask(.post, path, "{\(body)}")) == 3, "\(path)")
                #expect(try await hub.ask(.post, path, "{\(body),\"limit\":0}").status == 400)
                #expect(try await hub.ask(.post, path, "{\(body),\"after\":\"nothing\"}").status == 400)
            }
        }
    }

    @Test("what the console shows of stock, of quality and of the hub's day is told to programs, too, within bounds")
    func figures() async throws {
        try await ServedHub.run { hub in
            let agent = try await hub.test.enrol("shop")
            var till = TestWriter("till", seed: 1, key: agent.key)
            let now = hub.test.now
            let skus = (0..<26).map { "S \(100 + $0)" }
            let moved = skus.map { Make.movement(Text($0), "shop", pieces: $0 == "S 125" ? -1 : 1, at: now) }
            try await hub.test.push(
                [
                    try till.seal(
                        moved + [
                            Make.movement("", "shop", pieces: 1, at: now), Make.customer(9, email: "a@b.example", at: now),
                            Make.write("item", 9, [("sku", "S 100"), ("price", -1)], at: now),
                        ])
                ], from: agent)
            func object(_ path: String) async throws -> [String: Any] { try await hub.ask(.get, path).json as? [String: Any] ?? [:] }
            func shown(_ path: String) async throws -> [String?] {
                (try await object(path)["articles"] as? [[String: Any]] ?? []).map { $0["sku"] as? String }
            }
            #expect(try await shown("/v1/stock") == Array(skus.prefix(25)))
            #expect(try await object("/v1/stock")["next"] as? String == "S 124")
            #expect(try await shown("/v1/stock?after=S%20124&prefix=S&location=shop") == ["S 125"])
            #expect(try await shown("/v1/stock?oversold=true") == ["S 125"])
            #expect(try await shown("/v1/stock?location=moon") == [])
            #expect(try await hub.ask(.get, "/v1/stock?oversold=maybe").status == 400)

            let item = try await object("/v1/stock/S%20125/history")
            #expect((item["entries"] as? [[String: Any]])?.first?["quantity"] as? Int == -10_000)
            #expect(try await hub.ask(.get, "/v1/stock/nothing/history").status == 404)

            let groups = try await hub.ask(.get, "/v1/quarantine/groups").json as? [[String: Any]]
            #expect(groups?.map { $0["code"] as? String } == ["sku-empty"] && groups?.first?["changes"] as? Int == 1)

            for (path, entity) in [("/v1/quality", "customer"), ("/v1/quality?entity=item", "item")] {
                let rows = try await object(path)["rows"] as? [[String: Any]]
                #expect(Set(rows?.compactMap { $0["entity"] as? String } ?? []) == [entity])
            }
            #expect(try await hub.ask(.get, "/v1/quality?entity=sale").status == 400)
            let prices = try await hub.ask(.get, "/v1/quality/trend?entity=item&site=shop").json as? [[String: Any]]
            #expect(prices?.first { $0["field"] as? String == "price" }?["valid"] as? Int == 0)
            #expect(prices?.allSatisfy { $0["entity"] as? String == "item" } == true)
            let refused = try await hub.ask(.get, "/v1/quality/trend?entity=sale")
            #expect(refused.status == 400 && refused.error["remedy"] == "Give one of: customer, item.")
            let own = try await hub.ask(.get, "/v1/quality/trend?site=shop").json as? [[String: Any]]
            #expect(own?.first { $0["field"] as? String == "email" }?["site"] as? String == "shop")
            #expect(try await hub.ask(.get, "/v1/quality/trend?site=moon").status == 404)
            try await hub.test.hub.takePulse(now: now)
            for (path, name, most) in [("/v1/quality/trend", "days", 800), ("/v1/pulses", "hours", 168)] {
                let told = try await hub.ask(.get, "\(path)?\(name)=\(most)").json as? [[String: Any]]
                #expect(told?.isEmpty == false, "\(path)")
                for wrong in ["0", "\(most + 1)", "x"] { #expect(try await hub.ask(.get, "\(path)?\(name)=\(wrong)").status == 400) }
            }
        }
    }

    @Test("a field's history is told to programs page by page, as the console shows it, and each look is in the trail")
    func history() async throws {
        try await ServedHub.run { hub in
            let agent = try await hub.test.enrol("web", kind: .web)
            var shop = TestWriter("shop", seed: 1, key: agent.key)
            let (life, now) = (shop.nextDot, hub.test.now)
            let first = Make.write("order", 1, [("number", "O1"), ("currency", "GBP")], at: now)
            try await hub.test.push([try shop.seal([first])], from: agent)
            let second = Make.write("order", 1, [("currency", "EUR")], life: life, at: now, context: .named([life]))
            try await hub.test.push([try shop.seal([second])], from: agent)
            let path = "/v1/history?record=\(life)&field=currency"
            func writes(_ answer: ServedHub.Answer) -> [[String: Any]] {
                (answer.json as? [String: Any])?["writes"] as? [[String: Any]] ?? []
            }
            let whole = try await hub.ask(.get, path)
            #expect(whole.status == 200 && whole.header("tributary-next") == nil)
            #expect(writes(whole).map { $0["value"] as? String } == ["EUR", "GBP"])
            #expect(writes(whole).map { $0["isLive"] as? Bool } == [true, false])
            #expect((writes(whole)[0]["replaced"] as? [[String: Any]])?.map { $0["value"] as? String } == ["GBP"])
            let about = (whole.json as? [String: Any])?["about"] as? [String: Any]
            #expect(about?["name"] as? String == "O1" && about?["field"] as? String == "currency")
            let page = try await hub.ask(.get, path + "&limit=1")
            let after = try #require(page.header("tributary-next"))
            #expect(writes(page).count == 1)
            let rest = try await hub.ask(.get, path + "&limit=1&after=" + after)
            #expect(writes(rest).map { $0["value"] as? String } == ["GBP"] && rest.header("tributary-next") == nil)
            for wrong in ["limit=0", "limit=51", "limit=x", "after=nothing"] {
                let refused = try await hub.ask(.get, path + "&" + wrong)
                #expect(refused.status == 400 && refused.error["remedy"] != nil, "\(wrong)")
            }
            for nowhere in ["", "?record=\(life)", "?record=\(life)&field=total", "?record=x&field=currency"] {
                let refused = try await hub.ask(.get, "/v1/history" + nowhere)
                #expect(refused.status == 404 && refused.error["remedy"] != nil, "\(nowhere)")
            }
            let looks = try await hub.test.hub.lookUps()
            #expect(looks.map(\.what) == [.history] && looks.map(\.subject) == ["\(life)/currency"] && looks.map(\.times) == [3])
        }
    }

    @Test("a search gives exactly one of its fields; the error names no value")
    func search() async throws {
        try await ServedHub.run { hub in
            for body in ["{}", #"{"email":"ada@example.com","name":"Ada"}"#, #"{"email":7}"#, "nothing"] {
                let answer = try await hub.ask(.post, "/v1/profiles/search", body)
                #expect(answer.status == 400 && !String(decoding: answer.body, as: UTF8.self).contains("ada@"))
            }
            let none = try await hub.ask(.post, "/v1/profiles/search", #"{"email":"ada@example.com"}"#)
            #expect(none.status == 200 && String(decoding: none.body, as: UTF8.self) == "[]")
        }
    }

    @Test("a site is added, listed, shown and revoked; what is not there is 404 with a remedy")
    func sites() async throws {
        try await ServedHub.run { hub in
            #expect(try await hub.ask(.post, "/v1/sites", #"{"name":"shop-1","kind":"store","region":"north"}"#).status == 200)
            let again = try await hub.ask(.post, "/v1/sites", #"{"name":"shop-1","kind":"store"}"#)
            let told = again.json as? [String: Any]
            #expect(again.status == 200 && told?["token"] is String && told?["sourceName"] as? String == "till")
            let other = try await hub.ask(.post, "/v1/sites", #"{"name":"shop-1","kind":"web"}"#)
            #expect(other.status == 409 && other.error["code"] == "site-exists")
            let list = try await hub.ask(.get, "/v1/sites").json as? [[String: Any]]
            #expect(list?.map { $0["name"] as? String } == ["shop-1"] && list?.first?["state"] as? String == "new")
            let shown = try await hub.ask(.get, "/v1/sites/shop-1").json as? [String: Any]
            #expect(shown?["region"] as? String == "north")
            #expect(try await hub.ask(.post, "/v1/sites/shop-1/revoke").status == 200)
            let nowhere = [
                "/v1/sites/shop-9", "/v1/profiles/nobody", "/v1/profiles/nobody/timeline?limit=5", "/v1/stock/85123A", "/v1/stock/a%2Fb",
                "/v1/orders/1",
            ]
            for then in ["profile", "timeline"] {
                let answer = try await hub.ask(.post, "/v1/as-of/\(then)", #"{"id":"nobody","time":1}"#)
                #expect(answer.status == 404 && answer.error["message"] == "Nobody was known as nobody then.", "\(then)")
            }
            for path in nowhere {
                let answer = try await hub.ask(.get, path)
                #expect(answer.status == 404 && answer.error["remedy"]?.isEmpty == false, "\(path)")
            }
            for query in ["limit=0", "limit=many", "before=nonsense"] {
                #expect(try await hub.ask(.get, "/v1/profiles/nobody/timeline?\(query)").status == 400, "\(query)")
            }
        }
    }
}
