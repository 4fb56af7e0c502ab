import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary site list and site add show")
struct SiteListTests {
    private static let now = Date(timeIntervalSince1970: 1_700_000_000)

    private func site(
        _ name: String, kind: String = "store", region: String = "", heardAgo: UInt64 = 0, clock: Int64 = 0, exchange: String = "",
        held: Int = 0,
        isRevoked: Bool = false, hasAgent: Bool = true
    ) -> String {
        let heard = 1_700_000_000_000 - heardAgo
        let told = exchange.isEmpty ? "" : #", "exchange": {"asked": \#(heard), "differsIn": [], "repaired": {}, \#(exchange)}"#
        let agent =
            #"{"publicKey": "k", "enrolledAt": 1, "clockOffsetMilliseconds": \#(clock), "isRevoked": \#(isRevoked)\#(told)}"#
        let replica = #"{"id": "a", "last": 1, "isClosed": false, "held": \#(held)}"#
        let place = region.isEmpty ? "" : #""region": "\#(region)","#
        return #"""
            {"name": "\#(name)", "kind": "\#(kind)", \#(place) "agents": [\#(hasAgent ? agent : "")], "lastHeard": \#(heard),
             "sources": [{"id": "s", "name": "till", "replicas": [\#(replica)]}], "warnings": []}
            """#
    }

    private func sites(_ all: [String]) throws -> [SiteCommand.Site] {
        try JSONDecoder().decode([SiteCommand.Site].self, from: Data("[\(all.joined(separator: ","))]".utf8))
    }

    private func rows(_ text: String) -> [[String]] {
        text.split(separator: "\n").dropFirst().map { $0.split(separator: " ").map(String.init) }
    }

    @Test("those that need somebody come first, the worst before the others, and of one state by name; each tells the offset of its clock")
    func order() throws {
        let bound = Int64(SiteCommand.State.clockMillisecondsMax)
        let all = try sites([
            site("a-gone", isRevoked: true), site("b-well", clock: -bound), site("c-new", hasAgent: false), site("d-held", held: 1),
            site("e-clock", clock: bound + 1), site("f-differs", exchange: #""differsSince": 1, "isStalled": false"#),
            site("g-stalled", exchange: #""isStalled": true"#), site("h-silent", heardAgo: 300_001, clock: -3_400),
            site("i-well", heardAgo: 300_000, clock: 120),
        ])
        let shown = rows(SiteCommand.List.text(of: all, now: Self.now, widthMax: nil))
        #expect(shown.map(\.first) == ["h-silent", "g-stalled", "f-differs", "e-clock", "d-held", "c-new", "b-well", "i-well", "a-gone"])
        #expect(shown.map { $0[1] } == ["silent", "stalled", "differs", "clock", "held", "new", "well", "well", "revoked"])
        #expect(shown[0].contains("-3") && shown[6].contains("-5") && shown[7].contains("+120") && shown[3].contains("+5"))
    }

    @Test("a state, a kind and words of name and region narrow the list; where nothing fits that is said, and where nothing is")
    func narrowed() throws {
        let all = try sites([site("shop-1", region: "North West"), site("shop-2", held: 2), site("web", kind: "web", region: "north")])
        func names(_ words: String...) throws -> [String?] {
            let list = try SiteCommand.List.parse(words)
            return rows(
                SiteCommand.List.text(of: all, state: list.state, kind: list.kind, words: list.text, now: Self.now, widthMax: nil)
            ).map(\.first)
        }
        #expect(try names("--text", "NORTH") == ["shop-1", "web"])
        #expect(try names("--text", "west shop") == ["shop-1"])
        #expect(try names("--state", "held") == ["shop-2"])
        #expect(try names("--kind", "web") == ["web"])
        #expect(throws: (any Error).self) { try SiteCommand.List.parse(["--state", "bad"]) }
        #expect(SiteCommand.List.text(of: all, state: .silent, now: Self.now) == "No site fits.")
        #expect(SiteCommand.List.text(of: []).hasPrefix("No sites yet."))
    }

    @Test("a new site is told both commands to type there, and that a plain line is meant where it leaves the machine")
    func added() throws {
        let answer = try JSONDecoder().decode(
            SiteCommand.Add.Answer.self, from: Data(#"{"site": "shop-1", "token": "4f1c", "expires": 1700000000000}"#.utf8))
        #expect(
            answer.text(of: "shop-1", kind: .store, hub: "https://hub.example.com") == """
                Site shop-1 is ready. Its token works once, until 2023-11-14 22:13Z:
                  4f1c
                On the site's machine:
                  tributary-agent enroll --hub https://hub.example.com --token 4f1c --data /var/lib/tributary-agent
                  tributary-agent attach APP.db --as till --mapping FILE.yaml --data /var/lib/tributary-agent
                Whether it has come: tributary site show shop-1
                """)
        let open = answer.text(of: "shop-1", kind: .warehouse, hub: "http://10.8.0.1:8080")
        #expect(open.contains("--hub http://10.8.0.1:8080 --allow-plain-http --token") && open.contains("--as wms "))
        #expect(!open.contains("this machine alone"))
        let own = answer.text(of: "shop-1", kind: .web, hub: "http://127.0.0.1:8080")
        #expect(!own.contains("plain") && own.contains("--as shop ") && own.hasSuffix("by which the site reaches the hub."))
    }
}
