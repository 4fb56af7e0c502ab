import Foundation
import HubRuntime

// How business goes, for who decides by figures; made to be printed.
extension Console {
    public func business(_ report: BusinessReport, for visitor: Visitor) -> [UInt8] {
        var visitor = visitor
        // Days are the hub's own; a clock of another zone beside them would be read wrongly.
        if let zone = TimeZone(identifier: report.zone) { visitor.zone = zone }
        let forms = forms(for: visitor)
        let strings = forms.strings
        let words = BusinessWords(forms: forms)
        // One in which nothing was sold lately is told by what customers are worth in it.
        let sold = report.currencies.filter { !$0.shops.isEmpty }
        let orders = orders(report.orders, words)
        let tenths = report.currencies.enumerated().compactMap { self.tenths($0.element, $0.offset, words) }
        return page(
            "business", title: strings["nav-business"], section: .business,
            [
                "asOf": forms.stamp(report.at),
                "days": strings("business-days", ["zone": report.zone, "day": forms.day(report.today)]),
                "figures": sold.first.map { figures($0, words) } ?? [],
                "currencies": sold.enumerated().map { currency($0.element, $0.offset, words) }, "isEmpty": sold.isEmpty,
                "customers": customers(report.customers, words),
                "undated": report.customers.undated > 0 ? forms.count("business-undated", report.customers.undated) : nil,
                "tenths": tenths, "hasTenths": !tenths.isEmpty, "isFew": tenths.isEmpty && report.customers.customers > 0,
                "oversold": oversold(report.stock, words), "gone": gone(report.stock, words), "orders": orders,
                "hasOrders": !orders.isEmpty,
                "oldest": report.orders.oldest.map { strings("business-oldest", ["day": forms.day($0)]) },
            ], for: visitor)
    }

    /// While the first report since the hub's start is not there yet.
    public func businessInTheMaking(for visitor: Visitor) -> [UInt8] {
        let strings = forms(for: visitor).strings
        return page("business", title: strings["nav-business"], section: .business, ["isInTheMaking": true], for: visitor)
    }

    private func figures(_ currency: BusinessReport.Currency, _ words: BusinessWords) -> [View] {
        let strings = words.forms.strings
        let month = currency.sales.month
        func figure(_ name: String, _ value: String?, _ small: String? = nil) -> View? {
            value.map { ["name": strings["business-figure-\(name)"], "value": $0, "small": small] }
        }
        let gross = Double(month.net) + Double(month.returned)
        return [
            figure("today", words.round(currency.sales.today.net, currency.currency)),
            figure("week", words.round(currency.sales.week.net, currency.currency)),
            figure("month", words.round(month.net, currency.currency), words.change(currency.sales.change)),
            figure("purchases", words.forms.number(month.purchases)),
            figure("basket", month.purchases > 0 ? words.money(month.net / month.purchases, currency.currency) : nil),
            figure("returned", gross > 0 ? words.forms.percent(Double(month.returned) / gross) : nil),
        ].compactMap { $0 }
    }

    // MARK: sales

    private func currency(_ currency: BusinessReport.Currency, _ index: Int, _ words: BusinessWords) -> View {
        let strings = words.forms.strings
        let name = words.name(of: currency.currency)
        let shown = currency.shops.prefix(Self.shopsShown)
        let shops = shown.map { words.row($0.site, $0.sales, address: Address.site($0.site), kind: $0.kind) }
        let hidden = currency.shops.count - shown.count
        return [
            "id": "sales-\(index)", "title": strings("business-sales", ["currency": name]),
            "channels": currency.channels.map { words.row(strings["business-channel-\($0.kind.rawValue)"], $0.sales) }, "shops": shops,
            "hidden": hidden > 0 ? words.forms.count("business-hidden", hidden) : nil,
            "all": words.row(strings["business-all"], currency.sales), "chart": chart(currency, index, name, words),
        ]
    }

    /// More are told by their number: who wants them all has the command and the API.
    private static let shopsShown = 100

    private func chart(_ currency: BusinessReport.Currency, _ index: Int, _ name: String, _ words: BusinessWords) -> View? {
        guard currency.days.contains(where: { $0.net != 0 }), let last = currency.days.last else { return nil }
        let strings = words.forms.strings
        let title = strings("business-chart", ["currency": name])
        let most = currency.days.map(\.net).max() ?? 0
        let chart = Chart(
            points: currency.days.map { Chart.Point(at: $0.start, value: Double($0.net) / 10_000) }, title: title,
            description: strings(
                "business-chart-description",
                ["last": words.money(last.net, currency.currency), "most": words.money(most, currency.currency)]),
            label: { words.forms.number(Int64(exactly: $0.rounded()) ?? 0) }, time: { words.forms.day($0) }, width: 960, height: 170,
            left: 76)
        return ["id": "chart-\(index)", "title": title, "svg": chart.svg()]
    }

    // MARK: customers

    private func customers(_ customers: BusinessReport.Customers, _ words: BusinessWords) -> [View] {
        let forms = words.forms
        let strings = forms.strings
        let change = customers.newBefore > 0 ? Double(customers.new) / Double(customers.newBefore) - 1 : nil
        func figure(_ name: String, _ value: Int64, small: String? = nil, address: String? = nil) -> View {
            ["name": strings["business-people-\(name)"], "value": forms.number(value), "small": small, "address": address]
        }
        func share(_ value: Int64) -> String? {
            customers.customers > 0 ? forms.percent(Double(value) / Double(customers.customers)) : nil
        }
        return [
            figure("known", customers.people, address: "/customers"), figure("customers", customers.customers),
            figure("new", customers.new, small: words.change(change)), figure("active", customers.active, small: share(customers.active)),
            figure("lapsed", customers.lapsed, small: share(customers.lapsed)),
        ]
    }

