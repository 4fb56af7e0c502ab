import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary shows of an order")
struct OrderShownTests {
    private func text(_ document: String) throws -> String {
        try JSONDecoder().decode(OrderShown.self, from: Data(document.utf8)).text(asked: "W-1", widthMax: nil)
    }

    @Test("state and whose word it is, customer, lines, shipments and sales, and what is open with how to look at it")
    func whole() throws {
        let shown = try text(
            #"""
            {"number": "W-1", "state": "shipped", "fields": {"total": 500000, "currency": "GBP"}, "shown": "b:1", "since": 1700000000000,
             "site": "web", "channel": "web", "customer": {"key": "9", "profile": "p1-1", "name": "Ann Wye"},
             "states": [{"state": "placed", "site": "web", "dot": "a:2", "time": 1700000000000, "record": "a:2"}],
             "shipments": [{"state": "shipped", "carrier": "DHL", "trackingNumber": "T9", "time": 1700000000000,
              "states": [{"state": "shipped", "site": "depot", "dot": "b:1", "time": 1700000000000, "record": "b:1"}]}],
             "lines": [{"sku": "BOOT", "name": "Boots", "quantity": 20000, "amount": 500000, "isStocked": true}], "lineCount": 3,
             "sales": [{"record": "c:1", "number": "S1", "site": "camden", "time": 9223372036854775807}], "saleCount": 1,
             "conflicts": [{"id": "concurrent-writes:a:2/currency", "short": "3f9a1c2b", "kind": "concurrent-writes", "field": "currency"}]}
            """#)
        #expect(shown.hasPrefix("order W-1: shipped since 2023-11-14 22:13Z\n  placed at web (web)\n  customer p1-1  Ann Wye\n"))
        let lines = shown.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ") }
        #expect(lines.contains("shipped depot 2023-11-14 22:13Z shipment shown") && lines.contains("placed web 2023-11-14 22:13Z order"))
        #expect(lines.contains("BOOT Boots 2 - 50.00 GBP") && lines.contains("and 2 more"))
        #expect(lines.contains("shipped DHL T9 2023-11-14 22:13Z depot") && lines.contains("S1 camden - -"))
        #expect(shown.contains("! concurrent-writes of \"currency\": tributary conflict show 3f9a1c2b"))
    }

    @Test("a hub that tells less is understood; a customer whom it does not know is told as such")
    func less() throws {
        let document = #"{"state": "placed", "fields": {}, "states": [], "shipments": []"#
        #expect(try text(document + "}") == "order W-1: placed")
        let named = try text(document + #", "customer": {"key": "9"}}"#)
        #expect(named.contains("customer 9, whom the hub does not know"))
    }
}
