import Causality
import ChangeSets
import Inventory
import Profiles

/// Counts a report out of one read transaction, in memory for its rows and no more.
struct BusinessCount {
    private let documents: Documents
    private let periods: BusinessPeriods
    private let now: Int64
    private var store: any HubReading { documents.store }

    static let articlesMax = 20
    /// So many articles that sold are looked at for whether there are any left.
    static let soldMax = 2_000
    var soldMax = Self.soldMax

    init(_ documents: Documents, _ days: LocalDays) {
        self.documents = documents
        now = Int64(clamping: documents.now.milliseconds)
        periods = BusinessPeriods(days, now: now)
    }

    func report(orders: OpenOrders) throws -> BusinessReport {
        BusinessReport(
            at: documents.now.milliseconds, zone: periods.days.zone, today: UInt64(clamping: periods.days.start(of: periods.today)),
            currencies: try currencies(), customers: try customers(), stock: try stock(), orders: try orders.orders(store, now: now))
    }

    // MARK: sales

    private func currencies() throws -> [BusinessReport.Currency] {
        var tallies: [Text: CurrencyTally] = [:]
        try store.eachSales(in: periods.beforeStart..<periods.end, by: periods.days, splitAt: periods.beforeEnd) { row in
            guard let site = documents.standing.source(row.source).flatMap({ documents.site(number: $0.site) }) else { return }
            tallies[Text(row.currency), default: CurrencyTally()].take(row, at: site, age: Int(periods.today - row.day))
        }
        var worth: [Text: [WorthRow]] = [:]
        for row in try store.worth() { worth[Text(row.currency), default: []].append(row) }
        let names = Set(tallies.keys).union(worth.keys).sorted { left, right in
            let (one, other) = (tallies[left]?.purchases ?? 0, tallies[right]?.purchases ?? 0)
            return one == other ? left < right : one > other
        }
        return names.map { name in
            var currency = (tallies[name] ?? CurrencyTally()).currency(name.string, periods)
            let tenths = worth[name, default: []].filter { $0.tenth > 0 }.sorted { $0.tenth < $1.tenth }
            if tenths.count == 10 {
                currency.tenths = tenths.map {
                    BusinessReport.Tenth(people: $0.people, least: $0.least, sum: Int64(clamping: $0.sum))
                }
            }
            currency.worthless = worth[name, default: []].first { $0.tenth == 0 }?.people ?? 0
            return currency
        }
    }

    // MARK: customers

    private func customers() throws -> BusinessReport.Customers {
        let latest = max(CredibleTimes(now: documents.now).latest, CredibleTimes.earliest)
        let row = try store.buyers(
            BuyersQuestion(
                credible: CredibleTimes.earliest...latest, new: periods.month, before: periods.beforeStart..<periods.beforeEnd,
                active: now - Int64(BusinessReport.activeDays) * LocalDays.dayMilliseconds))
        return BusinessReport.Customers(
            people: try store.counts().profiles, customers: row.all, new: row.new, newBefore: row.newBefore, active: row.active,
            lapsed: row.lapsed)
    }

    // MARK: stock

    private func stock() throws -> BusinessReport.Stock {
        var stock = BusinessReport.Stock()
        let sold = try store.sold(in: periods.month..<periods.end, limit: soldMax + 1)
        let pieces = Dictionary(sold.map { (Text($0.sku), $0.quantity) }, uniquingKeysWith: { first, _ in first })
        let flagged = try store.cells(flaggedAfter: 0, limit: Hub.conflictsPerKindMax + 1)
        stock.isOversoldCut = flagged.count > Hub.conflictsPerKindMax
        var oversold: [Text: BusinessReport.Article] = [:]
        for row in flagged.prefix(Hub.conflictsPerKindMax) {
            guard let figure = try figure(row), figure.isOversold else { continue }
            var article =
                oversold[Text(row.sku)]
                ?? BusinessReport.Article(sku: row.sku, locations: [], available: 0, sold: pieces[Text(row.sku)])
            article.take(figure, at: row.location)
            oversold[Text(row.sku)] = article
        }
        stock.oversoldCount = oversold.count
        stock.oversold = try named(oversold.values.sorted { ($0.available, $0.sku) < ($1.available, $1.sku) })
        stock.isGoneCut = sold.count > soldMax
        var gone: [BusinessReport.Article] = []
        for row in sold.prefix(soldMax) where oversold[Text(row.sku)] == nil {
            guard let article = try article(withNothingLeft: row) else { continue }
            stock.goneCount += 1
            if gone.count < Self.articlesMax { gone.append(article) }
        }
        stock.gone = try named(gone)
        return stock
    }

    /// `nil` where something is left to sell, where one figure is not known, and where nobody counts the article.
    private func article(withNothingLeft row: SoldRow) throws -> BusinessReport.Article? {
        var article = BusinessReport.Article(sku: row.sku, locations: [], available: 0, sold: row.quantity)
        for cell in try store.cells(sku: row.sku) {
            guard let figure = try figure(cell), figure.available <= 0 else { return nil }
            article.take(figure, at: cell.location)
        }
        return article.locations.isEmpty ? nil : article
    }

    /// `nil`: a sum that does not fit into 64 bits.
    private func figure(_ row: StockCellRow) throws -> StockFigure? {
        do { return try documents.figure(row) } catch is InventoryError { return nil }
    }

    private func named(_ articles: [BusinessReport.Article]) throws -> [BusinessReport.Article] {
        try articles.prefix(Self.articlesMax).map { article in
            var article = article
            article.name = try documents.item(sku: article.sku)?["name"]?.typed?.string
            return article
        }
    }
}

extension BusinessReport.Article {
    fileprivate mutating func take(_ figure: StockFigure, at location: String) {
        locations.append(location)
        available = Int64(clamping: Int128(available) + Int128(figure.available))
    }
}
