import Causality
import ChangeSets
import Foundation
import HubTestSupport
import Profiles
import Testing

@testable import HubRuntime

@Suite("How good the data is, and what was set aside")
struct QualityTests {
    /// A hub with a shop and its till.
    private struct Shop {
        let bench: TestHub
        let agent: TestAgent
        var till: TestWriter

        init() async throws {
            bench = try await TestHub()
            agent = try await bench.enrol("shop-1", region: "GB")
            till = TestWriter("till", seed: 1, key: agent.key)
        }

        mutating func tell(_ changes: [Change]) async throws { try await bench.push([try till.seal(changes)], from: agent) }

        func days() async throws -> [QualityDay] { try await bench.hub.qualityDays(since: TestHub.start) }
    }

    private static let day: UInt64 = 86_400_000

    @Test("A report is kept with its time, over a restart, too; before the first one there is none")
    func kept() async throws {
        var shop = try await Shop()
        #expect(try await shop.bench.hub.qualityStanding().report == nil)
        let now = shop.bench.now
        try await shop.tell([Make.customer(1, email: "ada@lovelace.org", at: now), Make.customer(2, email: "test@test", at: now)])
        let report = try await shop.bench.hub.quality(now: now)
        #expect(try await shop.bench.hub.qualityStanding().report == report)
        shop.bench.now = now.advanced(byMilliseconds: Self.day)
        try await shop.bench.restart()
        let standing = try await shop.bench.hub.qualityStanding()
        #expect(standing.report == report && standing.since == nil && standing.problem == nil)
        #expect(String(decoding: report.bytes, as: UTF8.self).hasPrefix("{\"now\":\(now.milliseconds),"))
    }

