import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubTestSupport
import Profiles
import TestSupport
import Testing

/// A shop and a web shop whose customers are to be told apart, and brought together.
private struct TwoShops {
    let bench: TestHub
    let shop: TestAgent
    let web: TestAgent
    var till: TestWriter
    var store: TestWriter

    init() async throws {
        bench = try await TestHub()
        shop = try await bench.enrol("shop", region: "GB")
        web = try await bench.enrol("web", kind: .web)
        till = TestWriter("till", seed: 1, key: shop.key)
        store = TestWriter("web", seed: 2, key: web.key)
    }

    /// - Returns: the records' lives.
    mutating func atShop(_ customers: [[FieldName: Value]]) async throws -> [Dot] {
        let (lives, changes) = Self.changes(customers, after: till.nextDot, at: bench.now)
        try await bench.push([try till.seal(changes)], from: shop)
        return lives
    }

    mutating func online(_ customers: [[FieldName: Value]]) async throws -> [Dot] {
        let (lives, changes) = Self.changes(customers, after: store.nextDot, at: bench.now)
        try await bench.push([try store.seal(changes)], from: web)
        return lives
    }

    mutating func edit(_ life: Dot, key: Int64, _ fields: [FieldName: Value]) async throws {
        let edit = Make.write("customer", key, fields.map { ($0.key, $0.value) }, life: life, at: bench.now)
        try await bench.push([try till.seal([edit])], from: shop)
    }

    mutating func delete(_ life: Dot, key: Int64) async throws {
        let subject = Subject(entity: "customer", key: LocalKey(.integer(key)), life: life)
        try await bench.push([try till.seal([Change(time: bench.now, action: .delete(subject, .chain))])], from: shop)
    }

    private static func changes(_ customers: [[FieldName: Value]], after first: Dot, at time: Timestamp) -> ([Dot], [Change]) {
        var changes: [Change] = []
        for (place, fields) in customers.enumerated() {
            let key = Int64(first.counter) + Int64(place)
            changes.append(Make.write("customer", key, fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, at: time))
        }
        return (customers.indices.map { Dot(first.replica, first.counter + UInt64($0)) }, changes)
    }

    func profile(_ life: Dot) async throws -> [String: Any] {
        let answer = try #require(try await bench.hub.profile("\(ProfileID(life: life))", now: bench.now))
        return try #require(try JSONSerialization.jsonObject(with: Data(answer.bytes)) as? [String: Any])
    }

    func members(_ life: Dot) async throws -> Set<String> {
        let records = try #require(try await profile(life)["records"] as? [[String: Any]])
        return Set(records.compactMap { $0["life"] as? String })
    }

    func areOne(_ lives: [Dot]) async throws -> Bool { try await members(lives[0]) == Set(lives.map(\.description)) }

    func question(_ id: Dot, _ records: [Dot]) -> LinkQuestion {
        LinkQuestion(id: "\(ProfileID(life: id))", records: records.map(\.description), author: "ann")
    }

    func isVerified() async throws -> Bool { try await bench.hub.verify().differences.isEmpty }
}

@Suite("Identity at the hub: links by rules and by operators")
struct IdentityTests {
    @Test("An operator's link makes one person of records without anything in common; undone, each has its own again")
    func link() async throws {
        var shops = try await TwoShops()
        let (ann, online) = (try await shops.atShop([["name": "Ann Lee"]])[0], try await shops.online([["name": "A. Lee"]])[0])
        let answer = try await shops.bench.hub.link(shops.question(ann, [online]), now: shops.bench.now)
        #expect(answer.profiles == ["\(ProfileID(life: ann))"])
        #expect(try await shops.areOne([ann, online]))
        let links = try #require(try await shops.profile(ann)["links"] as? [[String: Any]])
        #expect(links.map { $0["by"] as? String } == ["decision"])
        #expect(try await shops.isVerified())
        _ = try await shops.bench.hub.undo(answer.decision.id, author: "bob", note: nil, now: shops.bench.now)
        #expect(try await shops.members(ann) == ["\(ann)"])
        #expect(try await shops.members(online) == ["\(online)"])
        #expect(try await shops.isVerified())
    }

    @Test("An operator's link joins whole profiles: what a rule had joined stays, though the other bears another name")
    func linksProfiles() async throws {
        var shops = try await TwoShops()
        let yara = try await shops.atShop([["name": "Yara Vasquez", "email": "yara@example.com"]])
        let online = try await shops.online([
            ["name": "Yara Vasquez", "email": "yara@example.com"], ["name": "Farah Carmichael", "email": "farah@example.com"],
        ])
        try #require(try await shops.areOne([yara[0], online[0]]))
        _ = try await shops.bench.hub.link(shops.question(yara[0], [online[1]]), now: shops.bench.now)
        #expect(try await shops.areOne([yara[0], online[0], online[1]]))
        #expect(try await shops.bench.hub.verify().isEqual)
    }

