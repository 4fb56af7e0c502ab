import Causality
import ChangeSets
import Foundation
import Testing

@testable import Console
@testable import HubRuntime

@Suite("A site's log at the console")
struct ExchangePageTests {
    private static let now: UInt64 = 1_800_000_000_000
    private let agent = SigningKey().publicKey

    private func site(agents: Int = 1) -> SiteAnswer {
        let agents = (0..<agents).map { _ in
            SiteAnswer.Agent(
                publicKey: agent.description, enrolledAt: 1, lastHeard: Self.now, clockOffsetMilliseconds: 0, isRevoked: false,
                exchange: nil)
        }
        var site = SiteAnswer(
            name: "shop <1>", kind: .store, region: nil, createdAt: 1, agents: agents, sources: [], lastHeard: Self.now, warnings: [])
        site.state = SiteState(site, now: Self.now)
        return site
    }

    private func html(
        _ rows: [Exchange], starts: [UInt64] = [], agents: Int = 1, language: Language = .english,
        page: (Console, SiteExchanges, SiteAnswer, Visitor) -> [UInt8] = { $0.exchanges($1, of: $2, isLater: false, for: $3) }
    ) throws -> String {
        let visitor = Visitor(
            name: "anna", role: .viewer, formToken: "0", language: language, theme: nil, zone: .gmt, now: Self.now, path: "/", said: nil)
        let answers = ExchangeAnswer.all(rows, starts: starts)
        let exchanges = SiteExchanges(rows: ListPage(entries: answers.reversed()), heardAt: answers.map(\.until).max())
        return String(decoding: page(try Console(), exchanges, site(agents: agents), visitor), as: UTF8.self)
    }

    /// The first row's requests were answered this long ago, the last ones `lasting` later.
    private func row(
        _ number: Int64, _ request: Exchange.Request, ago: UInt64, lasting: UInt64 = 0, requests: Int = 1
    ) -> Exchange {
        Exchange(
            number: number, agent: agent, at: Timestamp(milliseconds: Self.now - ago),
            until: Timestamp(milliseconds: Self.now - ago + lasting),
            requests: requests, sum: request)
    }

    private static let minute: UInt64 = 60_000

