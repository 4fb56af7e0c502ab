import Causality
import ChangeSets
import Merging
import Profiles

/// Measures as a patient clerk would work them out: from nothing but merged records, all at once, with no row, sum or cursor.
struct PersonLedger {
    /// Without dead ones, with the number of the site that each is at.
    let records: [(state: RecordState, site: Text)]
    let now: Int64
    /// What each living customer holds, or held and did not correct, of devices and cookies; and whose record it is.
    var holders: [(life: Dot, source: SourceID, person: Dot, tokens: Set<String>)] = []

    struct Deal {
        var state: RecordState
        var site: Text
        var buyer: Dot?
        var isCounted: Bool
        var isCancelled = false
    }

    private func all(_ entities: EntityName...) -> [(state: RecordState, site: Text)] {
        records.filter { entities.contains($0.state.id.entity) }
    }

    // MARK: who bought what

    var deals: [Deal] {
        let orders = all("order").map(\.state)
        var fulfilled: Set<Dot> = []
        var deals: [Deal] = []
        for (sale, site) in all("sale") {
            let named = orders.filter { $0["number"] == sale["order number"] && $0["number"]?.text != nil }
            let own = named.filter { $0.id.source == sale.id.source }
            let order = named.count == 1 ? named[0] : own.count == 1 ? own[0] : nil
            if let order { fulfilled.insert(order.id.life) }
            deals.append(
                Deal(state: sale, site: site, buyer: life(sale, "customer") ?? order.flatMap { life($0, "customer") }, isCounted: true))
        }
        for (order, site) in all("order") {
            let isCancelled = order["state"] == "cancelled"
            let isCounted = !isCancelled && !fulfilled.contains(order.id.life)
            deals.append(Deal(state: order, site: site, buyer: life(order, "customer"), isCounted: isCounted, isCancelled: isCancelled))
        }
        let buyers = Dictionary(deals.map { ($0.state.id.life, $0.buyer) }, uniquingKeysWith: { first, _ in first })
        for (back, site) in all("return") {
            let ofSale = life(back, "sale").flatMap { buyers[$0] ?? nil } ?? deadSaleBuyer(back)
            deals.append(Deal(state: back, site: site, buyer: life(back, "customer") ?? ofSale, isCounted: true))
        }
        return deals
    }

    /// Whoever a deleted sale named goes on to have bought what was given back.
    var dead: [RecordState] = []
    private func deadSaleBuyer(_ back: RecordState) -> Dot? {
        guard let sale = dead.first(where: { $0.id.life == life(back, "sale") }) else { return nil }
        return life(sale, "customer")
    }

    private func life(_ state: RecordState, _ field: FieldName) -> Dot? { state[field]?.reference?.life }

    private func lines(of deal: Deal) -> [RecordState] {
        all("sale line", "order line").map(\.state).filter { (life($0, "sale") ?? life($0, "order")) == deal.state.id.life }
    }

    private func amount(_ line: RecordState) -> Int64 {
        (line["quantity"]?.integer ?? 0) / FixedPoint.one * (line["unit price"]?.integer ?? 0)
    }

    /// Gross and returned.
    func worth(_ deal: Deal) -> (gross: Int128, returned: Int128) {
        if deal.state.id.entity == "return" { return (0, Int128((deal.state["amount"]?.integer ?? 0).magnitude)) }
        let lines = lines(of: deal)
        let value = deal.state["total"]?.integer ?? lines.map(amount).reduce(0, +)
        let back = lines.filter { ($0["quantity"]?.integer ?? 0) < 0 }.map { -amount($0) }.reduce(0, +)
        let returned = max(back, -value, 0)
        return (Int128(value + returned), Int128(returned))
    }

    // MARK: one person

