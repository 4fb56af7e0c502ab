import ChangeSets
import Foundation
import Profiles
import Testing

@testable import Console
@testable import HubRuntime

@Suite("Rules of identity in a form")
struct RulesFormTests {
    private func rules(_ change: (inout RulesTyped) -> Void = { _ in }, of inForce: LinkRules = .standard) throws -> LinkRules {
        var typed = RulesTyped(inForce)
        change(&typed)
        return try typed.rules(replacing: inForce)
    }

    private func slip(_ change: (inout RulesTyped) -> Void) -> RulesSlip? {
        do {
            _ = try rules(change)
            return nil
        } catch { return error as? RulesSlip }
    }

    private func kinds(_ rules: LinkRules) -> [String] { rules.ranks.map { "\($0.kind)" } }

    @Test("a form that nobody changes asks for the rules in force, what it has no field for included")
    func unchanged() throws {
        #expect(try rules() == .standard)
        var own = LinkRules.standard
        own.version = 7
        own.ranks = [LinkRules.Rank(kind: [.email, .postcode], recordsPerSourceMax: 4, opens: false, isExclusive: false)]
        own.blockedValues = [Identifier(kind: .phone, value: "+442079460000"), Identifier(kind: .id, value: "4711")]
        own.automaticAbove = 0.99995
        own.email = .none
        #expect(try rules(of: own) == own)
        #expect(RulesText.rules(RulesText.text(own)) == own)
    }

    @Test("what is moved up goes before what stands in that place, what is moved down behind it; without a place it links nobody")
    func order() throws {
        let standard = ["id", "account", "email", "phone+name", "phone", "device", "cookie"]
        #expect(kinds(.standard) == standard)
        #expect(try kinds(rules { $0.rows[4].place = "2" }) == ["id", "phone", "account", "email", "phone+name", "device", "cookie"])
        #expect(try kinds(rules { $0.rows[1].place = "5" }) == ["id", "email", "phone+name", "phone", "account", "device", "cookie"])
        #expect(try kinds(rules { $0.rows[0].place = "" }) == Array(standard.dropFirst()))
        #expect(try kinds(rules { typed in typed.rows.indices.forEach { typed.rows[$0].place = "" } }).isEmpty)
    }