    @Test("what was sent, given and asked is told in plain words of either language, with figures and sizes")
    func words() throws {
        let rows = [
            row(
                1, Exchange.Request(.push, sets: 12, changes: 60, bytesIn: 12_345, bytesOut: 840), ago: 180_000, lasting: 120_000,
                requests: 8),
            row(2, Exchange.Request(.pull, entries: 1, bytesIn: 5, bytesOut: 3_400_000), ago: 120_000),
            row(3, Exchange.Request(.pull), ago: 60_000, requests: 58), row(4, Exchange.Request(.pull), ago: 50_000),
            row(5, Exchange.Request(.images, entries: 3), ago: 40_000), row(6, Exchange.Request(.images), ago: 30_000),
            row(7, Exchange.Request(.shared), ago: 20_000), row(8, Exchange.Request(.mappings), ago: 10_000),
            row(9, Exchange.Request(.decisions, sets: 2), ago: 5_000),
        ]
        let english = try html(rows)
        for words in [
            "sent 12 change-sets with 60 changes", "in 8 requests", "12 kB", "840 B", "was given 1 entry", "3.4 MB",
            "asked 58 times, nothing new", "asked once, nothing new", "fetched 3 of its own records", "none is here",
            "compared its history", "told how its tables are mapped", "gave back 2 decisions",
        ] { #expect(english.contains(words), "\(words)") }
        #expect(!english.contains("⟦") && !english.contains("silent for") && !english.contains(#"class="state"#))
        let german = try html(rows, language: .german)
        for words in [
            "sendete 12 Änderungssätze mit 60 Änderungen", "in 8 Anfragen", "bekam 1 Eintrag", "3,4 MB", "fragte 58-mal, nichts Neues",
            "fragte einmal, nichts Neues", "holte 3 seiner eigenen Datensätze", "gab 2 Entscheidungen zurück",
        ] { #expect(german.contains(words), "\(words)") }
        #expect(!german.contains("⟦") && german.contains("Austausch mit shop &lt;1&gt;"))
    }

    @Test("what was refused, failed or put off bears a sign, a word, its reason and its code")
    func refused() throws {
        let rows = [
            row(1, Exchange.Request(.push, outcome: "agent-revoked"), ago: 30_000, requests: 3),
            row(2, Exchange.Request(.pull, outcome: "storage-full"), ago: 20_000),
            row(3, Exchange.Request(.push, outcome: "hub-busy"), ago: 10_000), row(4, Exchange.Request(.push, outcome: "x-y"), ago: 5_000),
        ]
        let english = try html(rows)
        #expect(english.contains(#"<span class="state bad">refused 3 times: its access has been ended</span>"#))
        #expect(english.contains(#"<span class="state bad">failed: the hub’s disk is full</span>"#))
        #expect(english.contains(#"<span class="state warn">put off: the hub had too much to do</span>"#))
        #expect(english.contains(#"<span class="state bad">refused: x-y</span>"#))
        #expect(english.contains("when sending changes · <code>agent-revoked</code>") && english.contains("when asking for news"))
        let german = try html(rows, language: .german)
        #expect(
            german.contains("3-mal abgewiesen: sein Zugang ist beendet")
                && german.contains("fehlgeschlagen: die Platte der Zentrale ist voll"))
        #expect(german.contains("aufgeschoben: die Zentrale hatte zu viel zu tun"))
    }

    @Test("every code that a push or an agent's request can end with has words", arguments: Language.allCases)
    func codes(language: Language) throws {
        let strings = try Strings(language, files: ConsoleFile.all)
        let codes: [String] =
            ChangeSetError.Code.allCases.filter { ![.badReceipt, .invalid].contains($0) }.map(\.rawValue)
            + [
                HubError.Code.revokedAgent, .notFound, .badRequest, .storageFull, .storageBusy, .storageFailed, .journalDamaged, .busy,
                .stopping,
            ]
            .map(\.rawValue)
            + [
                "fork", "gap", "push-empty", "push-mixed", "counter-too-large", "replica-of-another", "decision-not-ours",
                "decision-of-this-start", "changeset-not-taken", "replicas-too-many",
                "request-unsigned", "request-signature-invalid", "request-repeated", "request-malformed", "request-too-large",
                "request-too-slow", "hub-failed",
            ]
        for code in codes { #expect(strings.has("exchange-code-\(code)"), "\(code)") }
    }

    @Test("between rows stands how long the site was silent, with a start of the hub in that time, and on top that it still is")
    func silences() throws {
        let pause = SiteState.silentMilliseconds
        func rows(_ silence: UInt64, since: UInt64) -> [Exchange] {
            [row(1, Exchange.Request(.pull), ago: since + silence), row(2, Exchange.Request(.pull), ago: since)]
        }
        #expect(try !html(rows(pause, since: pause)).contains("silent for"))
        let page = try html(rows(130 * Self.minute, since: pause))
        #expect(page.contains("silent for 2 h 10 min<") && !page.contains("silent for 5 min now"))
        #expect(try html(rows(130 * Self.minute, since: pause), language: .german).contains("2 h 10 min still<"))
        #expect(try html(rows(pause, since: pause + 1)).contains("silent for 5 min now"))
        let started = try html(rows(4 * 1_440 * Self.minute + 60 * Self.minute, since: 0), starts: [Self.now - 1])
        #expect(started.contains("silent for 4 days 1 h; the hub was started in that time"))
    }

    @Test("a time is not said twice, and where a site has several agents each row says whose it is")
    func spans() throws {
        let one = try html([row(1, Exchange.Request(.pull), ago: 1)])
        #expect(one.matches(of: #/<time /#).count == 1 && !one.contains(String(agent.description.prefix(8))))
        let two = try html([row(1, Exchange.Request(.pull), ago: 10 * Self.minute, lasting: 9 * Self.minute)], agents: 2)
        #expect(two.matches(of: #/<time /#).count == 2 && two.contains("\(agent.description.prefix(8))…"))
        // Within a day the day stands once.
        let old = try html([row(1, Exchange.Request(.pull), ago: 3 * 1_440 * Self.minute, lasting: 9 * Self.minute)])
        #expect(old.matches(of: /2027, [0-9][0-9]:/).count == 1)
    }

    @Test("without any row both pages say what to do next", arguments: Language.allCases)
    func empty(language: Language) throws {
        let strings = try Strings(language, files: ConsoleFile.all)
        for (agents, words) in [(0, "exchange-none-new"), (1, "exchange-none")] {
            #expect(try html([], agents: agents, language: language).contains(strings[words]))
            let site = try html([], agents: agents, language: language) {
                $0.site($2, conflicts: ConflictPage(conflicts: []), exchanges: $1, for: $3)
            }
            #expect(site.contains(strings[words]) && !site.contains("⟦"))
        }
        let beyond = try html([], language: language) { $0.exchanges($1, of: $2, isLater: true, for: $3) }
        #expect(beyond.contains(strings["exchange-none-older"]) && beyond.contains(strings["history-newest"]))
    }

    @Test("the site's own page shows the same rows, and where the others are")
    func site() throws {
        let rows = [row(1, Exchange.Request(.push, outcome: "fork"), ago: 5_000)]
        let page = try html(rows) { $0.site($2, conflicts: ConflictPage(conflicts: []), exchanges: $1, for: $3) }
        #expect(page.contains("refused: its history and the hub’s part: restored, or copied"))
        #expect(page.contains(#"href="/sites/shop%20%3C1%3E/exchanges""#))
    }

    @Test("sizes are told in the unit that a person would use")
    func sizes() throws {
        let visitor = Visitor(
            name: nil, role: nil, formToken: nil, language: .english, theme: nil, zone: .gmt, now: Self.now, path: "/", said: nil)
        let forms = try Console().forms(for: visitor)
        #expect(
            [0, 999, 1_000, 1_499, 999_999, 1_000_000, 3_440_000].map(forms.bytes) == [
                "0 B", "999 B", "1 kB", "1 kB", "1,000 kB", "1 MB", "3.4 MB",
            ])
    }
}
