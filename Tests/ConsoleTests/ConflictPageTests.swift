import Foundation
import Testing

@testable import Console
@testable import HubRuntime

@Suite("A conflict's page")
struct ConflictPageTests {
    static let now: UInt64 = 1_800_000_000_000
    private static let payload = "<script>alert(1)</script>"

    /// Of a customer's phone, which two sites wrote.
    static func conflict(_ value: String = "0131 1") -> ConflictAnswer {
        func side(_ dot: String, _ site: String, _ value: String) -> WriteAnswer {
            WriteAnswer(
                value: .text(value), dot: dot, site: site, source: "till", time: now - 60_000, clockInBound: true, shown: [], clock: [:])
        }
        var about = ConflictAnswer.About()
        (about.entity, about.field, about.name, about.profile, about.record) = ("customer", "phone", "Ada \(value)", "p1-1", "a:1")
        return ConflictAnswer(
            id: "concurrent-writes:a:1/phone", short: "3f9a1c2b", kind: .concurrentWrites, subject: "a:1/phone", message: "", remedy: "",
            about: about, since: now - 60_000, sides: [side("a:2", "camden", value), side("b:1", "web", "0131 2")],
            choices: ["take", "value"], seen: "a:2,b:1;", fingerprint: "a:2,b:1")
    }

    static func story(_ value: String = "0131 1") -> ConflictStory {
        let conflict = conflict(value)
        return ConflictStory(
            conflict: conflict,
            sides: conflict.sides.map {
                ConflictStory.Write(
                    dot: $0.dot, site: $0.site, source: $0.source, time: $0.time, value: $0.value, received: $0.time, shown: [], heard: [])
            }, earlier: [], decisions: [], notes: [],
            rule: PolicyTrial(
                entity: "customer", field: "phone", policy: "ranked: camden", conflicts: 412, hasMore: false,
                examples: [.init(conflict: conflict, shown: .text(value), site: "camden")]),
            foresight: [:], sites: 3, alike: 412)
    }

    private static let kinds = ["text", "integer", "real", "money", "quantity", "time", "flag", "reference", "any"]

    /// Of a change that is set aside for some cause, with a value of each kind.
    static func aside(_ code: String, value: String = "seven") -> ConflictStory {
        var about = ConflictAnswer.About()
        (about.entity, about.key, about.site, about.code, about.reason) = ("sale", "1", "camden", code, "why")
        let mayMend = Mending.causes.contains(code)
        var story = Self.story()
        (story.sides, story.rule) = ([], nil)
        story.conflict = ConflictAnswer(
            id: "quarantine:a:1", short: "3f9a1c2b", kind: .quarantine, subject: "a:1", message: "", remedy: "", about: about,
            since: now - 60_000, sides: [], choices: (mayMend ? ["mend"] : []) + ["replay", "discard"], seen: "a:1;", fingerprint: "a:1")
        let fields = kinds.map { kind in
            RefusedChange.Field(
                name: kind + value, kind: kind, value: .text(value), present: [.integer(50_000), .text(value)], mayMend: mayMend,
                takesValue: kind != "reference")
        }
        story.refused = RefusedChange(
            action: .create, fields: fields, fieldsHidden: 3,
            stock: RefusedChange.Stock(sku: value, location: value, quantity: -10_000, isCount: false), behind: 2, isPersonal: false)
        return story
    }

    static func note(_ number: Int64, _ author: String, _ text: String) -> ConflictNoteAnswer {
        ConflictNoteAnswer(
            ConflictNoteRow(
                number: number, conflict: conflict().id, at: .init(milliseconds: now - 3_600_000), who: author, text: text))
    }

    static func visitor(_ role: Role, _ language: Language = .english) -> Visitor {
        Visitor(
            name: "ben", role: role, formToken: "0", language: language, theme: nil, zone: .gmt, now: now, path: "/conflicts/x", said: nil)
    }

    private func html(
        _ story: ConflictStory, _ role: Role = .operator, _ language: Language = .english, typed: ConflictTyped = ConflictTyped(),
        admins: [String] = ["anna", "otto"]
    ) throws -> String {
        let page = try Console().conflict(
            story, id: Self.conflict().id, problem: nil, typed: typed, admins: admins, for: Self.visitor(role, language))
        return String(decoding: page, as: UTF8.self)
    }

