import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubTestSupport
import Testing

@Suite("What a profile tells")
struct PersonViewTests {
    /// A shop and a web shop, and their writers.
    private struct Town {
        var bench: TestHub
        var shop: TestAgent
        var web: TestAgent
        var till: TestWriter
        var store: TestWriter

        init() async throws {
            bench = try await TestHub()
            shop = try await bench.enrol("shop-1")
            web = try await bench.enrol("web", kind: .web)
            till = TestWriter("till", seed: 1, key: shop.key)
            store = TestWriter("shop", seed: 2, key: web.key)
        }

        mutating func atShop(_ changes: [Change]) async throws { try await bench.push([try till.seal(changes)], from: shop) }
        mutating func online(_ changes: [Change]) async throws { try await bench.push([try store.seal(changes)], from: web) }

        func ago(days: UInt64) -> Timestamp { Timestamp(milliseconds: bench.now.milliseconds - days * 86_400_000) }
        func at(daysAgo days: UInt64) -> Value { .integer(Int64(ago(days: days).milliseconds)) }
    }

    @Test("One person in a shop and online: stage, measures, consent, notes and timeline over both; all exact after they part again")
    func onePerson() async throws {
        var town = try await Town()
        let ann = Make.reference("customer", 1, life: town.till.nextDot)
        let online = town.store.nextDot
        let web = Make.reference("customer", 9, life: online)
        try await town.online([
            Make.customer(9, email: "ann@example.com", at: town.ago(days: 40)),
            Make.write("event", 1, [("customer", web), ("kind", "Login"), ("at", town.at(daysAgo: 9))], at: town.ago(days: 9)),
            Make.write(
                "consent", 1,
                [("customer", web), ("purpose", "marketing"), ("channel", "email"), ("given", 1), ("at", town.at(daysAgo: 40))],
                at: town.ago(days: 40)),
            Make.write("item", 1, [("sku", "BOOT"), ("brand", "Alba"), ("category", "Boots")], at: town.ago(days: 40)),
        ])
        #expect(try await town.bench.person("ann@example.com").stage == "prospect")
        let sale = Dot(town.till.replica, 2)
        try await town.atShop([
            Make.customer(1, email: "ann@example.com", at: town.ago(days: 30)),
            Make.write("sale", 1, [("customer", ann), ("currency", "GBP"), ("at", town.at(daysAgo: 30))], at: town.ago(days: 30)),
            Make.line(
                1, sale: Make.reference("sale", 1, life: sale), sku: "BOOT", pieces: 2, price: 500_000, location: "s",
                at: town.ago(days: 30)),
            Make.line(
                2, sale: Make.reference("sale", 1, life: sale), sku: "BOOT", pieces: -1, price: 500_000, location: "s",
                at: town.ago(days: 30)
            ),
            Make.write("item", 1, [("sku", "BOOT"), ("category", "Shoes"), ("brand", " "), ("size", "41")], at: town.ago(days: 50)),
            // Brought back without saying who: the sale tells.
            Make.write(
                "return", 1,
                [
                    ("sale", Make.reference("sale", 1, life: sale)), ("amount", -100_000), ("currency", "GBP"), ("at", town.at(daysAgo: 3)),
                    ("reason", "scratched"),
                ], at: town.ago(days: 3)),
            Make.write(
                "note", 1, [("customer", ann), ("text", "Prefers calls."), ("author", "Bo"), ("at", town.at(daysAgo: 2))],
                at: town.ago(days: 2)),
            Make.write(
                "consent", 1, [("customer", ann), ("purpose", "marketing"), ("given", 0), ("at", town.at(daysAgo: 2))],
                at: town.ago(days: 2)),
        ])
        let person = try await town.bench.person("ann@example.com")
        #expect(person.stage == "customer")
        #expect(person.measures.gross == ["GBP": 1_000_000] && person.measures.returned == ["GBP": 600_000])
        #expect(person.measures.net == ["GBP": 400_000] && person.purchases.totals == person.measures.net)
        #expect(person.measures.purchases == 1 && person.measures.returns == 2 && person.measures.visits == 2)
        #expect(person.measures.channels == ["store", "web"])
        // The till's own word on the category, the web shop's on the brand.
        #expect(person.measures.favourites == ["category": "Shoes", "brand": "Alba", "shop": "shop-1"])
        #expect(person.measures.sizes == [.init(value: "41", bought: 20_000, returned: 10_000)])
        #expect(person.measures.logInsAWeek == 833)
        // A later no to all channels holds for e-mail, too.
        #expect(person.consents.map(\.given) == [false, false] && person.consents.map(\.channel) == [nil, "email"])
        #expect(person.consents[1].history.map(\.given) == [false, true])
        #expect(person.notes.map(\.text) == ["Prefers calls."] && person.notes.map(\.site) == ["shop-1"])
        let timeline = try await town.bench.timeline(person.id, pageOf: 3)
        let told = ["consent", "note", "return", "event", "identifiers", "sale", "consent", "identifiers"]
        #expect(timeline.map(\.what).sorted() == told.sorted() && timeline[2...3].map(\.what) == ["return", "event"])
        #expect(timeline.map { $0.time ?? 0 } == timeline.map { $0.time ?? 0 }.sorted().reversed())

        // The web record turns out to be somebody else's.
        try await town.online([Make.write("customer", 9, [("email", "bob@example.com")], life: online, at: town.ago(days: 39))])
        let alone = try await town.bench.person("ann@example.com")
        #expect(alone.measures.channels == ["store"] && alone.measures.logInsAWeek == 0 && alone.measures.visits == 1)
        #expect(alone.consents.map(\.given) == [false] && alone.stage == "customer")
        let bob = try await town.bench.person("bob@example.com")
        #expect(bob.stage == "prospect" && bob.consents.map(\.given) == [true] && bob.notes.isEmpty)
        #expect(try await town.bench.hub.verify().isEqual)
    }

