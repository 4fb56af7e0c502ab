import ChangeSets
import Foundation
import GRDB
import Testing

@testable import Capture

extension MappingTests {
    @Suite("The mappings that come with the agent") struct Files {
        private func application(_ mapping: String, schema: String) throws -> MappedApplication {
            let queue = try DatabaseQueue()
            try queue.write { try $0.execute(sql: try Repository.text("agent/mappings/schemas/\(schema)")) }
            let (yaml, file) = try Repository.mapping(mapping)
            return try MappedApplication(queue: queue, yaml: yaml, file: file)
        }

        @Test(
            "each fits its schema without a warning",
            arguments: [
                ("simple-shop.yaml", "simple-shop.sql"), ("open-source-pos.yaml", "open-source-pos.sql"),
                ("adventureworks-warehouse.yaml", "adventureworks-warehouse.sql"), ("web-shop.yaml", "web-shop.sql"),
            ])
        func fits(mapping: String, schema: String) throws {
            #expect(try application(mapping, schema: schema).mapping.warnings == [])
        }

        @Test("attach says in plain words what it will do")
        func explanation() throws {
            #expect(
                try application("simple-shop.yaml", schema: "simple-shop.sql").mapping.explanation() == """
                    A small till (schemas/simple-shop.sql)

                    customers → customer, named by id
                      4 fields, 3 of them personal:
                        name     from name  (personal)
                        email    from email  (personal)
                        phone    from phone  (personal)
                        country  from country
                      Rows are edited: of an edit, the changed fields are sent.
                      Deleting a row deletes the customer.
                      A key given again names the same customer if email and phone stayed the same.

                    items → item, named by sku
                      4 fields, none of them personal:
                        sku       from sku
                        name      from description
                        price     from price
                        currency  always GBP
                      Rows are edited: of an edit, the changed fields are sent.
                      Deleting a row deletes the item.
                      A key given again names the same item if sku stayed the same.

                    sales → sale, named by id
                      5 fields, none of them personal:
                        number        from number
                        customer      from customer_id
                        at            from sold_at
                        order number  from order_number
                        currency      always GBP
                      Rows are facts: an edit sends the row again.
                      Deleting a row means that the sale never happened.
                      A key given again names the same sale if number stayed the same.

                    sale_lines → sale line, named by id
                      6 fields, none of them personal:
                        sale        from sale_id
                        sku         from sku
                        name        from description
                        quantity    from quantity
                        unit price  from unit_price
                        currency    always GBP
                      Each row takes what it sells from the stock at the location that the row names, and a negative quantity brings it back.
                      Rows are facts: an edit sends the row again.
                      Deleting a row means that the sale line never happened: what it moved is taken back.

                    stock_counts → count, named by id
                      4 fields, none of them personal:
                        sku       from sku
                        location  from location, else $site
                        quantity  from quantity
                        at        from counted_at
                      Each row is a stock-take at the location that the row names.
                      Rows are facts: an edit sends the row again.
                      Deleting a row changes nothing: the count stays.

                    Creates 15 triggers in the file, three on each of customers, items, sales, sale_lines, stock_counts. \
                    They write the table, the key and the kind of change to a log of the agent's, and nothing else.

                    """)
        }

