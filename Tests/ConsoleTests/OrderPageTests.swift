import Foundation
import Testing

@testable import Console
@testable import HubRuntime

@Suite("An order's page")
struct OrderPageTests {
    private static let now: UInt64 = 1_800_000_000_000
    private static let payload = "<script>alert(1)</script>"

    /// A document as the hub writes it.
    ///
    /// - Parameters:
    ///   - state: of the order and of its only word.
    ///   - parts: more members, or others.
    private static func document(_ state: String = "placed", _ text: String = "x", _ parts: [String: Any] = [:]) throws -> JSONAnswer {
        let side: [String: Any] = ["state": state, "site": text, "dot": "a:1", "time": now - 60_000, "record": "a:1"]
        let order: [String: Any] = [
            "number": "W-1", "state": state, "life": "a:1", "shown": "a:1", "since": now - 60_000, "site": "web", "channel": "web",
            "fields": ["total": 500_000, "currency": "GBP", "at": now - 90_000, text: text, "customer": ["key": ["9"]]], "states": [side],
            "customer": ["key": "9", "profile": "p1-1", "name": text],
            "lines": [
                ["sku": "BOOT/42", "name": text, "quantity": 20_000, "unitPrice": 250_000, "amount": 500_000, "isStocked": true],
                ["sku": "MAP", "isStocked": false],
            ], "lineCount": 2,
            "shipments": [
                ["state": state, "carrier": text, "trackingNumber": text, "time": now, "states": [side]],
                ["states": [] as [Any]] as [String: Any],
            ],
            "sales": [["record": "c:1", "number": text, "site": text, "time": Int64.max, "total": 500_000, "currency": "GBP"]],
            "saleCount": 1, "conflicts": [] as [Any],
        ]
        return JSONAnswer(bytes: Array(try JSONSerialization.data(withJSONObject: order.merging(parts) { $1 })))
    }

    private static func html(
        _ orders: [JSONAnswer], next: String? = nil, number: String? = "W-1", isLater: Bool = false, _ language: Language = .english,
        role: Role = .viewer
    ) throws -> String {
        let visitor = Visitor(
            name: "vera", role: role, formToken: "0", language: language, theme: nil, zone: .gmt, now: now, path: "/orders/W-1", said: nil)
        return String(
            decoding: try Console().orders(ListPage(entries: orders, next: next), number: number, isLater: isLater, for: visitor),
            as: UTF8.self)
    }