    @Test("Of each day one point is kept for each field: the last one")
    func days() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        func email(_ days: [QualityDay]) -> [QualityDay] { days.filter { $0.field == "email" } }
        try await shop.tell([Make.customer(1, email: "ada@lovelace.org", at: now), Make.customer(2, name: "Bob", at: now)])
        _ = try await shop.bench.hub.quality(now: now)
        let first = QualityDay(field: "email", at: now.milliseconds, records: 2, present: 1, valid: 1)
        #expect(email(try await shop.days()) == [first])
        try await shop.tell([Make.customer(3, email: "nothing", at: now)])
        let later = now.advanced(byMilliseconds: 1_000)
        _ = try await shop.bench.hub.quality(now: later)
        let last = QualityDay(field: "email", at: later.milliseconds, records: 3, present: 2, valid: 1)
        #expect(email(try await shop.days()) == [last])
        let next = now.advanced(byMilliseconds: Self.day)
        _ = try await shop.bench.hub.quality(now: next)
        let days = try await shop.days()
        #expect(email(days).map(\.at) == [later.milliseconds, next.milliseconds])
        #expect(days.map(\.day) == days.map(\.day).sorted())
        // What is older than what a course shows is let go of.
        let far = now.advanced(byMilliseconds: 900 * Self.day)
        _ = try await shop.bench.hub.quality(now: far)
        #expect(email(try await shop.days()).map(\.at) == [far.milliseconds])
    }

    @Test("Each site has a point of its own for each day, the last one, and for as long; a site that is not known has none to ask for")
    func sites() async throws {
        var one = try await Shop()
        let (bench, now) = (one.bench, one.bench.now)
        let two = try await bench.enrol("shop-2", region: "GB")
        var other = TestWriter("till", seed: 2, key: two.key)
        try await one.tell([Make.customer(1, email: "ada@lovelace.org", at: now), Make.customer(2, name: "Bob", at: now)])
        try await bench.push([try other.seal([Make.customer(1, email: "nothing", at: now)])], from: two)
        func email(_ site: String) async throws -> [QualityDay] {
            try await bench.hub.qualityDays(of: site, since: TestHub.start).filter { $0.field == "email" }
        }
        #expect(try await email("shop-1").isEmpty)
        _ = try await bench.hub.quality(now: now)
        let later = now.advanced(byMilliseconds: 1_000)
        _ = try await bench.hub.quality(now: later)
        let at = later.milliseconds
        #expect(try await email("shop-1") == [QualityDay(site: "shop-1", field: "email", at: at, records: 2, present: 1, valid: 1)])
        #expect(try await email("shop-2") == [QualityDay(site: "shop-2", field: "email", at: at, records: 1, present: 1, valid: 0)])
        // A field that nobody has is told, too: its course begins with nothing.
        let all = try await bench.hub.qualityDays(of: "shop-1", since: TestHub.start)
        let sums = try await bench.hub.qualityDays(since: TestHub.start)
        #expect(all.map(\.field) == sums.map(\.field) && sums.allSatisfy { $0.site == nil && $0.records == 3 })
        for far: UInt64 in [800, 801] {
            let now = later.advanced(byMilliseconds: far * Self.day)
            _ = try await bench.hub.quality(now: now)
            #expect(try await email("shop-2").map(\.at).first == (far == 800 ? at : at + 800 * Self.day))
        }
        await #expect(throws: HubError.self) { try await email("shop-3") }
    }

    @Test("Every field that is checked has a place in a site's row, and no place is anybody else's")
    func places() {
        for entity in QualityEntity.allCases {
            let places = QualitySiteDay.fields(of: entity)
            #expect(Set(places) == Set(entity.fields) && places.count == entity.fields.count, "\(entity)")
        }
    }

    @Test(
        "Articles are looked at behind customers, those without an SKU, too; their days are kept beside customers', of all sites and of each"
    )
    func articles() async throws {
        var shop = try await Shop()
        let (hub, now) = (shop.bench.hub, shop.bench.now)
        try await shop.tell([
            Make.write("item", 1, [("sku", "MUG"), ("name", "Mug"), ("price", -50_000)], at: now),
            Make.write("item", 2, [("name", "Cup"), ("price", 0)], at: now),
            Make.write("item", 3, [("sku", "MUG"), ("currency", "GBP")], at: now), Make.sale(4, customer: nil, at: now),
            Make.customer(5, name: "Ada Lovelace", at: now),
        ])
        let report = try await hub.quality(now: now)
        let rows = try #require(
            try (JSONSerialization.jsonObject(with: Data(report.bytes)) as? [String: Any])?["rows"] as? [[String: Any]])
        let entities = ["customer", "item"].flatMap { entity in rows.filter { $0["entity"] as? String == entity }.map { _ in entity } }
        #expect(rows.map { $0["entity"] as? String } == entities && entities.count == FieldCheck.fields.count + ItemCheck.fields.count)
        func item(_ field: String) throws -> [String: Any] {
            try #require(rows.first { $0["entity"] as? String == "item" && $0["field"] as? String == field })
        }
        let price = try item("price")
        #expect(["records", "present", "valid", "suspicious", "invalid"].map { price[$0] as? Int } == [3, 2, 0, 1, 1])
        #expect((try item("sku")["shared"] as? [String: Int])?["records"] == 2)
        let at = now.milliseconds
        func day(of site: String?, _ entity: QualityEntity, _ field: String) async throws -> QualityDay? {
            try await hub.qualityDays(of: site, entity, since: TestHub.start).first { $0.field == field }
        }
        for site in [nil, "shop-1"] {
            #expect(
                try await day(of: site, .item, "price")
                    == QualityDay(site: site, entity: .item, field: "price", at: at, records: 3, present: 2, valid: 0))
            #expect(
                try await day(of: site, .item, "name")
                    == QualityDay(site: site, entity: .item, field: "name", at: at, records: 3, present: 2, valid: 2))
            #expect(
                try await day(of: site, .customer, "name")
                    == QualityDay(site: site, field: "name", at: at, records: 1, present: 1, valid: 1))
            #expect(try await day(of: site, .customer, "price") == nil)
        }
    }

    @Test("A hub that has articles and no customers is looked through, too, and tells of articles alone")
    func articlesAlone() async throws {
        var shop = try await Shop()
        let (hub, now) = (shop.bench.hub, shop.bench.now)
        try await shop.tell([Make.write("item", 1, [("sku", "MUG")], at: now)])
        #expect(try await hub.isQualityDue(now: now))
        _ = try await hub.quality(now: now)
        #expect(try await !hub.isQualityDue(now: now))
        #expect(try await shop.days().isEmpty)
        #expect(try await hub.qualityDays(of: nil, .item, since: TestHub.start).count == ItemCheck.fields.count)
    }

    @Test("A report that an earlier version kept, which knew customers alone, is replaced at once")
    func formerReport() async throws {
        var shop = try await Shop()
        let (hub, now) = (shop.bench.hub, shop.bench.now)
        try await shop.tell([Make.write("item", 1, [("sku", "MUG")], at: now)])
        let former = #"{"now":\#(now.milliseconds),"freshDays":365,"rows":[{"site":"shop-1","field":"email","records":1}]}"#
        try await hub.queue.submit(bytes: former.utf8.count, to: hub) { store, _, _ in try store.set(.quality, Array(former.utf8)) }
        #expect(try await hub.isQualityDue(now: now))
        _ = try await hub.quality(now: now)
        #expect(try await !hub.isQualityDue(now: now))
    }

    @Test("It is due once a day, from the first customer on, and not while it is under way")
    func due() async throws {
        var shop = try await Shop()
        let (hub, now) = (shop.bench.hub, shop.bench.now)
        #expect(try await !hub.isQualityDue(now: now))
        // What an operator has found empty is no reason to wait until tomorrow.
        _ = try await hub.quality(now: now)
        #expect(try await !hub.isQualityDue(now: now))
        try await shop.tell([Make.customer(1, email: "ada@lovelace.org", at: now)])
        #expect(try await hub.isQualityDue(now: now))
        _ = try await hub.quality(now: now)
        #expect(try await !hub.isQualityDue(now: now.advanced(byMilliseconds: 1_000)))
        #expect(try await hub.isQualityDue(now: now.advanced(byMilliseconds: Self.day)))
    }

    @Test("Begun twice, it is done; who asks meanwhile gets a report; a hub that stops begins none")
    func begun() async throws {
        var shop = try await Shop()
        let (hub, now) = (shop.bench.hub, shop.bench.now)
        try await shop.tell((0..<200).map { Make.customer($0, email: "a\($0)@lovelace.org", at: now) })
        for _ in 0..<3 { try hub.beginQuality(now: now) }
        let report = try await hub.quality(now: now)
        #expect(try await hub.qualityStanding().report == report)
        let rows = try #require(
            try (JSONSerialization.jsonObject(with: Data(report.bytes)) as? [String: Any])?["rows"] as? [[String: Any]])
        #expect(rows.first { $0["field"] as? String == "email" }?["present"] as? Int == 200)
        try hub.beginQuality(now: now)
        await hub.stop()
        #expect(throws: HubError.self) { try hub.beginQuality(now: now) }
        #expect(try await hub.qualityStanding().since == nil)
    }

    @Test("Quarantine is grouped by site and cause, the most first; a group's text finds it and no other")
    func groups() async throws {
        var one = try await Shop()
        let (bench, now) = (one.bench, one.bench.now)
        let two = try await bench.enrol("shop-2")
        var other = TestWriter("till", seed: 2, key: two.key)
        func bad(_ key: Int64, _ entity: EntityName = "sale") -> Change { Make.write(entity, key, [("total", "seven")], at: now) }
        try await one.tell([bad(1), bad(2), Make.movement("", "x", pieces: 1, at: now)])
        try await bench.push(
            [
                try other.seal([
                    bad(1), Make.movement("MUG", "x", pieces: 1, at: now),
                    Make.write("sale", 3, [("number", "1")], life: Dot(other.replica, 2), at: now),
                ])
            ], from: two)
        let groups = try await bench.hub.quarantineGroups(now: now)
        #expect(
            groups.map { "\($0.site) \($0.code) \($0.changes) \($0.kind.rawValue)" } == [
                "shop-1 value-of-wrong-kind 2 quarantine", "shop-1 sku-empty 1 quarantine", "shop-2 edit-of-deleted 1 edit-of-deleted",
                "shop-2 value-of-wrong-kind 1 quarantine",
            ])
        #expect(groups.allSatisfy { $0.since == now.milliseconds })
        for group in groups {
            var filter = ConflictFilter(kind: group.kind, site: group.site)
            filter.text = group.text
            let answer = try await bench.hub.resolveAll(
                BulkResolution(filter: filter, rule: .replay, author: "ann", note: nil, isDryRun: true), now: now)
            #expect(answer.decided.count == group.changes && answer.left.isEmpty, "\(group)")
        }
        let status = try await bench.hub.status(now: now)
        #expect(groups.reduce(0) { $0 + $1.changes } == Int(status.quarantined))
    }
}
