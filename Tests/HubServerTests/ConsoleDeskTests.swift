import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubServer
import HubTestSupport
import Testing

extension String {
    fileprivate var removingEntities: String { replacing("&#39;", with: "'").replacing("&quot;", with: "\"").replacing("&amp;", with: "&") }
}

@Suite("The console's desk")
struct ConsoleDeskTests {
    /// A pile oversold by `pieces`, and a field that two sites wrote.
    private static func trouble(_ bench: TestHub) async throws -> (field: String, pile: String) {
        let (web, depot) = (try await bench.enrol("web", kind: .web), try await bench.enrol("depot", kind: .warehouse))
        var (shop, store) = (TestWriter("shop", seed: 1, key: web.key), TestWriter("wms", seed: 2, key: depot.key))
        let order = shop.nextDot
        try await bench.push(
            [
                try shop.seal([
                    Make.write("order", 1, [("number", "O1"), ("currency", "GBP")], at: bench.now),
                    Make.write("order", 1, [("currency", "USD")], life: order, at: bench.now, context: .named([order])),
                    Make.movement("BOOT-42", "web", pieces: -2, at: bench.now),
                ])
            ], from: web)
        let ship = Make.write(
            "order", 1, [("currency", "EUR")], life: order, source: shop.source, at: bench.now, context: .named([order]))
        try await bench.push([try store.seal([ship])], from: depot)
        return ("/conflicts/" + encoded("concurrent-writes:\(order)/currency"), "/conflicts/" + encoded("oversell:oversold/BOOT-42 at web"))
    }

    private static func encoded(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }

    private static func hidden(_ name: String, in page: ServedHub.Answer) -> String {
        let pattern = try? Regex(#"name="\#(name)" value="([^"]*)""#)
        return pattern.flatMap { page.text.firstMatch(of: $0) }?.output[1].substring.map(String.init) ?? ""
    }

    private static func dots(in page: ServedHub.Answer) -> [String] {
        page.text.matches(of: /name="take" value="([^"]+)"/).map { String($0.1) }
    }

    @Test("a wrong value is put right on its change's page; what is no number is told there, and stays in its field")
    func mending() async throws {
        try await ServedHub.run { hub in
            let agent = try await hub.test.enrol("shop")
            var till = TestWriter("till", seed: 1, key: agent.key)
            let (life, now) = (till.nextDot, hub.test.now)
            let wrong = Make.write("sale", 1, [("total", "seven"), ("at", "yesterday"), ("number", "S1")], at: now)
            try await hub.test.push([try till.seal([wrong])], from: agent)
            let page = "/conflicts/" + Self.encoded("quarantine:\(life)")
            let ben = Browser(hub)
            try await ben.signIn("ben", .operator)
            let shown = try await ben.get(page)
            #expect(shown.status == 200 && shown.text.contains("seven") && shown.text.contains("yesterday"))
            func mend(_ total: String) async throws -> ServedHub.Answer {
                try await ben.post(page, ["choice": "mend", "seen": seen, "mend-field": "total", "mend-value": total])
            }
            func mend(_ total: String, at time: String) async throws -> ServedHub.Answer {
                try await ben.post(
                    page,
                    [
                        "choice": "mend", "seen": seen, "mend-field": "total", "mend-value": total, "mend-field": "at", "mend-value": time,
                    ])
            }
            let seen = Self.hidden("seen", in: shown)
            let refused = try await mend("12 pounds")
            #expect(refused.status == 409 && refused.text.contains(#"name="mend-value" value="12 pounds""#))
            #expect(refused.text.contains("is no amount."))
            let half = try await mend("12.50")
            #expect(half.status == 409 && half.text.contains("at"))
            let early = try await mend("12.50", at: "yesterday")
            #expect(early.status == 409 && early.text.contains("is no time.") && early.text.contains(#"type="datetime-local""#))
            #expect(try await mend("12.50", at: "2023-11-14T18:00:05").status == 303)
            let mended = try await ben.get(page)
            #expect(mended.text.contains("mended the change: <b>Total 12.50; Time 14 Nov 2023, 18:00</b>"))
            let decision = try #require(try await hub.test.hub.decisions(limit: 1, now: now).first)
            let undone = try await ben.post("/audit/undo", ["id": decision.id])
            #expect(undone.status == 303 && undone.header("location") == "/conflicts?said=unmended")
            #expect(try await ben.get("/conflicts?said=unmended").text.contains("The change stays taken in"))
        }
    }

