import Causality

/// The stretches of time that sales are shown for.
struct BusinessPeriods: Sendable {
    let days: LocalDays
    let today: Int64

    init(_ days: LocalDays, now: Int64) {
        self.days = days
        today = days.day(of: now)
        let passed = now - days.start(of: today)
        month = days.start(of: today - Int64(BusinessReport.daysShown) + 1)
        let before = today - 2 * Int64(BusinessReport.daysShown) + 1
        beforeStart = days.start(of: before)
        // A day on which clocks are put forward is shorter than some hour of today.
        beforeEnd = min(days.start(of: today - Int64(BusinessReport.daysShown)) + passed, month)
        end = days.start(of: today + 1)
    }

    /// When the month began.
    let month: Int64
    let beforeStart: Int64
    /// The same hour as now, 30 days ago.
    let beforeEnd: Int64
    /// Of today: a till may be ahead.
    let end: Int64
}

/// Adds up what was sold in one place and one currency.
struct SalesTally {
    private struct Part {
        var net: Int128 = 0
        var returned: Int128 = 0
        var purchases: Int64 = 0

        mutating func take(_ row: SalesRow) {
            net += row.net
            returned += row.returned
            purchases += row.purchases
        }

        var period: BusinessReport.Period {
            BusinessReport.Period(net: Int64(clamping: net), returned: Int64(clamping: returned), purchases: purchases)
        }
    }

    private var today = Part()
    private var week = Part()
    private var month = Part()
    private var before = Part()

    /// - Parameter age: in days; today is 0.
    mutating func take(_ row: SalesRow, age: Int) {
        if age == 0 { today.take(row) }
        if age < 7 { week.take(row) }
        if age < BusinessReport.daysShown { month.take(row) } else if row.isEarly { before.take(row) }
    }

    var sales: BusinessReport.Sales {
        BusinessReport.Sales(today: today.period, week: week.period, month: month.period, before: before.period)
    }

    /// What decides the order of currencies.
    var purchases: Int64 { month.purchases + before.purchases }
}

/// Adds up what was sold in one currency.
struct CurrencyTally {
    private var all = SalesTally()
    private var kinds: [SiteKind: SalesTally] = [:]
    private var sites: [SiteNumber: (row: SiteRow, tally: SalesTally)] = [:]
    private var days = [Int128](repeating: 0, count: BusinessReport.daysShown)
    var purchases: Int64 { all.purchases }

    mutating func take(_ row: SalesRow, at site: SiteRow, age: Int) {
        all.take(row, age: age)
        kinds[site.kind, default: SalesTally()].take(row, age: age)
        sites[site.number, default: (site, SalesTally())].tally.take(row, age: age)
        if days.indices.contains(age) { days[days.count - 1 - age] += row.net }
    }

    func currency(_ name: String, _ periods: BusinessPeriods) -> BusinessReport.Currency {
        let channels = kinds.map { BusinessReport.Channel(kind: $0.key, sales: $0.value.sales) }
        let shops = sites.values.map { BusinessReport.Shop(site: $0.row.name, kind: $0.row.kind, sales: $0.tally.sales) }
        return BusinessReport.Currency(
            currency: name, sales: all.sales,
            channels: channels.sorted {
                ($1.sales.month.net, $0.kind.rawValue) < ($0.sales.month.net, $1.kind.rawValue)
            },
            shops: shops.sorted { ($1.sales.month.net, $0.site) < ($0.sales.month.net, $1.site) },
            days: days.enumerated().map { index, net in
                let start = periods.days.start(of: periods.today - Int64(days.count - 1 - index))
                return BusinessReport.Day(start: UInt64(clamping: start), net: Int64(clamping: net))
            }, tenths: [], worthless: 0)
    }
}