    @Test("Unlinking takes a record out for good, whatever identifiers say later; each side keeps what was decided about its own")
    func unlink() async throws {
        var shops = try await TwoShops()
        let ann = try await shops.atShop([["name": "Ann Lee", "email": "lee@example.com"]])[0]
        let others = try await shops.online([
            ["name": "Bob Lee", "email": "lee@example.com", "phone": "+44 20 7946 0018"], ["name": "Bob Lee", "phone": "+44 20 7946 0018"],
        ])
        #expect(try await shops.areOne([ann] + others))
        let answer = try await shops.bench.hub.unlink(shops.question(others[0], [ann]), now: shops.bench.now)
        #expect(Set(answer.profiles).count == 2)
        #expect(try await shops.members(ann) == ["\(ann)"])
        #expect(try await shops.areOne(others))
        // Decided meanwhile, and kept by whom it was about.
        let more = try await shops.online([["name": "Annie"]])[0]
        _ = try await shops.bench.hub.link(shops.question(ann, [more]), now: shops.bench.now)
        try await shops.edit(ann, key: Int64(ann.counter), ["phone": "+44 20 7946 0018"])
        #expect(try await shops.areOne([ann, more]))
        #expect(try await shops.areOne(others))
        _ = try await shops.bench.hub.undo(answer.decision.id, author: "ann", note: nil, now: shops.bench.now)
        #expect(try await shops.areOne([ann, more] + others))
        #expect(try await shops.isVerified())
    }

    @Test("A record that leaves takes its links with it; when it comes back, so do they")
    func leaving() async throws {
        var shops = try await TwoShops()
        let ann = try await shops.atShop([["name": "Ann"]])[0]
        let others = try await shops.online([["name": "Ann 2"], ["name": "Ann 3"]])
        _ = try await shops.bench.hub.link(shops.question(ann, others), now: shops.bench.now)
        #expect(try await shops.areOne([ann] + others))
        try await shops.delete(ann, key: Int64(ann.counter))
        for one in others { #expect(try await shops.members(one) == ["\(one)"]) }
        try await shops.edit(ann, key: Int64(ann.counter), ["name": "Ann again"])
        #expect(try await shops.areOne([ann] + others))
        #expect(try await shops.isVerified())
    }

    @Test("Links that cannot be are refused with what to do: a record and itself, one that is not there, one declared never the same")
    func badLinks() async throws {
        var shops = try await TwoShops()
        let lives = try await shops.atShop([["name": "Ann"], ["name": "Bob"]])
        let hub = shops.bench.hub
        let now = shops.bench.now
        func code(_ body: () async throws -> LinkAnswer) async -> HubError.Code? {
            do {
                _ = try await body()
                return nil
            } catch { return (error as? HubError)?.code }
        }
        let nobody = Dot(lives[0].replica, 99)
        #expect(await code { try await hub.link(shops.question(lives[0], [lives[0]]), now: now) } == .choiceInvalid)
        #expect(await code { try await hub.link(shops.question(lives[0], [nobody]), now: now) } == .notFound)
        #expect(await code { try await hub.link(LinkQuestion(id: "p", records: ["x"], author: "ann"), now: now) } == .notFound)
        #expect(await code { try await hub.link(LinkQuestion(id: "\(lives[0])", records: [], author: "ann"), now: now) } == .badRequest)
        #expect(await code { try await hub.unlink(shops.question(lives[0], [lives[0]]), now: now) } == .choiceInvalid)
        #expect(await code { try await hub.unlink(shops.question(lives[0], [lives[1]]), now: now) } == .choiceInvalid)
        _ = try await hub.keepApart(shops.question(lives[0], [lives[1]]), now: now)
        #expect(await code { try await hub.link(shops.question(lives[1], [lives[0]]), now: now) } == .choiceInvalid)
        // A ring of links is one person like any other.
        let ring = try await shops.online([["name": "1"], ["name": "2"], ["name": "3"]])
        for place in ring.indices { _ = try await hub.link(shops.question(ring[place], [ring[(place + 1) % 3]]), now: now) }
        #expect(try await shops.areOne(ring))
    }

    @Test("Other rules are tried before they are set, link everybody anew, and can be undone; operators' links outlive them")
    func rules() async throws {
        var shops = try await TwoShops()
        let ann = try await shops.atShop([
            ["name": "Ann Lee", "email": "ann@example.com", "phone": "020 7946 0018", "postcode": "N1"], ["name": "Cy"],
        ])
        let online = try await shops.online([
            ["name": "Ann Lee", "phone": "+44 20 7946 0018", "postcode": "N1"], ["name": "Dee", "email": "ann@example.com"], ["name": "C."],
        ])
        let (hub, now) = (shops.bench.hub, shops.bench.now)
        _ = try await hub.link(shops.question(ann[1], [online[2]]), now: now)
        #expect(try await shops.areOne([ann[0], online[0], online[1]]))
        var rules = LinkRules.standard
        rules.ranks = [.init(kind: [.phone, .postcode], recordsPerSourceMax: 2)]
        let trial = try await hub.tryIdentity(rules, now: now)
        #expect(trial.records == 5 && trial.profilesNow == 2 && trial.profilesThen == 3)
        #expect(trial.split.profiles == 1 && trial.split.parts == 2 && trial.merged.profiles == 0)
        #expect(try await shops.areOne([ann[0], online[0], online[1]]))
        let decision = try await hub.setIdentity(IdentityQuestion(rules: rules, author: "ann"), now: now)
        #expect(hub.linkRules.version == 2)
        #expect(try await shops.areOne([ann[0], online[0]]))
        #expect(try await shops.members(online[1]) == ["\(online[1])"])
        #expect(try await shops.areOne([ann[1], online[2]]))
        // What arrives from now on goes by them, too, and so does a hub that is started again.
        try await shops.bench.restart()
        let late = try await shops.online([["phone": "+442079460018", "postcode": "n1"]])
        #expect(try await shops.areOne([ann[0], online[0]] + late))
        #expect(try await shops.isVerified())
        _ = try await shops.bench.hub.undo(decision.id, author: "ann", note: nil, now: now)
        #expect(shops.bench.hub.linkRules == .standard)
        // Two records of the web shop have that phone, and one of them no name: the standard rules leave it alone.
        #expect(try await shops.areOne([ann[0], online[0], online[1]]))
        #expect(try await shops.members(late[0]) == ["\(late[0])"])
        #expect(try await shops.isVerified())
    }

    @Test("Rules that cannot be are refused in a sentence")
    func badRules() async throws {
        let bench = try await TestHub()
        for damage in [
            { $0.ranks[0].recordsPerSourceMax = 0 }, { $0.ranks.append($0.ranks[0]) }, { $0.componentRecordsMax = 0 },
            { $0.unchanging = [.name] }, { $0.blockedEmailPrefixes = [""] }, { $0.automaticAbove = 0.5 },
            { $0.blockedValues = [Identifier(kind: .phone, value: "020 7946 0018")] },
            { $0.blockedValues = [Identifier(kind: [.phone, .name], value: "x")] },
        ] as [@Sendable (inout LinkRules) -> Void] {
            var rules = LinkRules.standard
            damage(&rules)
            await #expect(throws: HubError.self) {
                try await bench.hub.setIdentity(IdentityQuestion(rules: rules, author: "a"), now: bench.now)
            }
        }
        #expect(LinkRules.standard.problem == nil)
    }