    @Test(
        "a side is taken from the screen; the second operator is told, nothing of hers is done, and the decision bears the first one's name"
    )
    func twoOperators() async throws {
        try await ServedHub.run { hub in
            let (field, _) = try await Self.trouble(hub.test)
            let (ben, cleo) = (Browser(hub), Browser(hub))
            try await ben.signIn("ben", .operator)
            try await cleo.signIn("cleo", .operator)
            let (his, hers) = (try await ben.get(field), try await cleo.get(field))
            let dots = Self.dots(in: his)
            #expect(dots.count == 2 && his.text.contains("had not heard of"))
            let taken = try await ben.post(field, ["take": dots[0], "seen": Self.hidden("seen", in: his), "note": "asked <her>"])
            #expect(taken.status == 303 && taken.header("location")?.hasSuffix("?said=decided") == true)
            let late = try await cleo.post(field, ["take": dots[1], "seen": Self.hidden("seen", in: hers)])
            #expect(late.status == 409 && late.text.contains(#"role="alert""#) && late.text.contains("<b>ben</b>"))
            #expect(late.text.contains("asked &lt;her&gt;") && !late.text.contains("<her>"))
            let decisions = try await hub.test.hub.decisions(now: TestHub.start)
            #expect(decisions.map(\.author) == ["ben"])
            // Undone on the same page, the sides stand again.
            let over = try await cleo.get(field)
            let undone = try await cleo.post(field + "/undo", ["decision": Self.hidden("decision", in: over)])
            #expect(undone.status == 303)
            let restored = try await cleo.get(field)
            #expect(Self.dots(in: restored).count == 2 && restored.text.contains("restored by cleo on"))
            #expect(restored.text.contains("<h2>web</h2>") && restored.text.contains("<h2>depot</h2>"))
            // The queue names the same sites, and programs are told the same.
            let queue = try await cleo.get("/conflicts").text
            #expect(queue.contains(">web, depot<") || queue.contains(">depot, web<"))
            let told = try await hub.ask(.get, "/v1/conflicts?kind=concurrent-writes").json as? [[String: Any]]
            let origins = (told?.first?["sides"] as? [[String: Any]])?.compactMap { $0["origin"] as? [String: Any] } ?? []
            #expect(origins.map { $0["author"] as? String } == ["cleo", "cleo"])
            #expect(Set(origins.map { ($0["first"] as? [String: Any])?["site"] as? String }) == ["web", "depot"])
            let again = try await cleo.post(field + "/undo", ["decision": Self.hidden("decision", in: over)])
            #expect(again.status == 409 && again.text.contains(#"role="alert""#))
        }
    }

    @Test(
        "a quantity may be written as people write it; what is none is said on the page, and nothing is decided", arguments: ["5,5", "5.5"])
    func quantities(typed: String) async throws {
        try await ServedHub.run { hub in
            let (_, pile) = try await Self.trouble(hub.test)
            let ben = Browser(hub)
            try await ben.signIn("ben", .operator)
            let seen = Self.hidden("seen", in: try await ben.get(pile))
            for wrong in ["", "five", "5x", "99999999999999999", "5.00001", "1,000", "1.000", "1.2.3", "3-5", "--5"] {
                let refused = try await ben.post(pile, ["choice": "value", "value": wrong, "seen": seen])
                #expect(refused.status == 409 && refused.text.contains(#"role="alert""#), "\(wrong)")
            }
            #expect(try await hub.test.hub.decisions(now: TestHub.start).isEmpty)
            #expect(try await ben.post(pile, ["choice": "value", "value": typed, "seen": seen]).status == 303)
            #expect(try await hub.test.hub.decisions(now: TestHub.start).first?.values == [.integer(55_000)])
        }
    }

