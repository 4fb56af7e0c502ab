import Causality
import ChangeSets
import Foundation
import HubTestSupport
import TestSupport
import Testing

@testable import HubRuntime

@Suite("A till's walk-in customer", .serialized)
struct PersonBoundTests {
    @Test("50,000 sales on one customer record: the profile and pages of its timeline are exact")
    func walkIn() async throws {
        let sales = 50_000
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let customer = Make.reference("customer", 0, life: till.nextDot)
        try await bench.push([try till.seal([Make.customer(0, email: "walk-in@example.com", at: bench.now)])], from: shop)
        // Rows as the views write them: what is measured is the showing.
        let life = try #require(customer.reference?.life)
        try await bench.hub.store.write { store in
            let record = try Standing(reading: store).record(life) ?? RecordNumber(raw: 0)
            for index in 0..<sales as Range<Int> {
                var row = PurchaseRow(record: RecordNumber(replica: record.replica, counter: UInt64(10 + 2 * index)))
                row.kind = .sale
                row.source = 1
                row.isAlive = true
                row.isCounted = true
                row.customer = record
                row.buyer = record
                // A till that keeps dates only: hundreds of sales have one time.
                row.at = 1_650_000_000_000 + Int64(index / 500) * 86_400_000
                row.currency = "GBP"
                row.total = 10_000
                row.lines = 1
                try store.put(row)
                let line = RecordNumber(replica: record.replica, counter: UInt64(11 + 2 * index))
                try store.put(
                    PurchaseLineRow(
                        record: line, purchase: row.record, sku: "SKU\(index % 400)", name: nil, quantity: 10_000, amount: 10_000),
                    isNew: true)
            }
        }
        let clock = ContinuousClock()
        var person: TestHub.Person?
        let showing = try await clock.measure { person = try await bench.person("walk-in@example.com") }
        #expect(person?.measures.purchases == sales && person?.measures.net == ["GBP": Int64(sales) * 10_000])
        #expect(person?.measures.visits == 100)
        let id = try #require(person?.id)
        var paging = Duration.zero
        for cursor in [nil, "1700086400000.1652000000000.\(life.replica)-20000"] {
            paging += try await clock.measure { _ = try await bench.hub.timeline(id, before: cursor, limit: 50, now: bench.now) }
        }
        // A debug build on an idle machine takes 0.8 s and 5 ms; many times as long means that something walks where it should look up.
        print("50,000 sales: shown in \(showing), two pages of the timeline in \(paging)")
    }
}
