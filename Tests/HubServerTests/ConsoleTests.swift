import Causality
import ChangeSets
import Foundation
@testable import HubRuntime
import HubServer
import HubTestSupport
import Testing

/// A person at a browser: keeps the cookies that it is given, and reads the token of the forms that it is shown.
actor Browser {
    let hub: ServedHub
    private var cookies: [String: String] = [:]
    private(set) var formToken = ""

    init(_ hub: ServedHub) { self.hub = hub }

    @discardableResult
    func get(_ path: String, headers: [(name: String, value: String)] = []) async throws -> ServedHub.Answer {
        keep(try await hub.ask(.get, path, secret: nil, headers: [(name: "Cookie", value: cookie)] + headers))
    }

    @discardableResult
    func post(
        _ path: String, _ fields: KeyValuePairs<String, String>, token: String? = nil, headers: [(name: String, value: String)] = []
    ) async throws -> ServedHub.Answer {
        let pairs = [("form", token ?? formToken)] + fields.map { ($0.key, $0.value) }
        let body = pairs.map { "\($0.0)=\($0.1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }.joined(separator: "&")
        return keep(try await hub.ask(.post, path, body, secret: nil, headers: [(name: "Cookie", value: cookie)] + headers))
    }

    private var cookie: String { cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }

    private func keep(_ answer: ServedHub.Answer) -> ServedHub.Answer {
        for header in answer.headers where header.name.lowercased() == "set-cookie" {
            let pair = header.value.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            cookies[String(pair[0])] = pair.count > 1 && !header.value.contains("Max-Age=0") ? String(pair[1]) : nil
        }
        if let match = answer.text.firstMatch(of: /name="form" value="([0-9a-f]+)"/) { formToken = String(match.1) }
        return answer
    }

    /// Adds a person, signs in, and chooses a password.
    func signIn(_ name: String, _ role: Role) async throws {
        let added = try await hub.test.hub.addUser(UserQuestion(name: name, role: role, author: "test"), now: TestHub.start)
        try await post("/sign-in", ["name": name, "password": added.password])
        try await get("/password")
        try await post("/password", ["old": added.password, "new": Self.password, "again": Self.password])
        try await get("/")
    }

    static let password = "four wet grey geese"
}

extension ServedHub.Answer {
    var text: String { String(decoding: body, as: UTF8.self) }
}

@Suite("The console's door")
struct ConsoleDoorTests {
    @Test(
        "who has not signed in is sent to where one does, and comes back to the page that was asked for; a first password must be changed")
    func signIn() async throws {
        try await ServedHub.run { hub in
            let browser = Browser(hub)
            let nobody = try await browser.get("/sites")
            #expect(nobody.status == 303 && nobody.header("location") == "/sign-in?to=%2Fsites")
            #expect(try await browser.get("/sign-in").text.contains("tributary user add NAME --role admin"))
            let added = try await hub.test.hub.addUser(UserQuestion(name: "anna", role: .admin, author: "test"), now: TestHub.start)
            let wrong = try await browser.post("/sign-in", ["name": "anna", "password": "wrong"])
            #expect(wrong.status == 401 && wrong.text.contains("Name or password is wrong.") && wrong.header("set-cookie") == nil)
            let right = try await browser.post("/sign-in", ["name": "Anna", "password": added.password, "to": "/sites"])
            #expect(right.status == 303 && right.header("location") == "/sites")
            let cookie = try #require(right.header("set-cookie"))
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"))
            #expect(try await browser.get("/").header("location") == "/password")
            #expect(try await browser.post("/sites/new", ["name": "x", "kind": "store"]).status == 303)
            for (new, again) in [
                ("short", "short"), ("anna anna anna", "anna anna anna"), ("aaaaaaaaaaaa", "aaaaaaaaaaaa"),
                ("four wet geese", "four dry geese"),
            ] {
                try await browser.get("/password")
                let weak = try await browser.post("/password", ["old": added.password, "new": new, "again": again])
                #expect(weak.status == 400 && weak.text.contains(#"role="alert""#), "\(new)")
            }
            let changed = try await browser.post(
                "/password", ["old": added.password, "new": Browser.password, "again": Browser.password])
            #expect(changed.header("location") == "/?said=password")
            #expect(try await browser.get("/?said=password").text.contains("Your password is changed."))
            try await browser.post("/sign-out", [:])
            #expect(try await browser.get("/").status == 303)
            #expect(try await browser.post("/sign-in", ["name": "anna", "password": added.password]).status == 401)
            #expect(try await browser.post("/sign-in", ["name": "anna", "password": Browser.password]).status == 303)
        }
    }

    @Test(
        "an address that leaves the console is not gone to after signing in",
        arguments: ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb", ""])
    func openRedirect(to: String) async throws {
        try await ServedHub.run { hub in
            let browser = Browser(hub)
            let added = try await hub.test.hub.addUser(UserQuestion(name: "anna", role: .viewer, author: "test"), now: TestHub.start)
            #expect(try await browser.post("/sign-in", ["name": "anna", "password": added.password, "to": to]).header("location") == "/")
        }
    }

    @Test("a form of another site, of another session or without its token is refused, and changes nothing")
    func forgery() async throws {
        try await ServedHub.run { hub in
            let browser = Browser(hub)
            try await browser.signIn("anna", .admin)
            let pairs: KeyValuePairs = ["language": "de", "theme": "dark", "to": "/"]
            for token in ["", "0", String(repeating: "0", count: 64)] {
                let refused = try await browser.post("/preferences", pairs, token: token)
                #expect(refused.status == 403 && refused.text.contains("form-foreign"))
            }
            for header in [
                (name: "Sec-Fetch-Site", value: "cross-site"), (name: "Sec-Fetch-Site", value: "same-site"),
                (name: "Origin", value: "https://evil.example"), (name: "Origin", value: "null"),
            ] {
                #expect(try await browser.post("/preferences", pairs, headers: [header]).status == 403, "\(header)")
                #expect(
                    try await browser.post("/sign-in", ["name": "anna", "password": Browser.password], headers: [header]).status == 403)
            }
            #expect(try await browser.post("/preferences", pairs, headers: [(name: "Sec-Fetch-Site", value: "same-origin")]).status == 303)
            #expect(try await browser.get("/").text.contains(#"<html lang="de" data-theme="dark">"#))
        }
    }

    @Test("each role opens what its routes say and no more, on every route", arguments: Role.allCases)
    func roles(role: Role) async throws {
        try await ServedHub.run { hub in
            let browser = Browser(hub)
            try await browser.signIn("anna", role)
            for route in hub.routes {
                guard case .console(let needed) = route.access, !["/sign-out", "/password", "/live"].contains(route.path) else { continue }
                let path = ["{name}", "{id}", "{sku}", "{number}"].reduce(route.path) { $0.replacing($1, with: "a") }
                let answer = route.method == .get ? try await browser.get(path) : try await browser.post(path, [:])
                #expect((answer.status == 403) == (role < needed), "\(route.method) \(route.path) \(answer.status)")
                #expect(answer.header("content-type")?.hasPrefix("text/html") ?? false || route.path == "/live")
            }
        }
    }

    @Test("every page forbids all scripts but the hub's own, and being framed")
    func policy() async throws {
        try await ServedHub.run { hub in
            let browser = Browser(hub)
            try await browser.signIn("anna", .admin)
            for path in ["/", "/sign-in", "/conflicts", "/nowhere-at-all"] {
                let page = try await browser.get(path)
                guard path != "/nowhere-at-all" else { continue }
                #expect(page.header("content-security-policy")?.hasPrefix("default-src 'self';") == true, "\(path)")
                #expect(page.header("x-frame-options") == "DENY" && page.header("cache-control") == "no-store")
                #expect(!page.text.contains("⟦"), "\(path)")
            }
            let style = try #require(try await browser.get("/").text.firstMatch(of: /href="(\/console\/style.css\?v=[0-9a-f]+)"/))
            let file = try await browser.get(String(style.1))
            #expect(file.status == 200 && file.header("cache-control")?.contains("immutable") == true)
            #expect(try await browser.get("/console/style.css").header("cache-control") == "no-cache")
            #expect(try await browser.get("/console/frame.mustache").status == 404)
        }
    }

    @Test("after five wrong passwords a name waits, whoever bears it; the right one is not even looked at")
    func guessing() async throws {
        let bench = try await TestHub()
        let hub = bench.hub
        let added = try await hub.addUser(UserQuestion(name: "anna", role: .viewer, author: "test"), now: bench.now)
        for name in ["anna", "nobody"] {
            for _ in 0..<5 {
                let error = await #expect(throws: HubError.self) { try await hub.signIn(name: name, password: "wrong", now: bench.now) }
                #expect(error?.code == .signInRefused)
            }
            let paused = await #expect(throws: HubError.self) {
                try await hub.signIn(name: name.uppercased(), password: added.password, now: bench.now)
            }
            #expect(paused?.code == .signInPaused)
        }
        let later = bench.now.advanced(byMilliseconds: 1_001)
        // Nobody makes the hub forget a person's failures by many other names.
        for number in 0..<(SignInGuard.namesMax + 5) {
            _ = try? await hub.signIn(name: "nobody \(number)", password: "wrong", now: bench.now)
        }
        let still = await #expect(throws: HubError.self) { try await hub.signIn(name: "anna", password: added.password, now: bench.now) }
        #expect(still?.code == .signInPaused)
        _ = try await hub.signIn(name: "anna", password: added.password, now: later)
    }

    @Test("many guesses at once are no way around the wait")
    func guessingAtOnce() async throws {
        let bench = try await TestHub()
        let hub = bench.hub
        _ = try await hub.addUser(UserQuestion(name: "anna", role: .viewer, author: "test"), now: bench.now)
        let codes = await withTaskGroup(of: HubError.Code?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        _ = try await hub.signIn(name: "anna", password: "wrong", now: bench.now)
                        return nil
                    } catch { return (error as? HubError)?.code }
                }
            }
            return await group.reduce(into: [HubError.Code?]()) { $0.append($1) }
        }
        #expect(codes.filter { $0 == .signInRefused }.count == SignInGuard.freeFailures)
        #expect(codes.filter { $0 == .signInPaused }.count == 20 - SignInGuard.freeFailures)
    }

    @Test("a page that keeps itself fresh holds no session open")
    func refreshes() async throws {
        let bench = try await TestHub()
        let hub = bench.hub
        let added = try await hub.addUser(UserQuestion(name: "anna", role: .viewer, author: "test"), now: bench.now)
        let token = try await hub.signIn(name: "anna", password: added.password, now: bench.now)
        for minutes in [30, 60, 90, 119] as [UInt64] {
            let now = bench.now.advanced(byMilliseconds: minutes * 60_000)
            #expect(try await hub.session(bearing: token, isUse: false, now: now) != nil)
        }
        #expect(try await hub.session(bearing: token, now: bench.now.advanced(byMilliseconds: 121 * 60_000)) == nil)
    }

    @Test("a note that no page of ours says is not said")
    func said() async throws {
        try await ServedHub.run { hub in
            let browser = Browser(hub)
            try await browser.signIn("anna", .viewer)
            #expect(try await !browser.get("/?said=Call-555-0199").text.contains("555"))
        }
    }

    @Test("a session ends two hours after its last use, twelve after its begin, and with its person's password or role's end")
    func ends() async throws {
        let bench = try await TestHub()
        let hub = bench.hub
        let added = try await hub.addUser(UserQuestion(name: "anna", role: .admin, author: "test"), now: bench.now)
        _ = try await hub.addUser(UserQuestion(name: "ben", role: .admin, author: "test"), now: bench.now)
        func at(_ minutes: UInt64) -> Timestamp { bench.now.advanced(byMilliseconds: minutes * 60_000) }
        let idle = try await hub.signIn(name: "anna", password: added.password, now: bench.now)
        #expect(try await hub.session(bearing: idle, now: at(120)) != nil)
        #expect(try await hub.session(bearing: idle, now: at(240)) != nil)
        #expect(try await hub.session(bearing: idle, now: at(361)) == nil)
        let long = try await hub.signIn(name: "anna", password: added.password, now: bench.now)
        for hour in 1...12 { #expect(try await hub.session(bearing: long, now: at(UInt64(hour) * 60)) != nil) }
        #expect(try await hub.session(bearing: long, now: at(721)) == nil)
        let token = try await hub.signIn(name: "anna", password: added.password, now: bench.now)
        try await hub.setRole(.viewer, of: "anna")
        #expect(try await hub.session(bearing: token, now: at(1))?.role == .viewer)
        _ = try await hub.resetPassword(of: "anna")
        #expect(try await hub.session(bearing: token, now: at(1)) == nil)
        try await hub.removeUser("anna")
        for last in [{ try await hub.removeUser("ben") }, { try await hub.setRole(.operator, of: "ben") }] {
            let error = await #expect(throws: HubError.self) { try await last() }
            #expect(error?.code == .badRequest)
        }
    }

    @Test("a person and a token never share a name, however it is written")
    func names() async throws {
        let bench = try await TestHub()
        _ = try await bench.hub.addUser(UserQuestion(name: "Anna", role: .viewer, author: "test"), now: bench.now)
        for taken in [
            { _ = try await bench.hub.addUser(UserQuestion(name: "anna", role: .viewer, author: "t"), now: bench.now) },
            { _ = try await bench.hub.makeAPIToken(APITokenQuestion(name: "ANNA", role: .viewer, author: "t"), now: bench.now) },
        ] {
            let error = await #expect(throws: HubError.self) { try await taken() }
            #expect(error?.code == .nameTaken)
        }
    }

    @Test(
        "who looks somebody up leaves a line, before seeing anything; alike ones within a minute are one, and never what was searched for")
    func trail() async throws {
        try await ServedHub.run { hub in
            for _ in 0..<3 { _ = try await hub.ask(.post, "/v1/profiles/search", #"{"email":"ada@example.org"}"#) }
            _ = try await hub.ask(.post, "/v1/profiles/search", #"{"phone":"+442079460001"}"#)
            let trail = try await hub.test.hub.lookUps()
            #expect(trail.map(\.subject).sorted() == ["email", "phone"])
            #expect(trail.first { $0.subject == "email" }?.times == 3 && trail.allSatisfy { $0.who == "hub.secret" })
            let answer = try await hub.ask(.get, "/v1/look-ups?who=hub.secret&limit=1")
            #expect(answer.status == 200 && (answer.json as? [[String: Any]])?.count == 1)
        }
    }
}
