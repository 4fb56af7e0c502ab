import Causality
import ChangeSets
import Foundation
@testable import HubRuntime
import HubServer
import HubTestSupport
import Testing

@Suite("The console's page of an order")
struct ConsoleOrderTests {
    /// Two orders online, one by somebody known and one by nobody, and the depot's word on the first.
    private struct Trade {
        let bench: TestHub
        let web, depot: TestAgent
        var shop, wms: TestWriter
        let customer, order: Dot

        init(_ bench: TestHub) async throws {
            self.bench = bench
            web = try await bench.enrol("web", kind: .web)
            depot = try await bench.enrol("depot", kind: .warehouse)
            shop = TestWriter("shop", seed: 1, key: web.key)
            wms = TestWriter("wms", seed: 2, key: depot.key)
            (customer, order) = (shop.nextDot, Dot(shop.replica, 2))
            let ann = Make.reference("customer", 9, life: customer)
            try await online([
                Make.customer(9, email: "ann@example.com", name: "Ann <Wye>", at: bench.now),
                Make.write(
                    "order", 1,
                    [("number", "W-1/7"), ("state", "placed"), ("customer", ann), ("total", 500_000), ("currency", "GBP")], at: bench.now),
                Make.write(
                    "order line", 1, [("order", Make.reference("order", 1, life: order)), ("sku", "BOOT 42"), ("quantity", 10_000)],
                    at: bench.now),
                Make.write("order", 2, [("number", "W-2"), ("state", "paid")], at: bench.now),
                Make.movement("BOOT 42", "web", pieces: 5, at: bench.now),
                Make.sale(1, customer: ann, order: "W-1/7", at: bench.now),
            ])
        }

        mutating func online(_ changes: [Change]) async throws { try await bench.push([try shop.seal(changes)], from: web) }
        mutating func inDepot(_ changes: [Change]) async throws { try await bench.push([try wms.seal(changes)], from: depot) }

        mutating func contradict() async throws {
            func say(_ state: Value, _ source: SourceID?) -> Change {
                Make.write("order", 1, [("state", state)], life: order, source: source, at: bench.now, context: .named([order]))
            }
            try await inDepot([say("shipped", shop.source)])
            try await online([say("cancelled", nil)])
        }

        var profile: String { "/customers/p\(customer.replica)-\(customer.counter)" }
    }

    private static let page = "/orders/W-1%2F7"

    @Test("an order is shown to who may look, with its customer, lines and sales, and that leaves a line in the trail that leads back")
    func order() async throws {
        try await ServedHub.run { hub in
            let trade = try await Trade(hub.test)
            let (vera, anna) = (Browser(hub), Browser(hub))
            #expect(try await vera.get(Self.page).status == 303)
            try await vera.signIn("vera", .viewer)
            try await anna.signIn("anna", .admin)
            #expect(try await hub.test.hub.lookUps().isEmpty)
            let order = try await vera.get(Self.page)
            #expect(order.status == 200 && order.text.contains("<h1>Order W-1/7</h1>") && order.text.contains("The order has come in"))
            #expect(order.text.contains("<a href=\"\(trade.profile)\">Ann &lt;Wye&gt;</a>") && order.text.contains("£50.00"))
            for address in ["/stock/BOOT%2042", "/sites/web", trade.profile] {
                #expect(order.text.contains("href=\"\(address)\""), "\(address)")
                #expect(try await vera.get(address).status == 200, "\(address)")
            }
            #expect(order.text.contains(#"<th scope="row">S1</th>"#))
            let history = try #require(order.text.firstMatch(of: /href="(\/history\?[^"]+field=state)"/)).output.1
            let past = try await vera.get(String(history).replacing("&amp;", with: "&"))
            #expect(past.status == 200 && past.text.contains(#"<a href="/orders/W-1%2F7" data-key="u">W-1/7</a>"#))
            let trail = try await hub.test.hub.lookUps().filter { $0.what == .order }
            #expect(trail.map(\.subject) == ["W-1/7"] && trail.map(\.who) == ["vera"])
            #expect(try await anna.get("/audit?show=look-ups").text.contains("<a href=\"\(Self.page)\"><code>W-1/7</code></a>"))
        }
    }

    @Test("an unknown number is told as such, with where to look, and leaves no line; so is none at all")
    func unknown() async throws {
        try await ServedHub.run { hub in
            _ = try await Trade(hub.test)
            let vera = Browser(hub)
            try await vera.signIn("vera", .viewer)
            let none = try await vera.get("/orders/%3Cb%3E")
            #expect(none.status == 404 && none.text.contains("There is no order &lt;b&gt; here"))
            #expect(try await vera.post("/customers", ["q": "W-2"]).status == 200)
            let asked = try await vera.get("/orders")
            #expect(asked.status == 200 && asked.text.contains("Which order?") && asked.text.contains(#"action="/customers""#))
            #expect(try await hub.test.hub.lookUps().allSatisfy { $0.what == .search })
            #expect(try await vera.get("/orders/W-2?after=nonsense").status == 400)
            // Behind the last one begins the list anew.
            let behind = try await vera.get("/orders/W-2?after=\(Int64.max)")
            #expect(behind.status == 303 && behind.header("location") == "/orders/W-2")
        }
    }

