import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary shows of why records are one person")
struct LinksShownTests {
    private func profile(links: String) throws -> ProfileCommand.Profile {
        let document = #"""
            {"id": "p1", "fields": {}, "identifiers": [], "purchases": {"number": 0, "totals": {}, "recent": []}, "links": [\#(links)],
             "records": [{"entity": "customer", "site": "shop-1", "source": "s1", "key": [7], "life": "a:1"},
                         {"entity": "customer", "site": "web", "source": "s2", "key": ["A", 3], "life": "b:2"},
                         {"entity": "customer", "source": "0123456789abcdef", "key": [9], "life": "c:3"}]}
            """#
        return try JSONDecoder().decode(ProfileCommand.Profile.self, from: Data(document.utf8))
    }

    private func decisions() throws -> [ProfileCommand.LinkDecision] {
        func decision(_ dot: String, same: Bool, _ lower: String, _ higher: String, _ more: String = "") -> String {
            #"{"decision": "\#(dot)", "isSame": \#(same), "lower": {\#(lower)}, "higher": {\#(higher)}, "author": "ann"\#(more)}"#
        }
        let own = #""record": "a:1", "profile": "p1""#
        let other = #""record": "d:4", "profile": "p4""#
        let all = [
            decision(
                "89abcdef01234567:8", same: true, own, #""record": "c:3", "profile": "p1""#, #", "time": 1700000000000, "note": "card""#),
            decision("89abcdef01234567:9", same: false, other, own), decision("89abcdef01234567:9", same: false, own, other),
            decision("89abcdef01234567:10", same: false, own, #""record": "b:2", "profile": "p1""#),
            decision("89abcdef01234567:11", same: false, own, #""record": "e:5""#),
        ]
        return try JSONDecoder().decode([ProfileCommand.LinkDecision].self, from: Data("[\(all.joined(separator: ","))]".utf8))
    }

    private func rows(_ text: String?) -> [String] {
        (text ?? "").split(separator: "\n").dropFirst().map { $0.split(separator: " ").joined(separator: " ") }
    }

    @Test("each link tells both records as their sites call them, and the identifier, or who decided, when, why, and what undoes it")
    func links() throws {
        let profile = try profile(
            links: #"""
                {"lower": "a:1", "higher": "b:2", "by": "phone+name", "value": "+44\u001fada"}, {"lower": "a:1", "higher": "c:3", "by": "decision"}
                """#)
        #expect(
            rows(profile.linkText(try decisions(), widthMax: nil)) == [
                "web A/3 shop-1 7 phone+name +44 ada", "01234567 9 shop-1 7 by hand ann 2023-11-14 22:13Z card 89abcdef:8",
            ])
        #expect(rows(profile.linkText([], widthMax: nil)).last == "01234567 9 shop-1 7 by hand")
        #expect(try self.profile(links: "").linkText(try decisions(), widthMax: nil) == nil)
    }

    @Test("who was declared never the same is told once a decision, and neither the person itself nor nobody")
    func apart() throws {
        let profile = try profile(links: "")
        #expect(rows(profile.apartText(try decisions(), widthMax: nil)) == ["p4 ann - 89abcdef:9"])
        #expect(profile.apartText([], widthMax: nil) == nil)
    }
}