    @Test("two identifiers may be joined to one that links only where both agree; not one with itself, nor what many people share")
    func combination() throws {
        func added(_ kind: String, _ with: String, _ typed: inout RulesTyped) {
            (typed.added.kind, typed.added.with, typed.added.place) = (kind, with, "4")
        }
        #expect(try kinds(rules { added("email", "postcode", &$0) })[3] == "email+postcode")
        for (kind, with) in [("email", "email"), ("", "name"), ("email", ""), ("name", "postcode")] {
            #expect(slip { added(kind, with, &$0) }?.name == "pair", "\(kind) \(with)")
        }
        #expect(slip { added("phone", "name", &$0) }?.name == "twice")
        #expect(
            slip {
                added("email", "postcode", &$0)
                $0.added.place = ""
            }?.field == "new-place")
    }

    @Test("a number is whole and within its bounds", arguments: ["", "0", "-1", "1.5", "x", "1001", "99999999999999999999"])
    func numbers(text: String) throws {
        #expect(slip { $0.rows[2].limit = text } == RulesSlip(name: "limit", field: "limit-2", typed: text, kind: "email"))
        #expect(slip { $0.rows[2].place = text }?.field == (text.isEmpty ? nil : "place-2"))
        let isWithin = text == "1001"
        #expect(slip { $0.recordsPerPerson = text }?.field == (isWithin ? nil : "person"))
    }

    @Test("the bounds themselves are taken")
    func bounds() throws {
        for (least, most) in [("1", "1000")] {
            #expect(try rules { $0.rows[2].limit = least }.ranks[2].recordsPerSourceMax == 1)
            #expect(try rules { $0.rows[2].limit = most }.ranks[2].recordsPerSourceMax == 1_000)
        }
        #expect(try rules { $0.rows[0].place = "99" }.ranks.last?.kind == .id)
        #expect(slip { $0.rows[0].place = "100" }?.name == "place")
        #expect(try rules { $0.recordsPerPerson = "10000" }.componentRecordsMax == 10_000)
        #expect(slip { $0.recordsPerPerson = "10001" }?.name == "person")
    }

    @Test("a share is a percentage with a point or a comma, to its last digit; empty is none")
    func shares() throws {
        #expect(try rules { $0.automatic = "99,994" }.automaticAbove == 0.99994)
        #expect(try rules { $0.automatic = "99.995" }.automaticAbove == 0.99995)
        #expect(try rules { $0.automatic = "100" }.automaticAbove == 1)
        #expect(try rules { $0.automatic = "" }.automaticAbove == nil)
        for text in ["99.993", "100.1", "0.99995", "1.2.3", "-1", "x", "99 %", "."] {
            #expect(slip { $0.automatic = text }?.name == "automatic", "\(text)")
        }
        #expect(Percent.text(0.99994) == "99.994" && Percent.text(1) == "100")
    }

    @Test("blocked values are brought into the form in which they are compared; what could link nobody is no value to block")
    func blocked() throws {
        let rules = try rules { $0.blockedValues["phone"] = " +44 20 7946 0000 \r\n\r\n+442079460000\n+44 20 7946 0001" }
        #expect(rules.blockedValues.map(\.value.string).sorted() == ["+442079460000", "+442079460001"])
        #expect(rules.problem == nil)
        #expect(try self.rules({ $0.blockedValues["phone"] = "" }, of: rules).blockedValues.isEmpty)
        // Of sites without a country, whose phones have no other form.
        #expect(try self.rules { $0.blockedValues["phone"] = "020 7946 0000" }.blockedValues.map(\.value) == ["02079460000"])
        #expect(slip { $0.blockedValues["phone"] = "shop" }?.name == "phone")
        #expect(slip { $0.blockedValues["email"] = "nobody" }?.field == "blocked-email")
    }

    @Test("words are compared as they are folded; the beginning of an address has its @")
    func words() throws {
        #expect(try rules { $0.blockedWords += "\nKeine Angabe" }.blockedWords.contains("keineangabe"))
        #expect(slip { $0.blockedPrefixes += "\nkasse" } == RulesSlip(name: "prefix", field: "prefixes", typed: "kasse"))
    }

    @Test("what a browser sends of the form is the form")
    func browser() throws {
        let fields = [
            "version": "1", "kind-0": "email", "former-0": "3", "place-0": "1", "limit-0": "9", "kind-1": "phone", "former-1": "5",
            "place-1": " 2 ", "limit-1": "1", "shared-1": "1", "kind-2": "cookie", "place-2": "", "visitors-2": "1", "person": "20",
            "words": "x\r\ny", "prefixes": "a@", "blocked-phone": "+442079460000",
        ]
        let typed = RulesTyped(text: { fields[$0] }, all: { $0 == "unchanging" ? ["id", "nonsense"] : [] })
        let rules = try typed.rules(replacing: .standard)
        #expect(typed.version == 1)
        #expect(
            rules.ranks == [
                LinkRules.Rank(kind: .email, recordsPerSourceMax: 9),
                LinkRules.Rank(kind: .phone, recordsPerSourceMax: 1, isExclusive: false),
            ])
        #expect(rules.componentRecordsMax == 20 && rules.unchanging == [.id] && rules.blockedWords == ["x", "y"])
        #expect(rules.blockedEmailPrefixes == ["a@"] && rules.blockedValues.count == 1 && rules.email == .standard)
    }
}

