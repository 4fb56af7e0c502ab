import Console
import HubRuntime
import Profiles
import Testing

@Suite("The page of the data's quality")
struct QualityPageTests {
    private static let now: UInt64 = 1_800_000_000_000
    private static let life = "00112233445566778899aabbccddeeff:7"

    private static func visitor(_ role: Role = .operator, _ language: Language = .english) -> Visitor {
        Visitor(name: "ann", role: role, formToken: "ab", language: language, theme: nil, zone: .gmt, now: now, path: "/quality", said: nil)
    }

    private static func row(_ site: String, _ field: String, present: Int, invalid: Int = 0, shared: Int = 0) -> String {
        let findings =
            invalid == 0
            ? "" : #"{"verdict":"invalid","reason":"misspelledDomain","count":\#(invalid),"examples":["\#(life)","no life"]}"#
        return #"""
            {"site":"\#(site)","field":"\#(field)","records":1000,"present":\#(present),"valid":\#(present - invalid),"suspicious":0,
            "invalid":\#(invalid),"findings":[\#(findings)],"fresh":\#(present / 2),"medianAgeDays":40,"oldestAgeDays":900,
            "shared":{"values":\#(shared),"records":\#(shared * 2)}}
            """#
    }

    private static func standing(_ rows: [String]) -> QualityStanding {
        let text = #"{"now":\#(now - 60_000),"freshDays":365,"rows":[\#(rows.joined(separator: ","))]}"#
        return QualityStanding(report: JSONAnswer(bytes: Array(text.utf8)))
    }

    private static func page(
        _ standing: QualityStanding, _ question: QualityQuestion = QualityQuestion(), days: [QualityDay] = [],
        quarantine: [QuarantineGroup] = [], role: Role = .operator, language: Language = .english
    ) throws -> String {
        let known = KnownQuality(standing: standing, days: days, quarantine: quarantine, proposed: 0)
        let page = String(decoding: try Console().quality(known, question, for: visitor(role, language)), as: UTF8.self)
        #expect(!page.contains("⟦"))
        return page
    }

    private static let usual = standing([
        row("shop-1", "email", present: 999, invalid: 3, shared: 4), row("shop-1", "region", present: 0),
        row("shop <2>", "email", present: 500), row("shop <2>", "region", present: 0),
    ])

    @Test("Shares are rounded down, fields that nobody uses are named, and examples lead to customers and say no more")
    func figures() throws {
        let page = try Self.page(Self.usual)
        // 1499 of 2000; 3 of 1499 are wrong.
        #expect(page.contains("74.9%") && page.contains("99.7%") && page.contains("1,499 of 2,000"))
        #expect(page.contains("Never filled in: Region."))
        #expect(page.contains(#"href="/customers/p00112233445566778899aabbccddeeff-7""#) && !page.contains("no life"))
        #expect(page.contains(#"href="/quality?site=shop%20%3C2%3E""#) && !page.contains("shop <2>"))
        #expect(page.contains("a misspelt domain"))
    }

    @Test("One site has its own figures and its own course; one field has its sites, and half of its values' age")
    func narrowed() throws {
        let days = (1...3).map { (day: Int) -> QualityDay in
            QualityDay(field: "email", at: Self.now - UInt64(4 - day) * 86_400_000, records: 4, present: day, valid: 1)
        }
        let site = try Self.page(Self.usual, QualityQuestion(site: "shop-1"), days: days)
        #expect(site.contains("99.9%") && site.contains("Over time, shop-1") && site.contains("Data quality at shop-1"))
        #expect(site.contains("<polyline"))
        let young = try Self.page(Self.usual, QualityQuestion(site: "shop-1"))
        #expect(!young.contains("<polyline") && young.contains("Kept for each site since this version"))
        #expect(try Self.page(Self.usual).contains("One point is kept for each day"))
        let field = try Self.page(Self.usual, QualityQuestion(field: "email"), days: days)
        #expect(
            field.contains("<polyline") && field.contains("Over time, all sites")
                && field.contains("half of them 40 days, the oldest 2 years"))
        let both = try Self.page(Self.usual, QualityQuestion(site: "nowhere", field: "email"))
        #expect(both.contains("No customer records fit"))
    }

    @Test("Before the first report, without customers, and while they are looked through, the page says so")
    func empty() throws {
        #expect(try Self.page(QualityStanding()).contains("not looked through yet"))
        #expect(try Self.page(Self.standing([])).contains("There were no customer records"))
        let running = try Self.page(QualityStanding(since: Self.now - 3_000))
        #expect(running.contains("being looked through") && running.contains(" disabled>") && !running.contains("not looked through yet"))
        let failed = try Self.page(QualityStanding(problem: HubError(.storageFailed, "<b>", remedy: "Look.")))
        #expect(failed.contains("&lt;b&gt; Look."))
    }

    /// An earlier hub's rows, which name no entity, and an article's.
    private static let mixed = standing([
        row("shop-1", "email", present: 999, invalid: 3),
        row("depot", "price", present: 900, invalid: 2).replacing("misspelledDomain", with: "negative").replacing(
            #""site""#, with: #""entity":"item","site""#),
    ])

    @Test("Articles have a page of their own, which says so and leads to what was written into their fields", arguments: Language.allCases)
    func articles(language: Language) throws {
        let isEnglish = language == .english
        for role in Role.allCases {
            let articles = try Self.page(Self.mixed, QualityQuestion(entity: .item), role: role, language: language)
            #expect(articles.contains(isEnglish ? "Data quality: articles" : "Datenqualität: Artikel"))
            #expect(articles.contains(isEnglish ? "below zero" : "unter null") && articles.contains(isEnglish ? ">Price<" : ">Preis<"))
            #expect(articles.contains("/history?record=00112233445566778899aabbccddeeff%3A7&amp;field=price"))
            #expect(!articles.contains("/customers/p") && !articles.contains("shop-1") && !articles.contains("no life"))
            #expect(articles.contains(#"href="/quality?entity=item" aria-current="page""#))
            #expect(articles.contains(#"<input type="hidden" name="entity" value="item">"#))
            let customers = try Self.page(Self.mixed, role: role, language: language)
            #expect(customers.contains(isEnglish ? "Data quality: customers" : "Datenqualität: Kunden"))
            #expect(customers.contains(#"href="/quality" aria-current="page""#) && customers.contains("/customers/p"))
            #expect(!customers.contains("depot") && !customers.contains(#"name="entity""#))
        }
        let none = try Self.page(Self.usual, QualityQuestion(entity: .item), language: language)
        #expect(none.contains(isEnglish ? "There were no articles" : "Es gab keine Artikel"))
    }

    @Test("Whoever looks at one site's articles goes on to its customers, and back to all articles")
    func articlesOfSite() throws {
        let site = try Self.page(Self.mixed, QualityQuestion(entity: .item, site: "depot"))
        #expect(site.contains("Data quality at depot: articles") && site.contains(#"href="/quality?site=depot""#))
        #expect(site.contains(#"href="/quality?entity=item&amp;site=depot&amp;field=price""#))
        let both = try Self.page(Self.mixed, QualityQuestion(entity: .item, site: "depot", field: "price"))
        #expect(both.contains("Data quality of articles: Price at depot"))
        let nowhere = try Self.page(Self.mixed, QualityQuestion(entity: .item, site: "nowhere"))
        #expect(nowhere.contains("No articles fit") && nowhere.contains(#"<a class="button" href="/quality?entity=item">"#))
    }

    @Test("A group that was set aside leads to its conflicts; only who may decide can take it in once more, or have all looked through")
    func quarantine() throws {
        let groups = [
            QuarantineGroup(site: "shop-1", code: "value-of-wrong-kind", changes: 501, since: Self.now - 1_000),
            QuarantineGroup(site: "shop-2", code: "edit-of-deleted", changes: 1, since: Self.now),
            QuarantineGroup(site: "shop-2", code: "something-new", changes: 1, since: Self.now),
        ]
        let page = try Self.page(Self.usual, quarantine: groups)
        #expect(page.contains("/conflicts?kind=quarantine&amp;site=shop%2D1&amp;text=%28value%2Dof%2Dwrong%2Dkind%29"))
        #expect(page.contains(#"name="kind" value="edit-of-deleted""#) && page.contains("something-new") && page.contains("500 at a time"))
        #expect(page.contains(#"action="/conflicts/bulk""#) && page.contains(#"action="/quality/refresh""#))
        let viewer = try Self.page(Self.usual, quarantine: groups, role: .viewer)
        #expect(!viewer.contains(#"action="/conflicts/bulk""#) && !viewer.contains(#"action="/quality/refresh""#))
        #expect(try !Self.page(Self.usual, QualityQuestion(site: "shop-1"), quarantine: groups).contains("something-new"))
    }
}
