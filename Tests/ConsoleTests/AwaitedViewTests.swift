import Foundation
import Testing

@testable import Console
@testable import HubRuntime

@Suite("What a customer waits for, on the customer's page")
struct AwaitedViewTests {
    private static let payload = "<script>alert(1)</script>"

    /// The page of somebody with these members of the document besides the necessary ones.
    private static func html(_ parts: [String: Any], _ language: Language = .english) throws -> String {
        let none: [Any] = []
        let measures: [String: Any] = [
            "gross": [:] as [String: Any], "returned": [:] as [String: Any], "net": [:] as [String: Any], "purchases": 0, "returns": 0,
            "categories": 0, "visits": 0, "channels": none, "favourites": [:] as [String: Any], "sizes": none, "colours": none,
            "logInsAWeek": 0,
        ]
        let person: [String: Any] = [
            "id": "p1-1", "fields": [:] as [String: Any], "identifiers": none, "records": none, "links": none,
            "purchases": ["recent": none], "stage": "lead", "measures": measures, "consents": none, "notes": none, "awaited": none,
        ]
        let document = JSONAnswer(bytes: Array(try JSONSerialization.data(withJSONObject: person.merging(parts) { $1 })))
        let visitor = Visitor(
            name: "vera", role: .viewer, formToken: "0", language: language, theme: nil, zone: .gmt, now: 1_800_000_000_000,
            path: "/customers/p1-1", said: nil)
        return String(
            decoding: try Console().customer(document, timeline: nil, decisions: [], before: nil, problem: nil, for: visitor),
            as: UTF8.self)
    }

    private static func order(_ text: String, _ lines: [[String: Any]], lineCount: Int? = nil) -> [String: Any] {
        [
            "record": "a:1", "number": text, "state": "picking", "site": text, "time": 1_800_000_000_000, "lines": lines,
            "lineCount": lineCount ?? lines.count,
        ]
    }

    private static func pile(_ location: String, _ onHand: Int, _ available: Int, _ inTransit: Int = 0) -> [String: Any] {
        ["location": location, "onHand": onHand, "available": available, "inTransit": inTransit]
    }

    @Test("in every language no word is missing, and what anybody wrote is no HTML", arguments: Language.allCases)
    func words(language: Language) throws {
        let text = Self.payload
        let line: [String: Any] = [
            "sku": text, "name": text, "quantity": 10_000, "isStocked": true, "stock": [Self.pile(text, 10_000, 0)], "stockCount": 2,
        ]
        let cut: [String: Any] = ["sku": "MAP", "isStocked": true, "stock": [] as [Any], "stockCount": 0, "stockCut": true]
        let numberless: [String: Any] = [
            "record": "a:2", "state": text, "lines": [["isStocked": false] as [String: Any]], "lineCount": 3,
        ]
        let page = try Self.html(
            ["awaited": [Self.order(text, [line, cut]), numberless, Self.order("W-3", [])], "awaitedCut": true], language)
        #expect(!page.contains("⟦") && !page.contains("<script>alert") && page.contains("&lt;script&gt;alert"))
        #expect(!page.contains("{{") && page.contains(#"<h2 id="awaited">"#))
    }

    @Test("orders and articles lead to their pages; a place says what is free, else what lies there, else what is coming")
    func places() throws {
        let lines: [[String: Any]] = [
            [
                "sku": "BOOT/42", "name": "Boots", "quantity": 20_000, "isStocked": true,
                "stock": [Self.pile("york", 50_000, 30_000), Self.pile("leeds", 10_000, 0), Self.pile("bath", 0, 0, 40_000)],
                "stockCount": 5,
            ],
            ["sku": "MAP", "isStocked": false], ["sku": "LAMP", "isStocked": true, "stock": [] as [Any], "stockCount": 0],
        ]
        let page = try Self.html(["awaited": [Self.order("W-1/7", lines, lineCount: 4)]])
        #expect(page.contains(#"<a href="/orders/W-1%2F7">Order W-1/7</a>"#) && page.contains(#"<a href="/stock/BOOT%2F42">Boots</a>"#))
        #expect(page.contains(#"<span class="state ok">york: 3 can be sold</span>"#))
        #expect(page.contains(#"<span class="state warn">leeds: 1 here, none free</span>"#))
        #expect(page.contains(#"<span class="state idle">bath: 4 coming</span>"#))
        #expect(page.contains("and 2 more places") && page.contains("no stock is kept of it") && page.contains("nowhere"))
        #expect(page.contains("and 1 more line") && !page.contains("Older orders may be open"))
    }

    @Test("who waits for nothing is shown no empty table")
    func nothing() throws {
        let page = try Self.html([:])
        #expect(page.contains(/<section hidden>\s*<h2 id="awaited">/))
    }
}