@Suite("Policies in a form")
struct PolicyFormTests {
    @Test("a policy is read as the hub writes it, and written as the hub reads it")
    func text() {
        let ranked = PolicyTyped(entity: "customer", field: "phone", policy: "ranked: web, shop 1")
        #expect(ranked.policy == "ranked" && ranked.sites == ["web", "shop 1"] && ranked.text == "ranked: web, shop 1")
        #expect(PolicyTyped(entity: "customer", field: "phone", policy: "ranked", sites: ["web", " ", "shop 1 "]) == ranked)
        let latest = PolicyTyped(entity: "customer", field: "phone", policy: "latest", sites: ["web"])
        #expect(latest.text == "latest" && latest.sites.isEmpty)
        for name in PolicyTyped.names where name != "ranked" { #expect(FieldPolicyNames.all.contains(name), "\(name)") }
    }

    @Test("a ranking names sites that there are, each once; a field is one of the catalogue's")
    func slips() {
        func slip(_ policy: String, _ sites: [String] = [], field: String = "phone") -> String? {
            PolicyTyped(entity: "customer", field: field, policy: policy, sites: sites).slip(sites: ["web", "depot"])?.name
        }
        #expect(slip("ranked", ["depot", "web"]) == nil && slip("union") == nil)
        #expect(slip("ranked") == "sites" && slip("ranked", ["moon"]) == "site" && slip("ranked", ["web", "web"]) == "site-twice")
        #expect(slip("best") == "policy" && slip("latest", field: "shoe size") == "field")
        #expect(PolicyTyped.address("customer", "birth date") == "/rules?entity=customer&field=birth%20date#policies")
        #expect(PolicyTyped.address("customer", "shoe size") == nil)
    }

    @Test("a policy chooses what is shown of customers and orders; of all else it ends the asking")
    func effects() {
        func chooses(_ entity: String, _ field: String) -> Bool {
            PolicyTyped(entity: entity, field: field, policy: "minimum").choosesWhatIsShown
        }
        #expect(chooses("customer", "phone") && chooses("order", "total"))
        #expect(!chooses("order", "state") && !chooses("item", "price"))
    }

    /// As `tributary policy set` has them.
    private enum FieldPolicyNames {
        static let all = [
            "latest", "earliest", "most frequent", "longest", "maximum", "minimum", "most restrictive", "union", "ask",
        ]
    }
}

@Suite("The pages of rules")
struct RulesPageTests {
    private static let payload = "\"><script>alert(1)</script>"

    private func visitor(_ role: Role, _ language: Language = .english) -> Visitor {
        Visitor(
            name: "Ada", role: role, formToken: "ab12", language: language, theme: nil, zone: .gmt, now: 1_800_000_000_000, path: "/rules",
            said: nil)
    }

    private func page() -> RulesPage {
        var rules = LinkRules.standard
        rules.version = 3
        rules.blockedValues = [Identifier(kind: .email, value: Text(Self.payload))]
        var page = RulesPage(
            rules: rules, policies: [PolicyAnswer(entity: "customer", field: "phone", policy: "ranked: web, depot", decision: "aa:1")],
            decisions: [
                DecisionAnswer(
                    id: "aa:1", conflict: "policy:customer/phone", choice: .policy, message: "", author: Self.payload, note: Self.payload,
                    time: 1_799_999_000_000, undoneBy: nil, values: [])
            ], sites: ["web", "depot", Self.payload])
        page.weights = [
            IdentityWeight(
                kind: "phone+name", rank: 4, records: 5, coverage: 0.5, changesAYear: nil, values: 4, collisions: 1, collidingRecords: 2,
                overLimit: 1, profiles: 9, recordsJoined: 1)
        ]
        let refusal = RefusalAnswer(.tooManyRecords(kind: .phone, records: []))
        page.ignored = IgnoredAnswer(
            values: [
                IgnoredValueAnswer(site: Self.payload, kind: "phone", reason: "dummy", explanation: "", values: 2, examples: ["p00ff-2"])
            ],
            shared: [
                SharedValueAnswer(kind: "phone", value: Self.payload, site: "web", records: 9),
                SharedValueAnswer(kind: "phone+name", value: "+44\u{1F}ada", site: nil, records: 4),
            ],
            refusals: [refusal], valueCount: 1, sharedCount: 2, refusalCount: 400)
        return page
    }

    private func trial() -> IdentityTrialAnswer {
        IdentityTrialAnswer(
            records: 10, profilesNow: 8, profilesThen: 7,
            merged: .init(
                profiles: 1, parts: 12,
                examples: [.init(profiles: ["p00ff-1", "p00ff-2"], profileCount: 12, records: 14, by: ["decision", "email"])]),
            split: .init(profiles: 0, parts: 0, examples: []), refusals: [], refusalCount: 0, sharedValues: 0)
    }

