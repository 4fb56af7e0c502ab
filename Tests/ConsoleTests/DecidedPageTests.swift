import Foundation
import Testing

@testable import Console
@testable import HubRuntime

@Suite("What was decided, in words")
struct DecidedPageTests {
    private static let now: UInt64 = 1_800_000_000_000

    private func visitor(_ language: Language) -> Visitor {
        Visitor(
            name: "anna", role: .admin, formToken: "0", language: language, theme: nil, zone: .gmt, now: Self.now, path: "/", said: nil)
    }

    private func decision(
        _ conflict: String, _ choice: Decision.Choice = .accept, about: DecisionAnswer.About? = nil
    ) -> DecisionAnswer {
        DecisionAnswer(
            id: "h:1", conflict: conflict, choice: choice, message: "The hub's <words>.", author: "ben", note: nil, time: Self.now - 60_000,
            undoneBy: nil, values: [], about: about)
    }

    private func pages(_ decision: DecisionAnswer, _ language: Language) throws -> [String] {
        let page = DecisionPage(decisions: ListPage(entries: [decision]), undoing: [:], isLater: false)
        let console = try Console()
        return [console.decisions(page, problem: nil, for: visitor(language)), console.decided(page, for: visitor(language))].map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test(
        "a decision is told in the reader's language by what its id tells, and in the hub's words to who reads English",
        arguments: [
            ("concurrent-writes:a:1/phone", "zwei Werte: Telefon"), ("oversell:oversold/BOOT/42 at web", "überverkauft: BOOT/42 in web"),
            ("oversell:oversold/BOOT at work at web", "überverkauft: BOOT at work at web"), ("quarantine:a:7", "zurückgestellt"),
            ("proposed-link:a:1+b:1", "dieselbe Person?"), ("edit-of-deleted:a:1", "gelöscht und bearbeitet"),
            ("policy:customer/phone", "Telefon (Kunde)"),
        ])
    func told(conflict: String, german: String) throws {
        for page in try pages(decision(conflict), .german) {
            #expect(page.contains(">\(german)</"), "\(conflict)")
            #expect(!page.contains("The hub") && !page.contains("⟦"), "\(conflict)")
        }
        for page in try pages(decision(conflict), .english) { #expect(page.contains(">The hub&#39;s &lt;words&gt;.</"), "\(conflict)") }
    }

    @Test("links, what is kept back, rules and what was collected are told in the reader's language by their parts")
    func rules() throws {
        func about(_ fill: (inout DecisionAnswer.About) -> Void) -> DecisionAnswer.About {
            var about = DecisionAnswer.About()
            fill(&about)
            return about
        }
        let linked = { (areSame: Bool) in
            about {
                $0.records = 2
                $0.areSame = areSame
            }
        }
        let kept = { (sku: String, location: String) in
            about { ($0.sku, $0.location, $0.quantity) = (sku, location, 25_000) }
        }
        let ruled = { (kinds: [String]) in about { ($0.rules, $0.kinds) = (3, kinds) } }
        let cases: [(String, Decision.Choice, DecisionAnswer.About, String)] = [
            ("link:a:1", .same, linked(true), "2 Kundendatensätze: eine Person"),
            ("link:a:1", .undo, linked(false), "2 Kundendatensätze: nie dieselbe Person"),
            ("safety:3:MUG@shop", .safety, kept("MUG", "shop"), "zurückgehalten: 2,5 (MUG, shop)"),
            ("safety:1:*@*", .safety, kept("*", "*"), "zurückgehalten: 2,5 (alle Artikel, alle Lagerorte)"),
            ("identity", .identity, ruled(["email"]), "Kunden werden nach Regelwerk 3 zusammengeführt: E-Mail"),
            ("collect:7", .collect, about { $0.records = 1 }, "1 Datensatz entfernt, der lange tot war"),
        ]
        for (conflict, choice, about, german) in cases {
            for page in try pages(decision(conflict, choice, about: about), .german) {
                #expect(page.contains(">\(german)</"), "\(german)")
                #expect(!page.contains("The hub") && !page.contains("⟦"), "\(conflict)")
            }
            for page in try pages(decision(conflict, choice, about: about), .english) {
                #expect(page.contains(">The hub&#39;s &lt;words&gt;.</"), "\(conflict)")
            }
        }
        for page in try pages(decision("identity", .identity, about: ruled([])), .german) { #expect(!page.contains("⟦")) }
    }

    @Test("what was mended is told field by field, and of which record; taken back, what stands again, and nothing where nothing does")
    func mended() throws {
        func about(_ fields: DecisionAnswer.Field...) -> DecisionAnswer.About {
            var about = DecisionAnswer.About()
            (about.entity, about.key, about.site, about.fields) = ("sale", "1", "kendal", fields)
            return about
        }
        let total = DecisionAnswer.Field(field: "total", kind: "money", value: .integer(125_000))
        let time = DecisionAnswer.Field(field: "at", kind: "time", value: nil)
        let mend = decision("quarantine:a:7", .mend, about: about(total, time))
        for page in try pages(mend, .german) {
            #expect(page.contains(": Summe 12,50; Zeitpunkt ausgelassen<") && page.contains(">zurückgestellt: Verkauf 1 (kendal)</"))
        }
        for page in try pages(mend, .english) { #expect(page.contains(": Total 12.50; Time left out<")) }
        let nothing = DecisionAnswer.Field(field: "total", kind: "money", value: .null)
        for page in try pages(decision("quarantine:a:7", .undo, about: about(nothing)), .german) {
            #expect(page.contains("eine Entscheidung zurückgenommen<") && !page.contains("Summe"))
        }
        let text = DecisionAnswer.Field(field: "number", kind: "text", value: .text("S"))
        let many = about(text, text, text, text, text, text)
        for page in try pages(decision("quarantine:a:7", .mend, about: many), .english) {
            #expect(page.matches(of: /Number S/).count == 5 && page.contains("Number S; …<"))
        }
    }

    @Test("what no id tells stays in the hub's words, marked as English; what is no conflict leads to none")
    func hubsWords() throws {
        let german = try pages(decision("link:a:1", .same), .german)
        for page in german { #expect(page.contains(#" lang="en">The hub&#39;s &lt;words&gt;.</"#)) }
        #expect(!german[1].contains("href=\"/conflicts/link"))
        #expect(try pages(decision("quarantine:a:7"), .german)[1].contains("href=\"/conflicts/quarantine%3Aa%3A7\""))
        for page in try pages(decision("link:a:1", .same), .english) { #expect(!page.contains(#"lang="en">The hub"#)) }
    }

    @Test("a conflict that is over says in the reader's language what it was")
    func over() throws {
        let story = ConflictStory(
            conflict: nil, sides: [], earlier: [], decisions: [decision("quarantine:a:7", .discard)], notes: [], foresight: [:], sites: 0,
            alike: 0)
        let page = try Console().conflict(story, id: "quarantine:a:7", problem: nil, for: visitor(.german))
        let html = String(decoding: page, as: UTF8.self)
        #expect(html.contains(">zurückgestellt</span>") && !html.contains("The hub"))
    }

    @Test("what a rule did to many is told as the queue tells it, with what was left first and why", arguments: Language.allCases)
    func bulk(language: Language) throws {
        let open = ConflictPageTests.conflict()
        let answer = { (isDryRun: Bool) in
            BulkAnswer(
                isDryRun: isDryRun,
                decided: [.init(conflict: open.id, message: "unsaid", choice: .take, values: [.text("0131 1")], seen: "s", shown: open)],
                left: [.init(conflict: "oversell:oversold/MUG at web", message: "unsaid", code: "conflict-gone", reason: "Gone.")])
        }
        func html(_ answer: BulkAnswer) throws -> String {
            let page = try Console().bulk(answer, rule: "latest", fields: [], back: "/conflicts", for: visitor(language))
            return String(decoding: page, as: UTF8.self)
        }
        let (trial, done) = (try html(answer(true)), try html(answer(false)))
        for page in [trial, done] {
            #expect(page.contains("Ada 0131 1") && page.contains("MUG in web") && !page.contains("unsaid") && !page.contains("⟦"))
        }
        let (gone, ada) = (try #require(done.firstRange(of: "MUG in web")), try #require(done.firstRange(of: "Ada 0131 1")))
        #expect(gone.lowerBound < ada.lowerBound)
        #expect(trial.contains(#"value="apply""#) && !done.contains(#"value="apply""#) && done.contains(#"href="/conflicts/decided""#))
    }
}