    @Test(
        "no page of an order lacks a word, in any language, or takes what anybody wrote for HTML; no id stands twice",
        arguments: Language.allCases)
    func words(language: Language) throws {
        let kinds = ["order-contradiction", "concurrent-writes", "edit-of-deleted"]
        let full: [String: Any] = [
            "conflicts": kinds.map { ["id": "\($0):a:1", "short": "3f9a1c2b", "kind": $0, "field": Self.payload] },
            "contradiction": ["code": "order-contradiction", "sides": [["state": Self.payload, "dot": "a:1", "time": UInt64.max]]],
            "lineCount": 4, "saleCount": 4,
        ]
        let empty: [String: Any] = [
            "fields": [:] as [String: Any], "states": [] as [Any], "shipments": [] as [Any], "lines": [] as [Any], "lineCount": 0,
            "customer": ["key": Self.payload],
        ]
        var unsaid = empty
        for name in ["number", "shown", "since", "site", "customer", "sales", "saleCount"] { unsaid[name] = NSNull() }
        let states = ["placed", "paid", "picking", "shipped", "delivered", "cancelled", "returned", Self.payload]
        let pages = [
            try Self.html(try states.map { try Self.document($0, Self.payload) }, next: "7", isLater: true, language),
            try Self.html(
                [
                    try Self.document("placed", Self.payload, full), try Self.document("x", Self.payload, empty),
                    try Self.document("x", "x", unsaid),
                ],
                language, role: .operator),
            try Self.html([], number: Self.payload, language), try Self.html([], number: nil, language),
        ]
        for page in pages {
            #expect(!page.contains("⟦") && !page.contains("<script>alert") && page.matches(of: /\{[a-z]+\}/).isEmpty)
            let ids = page.matches(of: /\sid="([^"]+)"/).map { String($0.1) }
            #expect(ids.count == Set(ids).count)
        }
    }

    @Test("the state comes first, in plain words and since when; whose word it is stands with the words of all")
    func state() throws {
        let page = try Self.html([try Self.document("picking")])
        #expect(page.contains("<b>The goods are being picked</b> since <time"))
        #expect(page.contains(#"being picked <span class="tag on">shown now</span>"#))
        let german = try Self.html([try Self.document("picking")], .german)
        #expect(german.contains("<b>Die Ware wird gepackt</b> seit <time") && german.contains("wird gepackt <span"))
        #expect(try Self.html([try Self.document("lost <at sea>")]).contains("Its site calls its state “lost &lt;at sea&gt;”"))
        let none = try Self.html([try Self.document("placed", "x", ["shown": NSNull(), "since": NSNull(), "states": [] as [Any]])])
        #expect(none.contains("<b>Nobody has told yet where it stands.</b></p>") && !none.contains("The order has come in"))
    }

    @Test("customer, articles and fields lead on where there is something; money bears its currency, and what is not said is no nought")
    func links() throws {
        let page = try Self.html([try Self.document()])
        #expect(page.contains(#"<a href="/customers/p1-1">x</a>"#) && page.contains("<dd>£50.00</dd>"))
        #expect(page.contains(#"<a href="/stock/BOOT%2F42">x</a> <small class="code">BOOT/42</small>"#))
        #expect(page.contains(#"<th scope="row">MAP</th>"#) && !page.contains("/stock/MAP") && !page.contains("£0.00"))
        #expect(page.contains(#"<a href="/sites/web">web</a>"#))
        for field in ["number", "state", "customer", "total", "currency", "at", "x"] {
            #expect(page.contains(#"href="/history?record=a%3A1&amp;field=\#(field)""#), "\(field)")
        }
        let unknown = try Self.html([try Self.document("placed", "x", ["customer": ["key": "9"]])])
        #expect(unknown.contains("9, whom the hub does not know") && !unknown.contains("/customers/p"))
        #expect(try Self.html([try Self.document("placed", "x", ["customer": NSNull()])]).contains("it names nobody"))
    }

    @Test("a contradiction is told before anything is promised, and leads to its conflict; who may not decide looks at it")
    func contradiction() throws {
        let side: [String: Any] = ["state": "cancelled", "site": "web", "dot": "a:1", "time": Self.now]
        let other: [String: Any] = ["state": "shipped", "site": "hub", "dot": "b:1", "time": Self.now]
        let order = try Self.document(
            "cancelled", "x",
            [
                "contradiction": ["code": "order-contradiction", "sides": [side, other]],
                "conflicts": [["id": "order-contradiction:a:1", "short": "3f9a1c2b", "kind": "order-contradiction"]],
            ])
        let page = try Self.html([order])
        #expect(page.contains("cancelled at web · shipped at the hub") && page.contains("Told in two ways; shown is: cancelled"))
        #expect(page.contains(#"href="/conflicts/order%2Dcontradiction%3Aa%3A1">Look</a>"#) && !page.contains("The order is cancelled"))
        let (banner, state) = (page.range(of: "contradict each other"), page.range(of: "Told in two ways"))
        #expect(try #require(banner).lowerBound < #require(state).lowerBound)
        #expect(try Self.html([order], role: .operator).contains(">Decide</a>"))
    }

    @Test("each of several orders stands by itself; a page leads to the next one and back; none says what to do")
    func several() throws {
        let two = try Self.html([try Self.document(), try Self.document()])
        #expect(two.contains("2 orders bear this number") && two.contains(#"id="order-2""#) && !two.contains("rel=\"next\""))
        #expect(try !Self.html([try Self.document()]).contains("bear this number"))
        let first = try Self.html([try Self.document()], next: "7")
        #expect(first.contains("1+ orders bear") && first.contains(#"href="/orders/W-1?after=7" rel="next""#))
        #expect(try Self.html([try Self.document()], isLater: true).contains(#"<a class="button" href="/orders/W-1">"#))
        let none = try Self.html([], number: "W/9")
        #expect(none.contains("There is no order W/9 here") && none.contains(#"action="/customers" method="post""#))
        #expect(try Self.html([], number: nil).contains("Which order?"))
    }

    @Test(
        "of very many shipments the latest stand there with their words, and the one whose word is shown; how many more there are is told")
    func shipments() throws {
        func page(_ count: Int, shown: String = "a:1") throws -> String {
            let shipments = (1...count).map { number -> [String: Any] in
                let side: [String: Any] = ["state": "shipped", "site": "hall", "dot": "s:\(number)", "time": Self.now]
                return ["state": "shipped", "trackingNumber": "PP-\(number)", "time": Self.now, "states": [side]]
            }
            return try Self.html([try Self.document("placed", "x", ["shipments": shipments, "shown": shown])])
        }
        let all = try page(Console.shipmentsShown)
        #expect(all.contains(">PP-1<") && all.contains(">PP-50<") && !all.contains("earlier shipment"))
        let one = try page(Console.shipmentsShown + 1)
        #expect(!one.contains(">PP-1<") && one.contains(">PP-2<") && one.contains("and 1 earlier shipment<"))
        #expect(one.matches(of: /<td data-label="Says">/).count == all.matches(of: /<td data-label="Says">/).count)
        let many = try page(Console.shipmentsShown + 9, shown: "s:3")
        #expect(many.contains(">PP-3<") && !many.contains(">PP-4<") && many.contains("and 8 earlier shipments<"))
    }

    @Test("of too many lines, and of sales that cannot be told apart, the page says that there are more")
    func more() throws {
        let page = try Self.html([try Self.document("placed", "x", ["lineCount": 3, "saleCount": 3])])
        #expect(page.contains("and 1 more line<") && page.contains("and 2 more sales<"))
        let unknown = try Self.html([try Self.document("placed", "x", ["sales": NSNull(), "saleCount": NSNull()])])
        #expect(unknown.contains("More than 1,000 sales and orders") && !unknown.contains("No sale names this order."))
    }
}
