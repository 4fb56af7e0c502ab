import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary shows of what a customer waits for")
struct AwaitedShownTests {
    private func text(_ members: String) throws -> String? {
        let document = #"""
            {"id": "p1-1", "fields": {}, "identifiers": [], "records": [], "links": [],
             "purchases": {"number": 0, "totals": {}, "recent": []}\#(members)}
            """#
        return try JSONDecoder().decode(ProfileCommand.Profile.self, from: Data(document.utf8)).awaitedText(widthMax: nil)
    }

    @Test("a row an article, with where it can be sold, lies for somebody, or is coming to; what is left out is said")
    func places() throws {
        let shown = try #require(
            try text(
                #"""
                , "awaitedCut": true, "awaited": [
                 {"record": "a:1", "number": "W-1", "state": "paid", "site": "web", "lineCount": 5, "lines": [
                  {"sku": "BOOT", "name": "Boots", "quantity": 20000, "isStocked": true, "stockCount": 4, "stock": [
                   {"location": "york", "onHand": 50000, "available": 30000, "inTransit": 0},
                   {"location": "leeds", "onHand": 10000, "available": 0, "inTransit": 0},
                   {"location": "bath", "onHand": 0, "available": 0, "inTransit": 40000}]},
                  {"sku": "MAP", "isStocked": false},
                  {"sku": "LAMP", "isStocked": true, "stock": [], "stockCount": 0},
                  {"sku": "ROPE", "isStocked": true, "stock": [], "stockCount": 0, "stockCut": true}]},
                 {"record": "a:2", "state": "placed", "lineCount": 0, "lines": []}]
                """#))
        let lines = shown.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ") }
        #expect(lines.contains("W-1 web paid BOOT Boots 2 york 3, leeds 0 of 1 free, bath 4 coming, 1 more"))
        #expect(lines.contains("W-1 web paid MAP - - -") && lines.contains("W-1 web paid LAMP - - nowhere"))
        #expect(lines.contains("W-1 web paid ROPE - - not every place was looked at") && lines.contains("W-1 web paid 1 more"))
        #expect(lines.contains("- - placed -"))
        #expect(lines.last == "Older orders may be open, too: tributary profile timeline p1-1")
    }

    @Test("of a hub that tells nothing of it, and of who waits for nothing, nothing is shown")
    func nothing() throws {
        #expect(try text("") == nil)
        #expect(try text(#", "awaited": []"#) == nil)
    }
}
