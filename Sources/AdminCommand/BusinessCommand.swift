import ArgumentParser
import Complaints

struct BusinessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "business", abstract: "How business goes: sales, customers, stock at risk, open orders.",
        discussion: """
            Net of returns, per currency, in days of the hub's time zone. CHANGE compares 30 days with the 30 before. NEW bought for the
            first time within 30 days, ACTIVE within 365, LAPSED longer ago. The hub makes the report anew when it is asked and the last one
            is ten minutes old; meanwhile it answers with that one. The very first may take a minute.

              tributary business
            """)

    @OptionGroup var listing: ListingOptions

    private struct Report: Decodable {
        struct Period: Decodable { let net, returned, purchases: Int64 }
        struct Sales: Decodable { let today, week, month, before: Period }
        struct Channel: Decodable {
            let kind: String
            let sales: Sales
        }
        struct Shop: Decodable {
            let site, kind: String
            let sales: Sales
        }
        struct Tenth: Decodable { let people, least, sum: Int64 }
        struct Currency: Decodable {
            let currency: String
            let sales: Sales
            let channels: [Channel]
            let shops: [Shop]
            let tenths: [Tenth]
        }
        struct Customers: Decodable { let people, customers, new, newBefore, active, lapsed: Int64 }
        struct Article: Decodable {
            let sku: String
            let name: String?
            let locations: [String]
            let available: Int64
            let sold: Int64?
        }
        struct Stock: Decodable {
            let oversold, gone: [Article]
            let oversoldCount, goneCount: Int
            let isOversoldCut, isGoneCut: Bool
        }
        struct Orders: Decodable { let placed, paid, picking, other, old: Int64 }
        let at: UInt64
        let zone: String
        let currencies: [Currency]
        let customers: Customers
        let stock: Stock
        let orders: Orders
    }

    mutating func run() async throws {
        let bytes = try await listing.hub.connection().get(["business"], secondsMax: IdentityCommand.secondsMax)
        try listing.show(bytes, as: Report.self) { report in
            var blocks = ["as of \(Readable.time(report.at)), days of \(report.zone)"]
            blocks += report.currencies.isEmpty ? ["No sales within 60 days."] : report.currencies.flatMap(Self.blocks)
            blocks.append(Self.customers(report.customers))
            if let oversold = Self.articles(report.stock.oversold, of: report.stock.oversoldCount, hasMore: report.stock.isOversoldCut) {
                blocks.append("oversold\n" + oversold)
            }
            if let gone = Self.articles(report.stock.gone, of: report.stock.goneCount, hasMore: report.stock.isGoneCut) {
                blocks.append("sold within 30 days, and none left to sell\n" + gone)
            }
            blocks.append(Self.orders(report.orders))
            return blocks.joined(separator: "\n\n")
        }
    }

    private static func blocks(_ currency: Report.Currency) -> [String] {
        let name = currency.currency.isEmpty ? "no stated currency" : TerminalText.line(currency.currency)
        var table = Table("SALES IN \(name)", "KIND", ">TODAY", ">7 DAYS", ">30 DAYS", ">30 BEFORE", ">CHANGE", ">PURCHASES")
        func add(_ place: String, _ kind: String, _ sales: Report.Sales) {
            let sums = [sales.today, sales.week, sales.month, sales.before].map { Readable.amount($0.net, decimalsMin: 2) }
            table.add(
                place, kind, sums[0], sums[1], sums[2], sums[3], change(from: sales.before.net, to: sales.month.net),
                String(sales.month.purchases))
        }
        add("all", "", currency.sales)
        for channel in currency.channels { add("all", channel.kind, channel.sales) }
        for shop in currency.shops { add(shop.site, shop.kind, shop.sales) }
        guard !currency.tenths.isEmpty else { return [table.text()] }
        let whole = currency.tenths.reduce(0.0) { $0 + Double($1.sum) }
        var worth = Table(">TENTH", ">PEOPLE", ">WORTH", ">SHARE", ">AT LEAST")
        for (index, tenth) in currency.tenths.enumerated() {
            worth.add(
                String(index + 1), String(tenth.people), Readable.amount(tenth.sum, decimalsMin: 2), percent(Double(tenth.sum) / whole),
                Readable.amount(tenth.least, decimalsMin: 2))
        }
        return [table.text(), "what customers are worth in \(name), the best tenth first\n" + worth.text(indentedBy: 2)]
    }

    private static func customers(_ customers: Report.Customers) -> String {
        var table = Table(">PEOPLE", ">CUSTOMERS", ">NEW", ">CHANGE", ">ACTIVE", ">LAPSED")
        table.add(
            String(customers.people), String(customers.customers), String(customers.new),
            change(from: customers.newBefore, to: customers.new), String(customers.active), String(customers.lapsed))
        return table.text()
    }

    private static func articles(_ articles: [Report.Article], of count: Int, hasMore: Bool) -> String? {
        guard !articles.isEmpty else { return nil }
        var table = Table("SKU", "NAME", ">LEFT", ">SOLD IN 30 DAYS", "WHERE")
        for article in articles {
            table.add(
                article.sku, article.name ?? "", Readable.amount(article.available), article.sold.map { Readable.amount($0) } ?? "-",
                article.locations.joined(separator: ", "))
        }
        let rest = Readable.more(of: count, shown: articles.count).map { "\n  \($0)" } ?? ""
        return table.text(indentedBy: 2) + rest + (hasMore ? "\n  and perhaps some that were not looked at" : "")
    }

    private static func orders(_ orders: Report.Orders) -> String {
        let open = orders.placed + orders.paid + orders.picking + orders.other
        guard open > 0 else { return "No open orders." }
        let parts = [
            (orders.placed, "placed"), (orders.paid, "paid"), (orders.picking, "being picked"), (orders.other, "in another state"),
        ]
        let told = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return "\(Readable.count(open, "open order")): \(told.joined(separator: ", ")); \(orders.old) older than a week"
    }

    /// `+12.3 %`; `-` where there is nothing to compare with.
    private static func change(from before: Int64, to now: Int64) -> String {
        guard before > 0 else { return "-" }
        let change = Double(now) / Double(before) - 1
        return (change > 0 ? "+" : "") + percent(change)
    }

    private static func percent(_ share: Double) -> String {
        let tenths = (share * 1_000).rounded()
        guard let whole = Int64(exactly: tenths) else { return "-" }
        return "\(whole < 0 ? "-" : "")\(whole.magnitude / 10).\(whole.magnitude % 10) %"
    }
}
