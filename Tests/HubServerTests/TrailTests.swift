import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubServer
import HubTestSupport
import Testing

@Suite("The trail")
struct TrailTests {
    /// A customer's phone that two screens of a web shop wrote, and a pile that is oversold.
    private static func trouble(_ bench: TestHub) async throws {
        let web = try await bench.enrol("web", kind: .web)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        let ann = shop.nextDot
        func edit(_ phone: Value) -> Change {
            Make.write("customer", 1, [("phone", phone)], life: ann, at: bench.now, context: .named([ann]))
        }
        try await bench.push(
            [
                try shop.seal([
                    Make.write("customer", 1, [("name", "Ann Wye"), ("phone", "+442079460001")], at: bench.now), edit("+442079460002"),
                    edit("+442079460003"), Make.movement("BOOT-42", "web", pieces: -2, at: bench.now),
                ])
            ], from: web)
    }

    private static func lines(_ hub: ServedHub) async throws -> [String] {
        try await hub.test.hub.lookUps().reversed().map { "\($0.who): \($0.what.rawValue) \($0.subject)" }
    }

    @Test("what programs are shown of customers leaves a line, as at the console; goods leave none")
    func programs() async throws {
        try await ServedHub.run { hub in
            try await Self.trouble(hub.test)
            let conflict = try #require(try await hub.test.hub.conflicts(ConflictFilter(kind: .concurrentWrites), now: TestHub.start).first)
            #expect(conflict.about.profile != nil)
            for path in ["/v1/conflicts?kind=oversell", "/v1/quarantine", "/v1/quarantine/groups", "/v1/decisions"] {
                #expect(try await hub.ask(.get, path).status == 200, "\(path)")
            }
            #expect(try await Self.lines(hub) == [])
            #expect(try await hub.ask(.get, "/v1/conflicts?limit=5").status == 200)
            #expect(try await hub.ask(.get, "/v1/conflicts").status == 200)
            #expect(try await hub.ask(.post, "/v1/conflicts/search", #"{"id":"\#(conflict.short)"}"#).status == 200)
            #expect(try await Self.lines(hub) == ["hub.secret: search conflicts", "hub.secret: conflict \(conflict.id)"])
            let take = Resolution(.take, side: conflict.sides[0].dot, seen: conflict.seen, author: "ben")
            _ = try await hub.test.hub.resolve(conflict.id, take, now: TestHub.start)
            #expect(try await hub.ask(.get, "/v1/decisions").status == 200)
            #expect(try await Self.lines(hub).last == "hub.secret: search decisions")
        }
    }

    @Test("a customer's change that is set aside leaves a line where it is shown, and so does what a rule would do to it")
    func aside() async throws {
        try await ServedHub.run { hub in
            let bench = hub.test
            let (web, depot) = (try await bench.enrol("web", kind: .web), try await bench.enrol("depot", kind: .warehouse))
            var (shop, store) = (TestWriter("shop", seed: 1, key: web.key), TestWriter("wms", seed: 2, key: depot.key))
            let ann = shop.nextDot
            try await bench.push([try shop.seal([Make.write("customer", 1, [("name", "Ann Wye")], at: bench.now)])], from: web)
            // A warehouse may not write to a web shop's customer.
            let edit = Make.write(
                "customer", 1, [("phone", "+442079460003")], life: ann, source: shop.source, at: bench.now, context: .named([ann]))
            try await bench.push([try store.seal([edit])], from: depot)
            let held = try #require(try await bench.hub.conflicts(ConflictFilter(kind: .quarantine), now: TestHub.start).first)
            #expect(held.about.name == "Ann Wye" && held.about.profile != nil)
            #expect(try await hub.ask(.get, "/v1/quarantine").status == 200)
            #expect(try await Self.lines(hub) == ["hub.secret: search conflicts"])
            let question = #"{"filter":{"kind":"quarantine"},"rule":"discard","author":"ann","isDryRun":true}"#
            #expect(try await hub.ask(.post, "/v1/conflicts/resolve-all", question).status == 200)
            #expect(try await hub.test.hub.lookUps().first?.times == 2)
        }
    }