    @Test("Rules come back from their text, and what is left out of it is as in the standard rules")
    func ruleText() throws {
        var rules = LinkRules.standard
        rules.version = 7
        rules.ranks[1].opens = false
        rules.blockedValues = [Identifier(kind: .phone, value: "+44"), Identifier(kind: .email, value: "a@b.c")]
        let bytes = try JSONEncoder().encode(rules)
        #expect(try JSONDecoder().decode(LinkRules.self, from: bytes) == rules)
        #expect(try JSONDecoder().decode(LinkRules.self, from: Data("{}".utf8)) == .standard)
        let short = try JSONDecoder().decode(LinkRules.self, from: Data(#"{"ranks":[{"by":"phone+name","recordsPerSourceMax":2}]}"#.utf8))
        #expect(short.ranks == [.init(kind: [.phone, .name], recordsPerSourceMax: 2)])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(LinkRules.self, from: Data(#"{"ranks":[{"by":"fax","recordsPerSourceMax":2}]}"#.utf8))
        }
    }

    @Test("Kinds are weighed on the hub's own data; a value on many records is proposed for blocking, and blocked links nothing")
    func weighing() async throws {
        var shops = try await TwoShops()
        let many: [[FieldName: Value]] = (0..<20).map { ["name": .text(Text("N \($0)")), "phone": "+44 20 7946 0000"] }
        _ = try await shops.atShop(many + [["email": "ann@example.com", "phone": "+44 20 7946 0018"]])
        let online = try await shops.online([["email": "ann@example.com"], ["phone": "+44 20 7946 0018"]])
        let (hub, now) = (shops.bench.hub, shops.bench.now)
        let weights = Dictionary(uniqueKeysWithValues: try await hub.weighIdentity(now: now).map { ($0.kind, $0) })
        let (phone, email) = (try #require(weights["phone"]), try #require(weights["email"]))
        #expect(phone.records == 22 && phone.values == 2 && phone.collisions == 1 && phone.collidingRecords == 20 && phone.overLimit == 1)
        #expect(phone.recordsJoined == 1 && email.recordsJoined == 1 && email.records == 2 && email.rank == 3)
        let ignored = try await hub.ignoredIdentifiers(now: now)
        #expect(ignored.values.isEmpty && ignored.refusals.isEmpty)
        #expect(ignored.shared == [SharedValueAnswer(kind: "phone", value: "+442079460000", site: "shop", records: 20)])
        var rules = hub.linkRules
        rules.blockedValues = [Identifier(kind: .phone, value: "+442079460018")]
        _ = try await hub.setIdentity(IdentityQuestion(rules: rules, author: "ann"), now: now)
        #expect(try await shops.members(online[1]) == ["\(online[1])"])
        #expect(try await shops.isVerified())
    }

    @Test("Bad input links nobody and is shown with its reason: blanks, dummies, look-alikes, one phone on ten thousand people")
    func badInput() async throws {
        var shops = try await TwoShops()
        let nothing: [Value] = [.null, "", "  ", "null", "0000000", "test@example.com", "n/a", "-", "\u{200B}", "undefined"]
        let bad = try await shops.atShop(
            nothing.flatMap { value in (0..<3).map { _ in ["email": value, "phone": value, "loyalty id": value] } })
        // Cyrillic а in a Latin address, twice: a look-alike of ann's, and of itself.
        let alike = try await shops.atShop([["email": "\u{430}nn@shop.eu"], ["email": "\u{430}nn@shop.eu"], ["email": "ann@shop.eu"]])
        let many = try await shops.online((0..<300).map { ["name": .text(Text("N\($0) Doe")), "phone": "+44 20 7946 0018"] })
        for life in bad + alike + [many[0], many[299]] { #expect(try await shops.members(life) == ["\(life)"]) }
        let answer = try await shops.bench.hub.ignoredIdentifiers(now: shops.bench.now)
        func values(_ kind: String, _ reason: String) -> Int {
            answer.values.filter { $0.kind == kind && $0.reason == reason }.reduce(0) { $0 + $1.values }
        }
        #expect(values("email", "mixedAlphabets") == 2 && values("phone", "dummy") == 3 && values("id", "blocked") >= 12)
        #expect(answer.shared.first.map { $0.records } == 300)
        #expect(answer.values.allSatisfy { !$0.examples.isEmpty && $0.examples.count <= 5 })
        let quality = try await shops.bench.hub.quality(now: shops.bench.now)
        let rows = try #require(
            try (JSONSerialization.jsonObject(with: Data(quality.bytes)) as? [String: Any])?["rows"] as? [[String: Any]])
        let phones = try #require(rows.first { $0["site"] as? String == "web" && $0["field"] as? String == "phone" })
        #expect(phones["present"] as? Int == 300 && (phones["shared"] as? [String: Int])?["records"] == 300)
    }

    @Test("A customer is found by the beginning of the name, first or last, however the site keeps it")
    func names() async throws {
        var shops = try await TwoShops()
        let lives = try await shops.atShop([
            ["name": "Zoë van Marlowe"], ["first name": "Zoe", "last name": "Marlowe"], ["name": "Marlowe & Co"],
        ])
        for (prefix, count) in [("marlowe", 3), ("MARLOWE Z", 2), ("zoe", 2), ("zoe v", 1), ("van", 0), ("marlowe &", 1)] {
            #expect(try await shops.bench.hub.profiles(.name(prefix), now: shops.bench.now).count == count, "\(prefix)")
        }
        #expect(lives.count == 3)
    }

    @Test("A file whose views an earlier hub has made is brought up to date when it is opened")
    func upgrade() async throws {
        var shops = try await TwoShops()
        _ = try await shops.atShop([["name": "Ann Lee", "email": "a@example.com", "phone": "+442079460018"], ["name": "Bob Lee"]])
        let online = try await shops.online([["name": "Ann Lee", "phone": "+442079460018"]])
        let before = try await shops.bench.hub.digest()
        try shops.bench.store.writeNow { store in
            try store.set(.views, [0])
            for row in try store.identifiers(
                IdentifierRow.Kind(rawValue: Identifier.Kind([.phone, .name]).rawValue), "+442079460018\u{1F}lee\u{1F}ann", limit: 10)
            {
                try store.delete(row)
            }
            for var row in try store.customers(after: RecordNumber(raw: .min), limit: 10) {
                row.names = []
                try store.put(row)
            }
        }
        #expect(try await shops.bench.hub.digest() != before)
        try await shops.bench.restart()
        #expect(try await shops.bench.hub.digest() == before)
        #expect(try await shops.members(online[0]).count == 2)
    }
}
