import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary shows of other rules of identity")
struct IdentityTrialTests {
    @Test("a trial tells what would merge and split, and ends with how it is done where a command tried what it is for")
    func text() throws {
        let document = #"""
            {"records": 9, "profilesNow": 5, "profilesThen": 6, "sharedValues": 1, "refusalCount": 0, "refusals": [],
             "merged": {"profiles": 0, "parts": 0, "examples": []},
             "split": {"profiles": 1, "parts": 2, "examples": [{"profiles": ["p1", "p2"], "profileCount": 3, "records": 4, "by": ["phone"]}]}}
            """#
        let trial = try JSONDecoder().decode(IdentityCommand.Trial.self, from: Data(document.utf8))
        let text = trial.text(remedy: "Block it: --apply")
        #expect(text.hasPrefix("9 records: 5 profiles now, 6 by these rules.\n0 new profiles would bring 0 of today's together.\n"))
        #expect(text.contains("1 of today's profiles would fall apart into 2, like\n") && text.contains("p1 p2 and 1 more"))
        #expect(text.hasSuffix("hold them.\nBlock it: --apply") && trial.text().hasSuffix("hold them."))
    }

    @Test("a value is blocked, or let link again, only where that is said")
    func apply() throws {
        #expect(try !IdentityCommand.Block.parse(["phone", "+442079460018"]).apply)
        #expect(try IdentityCommand.Block.parse(["phone", "+442079460018", "--apply"]).apply)
        #expect(try !IdentityCommand.Unblock.parse(["phone", "+442079460018"]).apply)
    }
}
