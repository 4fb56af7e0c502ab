import Foundation
import HubRuntime

extension Console {
    /// What can be sold where: articles by location.
    public func stock(_ page: StockPage, asked: StockQuestion, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let there = Set(page.articles.flatMap { $0.piles.map(\.location) }).sorted()
        let shown = there.filter { asked.location == nil || $0 == asked.location }
        let isMatrix = shown.count <= Self.columnsMax
        let articles = page.articles.map { article -> View in
            guard isMatrix else { return summed(article, asked, forms) }
            let own = Dictionary(article.piles.map { ($0.location, $0) }, uniquingKeysWith: { first, _ in first })
            return [
                "name": article.name ?? article.sku, "sku": article.name == nil ? nil : article.sku, "address": address(sku: article.sku),
                "all": sum(article.piles, \.available, forms),
                "cells": shown.map { own[$0].map { cell($0, asked, forms) } ?? ["isMissing": true] },
            ]
        }
        let isNarrowed = !asked.prefix.isEmpty || asked.location != nil || asked.isOversoldOnly || asked.isCountDueOnly
        return self.page(
            "stock", title: strings["nav-stock"], section: .stock,
            [
                "isLive": true, "summary": late(page, forms), "prefix": asked.prefix, "location": asked.location,
                "isOversoldOnly": asked.isOversoldOnly, "isCountDueOnly": asked.isCountDueOnly, "locations": there,
                "hasArticles": !articles.isEmpty,
                "matrix": isMatrix ? ["columns": shown, "articles": articles] as View : nil,
                "rows": isMatrix ? nil : ["articles": articles] as View,
                "empty": articles.isEmpty && !page.isCut ? empty(asked, strings) : nil, "isNarrowed": isNarrowed,
                "note": page.isCut
                    ? strings(asked.isCountDueOnly ? "stock-cut-due" : "stock-cut", ["n": forms.number(Hub.askingSKUsMax)])
                    : page.isWordsCut ? strings("stock-cut-words", ["n": forms.number(Hub.itemsLookedMax)]) : nil,
                "pager": page.next == nil && asked.after == nil
                    ? nil
                    : [
                        "range": page.articles.first.flatMap { first in
                            page.articles.last.map { strings("stock-range", ["first": first.sku, "last": $0.sku]) }
                        },
                        "start": asked.after == nil ? nil : address(asked, after: nil),
                        "next": page.next.map { address(asked, after: $0) },
                    ] as View,
            ], for: visitor)
    }

    /// Of more locations the sum is shown, and what asks for people; the article's own page has them all.
    private static let columnsMax = 8

    func address(sku: String) -> String { Address.article(sku) }

    private func address(_ asked: StockQuestion, after: String?) -> String {
        var parts: [String] = []
        if !asked.prefix.isEmpty { parts.append("q=" + Address.encoded(asked.prefix)) }
        if let location = asked.location { parts.append("location=" + Address.encoded(location)) }
        if asked.isOversoldOnly { parts.append("only=oversold") }
        if asked.isCountDueOnly { parts.append("only=count") }
        if let after { parts.append("after=" + Address.encoded(after)) }
        return parts.isEmpty ? "/stock" : "/stock?" + parts.joined(separator: "&")
    }

    private func empty(_ asked: StockQuestion, _ strings: Strings) -> View {
        if asked.isOversoldOnly { return ["title": strings["stock-none-oversold"], "how": strings["stock-none-oversold-how"]] }
        if asked.isCountDueOnly { return ["title": strings["stock-none-due"], "how": strings["stock-none-due-how"]] }
        if !asked.prefix.isEmpty {
            return ["title": strings("stock-none-found", ["q": asked.prefix]), "how": strings["stock-none-found-how"]]
        }
        if let location = asked.location {
            return ["title": strings("stock-none-there", ["location": location]), "how": strings["stock-none-there-how"]]
        }
        if asked.after != nil { return ["title": strings["stock-none-more"], "how": strings["stock-none-more-how"]] }
        return ["title": strings["stock-none"], "how": strings["stock-none-how"], "sites": strings["nav-sites"]]
    }

    // MARK: figures

