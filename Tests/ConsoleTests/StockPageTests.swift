import Foundation
import Testing

@testable import Console
@testable import HubRuntime

@Suite("The page of stock")
struct StockPageTests {
    private func pile(_ location: String, available: Int64) -> StockPile {
        var pile = StockPile(location: location)
        pile.figure = StockPile.Figure(
            onHand: available, reserved: 0, inTransit: 0, safety: 0, available: available, isOversold: available < 0)
        return pile
    }

    private func html(_ piles: [StockPile], _ language: Language = .english, asked: StockQuestion = StockQuestion()) throws -> String {
        let visitor = Visitor(
            name: "anna", role: .viewer, formToken: "0", language: language, theme: nil, zone: .gmt, now: 1_800_000_000_000, path: "/stock",
            said: nil)
        var page = StockPage()
        if !piles.isEmpty { page.articles = [StockPage.Article(sku: "M/1", name: "Mug <b>", piles: piles)] }
        return String(decoding: try Console().stock(page, asked: asked, for: visitor), as: UTF8.self)
    }

    @Test("few locations are columns; of more than eight the sums are told, how many have none, and where it is oversold")
    func manyLocations() throws {
        var piles = (1...8).map { pile("shop \($0)", available: 20_000) }
        #expect(try html(piles).contains("<th scope=\"col\" class=\"num\">shop 8</th>"))
        piles += [pile("camden", available: -30_000), pile("york", available: 0)]
        let page = try html(piles)
        #expect(!page.contains(">shop 8</th>") && page.contains("10 locations, none to sell at 1"))
        #expect(page.contains("oversold at 1: camden"))
        #expect(page.contains("<b>13</b>") && page.contains("Mug &lt;b&gt;"))
        #expect(try html(piles, .german).contains("10 Standorte") && html(piles, .german).contains("überverkauft an 1: camden"))
    }

    private func itemPage(_ item: StockItem, location: String? = nil, isLater: Bool = false) throws -> String {
        let visitor = Visitor(
            name: "anna", role: .viewer, formToken: "0", language: .english, theme: nil, zone: .gmt, now: 1_800_000_000_000, path: "/stock",
            said: nil)
        let page = try Console().stockItem(item, location: location, isLater: isLater, problem: nil, for: visitor)
        return String(decoding: page, as: UTF8.self)
    }

    @Test("an article's movements lead to older ones and back to the newest; where none were read, it is said that there are some")
    func pages() throws {
        var item = StockItem(
            sku: "M/1",
            places: [
                StockItem.Place(pile: pile("york", available: 0), history: []),
                StockItem.Place(pile: pile("bath", available: 0), history: []),
            ], entries: [], isCut: false)
        let all = try itemPage(item)
        #expect(!all.contains(">Older<") && !all.contains("To the newest") && !all.contains("stand in the journal"))
        item.isCut = true
        item.next = "17_a:1"
        let first = try itemPage(item, location: "york")
        #expect(first.contains(##"href="/stock/M%2F1?location=york&amp;before=17%5Fa%3A1#movements""##))
        #expect(!first.contains("To the newest") && !first.contains("stand in the journal"))
        item.next = nil
        let last = try itemPage(item, isLater: true)
        #expect(last.contains(##"href="/stock/M%2F1#movements""##) && !last.contains(">Older<") && last.contains("stand in the journal"))
    }

    @Test("a sum of which one part is not known is not told")
    func unknownPart() throws {
        var piles = (1...9).map { pile("shop \($0)", available: 20_000) }
        #expect(try html(piles).contains("<b>18</b>"))
        piles[3].figure = nil
        let page = try html(piles)
        #expect(page.contains("unknown") && !page.contains("<b>18</b>") && !page.contains("<b>16</b>"))
    }

    @Test("who asks what should be counted is told since when nobody has; others are not bothered with it")
    func countDue() throws {
        var old = pile("bath", available: 10_000)
        old.countedAt = 1_800_000_000_000 - StockPile.countDueMilliseconds - 1
        var piles = [old, pile("york", available: 0)]
        let asked = StockQuestion(isCountDueOnly: true)
        let page = try html(piles, asked: asked)
        #expect(page.contains("counted 17 Oct 2026") && page.contains("never counted") && page.contains(#"value="count" selected"#))
        #expect(try !html(piles).contains("never counted"))
        piles += (1...8).map { pile("shop \($0)", available: 0) }
        #expect(try html(piles, .german, asked: asked).contains("Zählung fällig an 10"))
        #expect(try html([], asked: asked).contains("Nothing has to be counted"))
    }
}