        @Test("attach also says what it leaves out, whom it watches, and what it doubts")
        func explanationOfDoubts() throws {
            let application = try MappedApplication(
                sql: """
                    CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT, note TEXT); CREATE TABLE buyers (person INTEGER, mail TEXT, paid REAL, x, gone);
                    CREATE TABLE secrets (a); CREATE TABLE other (a);
                    """,
                yaml: """
                    mapping: 1
                    leave out: [secrets]
                    tables:
                      buyers:
                        entity: customer
                        key: [mail]
                        parents: {person: {table: people, by: person}}
                        fields: {email: mail, note: person.note}
                        deleted: {column: gone, when: [1, 2]}
                        leave out: [x]
                      people:
                        own entity: person
                        on delete: archived
                        extra: {paid: {constant: 1, kind: money}}
                    """)
            #expect(
                application.mapping.explanation() == """
                    buyers → customer, named by mail
                      2 fields, 2 of them personal:
                        email  from mail  (personal)
                        note   from person.note  (personal)
                      When a row of people changes, the rows that take values from it are read again.
                      Rows are edited: of an edit, the changed fields are sent.
                      A row counts as deleted when gone is 1 or 2.
                      Deleting a row deletes the customer.
                      A key given again names the same customer if email stayed the same.
                      Left out on purpose: x.
                      Not captured: paid.

                    people → person, named by id
                      1 field, none of them personal:
                        paid  always 1
                      Rows are edited: of an edit, the changed fields are sent.
                      Deleting a row changes nothing: the person stays.
                      Not captured: mail, note.

                    Left out on purpose: secrets.
                    Not captured, because the mapping does not name them: other.
                    Creates 6 triggers in the file, three on each of buyers, people. \
                    They write the table, the key and the kind of change to a log of the agent's, and nothing else.
                    m.yaml:6:11: warning: Nothing in the file keeps two rows of `buyers` from having the same mail.
                      Be sure that the application never does that: rows with the same key are taken for one.
                    m.yaml:8:21: warning: Column `mail` is personal (`email`) and names the row: keys are kept for ever and cannot be erased.
                      If the table has another unique column, name it with `key:`.

                    """)
        }

        @Test("the reference for operators names every code, unit, kind and field that there is")
        func reference() throws {
            let page = try Repository.text("docs/operating/mapping.md")
            var words = MappingProblem.Code.allCases.map(\.rawValue) + RowError.Code.allCases.map(\.rawValue)
            words +=
                AmountConversion.units.map(\.word) + TimeConversion.forms.map(\.word) + StockRole.words.map(\.0)
                + Movement.Kind.words.map(\.0)
            for entity in Catalogue.entities { words += [entity.name.text.string] + entity.fields.map(\.name.text.string) }
            #expect(words.filter { !page.contains("`\($0)`") } == [])
            let files = try FileManager.default.contentsOfDirectory(atPath: Repository.root.appendingPathComponent("agent/mappings").path)
            let list = try Repository.text("agent/mappings/README.md")
            #expect(files.filter { $0.hasSuffix(".yaml") && !list.contains("(\($0))") } == [])
        }

        @Test("money of no currency is a warning")
        func noCurrency() throws {
            let application = try MappedApplication(
                sql: "CREATE TABLE items (id INTEGER PRIMARY KEY, price)",
                yaml: "mapping: 1\ntables: {items: {entity: item, fields: {price: price}}}")
            #expect(
                application.mapping.warnings.map(\.description) == [
                    """
                    m.yaml:2:41: warning: `price` is money, but nothing says of which currency.
                      Add `currency: EUR` (or another) at the top of the mapping, or map `currency:` here.
                    """
                ])
        }

        @Test("simple shop: lines move stock, cancellations bring it back, counts count")
        func simpleShop() throws {
            let shop = try application("simple-shop.yaml", schema: "simple-shop.sql")
            try shop.execute(
                """
                INSERT INTO customers VALUES (17850, 'Ada', 'ada@example.org', NULL, 'United Kingdom');
                INSERT INTO sales VALUES (1, '536365', '2010-12-01 08:26:00', 17850, NULL), (2, 'C536379', '2010-07-01 09:41:00', NULL, 'W-9');
                INSERT INTO sale_lines VALUES (1, 1, '85123A', 'HOLDER', 6, '2.55', NULL), (2, 2, '85123A', 'HOLDER', -1, '2.55', 'pool');
                INSERT INTO stock_counts VALUES (1, '85123A', 'pool', 10, '2010-12-01 18:00:00');
                """)
            #expect(try shop.row("customers", 17850).summary == ["name* = Ada", "email* = ada@example.org", "country = United Kingdom"])
            #expect(
                try shop.row("sales", 1).summary == [
                    "number = 536365", "customer = customer 17850", "at = 1291191960000", "currency = GBP",
                ])
            #expect(try shop.row("sales", 2).summary == ["number = C536379", "at = 1277973660000", "order number = W-9", "currency = GBP"])
            #expect(
                try shop.row("sale_lines", 1).summary
                    == ["sale = sale 1", "sku = 85123A", "name = HOLDER", "quantity = 60000", "unit price = 25500", "currency = GBP"])
            #expect(
                try shop.row("sale_lines", 1).stock
                    == .movement(Movement(sku: "85123A", location: "shop-1", quantity: -60_000, kind: .sale)))
            #expect(
                try shop.row("sale_lines", 2).stock
                    == .movement(Movement(sku: "85123A", location: "pool", quantity: 10_000, kind: .customerReturn)))
            #expect(try shop.row("stock_counts", 1).stock == .count(sku: "85123A", location: "pool", quantity: 100_000))
            let lines = try #require(shop.mapping["sale_lines"])
            #expect(lines.stockRole == .saleLines && !lines.isMutable && lines.deletion == .void)
        }

        @Test("Open Source POS: people, ledger, composite keys, decimals")
        func openSourcePOS() throws {
            let till = try application("open-source-pos.yaml", schema: "open-source-pos.sql")
            try till.execute(
                """
                INSERT INTO people VALUES (5, 'Grace', 'Hopper', 0, '020 7946 0018', '', '1 Sea Rd', '', 'Hove', '', 'BN3', 'UK', '');
                INSERT INTO people VALUES (9, 'Till', 'Clerk', 0, '', '', '', '', '', '', '', '', '');
                INSERT INTO customers VALUES (5, NULL, 'A-77', 1, 2.5, 0);
                INSERT INTO employees VALUES ('till', 'x', 9, 0);
                INSERT INTO items VALUES (3, 'Tea', 'Drinks', NULL, '5010000000001', '', '1.20', '2.49', 5, 1, 1);
                INSERT INTO stock_locations VALUES (1, 'Shop floor', 0);
                INSERT INTO sales VALUES (11, '2026-07-01 10:00:00', 5, 9, 'gift for Ada', NULL);
                INSERT INTO sales_items VALUES (11, 3, 1, NULL, NULL, 2.125, 1.2, 2.49, 0, 1);
                INSERT INTO sales_payments VALUES (11, 'Cash', '5.30');
                INSERT INTO inventory VALUES (1, 3, 9, '2026-07-01 10:00:00', 'POS 11', 1, -2.125);
                """)
            #expect(
                try till.row("customers", 5).summary == [
                    "first name* = Grace", "last name* = Hopper", "phone* = 020 7946 0018", "address* = 1 Sea Rd", "address 2* = ",
                    "city* = Hove",
                    "region* = ", "postcode* = BN3", "country = UK", "note* = ", "number = A-77", "discount percent = 25000",
                ])
            #expect(try till.row("items", 3).isDeleted)
            #expect(
                try till.row("items", 3).summary.prefix(5) == [
                    "sku = 5010000000001", "name = Tea", "category = Drinks", "price = 24900", "cost = 12000",
                ])
            #expect(
                try till.row("sales", 11).summary == [
                    "number = 11", "customer = customer 5", "at = 1782896400000", "cashier = 9", "comment* = gift for Ada",
                    "currency = GBP",
                ])
            let line = try till.row("sales_items", 11, 3, 1)
            #expect(line.key == LocalKey([11, 3, 1]) && line.stock == nil)
            #expect(
                line.summary == [
                    "sale = sale 11", "sku = 5010000000001", "name = Tea", "quantity = 21250", "unit price = 24900",
                    "location = Shop floor",
                    "at = 1782896400000", "discount percent = 0", "currency = GBP",
                ])
            #expect(
                try till.row("sales_payments", 11, "Cash").summary
                    == ["sale = sale 11", "method = Cash", "amount = 53000", "at = 1782896400000", "currency = GBP"])
            #expect(
                try till.row("inventory", 1).stock
                    == .movement(
                        Movement(sku: "5010000000001", location: "Shop floor", quantity: -21_250, kind: .adjustment, note: "POS 11")))

            // An edit of the person finds the customer of the same number, and nobody else.
            let parent = try #require(till.mapping["customers"]?.parents.first)
            #expect(parent.table == "people" && parent.keyColumns == ["person_id"] && parent.childColumns == ["person_id"])
            #expect(try till.rows("customers", .children(of: parent), [5]).map { try $0.get().key } == [LocalKey(5)])
            #expect(try till.rows("customers", .children(of: parent), [9]).isEmpty)
            #expect(
                till.mapping.watchedTables.map(\.name) == [
                    "customers", "items", "sales", "sales_items", "sales_payments", "inventory", "people", "stock_locations",
                ])
        }

        @Test("Chinook: a real file, every row of four tables, parents of parents")
        func chinook() throws {
            let file = Repository.data.appendingPathComponent("chinook/Chinook_Sqlite.sqlite")
            guard FileManager.default.fileExists(atPath: file.path) else {
                print("Skipped: \(file.path) is absent (github.com/lerocha/chinook-database).")
                return
            }
            let copy = FileManager.default.temporaryDirectory.appendingPathComponent("chinook-\(UUID().uuidString).sqlite")
            try Data(contentsOf: file).write(to: copy)
            defer { try? FileManager.default.removeItem(at: copy) }
            let (yaml, name) = try Repository.mapping("chinook.yaml")
            let shop = try MappedApplication(queue: DatabaseQueue(path: copy.path), yaml: yaml, file: name)
            #expect(shop.mapping.warnings == [])
            for (table, count) in [("Customer", 59), ("Track", 3503), ("Invoice", 412), ("InvoiceLine", 2240)] {
                let rows = try shop.rows(table).map { try $0.get() }
                #expect(rows.count == count)
                #expect(Set(rows.map(\.key)).count == count)
            }
            #expect(
                try shop.row("Track", 1).summary == [
                    "sku = 1", "name = For Those About To Rock (We Salute You)", "brand = AC/DC", "category = Rock", "price = 9900",
                    "album = For Those About To Rock We Salute You", "milliseconds = 343719", "currency = USD",
                ])
            let total = try shop.rows("Invoice").reduce(Int64(0)) { $0 + (try $1.get()["total"]?.integer ?? 0) }
            let sum = try shop.queue.read { try Int64.fetchOne($0, sql: "SELECT sum(CAST(round(Total * 10000) AS INTEGER)) FROM Invoice") }
            #expect(total == sum)
            let lines = try shop.rows("InvoiceLine").reduce(Int64(0)) { sum, row in
                let row = try row.get()
                return sum + (row["quantity"]?.integer ?? 0) / 10_000 * (row["unit price"]?.integer ?? 0)
            }
            #expect(lines == sum)

            // A renamed artist finds the tracks of all his albums.
            let artist = try #require(shop.mapping["Track"]?.parents.first { $0.name == "artist" })
            let children = try shop.rows("Track", .children(of: artist), [1])
            let expected = try shop.queue.read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM Track JOIN Album USING (AlbumId) WHERE ArtistId = 1")
            }
            #expect(children.count == expected && children.count > 0)
            #expect(artist.childColumns == [])
        }

        @Test("AdventureWorks: stock at every location and all purchase orders, exact to the last digit")
        func warehouse() throws {
            let folder = Repository.data.appendingPathComponent("adventureworks")
            guard FileManager.default.fileExists(atPath: folder.path) else {
                print("Skipped: \(folder.path) is absent (github.com/microsoft/sql-server-samples).")
                return
            }
            let warehouse = try application("adventureworks-warehouse.yaml", schema: "adventureworks-warehouse.sql")
            for table in ["Product", "Location", "ProductInventory", "PurchaseOrderHeader", "PurchaseOrderDetail"] {
                try load(folder.appendingPathComponent("\(table).csv"), into: table, of: warehouse.queue)
            }
            for (table, count) in [
                ("Product", 504), ("ProductInventory", 1069), ("PurchaseOrderHeader", 4012), ("PurchaseOrderDetail", 8845),
            ] {
                #expect(try warehouse.rows(table).map { try $0.get() }.count == count, "\(table)")
            }
            #expect(
                try warehouse.row("ProductInventory", 1, 50).stock
                    == .level(sku: "AR-5381", location: "Subassembly", quantity: 3_530_000))
            let stock = try warehouse.rows("ProductInventory").reduce(Int64(0)) { sum, row in
                guard case .level(_, _, let quantity) = try row.get().stock else { return sum }
                return sum + quantity
            }
            #expect(
                stock == (try warehouse.queue.read { try Int64.fetchOne($0, sql: "SELECT sum(Quantity) * 10000 FROM ProductInventory") }))
            #expect(
                try warehouse.row("PurchaseOrderHeader", 1).summary == [
                    "number = 1", "state = complete", "supplier = 1580", "at = 1650006000000", "shipped at = 1650783600000",
                    "total = 2221492", "currency = USD",
                ])
            let order = try warehouse.row("PurchaseOrderDetail", 2, 3)
            #expect(order.entity == "purchase order line" && order["unit price"] == 455_805 && order["amount"] == 1_367_415)
            #expect(order["purchase order"]?.label == "purchase order 2")
            #expect(warehouse.mapping["ProductInventory"]?.isMutable == true)
        }

        /// Tab-separated, without a header; an empty field is NULL.
        private func load(_ file: URL, into table: String, of queue: DatabaseQueue) throws {
            let text = try String(contentsOf: file, encoding: .utf8)
            try queue.write { db in
                for line in text.split(whereSeparator: \.isNewline) {
                    let values = line.split(separator: "\t", omittingEmptySubsequences: false).map { $0.isEmpty ? nil : String($0) }
                    let marks = values.map { _ in "?" }.joined(separator: ", ")
                    try db.execute(sql: "INSERT INTO \(table) VALUES (\(marks))", arguments: StatementArguments(values))
                }
            }
        }

        @Test("web shop: text keys without rowids, generated columns, translated states, erased customers")
        func webShop() throws {
            let shop = try application("web-shop.yaml", schema: "web-shop.sql")
            try shop.execute(
                """
                INSERT INTO addresses VALUES (1, '1 Sea Rd', 'Hove', 'BN3', 'UK');
                INSERT INTO customers VALUES ('c-1', 'ada@example.org', NULL, 'Ada', 'L', x'00ff', 1, 1700000000000, NULL);
                INSERT INTO customers VALUES ('c-2', 'x', NULL, NULL, NULL, NULL, NULL, 1700000000000, 1700000000001);
                INSERT INTO carts VALUES ('k-1', 'c-1', 1700000000000);
                INSERT INTO cart_items VALUES ('k-1', 'SKU-1', 2, 1700000000001);
                INSERT INTO orders VALUES (1, 'W-1', 'c-1', 'sent', 1700000000002, 1998, 'EUR');
                INSERT INTO order_lines (order_id, line, sku, title, quantity, unit_cents) VALUES (1, 1, 'SKU-1', 'Shoe', 2, 999);
                INSERT INTO shipments VALUES (1, 1, 'sent', 'DHL', 'T-1', NULL);
                INSERT INTO page_events VALUES (1, 's', 'c-1', 'view', '/shoe', 'SKU-1', 'from mail', 1700000000003);
                INSERT INTO consents VALUES ('c-1', 'news', 'email', 1, 1700000000004, NULL);
                INSERT INTO stock VALUES ('SKU-1', 'main', 12, 3);
                """)
            #expect(
                try shop.row("customers", "c-1").summary == [
                    "email* = ada@example.org", "first name* = Ada", "last name* = L", "address* = 1 Sea Rd", "city* = Hove",
                    "postcode* = BN3",
                    "country = UK", "created at = 1700000000000",
                ])
            #expect(try !shop.row("customers", "c-1").isDeleted && shop.row("customers", "c-2").isDeleted)
            #expect(
                try shop.row("cart_items", "k-1", "SKU-1").summary
                    == ["kind = cart", "customer = customer c-1", "sku = SKU-1", "at = 1700000000001", "quantity = 20000"])
            #expect(
                try shop.row("orders", 1).summary
                    == [
                        "number = W-1", "customer = customer c-1", "state = shipped", "at = 1700000000002", "total = 199800",
                        "currency = EUR",
                    ])
            #expect(
                try shop.row("order_lines", 1, 1).summary == [
                    "order = order 1", "sku = SKU-1", "name = Shoe", "quantity = 20000", "unit price = 99900", "amount = 199800",
                    "currency = EUR",
                ])
            #expect(
                try shop.row("shipments", 1).summary == [
                    "order = order 1", "order number = W-1", "state = sent", "carrier = DHL", "tracking number = T-1",
                ])
            #expect(
                try shop.row("page_events", 1).summary == [
                    "kind = view", "customer = customer c-1", "at = 1700000000003", "page = /shoe", "sku = SKU-1", "detail* = from mail",
                ])
            #expect(
                try shop.row("consents", "c-1", "news", "email").summary
                    == ["customer = customer c-1", "purpose = news", "channel = email", "given = 1", "at = 1700000000004"])
            #expect(try shop.row("stock", "SKU-1", "main").stock == .level(sku: "SKU-1", location: "main", quantity: 120_000))
            #expect(shop.mapping["consents"]?.isWithoutRowid == true)
        }
    }
}
