import Foundation
import HubRuntime

extension Console {
    /// One article: what is where, what must be decided about it, and what its figures are made of.
    ///
    /// - Parameters:
    ///   - location: whose history is drawn; `nil`: that of the latest movement.
    ///   - isLater: whether its movements are another page than the newest.
    ///   - problem: why something could not be kept back.
    public func stockItem(
        _ item: StockItem, location: String?, isLater: Bool = false, problem: HubError?, for visitor: Visitor
    ) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let drawn = item.places.first { $0.pile.location == location } ?? usual(item)
        let isOneLocation = item.places.count == 1
        return page(
            "stock-item", title: item.label?.name ?? item.sku, section: .stock,
            [
                "isLive": true, "sku": item.sku, "address": address(sku: item.sku), "name": item.label?.name ?? item.sku,
                "about": about(item.label, forms), "notes": notes(item, strings),
                "places": item.places.map { place($0, forms) }, "hasSeveral": !isOneLocation, "all": all(item.places.map(\.pile), forms),
                "chart": drawn.flatMap { chart($0, forms) },
                "choices": item.places.map { ["name": $0.pile.location, "isChosen": $0.pile.location == drawn?.pile.location] as View },
                "entries": item.entries.map { entry($0, forms) }, "hasEntries": !item.entries.isEmpty,
                "cut": item.isCut && item.next == nil ? strings["item-cut"] : nil, "problem": problem.map { told($0, strings) },
                "newest": isLater ? pageOfEntries(item.sku, location, before: nil) : nil,
                "older": item.next.map { pageOfEntries(item.sku, location, before: $0) }, "hasPager": isLater || item.next != nil,
            ], for: visitor)
    }

    /// With the location whose history is drawn.
    private func pageOfEntries(_ sku: String, _ location: String?, before place: String?) -> String {
        let asked = [location.map { "location=" + Address.encoded($0) }, place.map { "before=" + Address.encoded($0) }].compactMap { $0 }
        return address(sku: sku) + (asked.isEmpty ? "" : "?" + asked.joined(separator: "&")) + "#movements"
    }

    /// Where most can be told of, of those where something happened last.
    private func usual(_ item: StockItem) -> StockItem.Place? {
        let told = item.places.filter { $0.history.count > 1 }
        let last = item.entries.first { entry in told.contains { $0.pile.location == entry.location } }?.location
        return told.first { $0.pile.location == last } ?? told.first ?? item.places.first
    }

    private func about(_ label: StockItem.Label?, _ forms: Forms) -> String? {
        guard let label else { return nil }
        var parts: [String] = []
        if let price = label.price { parts.append(label.currency.map { forms.money(price, $0) } ?? forms.quantity(price)) }
        parts += label.traits
        if let barcode = label.barcode { parts.append(forms.strings("item-barcode", ["code": barcode])) }
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }

    // MARK: what must be decided

    private func notes(_ item: StockItem, _ strings: Strings) -> [View] {
        let kinds: [ConflictAnswer.Kind] = [.oversell, .concurrentCounts, .receivedMoreThanSent]
        return kinds.compactMap { kind in
            let places = item.places.map(\.pile).filter { $0.conflicts.contains(kind) }.map(\.location)
            guard !places.isEmpty else { return nil }
            let names = places.prefix(Self.namesMax).joined(separator: ", ") + (places.count > Self.namesMax ? ", …" : "")
            return [
                "sign": kind == .oversell ? "bad" : "warn", "title": strings("item-\(kind.rawValue)", ["locations": names]),
                "detail": strings["item-\(kind.rawValue)-detail"], "address": "/conflicts?kind=\(kind.rawValue)",
            ]
        }
    }

    private static let namesMax = 5

    // MARK: where it is

    private func place(_ place: StockItem.Place, _ forms: Forms) -> View {
        var view = row(place.pile, forms)
        view["sites"] = place.pile.sites.map {
            ["site": $0.site, "heard": forms.stamp($0.lastHeard), "isOld": isOld($0.lastHeard, forms)] as View
        }
        view["count"] = place.count.map { count in
            [
                "at": forms.stamp(count.at), "isOld": forms.now > count.at + StockPile.countDueMilliseconds,
                "what": forms.strings("item-counted-by", ["n": forms.quantity(count.quantity), "who": writer(count, forms)]),
            ] as View
        }
        return view
    }

    private func all(_ piles: [StockPile], _ forms: Forms) -> View {
        [
            "onHand": sum(piles, \.onHand, forms), "reserved": sum(piles, \.reserved, forms), "safety": sum(piles, \.safety, forms),
            "inTransit": sum(piles, \.inTransit, forms), "available": sum(piles, \.available, forms),
        ]
    }

    // MARK: how it went

    private func chart(_ place: StockItem.Place, _ forms: Forms) -> View? {
        guard let first = place.history.first, let last = place.history.last, let beginning = place.beginning else { return nil }
        let strings = forms.strings
        let location = place.pile.location
        let how = strings["item-chart-how"] + " " + strings("item-chart-\(beginning.rawValue)", ["time": forms.moment(first.at)])
        let chart = Chart(
            points: place.history.map { Chart.Point(at: $0.at, value: Double($0.onHand) / 10_000) },
            title: strings("item-chart-title", ["location": location, "from": forms.day(first.at), "to": forms.day(last.at)]),
            description: strings(
                "item-chart-text",
                ["first": forms.quantity(first.onHand), "from": forms.moment(first.at), "last": forms.quantity(last.onHand)]) + " " + how,
            label: { forms.quantity(Int64(exactly: ($0 * 10_000).rounded()) ?? 0) }, time: { forms.day($0) }, width: 960, height: 174,
            isStepped: true
        ).svg()
        return chart.isNull ? nil : ["location": location, "svg": chart, "how": how, "now": forms.quantity(last.onHand)]
    }

    // MARK: what the number is made of

    private func writer(_ entry: StockItem.Entry, _ forms: Forms) -> String {
        if let author = entry.author { return forms.strings("item-decided-by", ["who": author]) }
        return [entry.site, entry.source].filter { !$0.isEmpty }.joined(separator: ", ")
    }

    /// On the article's page, and on that of what is decided about it.
    func entry(_ entry: StockItem.Entry, _ forms: Forms) -> View {
        let strings = forms.strings
        let isTransfer = [.transferOut, .transferIn].contains(entry.kind)
        let transfer = isTransfer ? entry.counterpart.map { strings("item-\(entry.kind.rawValue)-at", ["location": $0]) } : nil
        var details: [String] = []
        if let note = entry.note, !note.isEmpty { details.append(note) }
        if let expires = entry.expires { details.append(strings("item-expires", ["time": forms.clock(expires)])) }
        if entry.isCounted { details.append(strings["item-contained"]) }
        let quantity = forms.quantity(entry.quantity)
        return [
            "at": forms.stamp(entry.at), "what": transfer ?? strings["item-\(entry.kind.rawValue)"],
            "detail": details.isEmpty ? nil : details.joined(separator: " · "), "location": entry.location,
            "writer": writer(entry, forms), "record": entry.record,
            "quantity": entry.kind == .count ? "= \(quantity)" : entry.quantity > 0 ? "+\(quantity)" : quantity,
            "onHand": entry.onHand.map(forms.quantity),
        ]
    }
}