    private func tenths(_ currency: BusinessReport.Currency, _ index: Int, _ words: BusinessWords) -> View? {
        guard currency.tenths.count == 10 else { return nil }
        let forms = words.forms
        let strings = forms.strings
        let whole = currency.tenths.reduce(0.0) { $0 + Double($1.sum) }
        let groups = [("first", 0..<1), ("second", 1..<2), ("upper", 2..<5), ("lower", 5..<10)]
        let rows = groups.map { name, range -> View in
            let part = currency.tenths[range]
            let people = part.reduce(0) { $0 + $1.people }
            let sum = part.reduce(Int128(0)) { $0 + Int128($1.sum) }
            return [
                "name": strings["business-tenth-\(name)"], "people": forms.number(people),
                "sum": words.money(Int64(clamping: sum), currency.currency), "share": whole > 0 ? forms.percent(Double(sum) / whole) : nil,
                "mean": people > 0 ? words.money(Int64(clamping: sum / Int128(people)), currency.currency) : nil,
                "least": part.last.map { words.money($0.least, currency.currency) },
            ]
        }
        return [
            "id": "tenths-\(index)", "title": strings("business-tenths", ["currency": words.name(of: currency.currency)]), "rows": rows,
            "worthless": currency.worthless > 0 ? forms.count("business-worthless", currency.worthless) : nil,
        ]
    }

    // MARK: stock and orders

    private func oversold(_ stock: BusinessReport.Stock, _ words: BusinessWords) -> View? {
        guard stock.oversoldCount > 0 else { return nil }
        let count = words.forms.number(stock.oversoldCount) + (stock.isOversoldCut ? "+" : "")
        return [
            "title": words.forms.count("business-oversold", stock.oversoldCount, ["n": count]),
            "rows": stock.oversold.map { article($0, words) }, "isMore": stock.oversoldCount > stock.oversold.count,
        ]
    }

    private func gone(_ stock: BusinessReport.Stock, _ words: BusinessWords) -> View? {
        guard stock.goneCount > 0 else { return nil }
        let hidden = stock.goneCount - stock.gone.count
        return [
            "title": words.forms.count("business-gone", stock.goneCount), "rows": stock.gone.map { article($0, words) },
            "hidden": hidden > 0 ? words.forms.count("business-hidden", hidden) : nil, "isCut": stock.isGoneCut,
        ]
    }

    private func article(_ article: BusinessReport.Article, _ words: BusinessWords) -> View {
        let shown = article.locations.prefix(Self.locationsShown).joined(separator: ", ")
        return [
            "name": article.name ?? article.sku, "sku": article.name == nil ? nil : article.sku,
            "address": Address.article(article.sku), "available": words.forms.quantity(article.available),
            "locations": article.locations.count > Self.locationsShown ? shown + ", …" : shown,
            "sold": article.sold.map { words.forms.quantity($0) },
        ]
    }

    private static let locationsShown = 6

    private func orders(_ orders: BusinessReport.Orders, _ words: BusinessWords) -> [View] {
        guard orders.open > 0 else { return [] }
        let forms = words.forms
        let strings = forms.strings
        func figure(_ name: String, _ value: Int64) -> View { ["name": strings["business-orders-\(name)"], "value": forms.number(value)] }
        let worth = orders.worth.prefix(Self.worthShown).map { worth -> View in
            [
                "name": strings("business-orders-worth", ["currency": words.name(of: worth.currency)]),
                "value": words.round(worth.sum, worth.currency),
            ]
        }
        return [figure("open", orders.open)] + (orders.placed > 0 ? [figure("placed", orders.placed)] : [])
            + (orders.paid > 0 ? [figure("paid", orders.paid)] : []) + (orders.picking > 0 ? [figure("picking", orders.picking)] : [])
            + (orders.other > 0 ? [figure("other", orders.other)] : []) + [figure("old", orders.old)] + worth
    }

    private static let worthShown = 3
}

/// How figures of business read.
struct BusinessWords: Sendable {
    let forms: Forms

    func name(of currency: String) -> String { currency.isEmpty ? forms.strings["business-no-currency"] : currency }

    /// A sum with its currency, where it has one.
    func money(_ units: Int64, _ currency: String) -> String {
        currency.isEmpty ? forms.amount(units) : forms.money(units, currency)
    }

    /// The same at a glance: from a thousand on without pence.
    func round(_ units: Int64, _ currency: String) -> String {
        guard units.magnitude >= 10_000_000 else { return money(units, currency) }
        let (locale, amount) = (forms.strings.language.locale, Decimal(units) / 10_000)
        guard currency.utf8.count == 3, currency.allSatisfy(\.isUppercase) else {
            return amount.formatted(.number.precision(.fractionLength(0)).locale(locale)) + (currency.isEmpty ? "" : " " + currency)
        }
        return amount.formatted(.currency(code: currency).precision(.fractionLength(0)).locale(locale))
    }

    /// With its sign, as a share of what it is compared with.
    func change(_ change: Double?) -> String? {
        change.map { ($0 > 0 ? "+" : "") + forms.percent($0) }
    }

    /// A place with its sales in every period; the currency stands above.
    func row(_ name: String, _ sales: BusinessReport.Sales, address: String? = nil, kind: SiteKind? = nil) -> View {
        [
            "name": name, "address": address, "kind": kind.map { forms.strings["kind-\($0.rawValue)"] },
            "today": forms.amount(sales.today.net), "week": forms.amount(sales.week.net), "month": forms.amount(sales.month.net),
            "before": forms.amount(sales.before.net), "change": change(sales.change) ?? "–",
            "purchases": forms.number(sales.month.purchases),
        ]
    }
}
