import Foundation
import Testing

@testable import Console
@testable import HubRuntime

@Suite("The page of business")
struct BusinessPageTests {
    private static let now: UInt64 = 1_800_000_000_000

    private func html(_ report: BusinessReport, _ language: Language = .english) throws -> String {
        let visitor = Visitor(
            name: "anna", role: .viewer, formToken: "0", language: language, theme: nil, zone: .gmt, now: Self.now, path: "/business",
            said: nil)
        return String(decoding: try Console().business(report, for: visitor), as: UTF8.self)
    }

    private var empty: BusinessReport {
        BusinessReport(
            at: Self.now - 300_000, zone: "Europe/Berlin", today: Self.now - 8 * 3_600_000,
            customers: .init(people: 0, customers: 0, new: 0, newBefore: 0, active: 0, lapsed: 0), stock: .init(), orders: .init())
    }

    private var full: BusinessReport {
        var report = empty
        let sales = BusinessReport.Sales(
            today: .init(net: 1_000_000, returned: 0, purchases: 2), week: .init(net: 5_000_000, returned: 0, purchases: 9),
            month: .init(net: 12_340_000, returned: 660_000, purchases: 20), before: .init(net: 10_000_000, returned: 0, purchases: 15))
        let days = (0..<30).map { BusinessReport.Day(start: report.today - UInt64(29 - $0) * 86_400_000, net: Int64($0) * 10_000) }
        report.currencies = [
            .init(
                currency: "GBP", sales: sales, channels: [.init(kind: .store, sales: sales)],
                shops: [.init(site: "shop <1>", kind: .store, sales: sales)], days: days,
                tenths: (0..<10).map { .init(people: 3, least: Int64(10 - $0) * 10_000, sum: Int64(10 - $0) * 40_000) }, worthless: 1)
        ]
        report.customers = .init(people: 50, customers: 31, new: 6, newBefore: 4, active: 20, lapsed: 10)
        report.stock.oversold = [.init(sku: "M/1", name: "Mug", locations: ["shop"], available: -10_000, sold: 30_000)]
        report.stock.oversoldCount = 1
        report.orders.paid = 3
        report.orders.worth = [.init(currency: "GBP", orders: 3, sum: 75_000)]
        return report
    }

    @Test(
        "figures stand with their currency and what they are compared with, links lead on, and the time is said",
        arguments: Language.allCases)
    func figures(language: Language) throws {
        let page = try html(full, language).replacing("\u{A0}", with: " ")
        #expect(!page.contains("⟦"))
        let isGerman = language == .german
        #expect(page.contains(isGerman ? "1.234,00" : "1,234.00") && page.contains(isGerman ? "+23,4 %" : "+23.4%"))
        // In the hub's own zone, an hour ahead of the reader's.
        #expect(page.contains(", 08:55") && page.contains("Europe/Berlin"))
        #expect(page.contains("shop &lt;1&gt;") && page.contains(#"href="/sites/shop%20%3C1%3E""#))
        #expect(page.contains(#"href="/stock/M%2F1""#) && page.contains(#"href="/conflicts?kind=oversell""#))
        #expect(page.matches(of: /<polyline/).count == 1)
        // The best tenth: 10 of 55 parts.
        #expect(page.contains(isGerman ? "18,2 %" : "18.2%"))
        #expect(page.contains(isGerman ? "+50 %" : "+50%"))
    }

    @Test("no region bears the name of another one")
    func regions() throws {
        let page = try html(full)
        let names = page.matches(of: /role="region" aria-label(?:ledby)?="([^"]*)"/).map { String($0.1) }
        #expect(names.count == 4 && Set(names).count == names.count)
        for name in names { #expect(page.matches(of: try Regex("id=\"\(name)\"")).count == 1, "\(name)") }
    }

    @Test("without sales, customers and orders the page says what to do", arguments: Language.allCases)
    func nothing(language: Language) throws {
        let page = try html(empty, language)
        #expect(!page.contains("⟦") && page.contains(#"class="empty""#) && page.contains(#"href="/sites""#))
        #expect(!page.contains("<polyline") && !page.contains("NaN") && !page.contains("nan"))
    }
}