    @Test("no page of a conflict lacks a word, in any language, or takes what anybody wrote for HTML", arguments: Language.allCases)
    func words(language: Language) throws {
        var story = Self.story(Self.payload)
        story.notes = [Self.note(1, Self.payload, Self.payload)]
        var full = story
        full.notes = (1...Int64(Hub.conflictNotesMax)).map { Self.note($0, "ben", "note \($0)") }
        var over = story
        (over.conflict, over.rule) = (nil, nil)
        over.ruling = PolicyAnswer(entity: "customer", field: "phone", policy: "ranked: camden", decision: "c:1")
        var undone = Self.story()
        undone.restore(by: Self.payload)
        let codes = [
            "value-of-wrong-kind", "record-too-large", "replica-closed", "names-the-future", "sku-empty", "stock-quantity-too-large",
            "stock-claim-without-document", "stock-pile-full", "names-strangers", "creates-for-another", "not-its-own", "counter-too-large",
            "record-mismatch",
            "something-new",
        ]
        for role in Role.allCases {
            for story in [story, full, over, undone] + codes.map({ Self.aside($0, value: Self.payload) }) {
                let html = try html(story, role, language, typed: ConflictTyped(value: Self.payload, note: Self.payload, text: nil))
                #expect(!html.contains("⟦") && !html.contains("<script>alert"), "\(role)")
                #expect(html.matches(of: /\{[a-z]+\}/).isEmpty)
            }
        }
    }

    @Test("a wrong value is given or left out, a reference left out; whoever may not decide sees what the change says")
    func mending() throws {
        let page = try html(Self.aside("value-of-wrong-kind"))
        #expect(page.matches(of: /name="mend-field"/).count == 9 && page.matches(of: /<input name="mend-value"/).count == 8)
        #expect(page.matches(of: /type="datetime-local"/).count == 1 && page.contains("A day and a time of day, in GMT"))
        #expect(page.contains(#"name="choice" value="mend""#) && !page.contains("mend-leave") && page.contains("An amount like 12.50"))
        #expect(page.contains("2 later changes of the same record wait behind it.") && page.contains("and 3 more fields"))
        #expect(page.contains("is missing in the new record") && page.contains("cannot be set aside again") && page.contains(">wrong<"))
        #expect(page.contains("<code>value-of-wrong-kind</code>"))
        #expect(page.contains("Note on “Take it in once more” or “Discard it”") && page.contains("changes the record only"))
        let german = try html(Self.aside("value-of-wrong-kind"), .operator, .german)
        #expect(german.contains(#"<dd lang="en">why</dd>"#) && german.contains("stimmt nicht"))
        let again = try html(Self.aside("value-of-wrong-kind"), typed: ConflictTyped(mended: ["moneyseven": "12 pounds"]))
        #expect(again.contains(#"name="mend-value" value="12 pounds""#))
        let large = try html(Self.aside("record-too-large"))
        #expect(large.matches(of: /name="mend-leave"/).count == 9 && !large.contains("mend-field") && !large.contains(">wrong<"))
        let stock = try html(Self.aside("sku-empty"))
        #expect(stock.contains("or goods would count twice") && !stock.contains("mend-field") && stock.contains(#"value="discard""#))
        #expect(!stock.contains("changes the record only") && !stock.contains("Note on"))
        let viewer = try html(Self.aside("value-of-wrong-kind"), .viewer)
        #expect(viewer.contains("As told") && viewer.contains("seven") && !viewer.contains("mend-field"))
    }

    @Test("notes stand in order; whoever may look reads them, who may decide writes one, until there are as many as are kept")
    func notes() throws {
        var story = Self.story()
        #expect(try html(story).contains("Nobody has written anything here yet."))
        story.notes = [Self.note(1, "ann", "first"), Self.note(2, "cleo", "second")]
        let shown = try html(story)
        let (first, second) = (shown.range(of: "first"), shown.range(of: "second"))
        #expect(try #require(first).lowerBound < #require(second).lowerBound && shown.contains("<b>cleo</b>"))
        #expect(shown.contains("<textarea name=\"text\"") && shown.contains("maxlength=\"\(Hub.conflictNoteCharactersMax)\""))
        let viewer = try html(story, .viewer)
        #expect(viewer.contains("second") && !viewer.contains("<textarea"))
        story.notes = (1...Int64(Hub.conflictNotesMax - 1)).map { Self.note($0, "ben", "x") }
        #expect(try html(story).contains("<textarea"))
        story.notes.append(Self.note(100, "ben", "x"))
        #expect(try !html(story).contains("<textarea"))
    }