    /// What can be sold, and under it why.
    private func cell(_ pile: StockPile, _ asked: StockQuestion, _ forms: Forms) -> View {
        let strings = forms.strings
        guard let figure = pile.figure else { return ["isUnknown": true] }
        var parts = [strings("stock-here-n", ["n": forms.quantity(figure.onHand)])]
        if figure.reserved != 0 { parts.append(strings("stock-promised-n", ["n": forms.quantity(figure.reserved)])) }
        if figure.safety != 0 { parts.append(strings("stock-kept-n", ["n": forms.quantity(figure.safety)])) }
        if asked.isCountDueOnly, pile.isCountDue(at: forms.now) { parts.append(due(pile, forms)) }
        return [
            "isKnown": true, "available": forms.quantity(figure.available), "isOversold": figure.isOversold,
            "why": parts.joined(separator: ", "),
            "coming": figure.inTransit == 0 ? nil : strings("stock-coming-n", ["n": forms.quantity(figure.inTransit)]),
            "heard": forms.stamp(pile.lastHeard), "isOld": isOld(pile.lastHeard, forms),
        ]
    }

    /// Since when nobody has counted.
    private func due(_ pile: StockPile, _ forms: Forms) -> String {
        pile.countedAt.map { forms.strings("stock-counted", ["day": forms.day($0)]) } ?? forms.strings["item-count-never"]
    }

    /// An article over many locations.
    private func summed(_ article: StockPage.Article, _ asked: StockQuestion, _ forms: Forms) -> View {
        let strings = forms.strings
        let (figures, oversold) = (article.piles.compactMap(\.figure), article.piles.filter(\.isOversold).map(\.location).sorted())
        let heard = article.piles.compactMap(\.lastHeard).min()
        let without = figures.count { $0.available == 0 }
        var places = [forms.count("stock-places-n", article.piles.count)]
        let due = asked.isCountDueOnly ? article.piles.count { $0.isCountDue(at: forms.now) } : 0
        if due > 0 { places.append(strings("stock-places-due", ["n": forms.number(due)])) }
        if without > 0 { places.append(strings("stock-places-without", ["n": forms.number(without)])) }
        let named = oversold.prefix(Self.namedMax).joined(separator: ", ") + (oversold.count > Self.namedMax ? ", …" : "")
        return [
            "name": article.name ?? article.sku, "sku": article.name == nil ? nil : article.sku, "address": address(sku: article.sku),
            "isUnknown": figures.count < article.piles.count, "onHand": sum(article.piles, \.onHand, forms),
            "reserved": sum(article.piles, \.reserved, forms), "safety": sum(article.piles, \.safety, forms),
            "inTransit": sum(article.piles, \.inTransit, forms), "available": sum(article.piles, \.available, forms),
            "places": places.joined(separator: ", "),
            "short": oversold.isEmpty ? nil : strings("stock-places-oversold", ["n": forms.number(oversold.count), "places": named]),
            "heard": forms.stamp(heard), "isOld": isOld(heard, forms),
        ]
    }

    private static let namedMax = 3

    /// The same in columns.
    func row(_ pile: StockPile, _ forms: Forms) -> View {
        let figure = pile.figure
        return [
            "location": pile.location, "isUnknown": figure == nil, "onHand": figure.map { forms.quantity($0.onHand) },
            "reserved": figure.map { forms.quantity($0.reserved) }, "safety": figure.map { forms.quantity($0.safety) },
            "inTransit": figure.map { forms.quantity($0.inTransit) }, "available": figure.map { forms.quantity($0.available) },
            "isOversold": pile.isOversold, "heard": forms.stamp(pile.lastHeard), "isOld": isOld(pile.lastHeard, forms),
        ]
    }

    /// Of all locations; a dash where one of them is not known.
    func sum(_ piles: [StockPile], _ part: KeyPath<StockPile.Figure, Int64>, _ forms: Forms) -> String {
        let figures = piles.compactMap(\.figure)
        guard figures.count == piles.count else { return "–" }
        return forms.quantity(Int64(clamping: figures.reduce(Int128(0)) { $0 + Int128($1[keyPath: part]) }))
    }

    func isOld(_ heard: UInt64?, _ forms: Forms) -> Bool { heard.map { forms.now > $0 + SiteState.silentMilliseconds } ?? false }

    /// The sites whose figures on this page are old.
    private func late(_ page: StockPage, _ forms: Forms) -> String? {
        var heard: [String: UInt64] = [:]
        for site in page.articles.flatMap(\.piles).flatMap(\.sites) where isOld(site.lastHeard, forms) { heard[site.site] = site.lastHeard }
        guard !heard.isEmpty else { return nil }
        let late = heard.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(Self.lateMax).map {
            forms.strings("stock-as-of", ["site": $0.key, "time": forms.clock($0.value)])
        }
        return late.joined(separator: " · ") + (heard.count > Self.lateMax ? " · …" : "")
    }

    private static let lateMax = 4
}