    @Test("many at once are shown before they are done; looking changes nothing, and a viewer sees no button")
    func bulk() async throws {
        try await ServedHub.run { hub in
            _ = try await Self.trouble(hub.test)
            let (ben, vera) = (Browser(hub), Browser(hub))
            try await ben.signIn("ben", .operator)
            try await vera.signIn("vera", .viewer)
            let queue = try await vera.get("/conflicts")
            #expect(queue.text.contains("BOOT-42") && !queue.text.contains(#"action="/conflicts/bulk""# + " x"))
            #expect(!queue.text.contains(#"name="rule""#))
            let none = try await ben.post("/conflicts/bulk", ["rule": "accept"])
            #expect(none.status == 400)
            try await ben.get("/conflicts")
            let trial = try await ben.post("/conflicts/bulk", ["kind": "oversell", "rule": "accept"])
            #expect(trial.status == 200 && trial.text.contains("Decide this one"))
            #expect(try await hub.test.hub.decisions(now: TestHub.start).isEmpty)
            let done = try await ben.post(
                "/conflicts/bulk",
                [
                    "id": Self.hidden("id", in: trial).removingEntities, "seen": Self.hidden("seen", in: trial), "rule": "accept",
                    "step": "apply", "note": "counted tonight",
                ])
            #expect(done.status == 200 && done.text.contains("1 is decided.") && !done.text.contains("left"))
            #expect(!done.text.contains(#"value="apply""#))
            #expect(try await hub.test.hub.decisions(now: TestHub.start).map(\.note) == ["counted tonight"])
            #expect(try await !ben.get("/conflicts").text.contains("BOOT-42"))
        }
    }

    @Test("a rule decides what its look showed: what came between the look and the deed stays open")
    func bulkCovers() async throws {
        try await ServedHub.run { hub in
            _ = try await Self.trouble(hub.test)
            let ben = Browser(hub)
            try await ben.signIn("ben", .operator)
            let trial = try await ben.post("/conflicts/bulk", ["kind": "oversell", "rule": "accept"])
            let agent = try await hub.test.enrol("shop", kind: .store)
            var till = TestWriter("till", seed: 9, key: agent.key)
            try await hub.test.push([try till.seal([Make.movement("NEW-1", "shop", pieces: -1, at: hub.test.now)])], from: agent)
            let done = try await ben.post(
                "/conflicts/bulk",
                ["id": Self.hidden("id", in: trial), "seen": Self.hidden("seen", in: trial), "rule": "accept", "step": "apply"])
            #expect(done.status == 200)
            let open = try await hub.test.hub.conflicts(ConflictFilter(kind: .oversell), now: TestHub.start)
            #expect(open.map(\.about.sku) == ["NEW-1"])
        }
    }