    @Test("the queue shows how many notes there are, and the beginning of the last one")
    func mark() throws {
        let console = try Console()
        func title(_ text: String) throws -> String {
            let page = console.conflicts(
                ConflictPage(conflicts: [Self.conflict()]), isLater: false, filter: ConflictFilter(), open: OpenConflicts(), sites: [],
                notes: [Self.conflict().id: ConflictNoteMark(count: 3, last: Self.note(3, "ann", text))], for: Self.visitor(.viewer))
            let html = String(decoding: page, as: UTF8.self)
            #expect(html.contains(">3 notes</span>"))
            return try #require(html.firstMatch(of: /class="tag" title="([^"]*)"/)).output.1.description
        }
        #expect(try title("called her\nshe was out") == "ann: called her")
        #expect(try title(String(repeating: "a", count: 80)) == "ann: " + String(repeating: "a", count: 80))
        #expect(try title(String(repeating: "a", count: 81)) == "ann: " + String(repeating: "a", count: 79) + "…")
    }

    @Test("what a restored till told may be taken back; of a copy whose original goes on the page says so, and only asks to accept it")
    func cloned() throws {
        func conflict(_ choices: [String]) -> ConflictAnswer {
            var about = ConflictAnswer.About()
            (about.site, about.name) = ("camden", "till")
            return ConflictAnswer(
                id: "source-restored:a", short: "3f9a1c2b", kind: .sourceRestored, subject: "a", message: "", remedy: "", about: about,
                since: Self.now - 60_000, sides: [], choices: choices, seen: "a:1;", fingerprint: "a:1")
        }
        func page(_ choices: [String], _ language: Language) throws -> String {
            var story = Self.story()
            (story.sides, story.rule, story.conflict) = ([], nil, conflict(choices))
            return try html(story, .operator, language)
        }
        let restored = try page(["accept", "withdraw"], .english)
        #expect(restored.contains("came from a backup") && restored.contains("It happened") && restored.contains("Take it back"))
        let cloned = try page(["accept"], .english)
        #expect(cloned.contains("both disks are in use") && cloned.contains("Both are in use"))
        #expect(!cloned.contains("came from a backup") && !cloned.contains("Take it back"))
        let german = try page(["accept"], .german)
        #expect(german.contains("Beide sind in Betrieb") && german.contains("kopiert") && !german.contains("Zurückziehen"))
        // In the queue.
        let forms = Forms(strings: try Strings(.english, files: ConsoleFile.all), zone: .gmt, now: Self.now)
        #expect(ConflictWords(conflict: conflict(["accept", "withdraw"]), forms: forms).kind == "restored")
        #expect(ConflictWords(conflict: conflict(["accept"]), forms: forms).kind == "cloned")
    }

    @Test("after an undo each side bears the name of whose value it is, with who restored it and when, and not the hub's")
    func restored() throws {
        var story = Self.story()
        story.restore(by: "anna")
        let shown = try html(story)
        #expect(shown.contains("<h2>camden</h2>") && shown.contains("<h2>web</h2>") && !shown.contains("<h2>the hub</h2>"))
        #expect(shown.contains("restored by anna on 15 Jan 2027") && shown.contains(">Take camden</button>"))
        #expect(shown.contains("camden had not heard of web"))
        // Nobody offers the word of a site for what the hub wrote.
        #expect(!shown.contains("?rule="))
        // An operator's own value bears the operator's name.
        story.sides[0].site = "hub"
        story.sides[0].origin?.first = .init(dot: "h:1", site: "hub", source: "hub", time: Self.now, person: "ben", clock: [:])
        #expect(try html(story).contains("<h2>ben</h2>"))
        story.sides[0].origin = ValueOrigin(
            choice: .take, author: "cleo", at: Self.now, note: nil,
            first: .init(dot: "a:2", site: "camden", source: "till", time: Self.now, person: nil, clock: [:]))
        let taken = try html(story)
        #expect(taken.contains("<h2>the hub</h2>") && taken.contains("taken from camden by cleo on"))
    }

