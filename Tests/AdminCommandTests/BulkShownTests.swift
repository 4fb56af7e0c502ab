import Foundation
import Testing

@testable import AdminCommand

@Suite("Many conflicts at the command line")
struct BulkShownTests {
    private func question(_ words: String...) throws -> [String: Any] {
        let question = try ConflictCommand.ResolveAll.parse(words + ["--by", "ann"]).question
        return try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(question)) as? [String: Any])
    }

    @Test("conflicts are named by a cause or by their ids, and a dry run is asked for unless it shall be applied")
    func asked() throws {
        let byCause = try question("--cause", "sku-empty", "--site", "shop-1", "--replay")
        #expect(byCause["filter"] as? [String: String] == ["cause": "sku-empty", "site": "shop-1"])
        #expect(byCause["rule"] as? String == "replay" && byCause["isDryRun"] as? Bool == true)
        let byID = try question("3f9a1c2b", "8e21aa07", "--take", "web", "--apply")
        #expect(byID["filter"] as? [String: [String]] == ["ids": ["3f9a1c2b", "8e21aa07"]])
        #expect(byID["rule"] as? String == "site" && byID["site"] as? String == "web" && byID["isDryRun"] as? Bool == false)
        #expect(try question("3f9a1c2b", "--discard")["rule"] as? String == "discard")
        #expect(try question("3f9a1c2b", "--take", "latest")["rule"] as? String == "latest")
    }

    @Test("nothing named, both ways at once, two rules, none, or too many ids are refused")
    func refused() throws {
        let ids = (0..<ConflictCommand.ResolveAll.idsMax).map { "\($0)" }
        for words in [
            ["--take", "web"], ["3f9a1c2b", "--kind", "oversell", "--accept"], ["3f9a1c2b", "--replay", "--discard"], ["3f9a1c2b"],
            ids + ["one-more", "--accept"],
        ] {
            #expect(throws: (any Error).self, "\(words.suffix(4))") { try ConflictCommand.ResolveAll.parse(words) }
        }
        #expect(throws: Never.self) { try ConflictCommand.ResolveAll.parse(ids + ["--accept"]) }
    }

    @Test("what would be done and what is left is told; of what was judged again, where the rest stands")
    func shown() throws {
        func text(dry: Bool) throws -> String {
            let document = #"""
                {"isDryRun": \#(dry),
                 "decided": [{"conflict": "quarantine:a:1", "message": "A change is\u001b set aside.", "choice": "replay", "values": []}],
                 "left": [{"conflict": "1", "message": "No open conflict has the id 1.", "code": "conflict-gone", "reason": "It was decided."}]}
                """#
            return try JSONDecoder().decode(ConflictCommand.BulkShown.self, from: Data(document.utf8)).text
        }
        #expect(
            try text(dry: true) == """
                A change is\u{FFFD} set aside.
                  → replay
                No open conflict has the id 1.
                  left: It was decided.
                1 would be decided, 1 left. Do it: --apply
                """)
        #expect(try text(dry: false).hasSuffix("1 decided, 1 left.\nWhat still breaks a rule stays set aside: tributary quarantine groups"))
        let none = #"{"isDryRun": false, "decided": [], "left": []}"#
        #expect(try JSONDecoder().decode(ConflictCommand.BulkShown.self, from: Data(none.utf8)).text == "Nothing fits the rule; 0 left.")
    }
}
