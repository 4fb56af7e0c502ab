import Causality
import ChangeSets
import GRDB
import HubStoreSQLite
import HubTestSupport
import Inventory
import Merging
import TestSupport
import Testing

@testable import HubRuntime

@Suite("A file of an earlier version")
struct RedrawTests {
    @Test("What it did not draw is drawn from its journal when it is opened, once, and a rebuild equals it")
    func earlier() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/hub.db"
        let bench = try await TestHub(store: SQLiteHubStore(path: path))
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let customer = till.nextDot
        let (ann, consent, sale) = (Make.reference("customer", 1, life: customer), Dot(till.replica, 2), Dot(till.replica, 5))
        let city = Subject(entity: "customer", key: LocalKey(.integer(1)), life: customer)
        let set = try till.seal([
            Make.customer(1, email: "ann@example.com", at: bench.now),
            Make.write("consent", 1, [("customer", ann), ("purpose", "marketing"), ("given", 1)], at: bench.now),
            Make.write("consent", 1, [("given", 0)], life: consent, at: bench.now),
            Make.write("customer", 1, [("email", "ann.miller@example.com")], life: customer, at: bench.now),
            Make.sale(1, customer: ann, at: bench.now),
            Make.line(1, sale: Make.reference("sale", 1, life: sale), sku: "MUG", pieces: -2, price: 10_000, location: "s", at: bench.now),
            Make.write("return", 1, [("sale", Make.reference("sale", 1, life: sale)), ("amount", -10_000)], at: bench.now),
            Make.write("item", 1, [("sku", "MUG"), ("category", "Mugs")], at: bench.now),
            Make.write("note", 1, [("customer", ann), ("text", "x")], at: bench.now),
            Make.write("event", 1, [("kind", "page view"), ("device id", "phone-1"), ("cookie id", "crumb-1")], at: bench.now),
            Change(time: bench.now, action: .write(city, [FieldWrite("city", "York", saw: [sale], isPersonal: true)])),
            Change(time: bench.now, action: .write(city, [FieldWrite("city", "Hull", isPersonal: true)])),
        ])
        guard case .receipt = try await bench.push([set], from: shop) else { throw HubError(.badRequest, "Not taken.", remedy: "") }
        let before = try await bench.hub.digest()
        #expect(try await Self.forgetInherited(customer, in: bench.store) == [sale])
        #expect(try await bench.hub.digest() != before)
        await bench.hub.stop()
        try bench.store.close()
        // As version 5 left it.
        try await DatabaseQueue(path: path).write { database in
            for table in [
                "item", "consent", "note", "superseded", "link_decision", "unmatched", "matched", "block", "proposal", "agent_note",
                "api_token", "user", "session", "look_up", "pulse", "quality_day", "flow_day", "flow_field", "source_mapping",
                "item_word", "conflict_note", "exchange", "quality_site_day",
            ] {
                try database.execute(sql: "DROP TABLE \(table)")
            }
            try database.execute(
                sql: """
                    DROP INDEX cell_location; DROP INDEX purchase_awaited; DROP INDEX order_asks; DROP INDEX event_device; DROP INDEX event_cookie; ALTER TABLE event DROP COLUMN device; ALTER TABLE event DROP COLUMN cookie;
                    DROP INDEX purchase_sale; ALTER TABLE purchase DROP COLUMN returned; ALTER TABLE purchase DROP COLUMN of_sale;
                    UPDATE purchase SET buyer = NULL, total = -10000 WHERE kind = 3; DELETE FROM total;
                    ALTER TABLE customer DROP COLUMN names; UPDATE identifier SET kind = 3 WHERE kind = 4;
                    DELETE FROM identifier WHERE kind NOT IN (1, 2, 3);
                    DROP INDEX identifier_of; CREATE INDEX identifier_record ON identifier (record);
                    DELETE FROM meta WHERE name = 'views'; PRAGMA user_version = 5;
                    """)
        }
        for _ in 0..<3 {
            let store = try SQLiteHubStore(path: path)
            let again = try await TestHub(store: store)
            #expect(try await again.hub.digest() == before)
            let verification = try await again.hub.verify()
            #expect(verification.isEqual, "\(verification.differences)")
            await again.hub.stop()
            // As version 10 left it, for the next round.
            try await store.write { try $0.set(.views, number: 10) }
            try store.close()
            try await DatabaseQueue(path: path).write { try $0.execute(sql: "DELETE FROM item_word") }
        }
    }

    /// As states were written before: they told only what live writes saw.
    ///
    /// - Returns: what the city's state is without now.
    private static func forgetInherited(_ customer: Dot, in store: SQLiteHubStore) async throws -> [Dot] {
        try await store.write { store in
            let standing = try Standing(reading: store)
            guard let number = standing.record(customer), var row = try store.record(number) else { return [] }
            let state = try RecordState(row, standing: standing)
            row.state = try RecordState(id: state.id, decoding: state.encoded()).encoded { UInt64(standing.number(of: $0) ?? 0) }
            try store.put(row, isNew: false)
            return state.inherited(of: "city")
        }
    }

    @Test("Reservations that ended long ago are let go, and a rebuild equals it")
    func ended() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/hub.db"
        let bench = try await TestHub(store: SQLiteHubStore(path: path))
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let cart = StockEffect.movement(
            Movement(
                sku: "MUG", location: "web", quantity: FixedPoint.one, kind: .reservation, note: "W-1",
                expires: Timestamp(milliseconds: bench.now.milliseconds - 1)))
        let precedence = Precedence(isInBound: true, time: bench.now, dot: till.nextDot)
        try await bench.push([try till.seal([Change(time: bench.now, action: .stockOnly, stock: cart)])], from: shop)
        let before = try await bench.hub.digest()
        try await bench.store.write { store in
            // As it was written before: the pile held it still.
            guard var row = try store.cell(sku: "MUG", location: "web") else { return }
            let standing = try Standing(reading: store)
            var pile = StockCell(key: StockKey(sku: "MUG", location: "web"))
            try pile.admit(cart, precedence: precedence, lineage: Lineage(), history: NothingBefore())
            row.state = pile.encoded { UInt64(standing.number(of: $0) ?? 0) }
            _ = try store.put(row)
            try store.set(.views, number: 11)
        }
        #expect(try await bench.hub.digest() != before)
        await bench.hub.stop()
        try bench.store.close()
        let again = try await TestHub(store: SQLiteHubStore(path: path))
        #expect(try await again.hub.digest() == before)
        let verification = try await again.hub.verify()
        #expect(verification.isEqual, "\(verification.differences)")
    }

    @Test("Equal values ask nobody any more, values that differ do, and a rebuild equals it")
    func equalSiblings() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/hub.db"
        let bench = try await TestHub(store: SQLiteHubStore(path: path))
        let (web, depot) = (try await bench.enrol("web"), try await bench.enrol("depot"))
        var shop = TestWriter("shop", seed: 1, key: web.key)
        var warehouse = TestWriter("warehouse", seed: 2, key: depot.key)
        var orders: [Dot] = []
        for (key, theirs) in [(Int64(1), Value("EUR")), (2, "USD")] {
            let order = shop.nextDot
            orders.append(order)
            try await bench.push([try shop.seal([Make.write("order", key, [("currency", "GBP")], at: bench.now)])], from: web)
            func write(_ currency: Value) -> Change {
                Make.write(
                    "order", key, [("currency", currency)], life: order, source: shop.source, at: bench.now, context: .named([order]))
            }
            try await bench.push([try shop.seal([write("EUR")])], from: web)
            try await bench.push([try warehouse.seal([write(theirs)])], from: depot)
        }
        let before = try await bench.hub.digest()
        // As it was written before: both asked.
        try await bench.store.write { [orders] store in
            let standing = try Standing(reading: store)
            for order in orders {
                guard let number = standing.record(order), var row = try store.record(number) else { continue }
                row.flags.insert(.concurrent)
                try store.put(row, isNew: false)
            }
            try store.set(.views, number: 12)
        }
        #expect(try await bench.hub.digest() != before)
        await bench.hub.stop()
        try bench.store.close()
        let again = try await TestHub(store: SQLiteHubStore(path: path))
        #expect(try await again.hub.digest() == before)
        #expect(try await again.hub.conflicts(now: again.now).map(\.about.record) == [orders[1].description])
        let verification = try await again.hub.verify()
        #expect(verification.isEqual, "\(verification.differences)")
    }

    private struct NothingBefore: StockHistory {
        func moved(upTo dot: Dot) -> Int128 { 0 }
        func claims(on document: Text) -> [Movement] { [] }
    }

    @Test("States that told too little are completed, and sites load theirs anew", arguments: [true, false])
    func states(isInherited: Bool) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/hub.db"
        let bench = try await TestHub(store: SQLiteHubStore(path: path))
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let customer = till.nextDot
        let city = Subject(entity: "customer", key: LocalKey(.integer(1)), life: customer)
        let saw = isInherited ? [Dot(till.replica, 99)] : []
        let set = try till.seal([
            Make.customer(1, email: "ann@example.com", at: bench.now),
            Change(time: bench.now, action: .write(city, [FieldWrite("city", "York", saw: saw, isPersonal: true)])),
            Change(time: bench.now, action: .write(city, [FieldWrite("city", "Hull", isPersonal: true)])),
        ])
        try await bench.push([set], from: shop)
        let before = try await bench.hub.digest()
        #expect(try await Self.forgetInherited(customer, in: bench.store) == saw)
        try await bench.store.write { try $0.set(.views, number: 8) }
        await bench.hub.stop()
        try bench.store.close()
        let store = try SQLiteHubStore(path: path)
        let again = try await TestHub(store: store)
        #expect(try await again.hub.digest() == before)
        let verification = try await again.hub.verify()
        #expect(verification.isEqual, "\(verification.differences)")
        let floor = try await store.read { try $0.number(.floor) }
        // Who is one person is drawn anew since then, too.
        #expect(floor > 0)
        await again.hub.stop()
        try store.close()
    }
}