    @Test("Identifiers tell since when, until when, and what was a mistake")
    func intervals() async throws {
        var town = try await Town()
        let life = town.till.nextDot
        try await town.atShop([
            Make.customer(1, email: "old@example.com", phone: "+442079460018", at: town.ago(days: 90)),
            Make.write("customer", 1, [("email", "typo@example.com")], life: life, at: town.ago(days: 50)),
            Make.write("customer", 1, [("email", "new@example.com")], life: life, at: town.ago(days: 50).advanced(byMilliseconds: 60_000)),
        ])
        let person = try await town.bench.person("new@example.com")
        #expect(person.identifiers.map(\.value) == ["new@example.com", "old@example.com", "typo@example.com", "+442079460018"])
        #expect(person.identifiers.map { $0.intervals.map(\.standing) } == [["current"], ["former"], ["corrected"], ["current"]])
        #expect(person.identifiers.map(\.records.count) == [1, 0, 0, 1])
        let day: (UInt64) -> UInt64 = { town.ago(days: $0).milliseconds }
        #expect(person.identifiers.map { $0.intervals[0].since } == [day(50) + 60_000, day(90), day(50), day(90)])
        #expect(person.identifiers.map { $0.intervals[0].until } == [nil, day(50), day(50) + 60_000, nil])
        #expect(person.identifiers.allSatisfy { $0.intervals[0].site == "shop-1" })
    }

    @Test("A consent that is edited in place keeps its history, with the document of each word")
    func consentHistory() async throws {
        var town = try await Town()
        let ann = Make.reference("customer", 1, life: town.till.nextDot)
        let consent = Dot(town.till.replica, 2)
        try await town.atShop([
            Make.customer(1, email: "ann@example.com", at: town.ago(days: 90)),
            Make.write(
                "consent", 1,
                [
                    ("customer", ann), ("purpose", "marketing"), ("channel", "sms"), ("given", 1), ("at", town.at(daysAgo: 90)),
                    ("document", "v1"),
                ],
                at: town.ago(days: 90)),
            Make.write("consent", 1, [("given", 0)], life: consent, at: town.ago(days: 60)),
            Make.write("consent", 1, [("given", 1), ("document", "v2")], life: consent, at: town.ago(days: 30)),
        ])
        var entry = try #require(try await town.bench.person("ann@example.com").consents.first)
        #expect(entry.given == true && entry.history.map(\.given) == [true, false, true])
        #expect(entry.history.map(\.document) == ["v2", nil, "v1"])
        // Somebody who had not seen the last word says no: concurrent, so the no stands, though its clock is behind.
        try await town.atShop([Make.write("consent", 1, [("given", 0)], life: consent, at: town.ago(days: 20), context: .named([consent]))])
        entry = try #require(try await town.bench.person("ann@example.com").consents.first)
        #expect(entry.given == false && entry.history.count == 4)
        // Deleted, it says nothing any more.
        try await town.atShop([
            Change(time: town.bench.now, action: .delete(Subject(entity: "consent", key: LocalKey(.integer(1)), life: consent), .chain))
        ])
        #expect(try await town.bench.person("ann@example.com").consents.isEmpty)
        #expect(try await town.bench.hub.verify().isEqual)
    }

