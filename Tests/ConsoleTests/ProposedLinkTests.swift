import Foundation
import Testing

@testable import Console
@testable import HubRuntime

@Suite("A proposed link's page")
struct ProposedLinkTests {
    private static let payload = "<script>alert(1)</script>"
    private static let all = "Daisy Lovelace, 1983-11-08, daisy.lovelace28@example.com"

    private static func pair(_ payload: String = "Lovelace") -> ProposalAnswer {
        func side(_ id: String, _ site: String?, _ fields: [String: String]) -> ProposalAnswer.Side {
            ProposalAnswer.Side(id: id, profile: id, site: site, fields: fields)
        }
        return ProposalAnswer(
            probability: 0.99876, bits: 10,
            reasons: [
                .init(subject: "birth date", finding: "same", bits: 9), .init(subject: "first name", finding: "one letter off", bits: 2),
                .init(subject: "household", finding: "would explain as much", bits: -1),
            ],
            lower: side("p1-1", "camden", ["first name": "Daisy", "last name": payload, "birth date": "1983-11-08", "city": "Bath"]),
            higher: side("p2-1", nil, ["first name": "Daisi", "last name": payload, "birth date": "1983-11-08"]))
    }

    private static func story(_ pair: ProposalAnswer) -> ConflictStory {
        var story = ConflictPageTests.story()
        var conflict = ConflictPageTests.conflict(all)
        conflict.kind = .proposedLink
        conflict.id = "proposed-link:a:1~b:1"
        (conflict.about.entity, conflict.about.field, conflict.about.record) = (nil, nil, nil)
        (conflict.about.name, conflict.about.otherName, conflict.about.otherProfile) = ("Daisy", "Daisi", "p2-1")
        conflict.choices = ["same", "apart"]
        (story.conflict, story.pair, story.rule) = (conflict, pair, nil)
        return story
    }

    private func html(_ story: ConflictStory, _ role: Role = .operator, _ language: Language = .english) throws -> String {
        let page = try Console().conflict(story, id: "proposed-link:a:1~b:1", problem: nil, for: ConflictPageTests.visitor(role, language))
        return String(decoding: page, as: UTF8.self)
    }

    @Test("both records stand field by field above the buttons, with what differs marked and what the model says; each card bears a name")
    func table() throws {
        let page = try html(Self.story(Self.pair()))
        #expect(page.contains("Dais<mark>y</mark>") && page.contains("Dais<mark>i</mark>") && page.contains("99.87"))
        #expect(page.contains(#"<a href="/customers/p1-1">camden</a>"#) && page.contains(#"<a href="/customers/p2-1">unknown site</a>"#))
        #expect(page.contains(#"<span class="state ok">one letter off</span>"#) && page.contains(#"<span class="muted">none</span>"#))
        #expect(page.contains("household: would explain as much"))
        #expect(page.contains(#"<p class="value">Daisy Lovelace</p>"#) && page.contains(#"<p class="value">Daisi Lovelace</p>"#))
        #expect(!page.contains("<p class=\"value\">\(Self.all)"))
        let (table, button) = (page.range(of: "<table class=\"stack compare\">"), page.range(of: #"name="choice" value="same""#))
        #expect(try #require(table).lowerBound < #require(button).lowerBound && page.contains(#"name="choice" value="apart""#))
        // What else a conflict's page has is still there.
        #expect(
            page.contains("had not heard of") && page.contains("412 ") && page.contains(#"data-key="n""#) && page.contains(#"id="notes""#))
    }

    @Test("it is the very table of the list of proposals")
    func same() throws {
        let (pair, console) = (Self.pair(), try Console())
        let list = console.proposals(
            ListPage(entries: [pair]), part: .init(above: nil, after: nil), problem: nil, for: ConflictPageTests.visitor(.operator))
        func body(_ page: String) throws -> String {
            let match = try #require(page.firstMatch(of: /<table class="stack compare">.*?<\/table>/.dotMatchesNewlines()))
            return match.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
        }
        #expect(try body(html(Self.story(pair))) == body(String(decoding: list, as: UTF8.self)))
        #expect(String(decoding: list, as: UTF8.self).contains(#"aria-label="Daisy Lovelace and Daisi Lovelace (1)""#))
    }

    @Test("another conflict has no such table; none lacks a word or takes what anybody wrote for HTML", arguments: Language.allCases)
    func words(language: Language) throws {
        #expect(try !html(ConflictPageTests.story(), .operator, language).contains("stack compare"))
        for role in Role.allCases {
            let page = try html(Self.story(Self.pair(Self.payload)), role, language)
            #expect(page.contains("stack compare") && !page.contains("⟦") && !page.contains("<script>alert"))
            #expect(page.matches(of: /\{[a-z]+\}/).isEmpty && page.contains(#"value="same""#) == (role >= .operator))
        }
    }
}
