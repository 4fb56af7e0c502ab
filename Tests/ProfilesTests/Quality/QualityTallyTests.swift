import Causality
import ChangeSets
@testable import Profiles
import TestSupport
import Testing

@Suite("The record of data quality")
struct QualityTallyTests {
    static let day: UInt64 = 86_400_000
    static let now = Timestamp(milliseconds: 20_000 * day)

    static func record(_ number: Int, site: Text = "north", _ values: [(FieldName, Text)], daysAgo: UInt64 = 0) -> QualityRecord {
        QualityRecord(
            site: site, id: People.id(number, source: 1),
            values: values.map { .init(field: $0, text: $1, written: Timestamp(milliseconds: now.milliseconds - daysAgo * day)) })
    }

    static func tally(_ records: [QualityRecord]) -> QualityTally {
        var tally = QualityTally(now: now, freshDays: 30, countries: ["north": "GB"])
        for record in records { tally.add(record) }
        return tally
    }

    static let small = [
        record(0, [("email", "Jane@Shop.com"), ("phone", "020 7946 0018")], daysAgo: 1),
        record(1, [("email", "jane@shop.com"), ("email", " ")], daysAgo: 30),
        record(2, [("email", "jane@gmial.com")], daysAgo: 31),
        record(3, [("email", "jane")], daysAgo: 400),
        record(4, [("email", "  "), ("phone", "+44 20 7946 0018")]),
        record(0, site: "web", [("email", "jane@shop.com")]),
    ]