    @Test("An order in the timeline says where it stands and how it travels; a deleted sale takes its lines with it")
    func orders() async throws {
        var town = try await Town()
        let ann = Make.reference("customer", 1, life: town.till.nextDot)
        let sale = Dot(town.till.replica, 4)
        try await town.atShop([
            Make.customer(1, email: "ann@example.com", at: town.ago(days: 90)),
            Make.write(
                "order", 1,
                [
                    ("number", "O1"), ("customer", ann), ("state", "placed"), ("total", 90_000), ("currency", "GBP"),
                    ("at", town.at(daysAgo: 5)),
                ],
                at: town.ago(days: 5)),
            Make.write(
                "shipment", 1, [("order number", "O1"), ("state", "shipped"), ("carrier", "Post"), ("tracking number", "T1")],
                at: town.ago(days: 4)),
            Make.write("sale", 2, [("customer", ann), ("currency", "GBP")], at: town.ago(days: 2)),
            Make.line(
                1, sale: Make.reference("sale", 2, life: sale), sku: "MUG", pieces: 3, price: 50_000, location: "s", at: town.ago(days: 2)),
            Make.write(
                "sale", 3, [("customer", ann), ("currency", "GBP"), ("total", 10_000), ("at", 7_258_118_400_000)], at: town.ago(days: 2)),
        ])
        let person = try await town.bench.person("ann@example.com")
        #expect(person.measures.gross == ["GBP": 250_000])
        let timeline = try await town.bench.timeline(person.id, pageOf: 2)
        #expect(timeline.map(\.what) == ["order", "identifiers", "sale", "sale"])
        #expect(timeline[0].json.contains(#""state":"shipped""#) && timeline[0].json.contains(#""trackingNumber":"T1""#))
        #expect(timeline[2].timeDoubtful == true && timeline[3].timeUnknown == true && timeline[3].time == nil)
        try await town.atShop([
            Change(time: town.bench.now, action: .delete(Subject(entity: "sale", key: LocalKey(.integer(2)), life: sale), .chain))
        ])
        let after = try await town.bench.person("ann@example.com")
        #expect(after.measures.gross == ["GBP": 100_000])
        #expect(try await town.bench.timeline(person.id, pageOf: 2).count == 3)
        await #expect(throws: HubError.self) { try await town.bench.hub.timeline(person.id, before: "nonsense", now: town.bench.now) }
        await #expect(throws: HubError.self) { try await town.bench.hub.timeline(person.id, limit: 0, now: town.bench.now) }
        #expect(try await town.bench.hub.timeline("p\(ReplicaID(high: 1, low: 1))-1", now: town.bench.now) == nil)
    }

    @Test("A golden field says what its writer had seen and what it was preferred to, and why; what shops are fed does not")
    func provenance() async throws {
        var town = try await Town()
        let life = town.till.nextDot
        try await town.online([Make.customer(9, email: "ann@example.com", name: "A. Miller", at: town.ago(days: 9))])
        try await town.atShop([
            Make.customer(1, email: "ann@example.com", name: "Ann", at: town.ago(days: 8)),
            Make.write("customer", 1, [("name", "Ann Miller")], life: life, at: town.ago(days: 7), context: .named([life])),
        ])
        let document = try #require(try await town.bench.hub.profiles(.email("ann@example.com"), now: town.bench.now).first)
        let id = try JSONDecoder().decode(TestHub.Person.ID.self, from: Data(document.bytes)).id
        let whole = String(decoding: try #require(try await town.bench.hub.profile(id, now: town.bench.now)).bytes, as: UTF8.self)
        #expect(whole.contains(#""shown":["\#(life)"],"clock":{"\#(life.replica)":2}"#))
        #expect(whole.contains(#""why":"earlier""#))
        let fed = try await town.bench.pullAll(town.shop).bodies(.profile).values.map { String(decoding: $0, as: UTF8.self) }
        #expect(fed.count == 1)
        for word in ["why", "clock", "measures", "stage", "consents", "intervals"] { #expect(!fed[0].contains("\"\(word)\"")) }
    }
}

extension TestHub {
    /// A profile's document, as far as tests look at it.
    struct Person: Decodable {
        struct ID: Decodable { var id: String }
        struct Measures: Decodable {
            struct Count: Decodable, Equatable {
                var value: String
                var bought, returned: Int64
            }
            var gross, returned, net: [String: Int64]
            var purchases, returns, visits: Int
            var channels: [String]
            var favourites: [String: String]
            var sizes: [Count]
            var logInsAWeek: Int64
        }
        struct Consent: Decodable {
            struct Word: Decodable {
                var given: Bool
                var document: String?
            }
            var purpose, channel: String?
            var given: Bool?
            var history: [Word]
        }
        struct Note: Decodable { var text, site: String? }
        struct Identifier: Decodable {
            struct Interval: Decodable {
                var standing: String
                var site: String?
                var since: UInt64
                var until: UInt64?
            }
            var value: String
            var records: [String]
            var intervals: [Interval]
        }
        struct Purchases: Decodable { var totals: [String: Int64] }
        var id: String
        var stage: String
        var measures: Measures
        var consents: [Consent]
        var notes: [Note]
        var identifiers: [Identifier]
        var purchases: Purchases
    }

    /// The only person with this e-mail address.
    func person(_ email: String) async throws -> Person {
        let found = try await hub.profiles(.email(email), now: now)
        try #require(found.count == 1)
        let id = try JSONDecoder().decode(Person.ID.self, from: Data(found[0].bytes)).id
        let document = try #require(try await hub.profile(id, now: now))
        return try JSONDecoder().decode(Person.self, from: Data(document.bytes))
    }
}