    @Test("what a colleague was faster with is told and leads to its page; operators find what was decided, and a viewer looks at it, too")
    func bulkLeft() async throws {
        try await ServedHub.run { hub in
            let (field, pile) = try await Self.trouble(hub.test)
            let (ben, cleo, vera) = (Browser(hub), Browser(hub), Browser(hub))
            try await ben.signIn("ben", .operator)
            try await cleo.signIn("cleo", .operator)
            try await vera.signIn("vera", .viewer)
            #expect(try await ben.get("/conflicts/decided").text.contains("Nothing has been decided yet"))
            let trial = try await ben.post("/conflicts/bulk", ["kind": "oversell", "rule": "accept"])
            #expect(trial.text.contains("BOOT-42 in web") && trial.text.contains("0 stay open"))
            try await cleo.post(pile, ["choice": "accept", "seen": Self.hidden("seen", in: try await cleo.get(pile))])
            let done = try await ben.post(
                "/conflicts/bulk",
                ["id": Self.hidden("id", in: trial), "seen": Self.hidden("seen", in: trial), "rule": "accept", "step": "apply"])
            #expect(done.status == 200 && done.text.contains("0 are decided.") && done.text.contains("1 was left"))
            #expect(
                done.text.contains(#"<a href="\#(pile)">oversold: BOOT-42 in web</a>"#)
                    && done.text.contains("It was decided, or its sites wrote again"))
            let sides = try await ben.get(field)
            try await ben.post(field, ["take": Self.dots(in: sides)[0], "seen": Self.hidden("seen", in: sides)])
            for reader in [ben, vera] {
                let decided = try await reader.get("/conflicts/decided").text
                #expect(decided.contains(#"href="\#(pile)""#) && decided.contains(#"href="\#(field)""#))
                #expect(decided.contains(">cleo<") && decided.contains(">ben<"))
            }
            let looked = try await hub.test.hub.lookUps()
            #expect(looked.entries.filter { $0.subject == "decisions" }.map(\.who).sorted() == ["ben", "vera"])
        }
    }

    @Test(
        "a note is read by colleagues, in the conflict, in the queue and in the trail, and stays when it is decided; a viewer writes none")
    func notes() async throws {
        try await ServedHub.run { hub in
            let (field, _) = try await Self.trouble(hub.test)
            let (ben, cleo, vera, anna) = (Browser(hub), Browser(hub), Browser(hub), Browser(hub))
            try await ben.signIn("ben", .operator)
            try await cleo.signIn("cleo", .operator)
            try await vera.signIn("vera", .viewer)
            try await anna.signIn("anna", .admin)
            #expect(try await ben.get(field).text.contains(#"name="text""#))
            let written = try await ben.post(field + "/notes", ["text": " called <her> on Monday\r\nshe will write "])
            #expect(written.status == 303 && written.header("location") == field + "?said=noted#notes")
            let seen = try await cleo.get(field)
            #expect(seen.text.contains("called &lt;her&gt; on Monday\nshe will write<") && seen.text.contains("<b>ben</b>"))
            try await cleo.post(field + "/notes", ["text": "she wrote"])
            let queue = try await vera.get("/conflicts").text
            #expect(queue.contains(">2 notes<") && queue.contains("cleo: she wrote") && !queue.contains("called"))
            #expect(try await !vera.get(field).text.contains(#"name="text""#))
            #expect(try await vera.post(field + "/notes", ["text": "me, too"]).status == 403)
            #expect(try await ben.post(field + "/notes", ["text": "forged"], token: "0").status == 403)
            let page = try await ben.get(field)
            try await ben.post(field, ["take": Self.dots(in: page)[0], "seen": Self.hidden("seen", in: page)])
            let over = try await cleo.get(field).text
            #expect(over.contains("she wrote") && over.contains("called &lt;her&gt;") && over.contains(#"name="text""#))
            let trail = try await anna.get("/audit?show=notes").text
            #expect(trail.contains("she wrote") && trail.contains("called &lt;her&gt;") && trail.contains(#"href="\#(field)""#))
            let unknown = try await ben.post("/conflicts/" + Self.encoded("oversell:oversold/NONE at web") + "/notes", ["text": "x"])
            #expect(unknown.status == 404)
        }
    }

