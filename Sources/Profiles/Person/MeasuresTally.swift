import Causality
import ChangeSets

/// Counts a person's purchases, lines and events, one by one and in any order.
///
/// Every part is a sum, a largest value or a set, so order and grouping do not matter. It keeps one entry per day and site,
/// category, brand, size and colour, and none per purchase: a till's "walk-in customer" with 100,000 sales fits.
public struct MeasuresTally: Sendable {
    private let now: Int64
    private let times: CredibleTimes
    private var measures = Measures()
    private var dated = 0
    private var channels: Set<Text> = []
    private var visits: Set<Visit> = []
    private var shops: [Text: Kept] = [:]
    private var categories: [Text: Kept] = [:]
    private var brands: [Text: Kept] = [:]
    private var sizes: [Text: Kept] = [:]
    private var colours: [Text: Kept] = [:]
    private var logIns: Int64 = 0

    private struct Visit: Hashable, Sendable {
        var day: Int64
        var site: Text?
    }

    private struct Kept: Sendable {
        var bought: Int128 = 0
        var returned: Int128 = 0
        var last = Int64.min
        var units: Int128 { bought - returned }

        mutating func take(_ quantity: Int64, at: Int64) {
            if quantity < 0 { returned += Int128(quantity.magnitude) } else { bought += Int128(quantity) }
            last = max(last, at)
        }
    }

    private static let dayMilliseconds: Int64 = 24 * 3_600_000
    private static let weekMilliseconds: Int64 = 7 * dayMilliseconds

    public init(now: Timestamp) {
        self.now = Int64(now.milliseconds)
        times = CredibleTimes(now: now)
    }

    public mutating func add(_ purchase: Measures.Purchase) {
        guard purchase.isCounted else {
            if purchase.isCancelled { measures.attempts += 1 }
            return
        }
        let worth = purchase.worth
        measures.values[purchase.currency, default: Measures.Worth()].gross += worth.gross
        measures.values[purchase.currency, default: Measures.Worth()].returned += worth.returned
        if let channel = purchase.place.channel { channels.insert(channel) }
        if purchase.kind == .giveBack || worth.returned > 0 { measures.returns += 1 }
        // A sale of nothing but returned goods is no purchase; one that is worth nothing, a gift, is.
        guard purchase.kind == .purchase, worth.gross > 0 || worth.returned == 0 else { return }
        measures.purchases += 1
        let at = credible(purchase.at)
        if let shop = purchase.place.site { shops[shop, default: Kept()].take(FixedPoint.one, at: at ?? .min) }
        guard let at else { return }
        dated += 1
        measures.first = min(measures.first ?? at, at)
        measures.last = max(measures.last ?? at, at)
        visited(purchase.place, at)
    }

    public mutating func add(_ line: Measures.Line) {
        guard line.quantity != 0 else { return }
        let at = credible(line.at) ?? .min
        if let category = line.traits.category { categories[category, default: Kept()].take(line.quantity, at: at) }
        if let brand = line.traits.brand { brands[brand, default: Kept()].take(line.quantity, at: at) }
        if let size = line.traits.size { sizes[size, default: Kept()].take(line.quantity, at: at) }
        if let colour = line.traits.colour { colours[colour, default: Kept()].take(line.quantity, at: at) }
    }

    public mutating func add(_ event: Measures.Event) {
        measures.events += 1
        if let channel = event.place.channel { channels.insert(channel) }
        guard let at = credible(event.at) else { return }
        if event.kind == .logIn, at > now - Measures.logInWeeks * Self.weekMilliseconds, at <= now { logIns += 1 }
        if event.kind.isVisit { visited(event.place, at) }
    }

    /// All that was added, in figures.
    public var total: Measures {
        var total = measures
        total.frequency = frequency
        total.categories = categories.values.count { $0.bought > 0 }
        total.channels = channels.sorted()
        total.visits = visits.count
        total.favourites = Measures.Favourites(
            category: Self.favourite(categories), brand: Self.favourite(brands), shop: Self.favourite(shops))
        total.sizes = Self.counts(sizes)
        total.colours = Self.counts(colours)
        total.logInsAWeek = Self.rounded(logIns * FixedPoint.one, by: Measures.logInWeeks)
        return total
    }

    private var frequency: Int64? {
        guard dated >= 2, let first = measures.first, let last = measures.last else { return nil }
        let month = 30 * Self.dayMilliseconds
        return Int64(Self.rounded(Int128(dated - 1) * Int128(month) * Int128(FixedPoint.one), by: Int128(max(last - first, month))))
    }

    private func credible(_ at: Int64?) -> Int64? { at.flatMap { times.contains($0) ? $0 : nil } }

    private mutating func visited(_ place: Place, _ at: Int64) {
        visits.insert(Visit(day: at / Self.dayMilliseconds, site: place.site))
    }

    private static func favourite(_ tallies: [Text: Kept]) -> Text? {
        tallies.filter { $0.value.units > 0 }.min { left, right in
            if left.value.units != right.value.units { return left.value.units > right.value.units }
            return left.value.last == right.value.last ? left.key < right.key : left.value.last > right.value.last
        }?.key
    }

    private static func counts(_ tallies: [Text: Kept]) -> [Measures.TraitCount] {
        let counts = tallies.map { Measures.TraitCount(value: $0.key, bought: $0.value.bought, returned: $0.value.returned) }
        let ordered = counts.sorted { left, right in
            let (ofLeft, ofRight) = (left.bought + left.returned, right.bought + right.returned)
            return ofLeft == ofRight ? left.value < right.value : ofLeft > ofRight
        }
        return Array(ordered.prefix(Measures.traitsMax))
    }

    /// Half up; nothing here is negative.
    private static func rounded<Number: FixedWidthInteger>(_ value: Number, by unit: Number) -> Number { (value + unit / 2) / unit }
}
