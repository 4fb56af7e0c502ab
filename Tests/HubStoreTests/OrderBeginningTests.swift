import GRDB
import HubRuntime
import HubTestSupport
import Testing

@testable import HubStoreSQLite

@Suite("Orders by the beginning of their numbers")
struct OrderBeginningTests {
    private static func row(_ record: Int64, _ name: String?, isAlive: Bool = true) -> OrderRow {
        OrderRow(record: RecordNumber(raw: record), name: name, number: 1, asks: record == 5, isAlive: isAlive)
    }

    @Test("Those alive come by number, then by record; so many rows are looked at, and no more are given than asked for")
    func found() async throws {
        let store = try SQLiteHubStore.temporary()
        _ = try await TestHub(store: store)
        try store.writeNow { writing in
            for row in [
                Self.row(1, "W-2"), Self.row(2, "W-1"), Self.row(3, "W-1", isAlive: false), Self.row(4, "W-1"), Self.row(5, "W-12"),
                Self.row(6, "w-1"), Self.row(7, "V-9"), Self.row(8, nil), Self.row(9, "W-1ÿ"),
            ] { try writing.put(row) }
        }
        func records(_ prefix: String, looked: Int = 10, limit: Int = 10) throws -> [Int64] {
            try store.readNow { try $0.orders(aliveStartingWith: prefix, looked: looked, limit: limit).map(\.record.raw) }
        }
        #expect(try records("W-1") == [2, 4, 5, 9])
        #expect(try records("W-") == [2, 4, 5, 9, 1])
        #expect(try records("W-1", limit: 2) == [2, 4])
        // The dead one is the second of three.
        #expect(try records("W-1", looked: 2) == [2])
        #expect(try records("W-1", looked: 3) == [2, 4])
        #expect(try records("X").isEmpty)
        #expect(try store.readNow { try $0.orders(flaggedAfter: RecordNumber(raw: 0), limit: 9).map(\.record.raw) } == [5])
    }

    @Test(
        "What is asked for often is found in an index, and not by walking through all",
        arguments: [
            ("SELECT * FROM \"order\" WHERE asks = 1 AND record > 0 ORDER BY record LIMIT 9", "order_asks"),
            ("SELECT * FROM \"order\" WHERE name >= 'W' AND name < 'X' ORDER BY name, record LIMIT 9", "order_name"),
            ("SELECT * FROM purchase WHERE buyer = 1 AND counted = 1 AND kind = 2 ORDER BY at DESC LIMIT 9", "purchase_awaited"),
        ])
    func indexed(query: String, index: String) async throws {
        let store = try SQLiteHubStore.temporary()
        _ = try await TestHub(store: store)
        let plan = try await DatabaseQueue(path: store.path).read { database -> [String] in
            try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + query).map { $0["detail"] }
        }
        #expect(plan.contains { $0.contains("USING INDEX \(index) ") }, "\(plan)")
        #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN") }, "\(plan)")
    }
}