    @Test("a note that is refused, and what the second operator had written, are still in the page's forms")
    func typed() async throws {
        try await ServedHub.run { hub in
            let (field, _) = try await Self.trouble(hub.test)
            let (ben, cleo) = (Browser(hub), Browser(hub))
            try await ben.signIn("ben", .operator)
            try await cleo.signIn("cleo", .operator)
            let (his, hers) = (try await ben.get(field), try await cleo.get(field))
            let long = "<" + String(repeating: "a", count: Hub.conflictNoteCharactersMax)
            let refused = try await ben.post(field + "/notes", ["text": long])
            #expect(refused.status == 409 && refused.text.contains(#"role="alert""#))
            #expect(refused.text.contains(">&lt;" + long.dropFirst() + "</textarea>"))
            let dots = Self.dots(in: his)
            let none = try await ben.post(field, ["choice": "nothing", "seen": Self.hidden("seen", in: his), "note": "as on the parcel"])
            #expect(none.status == 409 && none.text.contains(#"name="note" value="as on the parcel""#))
            try await ben.post(field, ["take": dots[0], "seen": Self.hidden("seen", in: his)])
            let late = try await cleo.post(
                field, ["choice": "value", "value": "CHF", "seen": Self.hidden("seen", in: hers), "note": "as on the bill"])
            #expect(late.status == 409 && late.text.contains(">CHF\nas on the bill</textarea>"))
        }
    }