    @Test("A small site, counted by hand")
    func example() throws {
        let report = Self.tally(Self.small).report()
        let email = try #require(report.rows.first { $0.site == "north" && $0.field == "email" })
        #expect([email.records, email.present, email.valid, email.suspicious, email.invalid, email.fresh] == [5, 4, 2, 1, 1, 2])
        #expect(email.medianAgeDays == 30 && email.oldestAgeDays == 400)
        #expect(email.shared == .init(values: 1, records: 2))
        #expect(
            email.findings == [
                .init(isInvalid: true, reason: .malformed, count: 1, examples: [People.id(3, source: 1)]),
                .init(isInvalid: false, reason: .misspelledDomain, count: 1, examples: [People.id(2, source: 1)]),
            ])
        let phone = try #require(report.rows.first { $0.site == "north" && $0.field == "phone" })
        #expect(phone.present == 2 && phone.valid == 2 && phone.shared == .init(values: 1, records: 2))
        let city = try #require(report.rows.first { $0.field == "city" })
        #expect(city.present == 0 && city.oldestAgeDays == nil && city.shared == nil)
        #expect(report.rows.count == 2 * FieldCheck.fields.count)
    }

    @Test("The document has a fixed form, names records and holds no value")
    func document() throws {
        var report = Self.tally(Self.small).report()
        report.rows.removeAll { $0.site != "north" || $0.field != "email" }
        let lives = [3, 2].map { People.id($0, source: 1).life.description }
        let expected =
            #"{"now":1728000000000,"freshDays":30,"rows":[{"site":"north","entity":"customer","field":"email","records":5,"present":4,"valid":2,"#
            + #""suspicious":1,"invalid":1,"findings":[{"verdict":"invalid","reason":"malformed","count":1,"examples":["\#(lives[0])"]},"#
            + #"{"verdict":"suspicious","reason":"misspelledDomain","count":1,"examples":["\#(lives[1])"]}],"fresh":2,"#
            + #""medianAgeDays":30,"oldestAgeDays":400,"shared":{"values":1,"records":2}}]}"#
        #expect(String(decoding: report.json(), as: UTF8.self) == expected)
    }

    @Test("Articles are counted by themselves, behind customers: a SKU of several records of a site is shared, as it is written")
    func articles() throws {
        func item(_ number: Int, site: Text = "north", _ values: [(FieldName, Text)]) -> QualityRecord {
            var record = Self.record(number, site: site, values)
            record.id.entity = "item"
            return record
        }
        var other = Self.record(9, [("name", "n/a")])
        other.id.entity = "sale"
        let items = [
            item(10, [("sku", "MUG"), ("name", "Mug"), ("price", "-1"), ("barcode", "400 638-1")]),
            item(11, [("sku", "MUG "), ("price", "0")]),
            item(12, [("sku", "mug"), ("name", "  "), ("price", "5"), ("barcode", "4006381")]), item(13, site: "web", [("sku", "n/a")]),
            item(14, site: "web", [("sku", "n/a"), ("email", "nothing")]),
        ]
        let report = Self.tally(items + Self.small + [other]).report()
        #expect(Array(report.rows.prefix(2 * FieldCheck.fields.count)) == Self.tally(Self.small).report().rows)
        let rows = report.rows.dropFirst(2 * FieldCheck.fields.count)
        #expect(rows.map(\.site) == (["north", "web"] as [Text]).flatMap { Array(repeating: $0, count: ItemCheck.fields.count) })
        #expect(rows.allSatisfy { $0.entity == .item } && Array(rows.map(\.field).prefix(ItemCheck.fields.count)) == ItemCheck.fields)
        func row(_ site: Text, _ field: FieldName) throws -> QualityReport.Row {
            try #require(rows.first { $0.site == site && $0.field == field })
        }
        let price = try row("north", "price")
        #expect([price.records, price.present, price.valid, price.suspicious, price.invalid] == [3, 3, 1, 1, 1] && price.shared == nil)
        #expect(price.findings.map(\.reason) == [.negative, .zero] && price.findings.first?.examples == [items[0].id])
        #expect(try row("north", "sku").shared == .init(values: 1, records: 2))
        #expect(try row("north", "barcode").shared == .init(values: 1, records: 2))
        #expect(try row("north", "name").present == 1)
        // A filler is nobody's, and so shared by nobody.
        #expect(try row("web", "sku").invalid == 2 && row("web", "sku").shared == .init(values: 0, records: 0))
    }

    @Test("The order of records, and how they are divided, does not matter", arguments: [1, 2, 3] as [UInt64])
    func anyOrder(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let records = (0..<300).map { Self.drawn($0, &generator) }
        let expected = Self.tally(records).report()
        #expect(Self.tally(records.shuffled(using: &generator)).report() == expected, "seed \(seed)")
        var parts = Self.tally(Array(records[200...]))
        parts.merge(Self.tally(Array(records[..<200])))
        #expect(parts.report() == expected, "seed \(seed)")
        #expect(expected.rows.allSatisfy { $0.valid + $0.suspicious + $0.invalid == $0.present && $0.present <= $0.records })
        #expect(expected.rows.allSatisfy { $0.findings.allSatisfy { $0.examples.count == min($0.count, QualityTally.examplesMax) } })
    }

    @Test("A record's own country decides about its postcode, the site's about its phone")
    func countries() throws {
        let report = Self.tally([Self.record(0, [("country", "DE"), ("postcode", "10557"), ("phone", "020 7946 0018")])]).report()
        for field in ["postcode", "phone"] as [FieldName] {
            #expect(try #require(report.rows.first { $0.field == field }).valid == 1, "\(field)")
        }
    }

    @Test("Of a field's siblings the worst is judged and the latest is its age; a time ahead of ours has none")
    func siblings() throws {
        var record = Self.record(0, [("email", "jane@shop.com")], daysAgo: 100)
        record.values.append(.init(field: "email", text: "jane", written: Self.now.advanced(byMilliseconds: Self.day)))
        let row = try #require(Self.tally([record]).report().rows.first { $0.field == "email" })
        #expect(row.present == 1 && row.invalid == 1 && row.fresh == 1 && row.oldestAgeDays == 0)
    }

    static func drawn(_ number: Int, _ generator: inout SeededGenerator) -> QualityRecord {
        let emails: [Text] = ["a@shop.com", "A@shop.com", "b@gmial.com", "c", "", "d@shop.com"]
        let names: [Text] = ["Ann", "J", "xxx", "Doe2"]
        let values: [(FieldName, Text)] = [
            ("email", emails.randomElement(using: &generator) ?? ""), ("first name", names.randomElement(using: &generator) ?? ""),
            ("email", emails.randomElement(using: &generator) ?? ""),
        ]
        let kept = Array(values.prefix(Int.random(in: 0...3, using: &generator)))
        return record(number, site: generator.chance(50) ? "north" : "web", kept, daysAgo: UInt64.random(in: 0...500, using: &generator))
    }
}
