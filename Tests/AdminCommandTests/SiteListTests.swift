import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary site list and site add show")
struct SiteListTests {
    private static let now = Date(timeIntervalSince1970: 1_700_000_000)

    private func site(_ name: String, _ state: String? = "well", kind: String = "store", region: String = "", clock: Int64 = 0) -> String {
        let agent = #"{"publicKey": "k", "enrolledAt": 1, "clockOffsetMilliseconds": \#(clock), "isRevoked": false}"#
        let place = region.isEmpty ? "" : #""region": "\#(region)","#
        let told = state.map { #""state": "\#($0)","# } ?? ""
        return #"""
            {"name": "\#(name)", "kind": "\#(kind)", \#(place) \#(told) "agents": [\#(agent)], "lastHeard": 1700000000000,
             "sources": [], "warnings": []}
            """#
    }

    private func sites(_ all: [String]) throws -> [SiteCommand.Site] {
        try JSONDecoder().decode([SiteCommand.Site].self, from: Data("[\(all.joined(separator: ","))]".utf8))
    }

    private func rows(_ text: String) -> [[String]] {
        text.split(separator: "\n").dropFirst().map { $0.split(separator: " ").map(String.init) }
    }

    @Test(
        "those that need somebody come first, the worst before the others, and of one state by name; each tells the hub's word"
    )
    func order() throws {
        let all = try sites([
            site("a-gone", "revoked"), site("b-well", clock: -3_400), site("c-new", "new"), site("d-held", "held"),
            site("e-clock", "clock", clock: 300_001), site("f-differs", "differs"), site("g-stalled", "stalled"),
            site("h-silent", "silent"), site("i-well", clock: 120), site("j-yet", "unproved"), site("k-later", "dreaming"),
            site("l-old", nil),
        ])
        let shown = rows(SiteCommand.List.text(of: all, now: Self.now, widthMax: nil))
        let names = [
            "h-silent", "g-stalled", "f-differs", "e-clock", "d-held", "c-new", "j-yet", "b-well", "i-well", "a-gone", "k-later", "l-old",
        ]
        #expect(shown.map(\.first) == names)
        let states = ["silent", "stalled", "differs", "clock", "held", "new", "unproved", "well", "well", "revoked", "dreaming", "-"]
        #expect(shown.map { $0[1] } == states)
        #expect(shown[3].contains("+5") && shown[7].contains("-3") && shown[8].contains("+120"))
    }

    @Test("a state, a kind and words of name and region narrow the list; where nothing fits that is said, and where nothing is")
    func narrowed() throws {
        let all = try sites([
            site("shop-1", "unproved", region: "North West"), site("shop-2", "held"), site("web", kind: "web", region: "north"),
        ])
        func names(_ words: String...) throws -> [String?] {
            let list = try SiteCommand.List.parse(words)
            return rows(
                SiteCommand.List.text(of: all, state: list.state, kind: list.kind, words: list.text, now: Self.now, widthMax: nil)
            ).map(\.first)
        }
        #expect(try names("--text", "NORTH") == ["shop-1", "web"])
        #expect(try names("--text", "west shop") == ["shop-1"])
        #expect(try names("--state", "held") == ["shop-2"] && names("--state", "unproved") == ["shop-1"])
        // Well is well, whether or not it was proved already.
        #expect(try names("--state", "well") == ["shop-1", "web"])
        #expect(try names("--kind", "web") == ["web"])
        #expect(throws: (any Error).self) { try SiteCommand.List.parse(["--state", "bad"]) }
        #expect(SiteCommand.List.text(of: all, state: .silent, now: Self.now) == "No site fits.")
        #expect(SiteCommand.List.text(of: []).hasPrefix("No sites yet."))
    }

    @Test("a new site is told both commands to type there, and that a plain line is meant where it leaves the machine")
    func added() throws {
        func answer(_ source: String?) throws -> SiteCommand.Add.Answer {
            let told = source.map { #", "sourceName": "\#($0)""# } ?? ""
            let json = #"{"site": "shop-1", "token": "4f1c", "expires": 1700000000000\#(told)}"#
            return try JSONDecoder().decode(SiteCommand.Add.Answer.self, from: Data(json.utf8))
        }
        #expect(
            try answer("till").text(of: "shop-1", hub: "https://hub.example.com") == """
                Site shop-1 is ready. Its token works once, until 2023-11-14 22:13Z:
                  4f1c
                On the site's machine:
                  tributary-agent enroll --hub https://hub.example.com --token 4f1c --data /var/lib/tributary-agent
                  tributary-agent attach APP.db --as till --mapping FILE.yaml --data /var/lib/tributary-agent
                Whether it has come: tributary site show shop-1
                """)
        let open = try answer("wms").text(of: "shop-1", hub: "http://10.8.0.1:8080")
        #expect(open.contains("--hub http://10.8.0.1:8080 --allow-plain-http --token") && open.contains("--as wms "))
        #expect(!open.contains("this machine alone"))
        let own = try answer(nil).text(of: "shop-1", hub: "http://127.0.0.1:8080")
        #expect(!own.contains("plain") && own.contains("--as SOURCE ") && own.hasSuffix("by which the site reaches the hub."))
    }
}
