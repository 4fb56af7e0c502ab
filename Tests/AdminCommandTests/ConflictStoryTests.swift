import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary conflict show tells of how a conflict came about")
struct ConflictStoryTests {
    /// Counts of one pile by sites of these names, a minute apart.
    private func conflict(_ sites: [String]) throws -> ConflictCommand.Conflict {
        let sides = sites.enumerated().map { number, site in
            #"""
            {"value": \#(10_000 * (number + 1)), "dot": "\#(site):1", "site": "\#(site)", "source": "till",
             "time": \#(1_700_000_000_000 + 60_000 * number), "clockInBound": true, "clock": {}}
            """#
        }.joined(separator: ",")
        let document = #"""
            {"id": "concurrent-counts:MUG/pool", "short": "3f9a1c2b", "kind": "concurrent-counts", "subject": "MUG/pool",
             "message": "Counts.", "remedy": "Take one.", "seen": "s", "choices": ["take", "value", "accept"], "about": {},
             "sides": [\#(sides)]}
            """#
        return try JSONDecoder().decode(ConflictCommand.Conflict.self, from: Data(document.utf8))
    }

    private func story(_ sides: [(site: String, shown: String, heard: String)], foresight: String = "") throws -> ConflictCommand.Story {
        func write(_ dot: String, _ site: String, _ value: Int, _ shown: String, _ heard: String) -> String {
            #"{"dot": "\#(dot)", "site": "\#(site)", "value": \#(value), "time": 1700000000000, "#
                + #""shown": [\#(shown)], "heard": [\#(heard)]}"#
        }
        let writes = sides.map { write("\($0.site):1", $0.site, 1, $0.shown, $0.heard) }.joined(separator: ",")
        let document = #"""
            {"sides": [\#(writes)], "earlier": [\#(write("old:1", "depot", 55_000, "", ""))], "decisions": [], "foresight": {\#(foresight)},
             "notes": [{"conflict": "c", "author": "ann", "text": "called her", "time": 1700000000000}], "sites": 2, "alike": 1}
            """#
        return try JSONDecoder().decode(ConflictCommand.Story.self, from: Data(document.utf8))
    }

    @Test("each side tells what its writer was shown, whom it had heard of, and what taking it leaves")
    func told() throws {
        let story = try story(
            [("shop-one", #""old:1""#, #""shop-two:1", "old:1""#), ("shop-two", "", "")],
            foresight: #""shop-one:1": {"onHand": 10000, "available": 5000, "conflicts": 1}"#)
        let text = ConflictCommand.Show.text(of: try conflict(["shop-one", "shop-two"]), notes: story.notes, story: story)
        #expect(
            text.contains(
                """
                  1
                    shop-one, till, 2023-11-14 22:13Z  shop-one:1
                    was shown 5.5 (depot, 2023-11-14 22:13Z)
                    shop-two's of 2023-11-14 22:14Z had reached its site, but its writer was not shown it
                    taken: 1 on hand, 0.5 can be sold, and 1 conflict about it left

                  2
                    shop-two, till, 2023-11-14 22:14Z  shop-two:1
                    had not heard of shop-one's of 2023-11-14 22:13Z

                Notes:
                """))
    }

    @Test("what has no sides tells since when it is open, or that it was so before, or that nobody knows; sides tell their own times")
    func open() throws {
        func conflict(_ age: String, sides: Bool = false) throws -> ConflictCommand.Conflict {
            let side = #"{"value": 1, "dot": "a:1", "site": "s", "source": "t", "time": 1, "clockInBound": true, "clock": {}}"#
            let document = #"""
                {"id": "oversell:oversold/MUG at pool", "short": "3f9a1c2b", "kind": "oversell", "subject": "MUG", "message": "Oversold.",
                 "remedy": "Count.", "seen": "s", "choices": ["accept"], "about": {}, \#(age) "sides": [\#(sides ? side : "")]}
                """#
            return try JSONDecoder().decode(ConflictCommand.Conflict.self, from: Data(document.utf8))
        }
        #expect(try conflict(#""since": 1700000000000,"#).open == "Open since 2023-11-14 22:13Z.")
        #expect(try conflict(#""sinceBefore": 1700000000000,"#).open == "Open since before 2023-11-14 22:13Z.")
        #expect(try conflict("").open == "Since when it is open is not known.")
        #expect(try conflict(#""since": 1700000000000,"#, sides: true).open == nil)
        let shown = ConflictCommand.List.text(of: [try conflict(#""since": 1700000000000,"#)], none: "")
        #expect(shown.hasSuffix("\n  Open since 2023-11-14 22:13Z."))
    }

    @Test("of an oversold pile what took from it last is told, the newest first, with who wrote it")
    func takers() throws {
        let document = #"""
            {"sides": [], "earlier": [], "decisions": [], "foresight": {}, "notes": [], "sites": 2, "alike": 1, "takers": [
             {"at": 1700000060000, "kind": "sale", "site": "bath", "source": "till", "quantity": -20000, "record": "sale line 2",
              "location": "pool", "dot": "a:1", "isCounted": false},
             {"at": 1700000000000, "kind": "reservation", "site": "hub", "source": "", "quantity": 10000, "location": "pool", "dot": "b:1",
              "isCounted": false}]}
            """#
        let story = try JSONDecoder().decode(ConflictCommand.Story.self, from: Data(document.utf8))
        let lines = ConflictCommand.Show.text(of: try conflict([]), story: story).split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        let place = try #require(lines.firstIndex { $0.hasPrefix("WHAT TOOK FROM IT LAST") })
        #expect(lines[place + 1] == "bath, till sale 2023-11-14 22:14Z sale line 2 -2")
        #expect(lines[place + 2] == "hub reservation 2023-11-14 22:13Z - 1")
        #expect(try self.story([]).takerLines.isEmpty)
    }

    @Test("of five sides each tells of the four others one by one; of six it counts them")
    func many() throws {
        for count in [5, 6] {
            let sites = (0..<count).map { "s\($0)" }
            let story = try story(sites.map { ($0, "", #""s0:1", "s1:1""#) })
            let conflict = try conflict(sites)
            let lines = story.lines(of: conflict.sides[count - 1], in: conflict)
            #expect(
                count == 5
                    ? lines.count == ConflictCommand.Story.othersMax
                    : lines == ["2 of the 5 other sides had reached its site; its writer was shown none"])
        }
    }
}