    @Test("who types an order's number is led to it, also where nobody is known to have ordered; a customer's timeline leads there, too")
    func leads() async throws {
        try await ServedHub.run { hub in
            let trade = try await Trade(hub.test)
            let vera = Browser(hub)
            try await vera.signIn("vera", .viewer)
            let found = try await vera.post("/customers", ["q": "W-1/7"])
            #expect(found.text.contains("<a href=\"\(Self.page)\">Order W-1/7</a>") && found.text.contains("href=\"\(trade.profile)\""))
            let ownerless = try await vera.post("/customers", ["q": "W-2"])
            #expect(ownerless.text.contains(#"href="/orders/W-2""#) && ownerless.text.contains("who ordered is not known"))
            let order = try await vera.get("/orders/W-2")
            #expect(order.status == 200 && order.text.contains("it names nobody") && order.text.contains("The order is paid"))
            let customer = try await vera.get(trade.profile).text
            #expect(customer.contains("<a href=\"\(Self.page)\">Ordered 1 article</a>"))
            #expect(customer.contains("<a href=\"\(Self.page)\">for order W-1/7</a>"))
        }
    }

    @Test("a customer's page and document tell what is still to be sent, and lead to the order and the article")
    func awaited() async throws {
        try await ServedHub.run { hub in
            var trade = try await Trade(hub.test)
            let vera = Browser(hub)
            try await vera.signIn("vera", .viewer)
            // A sale fulfils the only order there is.
            #expect(try await vera.get(trade.profile).text.contains(/<section hidden>\s*<h2 id="awaited">/))
            let order = Make.reference("order", 3, life: trade.shop.nextDot)
            try await trade.online([
                Make.write(
                    "order", 3,
                    [("number", "W-3"), ("state", "paid"), ("customer", Make.reference("customer", 9, life: trade.customer))],
                    at: trade.bench.now),
                Make.write("order line", 3, [("order", order), ("sku", "BOOT 42"), ("quantity", 10_000)], at: trade.bench.now),
            ])
            let page = try await vera.get(trade.profile).text
            #expect(page.contains(/<section>\s*<h2 id="awaited">/) && page.contains("5 can be sold"))
            for address in ["/orders/W-3", "/stock/BOOT%2042"] {
                #expect(page.contains("href=\"\(address)\""), "\(address)")
                #expect(try await vera.get(address).status == 200, "\(address)")
            }
            let answer = try await hub.ask(.get, "/v1" + trade.profile.replacing("customers", with: "profiles"))
            let awaited = try #require((answer.json as? [String: Any])?["awaited"] as? [[String: Any]])
            #expect(awaited.map { $0["number"] as? String } == ["W-3"])
            let line = try #require((awaited[0]["lines"] as? [[String: Any]])?.first)
            #expect(line["sku"] as? String == "BOOT 42" && (line["stock"] as? [[String: Any]])?.first?["available"] as? Int == 50_000)
        }
    }

    @Test("a contradiction leads from the order to its conflict and back, in German words")
    func contradiction() async throws {
        try await ServedHub.run { hub in
            var trade = try await Trade(hub.test)
            try await trade.contradict()
            let ben = Browser(hub)
            try await ben.signIn("ben", .operator)
            let order = try await ben.get(Self.page)
            #expect(order.text.contains("cancelled at web") && order.text.contains("shipped at depot"))
            let link = try #require(order.text.firstMatch(of: /href="(\/conflicts\/order[^"]+)"/)).output.1
            let conflict = try await ben.get(String(link))
            #expect(conflict.status == 200 && conflict.text.contains("<h1><a href=\"\(Self.page)\">"))
            try await ben.post("/preferences", ["language": "de", "theme": "dark", "to": Self.page])
            let german = try await ben.get(Self.page)
            #expect(german.text.contains(#"<html lang="de" data-theme="dark">"#) && german.text.contains("versandt bei depot"))
            #expect(german.text.contains("widersprechen einander") && !german.text.contains("⟦"))
        }
    }

    @Test("of very many orders of one number a page shows as many as the API gives at once, and leads to the next", arguments: [0, 1])
    func pages(more: Int) async throws {
        try await ServedHub.run { hub in
            var trade = try await Trade(hub.test)
            let now = hub.test.now
            try await trade.online(
                (0..<Hub.ordersPerNumberMax + more).map { Make.write("order", Int64(100 + $0), [("number", "1")], at: now) })
            let vera = Browser(hub)
            try await vera.signIn("vera", .viewer)
            let first = try await vera.get("/orders/1")
            #expect(first.text.matches(of: /<article\b/).count == Hub.ordersPerNumberMax)
            let next = first.text.firstMatch(of: /href="(\/orders\/1\?after=[^"]+)" rel="next"/)
            #expect((next == nil) == (more == 0))
            guard let next else { return }
            let rest = try await vera.get(String(next.output.1))
            #expect(rest.text.matches(of: /<article\b/).count == 1 && rest.text.contains(#"href="/orders/1">To the first page"#))
        }
    }

    @Test("what the page shows programs are told, too")
    func api() async throws {
        try await ServedHub.run { hub in
            let trade = try await Trade(hub.test)
            let answer = try await hub.ask(.get, "/v1/orders/W-1%2F7")
            let order = try #require((answer.json as? [[String: Any]])?.first)
            #expect(order["site"] as? String == "web" && order["shown"] as? String == trade.order.description)
            #expect((order["customer"] as? [String: Any])?["name"] as? String == "Ann <Wye>")
            #expect((order["lines"] as? [[String: Any]])?.first?["sku"] as? String == "BOOT 42" && order["lineCount"] as? Int == 1)
            #expect((order["sales"] as? [[String: Any]])?.first?["number"] as? String == "S1")
        }
    }
}