    @Test(
        "a field's history lacks no word, in any language, escapes what anybody wrote, and says where it ends", arguments: Language.allCases
    )
    func history(language: Language) throws {
        let console = try Console()
        var about = Self.conflict(Self.payload).about
        about.site = Self.payload
        func write(_ site: String, _ origin: ValueOrigin? = nil, isHeld: Bool = false) -> FieldHistory.Write {
            FieldHistory.Write(
                dot: "a:1", site: site, source: Self.payload, cashier: Self.payload, value: .text(Self.payload), time: .max,
                received: Self.now, origin: origin, replaced: [.init(dot: "a:0", site: site, value: .null, time: Self.now)],
                isLive: true, isHeld: isHeld)
        }
        let choices: [Decision.Choice] = [.undo, .take, .value, .keep]
        let origins = choices.flatMap { choice in
            [nil, ValueOrigin.Write(dot: "a:0", site: "hub", source: "hub", time: Self.now, person: Self.payload, clock: [:])].map {
                ValueOrigin(choice: choice, author: Self.payload, at: Self.now, note: Self.payload, first: $0)
            }
        }
        var history = FieldHistory(
            about: about, writes: origins.map { write("hub", $0) } + [write(Self.payload, isHeld: true)], sets: 1_000, older: "a:9~",
            isBeforeRecord: true, isCut: true, others: [.init(life: "b:1", site: Self.payload, key: Self.payload)])
        func html(_ isLater: Bool) -> String {
            String(
                decoding: console.history(history, record: "a:1", isLater: isLater, for: Self.visitor(.viewer, language)), as: UTF8.self)
        }
        let whole = html(true)
        #expect(whole.contains("from=a%3A9%7E") && whole.contains("href=\"/history?record=a%3A1&amp;field=phone\""))
        history.writes = []
        let empty = html(false)
        history.older = nil
        let nothing = html(false)
        #expect(empty.contains("from=") && !nothing.contains("from=") && empty != nothing)
        for page in [whole, empty, nothing] {
            #expect(!page.contains("⟦") && !page.contains("<script>alert") && page.matches(of: /\{[a-z]+\}/).isEmpty)
        }
    }

    @Test("the history of an article's field leads to the article's page where stock knows it, and else to conflicts")
    func historyOfArticle() throws {
        var about = ConflictAnswer.About()
        (about.entity, about.field, about.name, about.record, about.sku) = ("item", "price", "Mug", "a:1", "MUG 1")
        func html(_ about: ConflictAnswer.About) throws -> String {
            let history = FieldHistory(about: about, writes: [], sets: 1, older: nil, isBeforeRecord: false, isCut: false, others: [])
            let page = try Console().history(history, record: "a:1", isLater: false, for: Self.visitor(.viewer, .english))
            return String(decoding: page, as: UTF8.self)
        }
        #expect(try html(about).contains(#"<a href="/stock/MUG%201" data-key="u">Mug</a>"#))
        about.name = nil
        #expect(try html(about).contains(#"<a href="/stock/MUG%201" data-key="u">MUG 1</a>"#))
        about.sku = nil
        #expect(try html(about).contains(#"<a href="/conflicts" data-key="u">"#))
    }