    func measures(of members: Set<Dot>) -> Measures {
        var measures = Measures()
        let mine = deals.filter { deal in deal.buyer.map { members.contains($0) } ?? false }
        measures.attempts = mine.count { !$0.isCounted && $0.isCancelled }
        var visits: Set<String> = []
        var times: [Int64] = []
        var shops: [Text: (units: Int128, last: Int64)] = [:]
        var traits: [String: [Text: (bought: Int128, returned: Int128, last: Int64)]] = [:]
        for deal in mine where deal.isCounted {
            let worth = worth(deal)
            let currency = deal.state["currency"]?.text ?? ""
            measures.values[currency, default: Measures.Worth()].gross += worth.gross
            measures.values[currency, default: Measures.Worth()].returned += worth.returned
            if worth.returned > 0 || deal.state.id.entity == "return" { measures.returns += 1 }
            let at = credible(deal.state)
            if deal.state.id.entity != "return", worth.gross > 0 || worth.returned == 0 {
                measures.purchases += 1
                shops[deal.site, default: (0, .min)].units += 1
                shops[deal.site, default: (0, .min)].last = max(shops[deal.site]?.last ?? .min, at ?? .min)
                if let at {
                    times.append(at)
                    visits.insert("\(at / 86_400_000) \(deal.site)")
                }
            }
            for line in lines(of: deal) {
                let quantity = line["quantity"]?.integer ?? 0
                guard let sku = line["sku"], quantity != 0 else { continue }
                for field in ["category", "brand", "size", "colour"] {
                    guard let trait = trait(FieldName(field), of: sku, at: deal.state.id.source) else { continue }
                    var entry = traits[field, default: [:]][trait] ?? (0, 0, .min)
                    if quantity > 0 { entry.bought += Int128(quantity) } else { entry.returned -= Int128(quantity) }
                    entry.last = max(entry.last, at ?? .min)
                    traits[field, default: [:]][trait] = entry
                }
            }
        }
        var channels = Set(mine.filter(\.isCounted).map { _ in Text("store") })
        for (event, site) in all("event") where isOf(members, event) {
            measures.events += 1
            channels.insert("store")
            guard let at = credible(event) else { continue }
            if ["log-in", "Page View", "visit"].contains(event["kind"]) { visits.insert("\(at / 86_400_000) \(site)") }
            if event["kind"] == "log-in", at > now - 84 * 86_400_000, at <= now { measures.logInsAWeek += 10_000 }
        }
        measures.logInsAWeek = (measures.logInsAWeek + 6) / 12
        measures.channels = channels.sorted()
        measures.visits = visits.count
        measures.first = times.min()
        measures.last = times.max()
        if times.count > 1, let first = times.min(), let last = times.max() {
            let span = Int128(max(last - first, 30 * 86_400_000))
            let months = Int128(times.count - 1) * Int128(30 * 86_400_000 * 10_000 as Int64)
            measures.frequency = Int64((months + span / 2) / span)
        }
        measures.categories = traits["category"]?.count { $0.value.bought > 0 } ?? 0
        measures.favourites.category = favourite(traits["category"]?.mapValues { ($0.bought - $0.returned, $0.last) })
        measures.favourites.brand = favourite(traits["brand"]?.mapValues { ($0.bought - $0.returned, $0.last) })
        measures.favourites.shop = favourite(shops.mapValues { ($0.units, $0.last) })
        measures.sizes = counts(traits["size"])
        measures.colours = counts(traits["colour"])
        return measures
    }

    /// By the customer that it names or, where it names none, by all who hold its device or its cookie.
    private func isOf(_ members: Set<Dot>, _ event: RecordState) -> Bool {
        if let customer = event["customer"], customer != .null { return customer.reference?.life.map(members.contains) ?? false }
        let tokens = Set(["device id", "cookie id"].compactMap { event[FieldName($0)]?.text.map { "\($0.string)" } })
        let holders = holders.filter { !$0.tokens.isDisjoint(with: tokens) }
        guard Set(holders.map(\.person)).count == 1, members.contains(holders[0].life) else { return false }
        return tokens.contains { token in
            let sources = holders.filter { $0.tokens.contains(token) }.map(\.source)
            return !sources.isEmpty && sources.allSatisfy { one in sources.count { $0 == one } <= 10 }
        }
    }

    private func credible(_ state: RecordState) -> Int64? {
        state["at"]?.integer.flatMap { $0 >= 315_532_800_000 && $0 <= now + 86_400_000 ? $0 : nil }
    }

    private func favourite(_ tallies: [Text: (Int128, Int64)]?) -> Text? {
        (tallies ?? [:]).filter { $0.value.0 > 0 }.sorted { left, right in
            (right.value.0, right.value.1, left.key) < (left.value.0, left.value.1, right.key)
        }.first?.key
    }

    private func counts(_ traits: [Text: (bought: Int128, returned: Int128, last: Int64)]?) -> [Measures.TraitCount] {
        (traits ?? [:]).map { Measures.TraitCount(value: $0.key, bought: $0.value.bought, returned: $0.value.returned) }
            .sorted { (all($1), $0.value) < (all($0), $1.value) }
    }

    private func all(_ count: Measures.TraitCount) -> Int128 { count.bought + count.returned }

    /// The own source's items first, then the others', each by the newest of what they say; blanks are passed over.
    private func trait(_ field: FieldName, of sku: Value, at source: SourceID) -> Text? {
        let items = all("item").map(\.state).filter { $0["sku"] == sku }.sorted { left, right in
            (left.id.source == source) == (right.id.source == source) ? newest(right) < newest(left) : left.id.source == source
        }
        return items.lazy.compactMap { item -> Text? in
            let words = item[field]?.text?.string.split(separator: " ") ?? []
            return words.isEmpty ? nil : Text(words.joined(separator: " "))
        }.first
    }

    private func newest(_ item: RecordState) -> Precedence {
        let fields: [FieldName] = ["sku", "category", "brand", "size", "colour"]
        return fields.flatMap { item.siblings(of: $0).writes }.map(\.precedence).max()
            ?? Precedence(isInBound: false, time: Timestamp(milliseconds: 0), dot: item.id.life)
    }
}
