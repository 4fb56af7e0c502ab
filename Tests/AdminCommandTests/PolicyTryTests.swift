import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary policy try shows")
struct PolicyTryTests {
    private func text(_ policy: String, conflicts: Int, hasMore: Bool = false, examples: String = "") throws -> String {
        let document = #"""
            {"entity": "order line", "field": "paid at", "policy": "\#(policy)", "conflicts": \#(conflicts), "hasMore": \#(hasMore),
             "examples": [\#(examples)]}
            """#
        return try JSONDecoder().decode(PolicyCommand.Trial.self, from: Data(document.utf8)).text(widthMax: nil)
    }

    private func side(_ site: String, _ value: String) -> String {
        #"{"value": \#(value), "dot": "a:1", "site": "\#(site)", "source": "till", "time": 1, "clockInBound": true, "clock": {}}"#
    }

    @Test("it tells how many it would decide, what examples would show and from where, and how it is set, as a shell takes it")
    func examples() throws {
        let example = #"""
            {"shown": 1700000000000, "site": "web", "conflict":
             {"id": "concurrent-writes:a:1/paid at", "short": "3f9a1c2b", "kind": "concurrent-writes", "subject": "a:1/paid at", "message": "m",
              "remedy": "r", "seen": "s", "choices": ["take"], "about": {"name": "N3", "record": "a:1"},
              "sides": [\#(side("web", "1700000000000")), \#(side("shop-1", "null"))]}}
            """#
        let shown = try text("ranked: web", conflicts: 1, examples: example).split(separator: "\n").map {
            $0.split(separator: " ").joined(separator: " ")
        }
        #expect(shown.first == #"It would decide 1 open conflict about "paid at" of order line, like"#)
        #expect(
            shown.dropFirst(2) == [
                "3f9a1c2b N3 2023-11-14 22:13Z (web), - (shop-1) 2023-11-14 22:13Z web",
                "Set it: tributary policy set 'order line' 'paid at' 'ranked: web'",
            ])
    }

    @Test("to ask leaves them to people; more than were counted, and none, are said to be so")
    func counts() throws {
        #expect(try text("ask", conflicts: 500, hasMore: true).hasPrefix("It would leave at least 500 open conflicts about"))
        #expect(
            try text("latest", conflicts: 0) == #"No conflict about "paid at" of order line is open: latest would decide nothing now."#)
    }

    @Test("of how many customers another value would be shown is told with the first of them, also where no conflict is open")
    func reach() throws {
        let document = #"""
            {"entity": "customer", "field": "city", "policy": "longest", "conflicts": 0, "hasMore": false, "examples": [],
             "reach": {"several": 12, "changed": 1,
              "examples": [{"profile": "p1-1", "name": "Ann Wye", "now": "York", "then": "Dundee"}]}}
            """#
        let text = try JSONDecoder().decode(PolicyCommand.Trial.self, from: Data(document.utf8)).text(widthMax: nil)
        #expect(text.contains("1 customer would be shown otherwise, of 12 of whom sites say several things."))
        let lines = text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ") }
        #expect(lines.last == "p1-1 Ann Wye York Dundee")
    }
}