    @Test("a look-up of a conflict, a customer, a history or an order leads to its page; a search leads nowhere")
    func trail() throws {
        let rows = [
            (LookUpRow.What.conflict, "concurrent-writes:a:1/phone"), (.profile, "p1-1"), (.history, "a:1/birth date"), (.search, "email"),
            (.order, "W-1/7"), (.history, "nonsense"),
        ].map { LookUpAnswer(time: Self.now, who: "ben", what: $0.0, subject: $0.1, found: 1, times: 1) }
        let page = try Console().lookUps(
            LookUpPage(rows: ListPage(entries: rows), isLater: false, who: nil, names: ["ben"]), for: Self.visitor(.admin))
        let html = String(decoding: page, as: UTF8.self)
        let links = html.matches(of: /<a href="([^"]+)"><code>/).map { String($0.1) }
        #expect(
            links == [
                "/conflicts/concurrent%2Dwrites%3Aa%3A1%2Fphone", "/customers/p1%2D1", "/history?record=a%3A1&amp;field=birth%20date",
                "/orders/W-1%2F7",
            ])
        #expect(!html.contains("⟦"))
    }

    @Test("an oversold article shows which sites took from it, and leads to its page; where nothing is known of that, nothing is said")
    func takers() throws {
        var story = Self.story()
        story.conflict?.kind = .oversell
        story.conflict?.about.profile = nil
        story.conflict?.about.sku = "MUG"
        story.conflict?.about.location = "web"
        #expect(try !html(story).contains("What took from it last"))
        let kinds: [StockItem.Entry.Kind] = [.sale, .reservation]
        story.takers = kinds.map { kind in
            StockItem.Entry(
                at: Self.now - 60_000, location: "web", kind: kind, quantity: kind == .sale ? -20_000 : 10_000, dot: "b:1",
                site: "camden \(Self.payload)", source: "till", record: "sale line 7")
        }
        for language in Language.allCases {
            let page = try html(story, .viewer, language)
            #expect(
                page.contains("href=\"/stock/MUG\"") && page.contains("sale line 7") && page.contains("2</td>") && page.contains("+1</td>"))
            #expect(page.contains("camden &lt;script&gt;") && !page.contains("<script>alert") && !page.contains("⟦"))
        }
        #expect(try html(story).contains("What took from it last") && html(story).contains(">Promised<"))
    }

    @Test("each kind of line of the trail has words in either language; what was done has no number of people found")
    func trailWords() throws {
        for language in Language.allCases {
            for what in LookUpRow.What.allCases {
                let row = LookUpAnswer(time: Self.now, who: "ben", what: what, subject: "email", found: 7_654, times: 1)
                let page = LookUpPage(rows: ListPage(entries: [row]), isLater: false, who: nil, names: [])
                let html = String(decoding: try Console().lookUps(page, for: Self.visitor(.admin, language)), as: UTF8.self)
                #expect(!html.contains("⟦"), "\(what)")
                #expect((html.contains("7,654") || html.contains("7.654")) == !what.isDeed, "\(what)")
            }
        }
    }

    @Test("a rule begins with what the first side's site has; an admin sets what was shown, others see who may")
    func rule() throws {
        let admin = try html(Self.story(), .admin)
        #expect(admin.contains(#"<option value="ranked: camden" selected>by site: camden</option>"#))
        #expect(admin.contains(#"<option value="minimum">"#) && !admin.contains(#"<option value="ask""#))
        #expect(admin.contains("412 open conflicts of this field") && admin.contains(#"name="rule" value="ranked: camden""#))
        #expect(admin.contains(#"href="/conflicts/concurrent%2Dwrites%3Aa%3A1%2Fphone?rule=ranked%3A%20web#rule""#))
        let other = try html(Self.story())
        #expect(other.contains("An admin sets it: anna, otto.") && !other.contains("/rule\" method=\"post\""))
        // What was set on the page of rules with several sites is among the choices, too.
        var story = Self.story()
        story.rule?.policy = "ranked: web, camden"
        #expect(try html(story, .admin).contains(#"<option value="ranked: web, camden" selected>by site: web, camden</option>"#))
        story.rule = nil
        #expect(try !html(story, .admin).contains("id=\"rule\""))
    }
}

extension ConflictStory {
    /// As if a decision had been made and taken back: the hub wrote both sides once more.
    fileprivate mutating func restore(by author: String) {
        for index in sides.indices {
            sides[index].origin = ValueOrigin(
                choice: .undo, author: author, at: ConflictPageTests.now, note: nil,
                first: .init(
                    dot: "z:\(index)", site: sides[index].site, source: sides[index].source, time: sides[index].time, person: author,
                    clock: [:]))
            conflict?.sides[index].site = "hub"
            conflict?.sides[index].source = "hub"
        }
    }
}