    @Test("notes on what is about a customer leave a line where they are read, for programs as on the page; notes on goods leave none")
    func notes() async throws {
        try await ServedHub.run { hub in
            try await Self.trouble(hub.test)
            func conflict(_ kind: ConflictAnswer.Kind) async throws -> ConflictAnswer {
                try #require(try await hub.test.hub.conflicts(ConflictFilter(kind: kind), now: TestHub.start).first)
            }
            let (phone, pile) = (try await conflict(.concurrentWrites), try await conflict(.oversell))
            func encoded(_ id: String) throws -> String { try #require(id.addingPercentEncoding(withAllowedCharacters: .alphanumerics)) }
            func note(_ id: String, _ text: String) async throws {
                _ = try await hub.test.hub.note(ConflictNoteQuestion(id: id, text: text, author: "ben"), now: TestHub.start)
            }
            func read(_ query: String) async throws {
                #expect(try await hub.ask(.get, "/v1/conflict-notes" + query).status == 200, "\(query)")
            }
            try await note(pile.id, "counting tonight")
            try await read("?conflict=" + encoded(pile.id))
            try await read("")
            let accept = Resolution(.accept, seen: pile.seen, author: "ben")
            _ = try await hub.test.hub.resolve(pile.id, accept, now: TestHub.start)
            try await read("?conflict=" + encoded(pile.id))
            #expect(try await hub.ask(.get, "/v1/conflicts/\(encoded(pile.id))/story").status == 200)
            #expect(try await Self.lines(hub) == [])
            try await note(phone.id, "Ann Wye rings back")
            try await read("?conflict=" + encoded(phone.id))
            try await read("")
            let anna = Browser(hub)
            try await anna.signIn("anna", .admin)
            #expect(try await anna.get("/audit?show=notes").text.contains("Ann Wye rings back"))
            let told = ["hub.secret: conflict \(phone.id)", "hub.secret: search notes", "anna: search notes"]
            #expect(try await Self.lines(hub) == told)
            #expect(try await anna.get("/audit?show=look-ups").text.contains("looked through notes on conflicts"))
        }
    }

    @Test("access that is given or ended leaves a line with who did it, and no secret; what is refused leaves none")
    func access() async throws {
        try await ServedHub.run { hub in
            let asked: [(path: String, body: String)] = [
                ("/v1/users", #"{"name":"ben","role":"operator","author":"anna"}"#), ("/v1/users/ben/role", #"{"role":"viewer"}"#),
                ("/v1/users/ben/password", "{}"), ("/v1/users/ben/remove", "{}"),
                ("/v1/tokens", #"{"name":"scanner","role":"viewer","author":"anna"}"#), ("/v1/tokens/scanner/revoke", "{}"),
                ("/v1/sites", #"{"name":"shop-1","kind":"store"}"#), ("/v1/sites", #"{"name":"shop-1","kind":"store"}"#),
                ("/v1/sites/shop-1/revoke", "{}"),
            ]
            for (path, body) in asked { #expect(try await hub.ask(.post, path, body).status == 200, "\(path)") }
            for (path, body) in [asked[1], asked[5], (path: "/v1/sites/none/revoke", body: "{}")] {
                #expect(try await hub.ask(.post, path, body).status >= 400, "\(path)")
            }
            let told = [
                "person-added ben: operator", "role-given ben: viewer", "password-given ben", "person-removed ben",
                "token-made scanner: viewer", "token-revoked scanner", "site-added shop-1", "site-token shop-1", "site-revoked shop-1",
            ]
            #expect(try await Self.lines(hub) == told.map { "hub.secret: " + $0 })
            let anna = Browser(hub)
            try await anna.signIn("anna", .admin)
            try await anna.get("/people")
            try await anna.post("/people", ["name": "cleo", "role": "viewer"])
            try await anna.post("/people/role", ["name": "cleo", "role": "operator"])
            try await anna.post("/sites/shop-1/token", [:])
            let lines = try await Self.lines(hub).suffix(3)
            #expect(lines == ["anna: person-added cleo: viewer", "anna: role-given cleo: operator", "anna: site-token shop-1"])
            let page = try await anna.get("/audit?show=look-ups").text
            #expect(page.contains(#"gave the person another role: <a href="/people"><code>cleo: operator</code></a>"#))
            #expect(page.contains(#"<a href="/sites/shop%2D1"><code>shop-1</code></a>"#) && !page.contains("⟦"))
        }
    }
}