    @Test("a program writes and reads notes, under its token's name; one too long or on nothing is refused with what to do")
    func notesOverAPI() async throws {
        try await ServedHub.run { hub in
            _ = try await Self.trouble(hub.test)
            let conflict = try #require(try await hub.test.hub.conflicts(ConflictFilter(kind: .oversell), now: TestHub.start).first)
            func note(_ id: String, _ text: String) async throws -> ServedHub.Answer {
                try await hub.ask(.post, "/v1/conflicts/note", #"{"id":"\#(id)","text":"\#(text)","author":"ann"}"#)
            }
            #expect(try await note(conflict.short, "counting tonight").status == 200)
            #expect(try await note(conflict.id, #"\u0061"#).status == 200)
            #expect(try await note("oversell:nothing", "x").status == 404)
            let refused = try await note(conflict.id, " ")
            #expect(refused.status == 400 && refused.error["code"] == "request-invalid" && refused.error["remedy"] != nil)
            // Each character escaped twice over, the longest one still is no body that is too long.
            let longest = String(repeating: #"\ud83d\ude00"#, count: Hub.conflictNoteCharactersMax)
            #expect(try await note(conflict.id, longest).status == 200)
            #expect(try await note(conflict.id, longest + "a").status == 400)
            let all = try await hub.ask(.get, "/v1/conflict-notes?conflict=" + Self.encoded(conflict.id)).json as? [[String: Any]]
            #expect(all?.prefix(2).map { $0["text"] as? String } == ["counting tonight", "a"])
            let latest = try await hub.ask(.get, "/v1/conflict-notes?limit=1").json as? [[String: Any]]
            #expect(latest?.count == 1 && latest?[0]["author"] as? String == "ann" && latest?[0]["conflict"] as? String == conflict.id)
            // They are about goods.
            #expect(try await hub.test.hub.lookUps().isEmpty)
        }
    }

    @Test(
        "a rule is written from a conflict: an operator sees what it would do and who may set it, an admin sets and undoes it right there")
    func rule() async throws {
        try await ServedHub.run { hub in
            let (field, _) = try await Self.trouble(hub.test)
            let (ben, anna) = (Browser(hub), Browser(hub))
            try await ben.signIn("ben", .operator)
            try await anna.signIn("anna", .admin)
            // Begun with what the first side's site has.
            let sides = try await hub.test.hub.conflicts(ConflictFilter(kind: .concurrentWrites), now: TestHub.start).first?.sides
            let preset = "<option value=\"ranked: \(sides?.first?.site ?? "")\" selected>"
            let first = try await ben.get(field)
            #expect(first.text.contains(preset) && first.text.contains("1 open conflict of this field"))
            let tried = try await ben.get(field + "?rule=ranked%3A+depot")
            #expect(tried.text.contains(#"<option value="ranked: depot" selected>"#) && tried.text.contains("then shows <b>EUR</b>"))
            #expect(tried.text.contains("An admin sets it: anna.") && !tried.text.contains(field + "/rule\""))
            // What is no rule is none to begin with, and never an error.
            #expect(try await ben.get(field + "?rule=ranked%3A").text.contains(preset))
            #expect(try await ben.post(field + "/rule", ["rule": "ranked: depot"]).status == 403)
            #expect(try await hub.test.hub.policies(now: TestHub.start).isEmpty)
            try await anna.get(field)
            for wrong in ["", "best", "ranked: moon"] {
                let refused = try await anna.post(field + "/rule", ["rule": wrong])
                #expect(refused.status == 409 && refused.text.contains(#"role="alert""#), "\(wrong)")
            }
            let set = try await anna.post(field + "/rule", ["rule": "ranked: depot", "note": "they ship it"])
            #expect(set.status == 303 && set.header("location") == field + "?said=conflict-rule")
            let policies = try await hub.test.hub.policies(now: TestHub.start)
            #expect(policies.map(\.policy) == ["ranked: depot"] && policies.map(\.entity) == ["order"])
            let over = try await ben.get(field)
            #expect(over.status == 200 && over.text.contains("by site: depot") && over.text.contains("<b>anna</b>"))
            #expect(over.text.contains("they ship it") && !over.text.contains(field + "/undo\""))
            // Whoever was about to set another one is told, and sets none.
            let late = try await anna.post(field + "/rule", ["rule": "latest"])
            #expect(late.status == 409 && late.text.contains(#"role="alert""#))
            #expect(try await ben.post(field + "/notes", ["text": "good"]).status == 303)
            let undone = try await anna.post(field + "/undo", ["decision": Self.hidden("decision", in: late)])
            #expect(undone.status == 303)
            #expect(try await hub.test.hub.policies(now: TestHub.start).isEmpty)
            #expect(Self.dots(in: try await ben.get(field)).count == 2)
        }
    }

    @Test("the queue's next page shows what follows, also where the last one of the page before was decided meanwhile")
    func queuePages() async throws {
        try await ServedHub.run { hub in
            let agent = try await hub.test.enrol("shop")
            var till = TestWriter("till", seed: 1, key: agent.key)
            let skus = (100..<153).map { "SKU-\($0)" }
            try await hub.test.push(
                [try till.seal(skus.map { Make.movement(Text($0), "shop", pieces: -1, at: hub.test.now) })], from: agent)
            let ben = Browser(hub)
            try await ben.signIn("ben", .operator)
            let first = try await ben.get("/conflicts")
            let after = Self.hidden("after", in: first)
            #expect(first.text.contains("SKU-149") && !first.text.contains("SKU-150") && !after.isEmpty)
            let last = try #require(
                try await hub.test.hub.conflicts(ConflictFilter(text: "SKU-149"), now: TestHub.start).first)
            _ = try await hub.test.hub.resolve(last.id, Resolution(.accept, seen: last.seen, author: "cleo"), now: TestHub.start)
            let next = try await ben.post("/conflicts", ["after": after])
            #expect(next.status == 200 && !next.text.contains("SKU-149") && Self.hidden("after", in: next).isEmpty)
            for sku in skus.suffix(3) { #expect(next.text.contains(sku)) }
            #expect(try await ben.post("/conflicts", ["after": "nowhere"]).status == 400)
        }
    }

    @Test("what only an admin sets an operator does not take back")
    func undoOfAdmins() async throws {
        try await ServedHub.run { hub in
            let body = #"{"entity":"customer","field":"phone","policy":"latest","author":"anna"}"#
            #expect(try await hub.ask(.post, "/v1/policies", body).status == 200)
            let ben = Browser(hub)
            try await ben.signIn("ben", .operator)
            let decision = try #require(try await hub.test.hub.decisions(now: TestHub.start).first)
            try await ben.get("/conflicts")
            let refused = try await ben.post("/audit/undo", ["id": decision.id, "decision": decision.id])
            #expect(refused.status >= 400, "\(refused.status)")
            #expect(try await hub.test.hub.decisions(now: TestHub.start).count == 1)
        }
    }

    @Test("the history of a field leads from a conflict, tells who decided what, and leaves a line in the trail that leads back there")
    func history() async throws {
        try await ServedHub.run { hub in
            let (field, _) = try await Self.trouble(hub.test)
            let (ben, anna) = (Browser(hub), Browser(hub))
            try await ben.signIn("ben", .operator)
            try await anna.signIn("anna", .admin)
            let page = try await ben.get(field)
            let link = try #require(page.text.firstMatch(of: /href="(\/history\?[^"]+)" data-key="h"/)).output.1
            let address = String(link).removingEntities
            try await ben.post(field, ["take": Self.dots(in: page)[0], "seen": Self.hidden("seen", in: page), "note": "asked <her>"])
            let history = try await ben.get(address)
            #expect(history.status == 200 && history.text.contains("by ben on"))
            for value in ["GBP", "USD", "EUR", "asked &lt;her&gt;"] { #expect(history.text.contains(value), "\(value)") }
            #expect(history.text.contains("This is the beginning.") && history.text.contains("change-sets of the sites that wrote here"))
            let trail = try await anna.get("/audit?show=look-ups")
            #expect(trail.text.removingEntities.contains("href=\"\(address)\""))
            // Who looked at a conflict that is over leaves a line, too.
            #expect(try await ben.get(field).text.removingEntities.contains("href=\"\(address)\""))
            #expect(try await anna.get("/audit?show=look-ups").text.contains("href=\"\(field)\""))
            #expect(try await ben.get("/history?record=a&field=b").status == 404)
            let nowhere = try await ben.get(address + "&from=nonsense")
            #expect(nowhere.status == 400)
        }
    }

    @Test("a customer is shown as it was at a time, beside what it is; each field leads to its history, and no value stands in an address")
    func then() async throws {
        try await ServedHub.run { hub in
            let bench = hub.test
            let agent = try await bench.enrol("shop-1")
            var till = TestWriter("till", seed: 1, key: agent.key)
            let life = till.nextDot
            // An hour before the hub's clock, and now.
            bench.now = Timestamp(milliseconds: TestHub.start.milliseconds - 3_600_000)
            try await bench.push([try till.seal([Make.customer(1, email: "ann@example.com", name: "Ann Wye", at: bench.now)])], from: agent)
            bench.now = TestHub.start
            let edit = Make.write("customer", 1, [("name", "Ann Zed"), ("phone", "+442079460001")], life: life, at: bench.now)
            try await bench.push([try till.seal([edit])], from: agent)
            let vera = Browser(hub)
            try await vera.signIn("vera", .viewer)
            let address = "/customers/p\(life.replica)-\(life.counter)"
            let customer = try await vera.get(address)
            let links = customer.text.matches(of: /href="(\/history\?[^"]+)"/).map { String($0.1).removingEntities }
            #expect(links.count == 3 && links.allSatisfy { !$0.contains("Ann") && !$0.contains("2079460001") })
            for link in links { #expect(try await vera.get(link).status == 200) }
            #expect(try await vera.get(links[0]).text.contains("Ann Wye"))
            // As the fields of a browser in this machine's zone would say it.
            let between = Date(timeIntervalSince1970: Double(TestHub.start.milliseconds) / 1000 - 1_800)
            let style = Date.ISO8601FormatStyle(timeZone: .current)
            let (day, clock) = (
                between.formatted(style.year().month().day()), between.formatted(style.time(includingFractionalSeconds: false))
            )
            let then = try await vera.post(address + "/then", ["date": day, "time": clock])
            #expect(then.status == 200 && then.text.contains("Ann Wye") && then.text.contains("Ann Zed") && then.text.contains("changed"))
            for (date, time) in [("", ""), ("2023-02-30", ""), ("2023-11-14", "25:00"), ("2024-01-01", ""), ("2023-11-13", "")] {
                let refused = try await vera.post(address + "/then", ["date": date, "time": time])
                #expect(refused.status == 400 && refused.text.contains(#"role="alert""#), "\(date) \(time)")
            }
            #expect(try await vera.post(address + "/then", ["date": day], token: "0").status == 403)
            let trail = try await bench.hub.lookUps()
            #expect(trail.contains { $0.what == .history } && trail.contains { $0.what == .profile && $0.times > 1 })
        }
    }

    @Test("what anybody writes anywhere is shown as text, on every page that shows it")
    func payloads() async throws {
        try await ServedHub.run { hub in
            let payloads = [
                "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
                "\"\u{301} onfocus=alert(1) x=\"",
                "{{frame.title}}", "{{{form}}}", "</title><svg onload=alert(1)>", "javascript:alert(1)", "&lt;b&gt;", "\u{202E}evil",
            ]
            let agent = try await hub.test.enrol("web", kind: .web)
            var shop = TestWriter("shop", seed: 1, key: agent.key)
            let now = hub.test.now
            var lives: [Dot] = []
            var changes: [Change] = []
            for (number, payload) in payloads.enumerated() {
                lives.append(Dot(shop.nextDot.replica, shop.nextDot.counter + UInt64(changes.count)))
                let text = Value.text(Text(payload))
                changes.append(
                    Make.write("customer", Int64(number), [("name", text), ("email", text), ("city", text), ("loyalty id", text)], at: now))
                changes.append(Make.movement(Text(payload), Text(payload), pieces: -1, at: now))
                changes.append(Make.write("order", Int64(number), [("number", text), ("state", text), ("currency", text)], at: now))
            }
            try await hub.test.push([try shop.seal(changes)], from: agent)
            let anna = Browser(hub)
            try await anna.signIn("anna", .admin)
            var pages: [ServedHub.Answer] = []
            for path in ["/", "/conflicts", "/stock", "/sites", "/people", "/audit", "/audit?show=look-ups", "/proposals"] {
                pages.append(try await anna.get(path))
            }
            for (payload, life) in zip(payloads, lives) {
                pages.append(try await anna.post("/customers", ["q": payload, "text": payload]))
                pages.append(try await anna.post("/conflicts", ["text": payload]))
                pages.append(try await anna.get("/customers/p\(life.replica)-\(life.counter)"))
                pages.append(try await anna.get("/history?record=" + Self.encoded("\(life)") + "&field=name"))
                pages.append(try await anna.get("/history?record=" + Self.encoded(payload) + "&field=" + Self.encoded(payload)))
                pages.append(try await anna.get("/stock/" + Self.encoded(payload)))
                pages.append(try await anna.get("/orders/" + Self.encoded(payload)))
                pages.append(try await anna.get("/conflicts/" + Self.encoded("oversell:oversold/\(payload) at \(payload)")))
                let pile = "/conflicts/" + Self.encoded("oversell:oversold/\(payload) at \(payload)")
                #expect(try await anna.post(pile + "/notes", ["text": payload]).status == 303)
                pages.append(try await anna.get(pile))
                pages.append(try await anna.get("/sites/" + Self.encoded(payload)))
                pages.append(try await anna.post("/sites/new", ["name": payload, "kind": "store", "region": payload]))
                pages.append(try await anna.get("/sign-in?to=" + Self.encoded(payload)))
            }
            for path in ["/conflicts", "/audit?show=notes"] { pages.append(try await anna.get(path)) }
            for page in pages {
                let plain = String(String.UnicodeScalarView(page.text.unicodeScalars.filter { $0 != "\u{301}" }))
                #expect(page.status < 500)
                for forbidden in ["<script>alert", "<img src=x", "<svg onload", "' onmouseover='", "\" onfocus=alert", "href=\"javascript"]
                {
                    #expect(!plain.contains(forbidden), "\(forbidden) in \(page.text.prefix(200))")
                }
                #expect(!page.text.contains("⟦"))
            }
        }
    }
}
