import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary shows of the hub's documents")
struct ShownTests {
    private func profile(_ fields: String) throws -> ProfileCommand.Profile {
        let document = #"""
            {"id": "p1", "fields": {\#(fields)}, "identifiers": [], "records": [], "links": [],
             "purchases": {"number": 0, "totals": {}, "recent": []}}
            """#
        return try JSONDecoder().decode(ProfileCommand.Profile.self, from: Data(document.utf8))
    }

    @Test("a customer's name is found in whichever fields of the catalogue its site keeps it")
    func names() throws {
        #expect(try profile(#""name": {"value": "Ada Lovelace", "time": 1}"#).title == "Ada Lovelace")
        let parts = #""last name": {"value": "Hopper", "time": 1}, "first name": {"value": "Grace", "time": 1}"#
        #expect(try profile(parts).title == "Grace Hopper")
        #expect(try profile(#""first name": {"value": null, "time": 1}"#).title == "-")
    }

    @Test("one is one, and nothing is said of what never was")
    func counts() throws {
        #expect(Readable.count(1, "purchase") == "1 purchase" && Readable.count(0, "return") == "0 returns")
        let document = #"""
            {"gross": {}, "returned": {}, "net": {}, "purchases": 0, "returns": 0, "categories": 0, "channels": [], "visits": 0,
             "favourites": {}, "sizes": [], "colours": [], "logInsAWeek": 0, "events": 0}
            """#
        let measures = try JSONDecoder().decode(ProfileCommand.Measures.self, from: Data(document.utf8))
        let text = measures.text(widthMax: nil)
        #expect(!text.contains("from -") && !text.contains("return") && text.contains("purchases"))
    }

    @Test("a proposed link shows both records and how it is decided, and not what one had seen of the other")
    func proposedLink() throws {
        let side = #""source": "till", "time": 1700000000000, "clockInBound": true, "clock": {}"#
        let document = #"""
            [{"id": "proposed-link:a:1~b:2", "short": "3f9a1c2b", "kind": "proposed-link", "subject": "a:1~b:2",
              "message": "customer 1 of shop and customer 2 of web may be one person, 99.80 %: last name same.", "remedy": "Say whether they are.",
              "seen": "a:1,b:2;", "choices": ["same", "apart"],
              "sides": [{"value": "Hugo, Marlowe", "dot": "a:1", "site": "shop", \#(side)},
                        {"value": "Hugoo, Marlowe", "dot": "b:2", "site": "web", \#(side)}]}]
            """#
        let found = try JSONDecoder().decode([ConflictCommand.Conflict].self, from: Data(document.utf8))
        let listed = ConflictCommand.List.text(of: found, none: "")
        #expect(listed.contains("3f9a1c2b  customer 1 of shop") && listed.contains("Hugoo, Marlowe  web"))
        let shown = ConflictCommand.Show.text(of: found[0])
        #expect(shown.contains("Decide it by: --same | --apart") && !shown.contains("had seen"))
        let note = #"{"conflict": "proposed-link:a:1~b:2", "author": "ann", "text": "called\nher", "time": 1700000000000}"#
        let noted = ConflictCommand.Show.text(
            of: found[0], notes: [try JSONDecoder().decode(ConflictCommand.NoteShown.self, from: Data(note.utf8))])
        #expect(noted.contains("2023-11-14 22:13Z  ann  called\n      her\n\nDecide it by"))
        #expect(ConflictCommand.said("same") == "one person" && ConflictCommand.said("apart") == "never the same")
    }

    @Test("a side that an undo put back is told as its first writer's, with who restored it; what that one had seen; and its history")
    func restored() throws {
        func side(_ dot: String, _ value: String, _ site: String, _ first: String, clock: String) -> String {
            #"""
            {"value":"\#(value)","dot":"\#(dot)","site":"hub","source":"hub","time":1700000120000,"clockInBound":true,"clock":{"89abcdef":9},
             "origin":{"choice":"undo","author":"anna","at":1700000120000,"note":"wrong one",
              "first":{"dot":"\#(first)","site":"\#(site)","source":"till","time":1700000000000,"clock":{\#(clock)}}}}
            """#
        }
        let sides = [
            side("89abcdef:8", "USD", "web", "b:2", clock: #""b":2"#), side("89abcdef:9", "EUR", "depot", "c:2", clock: #""c":2,"b":2"#),
        ].joined(separator: ",")
        let document = #"""
            [{"id":"concurrent-writes:b:1/currency","short":"3f9a1c2b","kind":"concurrent-writes","subject":"b:1/currency","message":"Two values.",
              "remedy":"Take one.","seen":"89abcdef:8,89abcdef:9;","choices":["take","value"],"about":{"record":"b:1","field":"currency"},
              "sides":[\#(sides)]}]
            """#
        let found = try JSONDecoder().decode([ConflictCommand.Conflict].self, from: Data(document.utf8))
        let listed = ConflictCommand.List.text(of: found, none: "")
        #expect(listed.contains("web") && listed.contains("depot") && !listed.contains("hub") && listed.contains("2023-11-14 22:13Z"))
        let shown = ConflictCommand.Show.text(of: found[0])
        #expect(shown.contains("web, till, 2023-11-14 22:13Z  89abcdef:8\n    restored by anna on 2023-11-14 22:15Z, \"wrong one\""))
        #expect(shown.contains("had seen none of the others") && shown.contains("had seen web's of 2023-11-14 22:13Z"))
        #expect(shown.contains("History: tributary history b:1 currency\nId: ") && !shown.contains("hub"))
    }

    @Test("the kinds of conflicts that can be asked for are those of openapi.yaml; another one is refused with all of them")
    func kinds() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../protocol/openapi.yaml")
        let yaml = try String(contentsOf: file, encoding: .utf8)
        #expect(yaml.contains("enum:\n" + ConflictCommand.kinds.map { "        - \($0)\n" }.joined()))
        #expect(throws: (any Error).self) { try ConflictCommand.Filter.parse(["--kind", "proposed"]) }
        #expect(try ConflictCommand.Filter.parse(["--kind", "proposed-link"]).kind == "proposed-link")
    }

    @Test("the next page of a look back looks back to the same time, as the same site")
    func lookBack() throws {
        let past = try PastOption.parse(["--as-of", "2026-11-22 10:30", "--site", "web"])
        #expect(past.arguments == ["--as-of", #""2026-11-22 10:30""#, "--site", #""web""#])
        #expect(try PastOption.parse([]).arguments.isEmpty)
    }

    @Test("what a profile tells beyond its fields is shown as figures and tables; absurd times are shown as none")
    func person() throws {
        let document = #"""
            {"id": "p1", "fields": {}, "identifiers": [], "records": [], "links": [],
             "purchases": {"number": 0, "totals": {}, "recent": []}, "stage": "customer",
             "measures": {"gross": {"GBP": 1000000}, "returned": {"GBP": 600000}, "net": {"GBP": 400000}, "purchases": 1, "returns": 2,
              "first": 1700000000000, "last": 1700000000000, "categories": 1, "channels": ["store", "web"], "visits": 2,
              "favourites": {"shop": "shop-1"}, "sizes": [{"value": "41", "bought": 20000, "returned": 10000}], "colours": [],
              "logInsAWeek": 833, "events": 1},
             "consents": [{"purpose": "marketing", "given": false, "decidedBy": {"given": false, "time": -5, "written": 1, "dot": "a:1",
              "record": "a:1"}, "history": []}, {"given": null, "history": []}],
             "notes": [{"text": "Prefers calls.", "author": "Bo", "time": 9223372036854775807, "record": "a:2"}]}
            """#
        let profile = try JSONDecoder().decode(ProfileCommand.Profile.self, from: Data(document.utf8))
        let figures = try #require(profile.measures?.text(widthMax: nil))
        #expect(figures.contains("40.00 GBP") && figures.contains("100.00 GBP bought, 60.00 GBP given back"))
        #expect(figures.contains("size 41") && figures.contains("0.0833"))
        let consents = try #require(profile.consentText(widthMax: nil))
        #expect(consents.contains("marketing") && consents.contains("(all)") && consents.contains("no"))
        #expect(try #require(profile.noteText(widthMax: nil)).contains("Prefers calls."))
    }
}