    @Test("no page of rules lacks a word, in any language, or takes what sites and people wrote for HTML", arguments: Language.allCases)
    func pages(language: Language) throws {
        let console = try Console()
        let page = page()
        var other = page.rules
        other.ranks.swapAt(0, 1)
        other.ranks[0].recordsPerSourceMax = 2
        other.ranks[1].isExclusive = false
        other.ranks.removeLast()
        other.componentRecordsMax = 5
        other.automaticAbove = 0.99995
        other.unchanging = []
        other.blockedValues = []
        other.blockedWords.insert(Text(Self.payload))
        other.email = .none
        var refused = page
        refused.typed = RulesTyped(other)
        refused.refusal = .stale
        refused.asked = PolicyTyped(entity: "customer", field: "phone", policy: "ranked", sites: [Self.payload])
        refused.policyRefusal = .slip(RulesSlip(name: "site", field: "site", typed: Self.payload))
        let policy = PolicyTyped(entity: "customer", field: "phone", policy: "ranked", sites: ["web", Self.payload])
        let visitor = visitor(.admin, language)
        let pages = [
            console.rules(page, for: visitor), console.rules(refused, for: visitor),
            console.rulesTrial(trial(), of: other, replacing: page.rules, for: visitor),
            console.rulesPolicy(
                policy,
                PolicyForesight(
                    trial: PolicyTrial(
                        entity: "customer", field: "phone", policy: policy.text, conflicts: 500, hasMore: true,
                        examples: [.init(conflict: ConflictPageTests.conflict(Self.payload), shown: .text(Self.payload), site: "web")],
                        reach: PolicyReach(
                            several: 9, changed: 2,
                            examples: [.init(profile: "p1-1", name: Self.payload, now: .text(Self.payload), then: .text(Self.payload))])),
                    former: nil), for: visitor),
        ]
        for bytes in pages {
            let html = String(decoding: bytes, as: UTF8.self)
            #expect(!html.contains("⟦") && !html.contains("<script>alert"))
            #expect(html.matches(of: /\{[a-z]+\}/).isEmpty)
        }
        for slip in [
            "place", "limit", "pair", "twice", "person", "automatic", "prefix", "phone", "value", "field", "policy", "sites", "site-twice",
        ] {
            var page = page
            page.refusal = .slip(RulesSlip(name: slip, field: "place-0", typed: "7", kind: "phone"))
            let html = String(decoding: console.rules(page, for: visitor), as: UTF8.self)
            #expect(html.contains("role=\"alert\"") && !html.contains("⟦") && html.matches(of: /\{[a-z]+\}/).isEmpty, "\(slip)")
        }
    }

    @Test("who looks sees the rules and no form; an operator may try them; an admin sets exactly what was tried")
    func roles() throws {
        let console = try Console()
        func html(_ role: Role) -> String { String(decoding: console.rules(page(), for: visitor(role)), as: UTF8.self) }
        #expect(!html(.viewer).contains("action=\"/rules"))
        #expect(html(.operator).contains("action=\"/rules/try\"") && !html(.operator).contains("action=\"/rules/policy"))
        #expect(html(.admin).contains("action=\"/rules/policy"))
        var other = page().rules
        other.ranks.removeLast()
        func trial(_ rules: LinkRules, _ role: Role) -> String {
            String(decoding: console.rulesTrial(self.trial(), of: rules, replacing: page().rules, for: visitor(role)), as: UTF8.self)
        }
        let hidden = EscapedText.escaped(RulesText.text(other))
        #expect(trial(other, .admin).contains("name=\"rules\" value=\"\(hidden)\""))
        #expect(trial(other, .admin).contains("href=\"/customers/p00ff-2\""))
        #expect(!trial(other, .operator).contains("action=\"/rules/apply\""))
        #expect(!trial(page().rules, .admin).contains("action=\"/rules/apply\""))
    }
}
