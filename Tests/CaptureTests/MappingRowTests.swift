import ChangeSets
import Foundation
import GRDB
import Testing

@testable import Capture

extension MappingTests {
    @Suite("Rows") struct Rows {
        static let yaml = """
            mapping: 1
            time zone: UTC
            tables:
              t:
                entity: sale
                on delete: void
                fields:
                  number: name
                  total: total
                  at: at
                  currency: {column: currency, values: {1: EUR, 2: GBP}}
                extra:
                  paid: {column: paid, kind: flag}
                  anything: anything
            """

        private func application() throws -> MappedApplication {
            try MappedApplication(sql: "CREATE TABLE t (id PRIMARY KEY, name, total, at, currency, paid, anything)", yaml: Self.yaml)
        }

        struct Bad: Sendable, CustomTestStringConvertible {
            var sql: String
            var code: RowError.Code
            var message: String
            var testDescription: String { sql }
            init(_ sql: String, _ code: RowError.Code, _ message: String) { (self.sql, self.code, self.message) = (sql, code, message) }
        }

        @Test(
            "a value that cannot be mapped is told with its column, of its own row only, and the message holds no value",
            arguments: [
                Bad(
                    "id = NULL", .keyIsNull,
                    """
                    t.id is NULL, so that nothing names the row.
                    Give the row a key in the application; until then it is set aside.
                    """),
                Bad(
                    "id = CAST(x'ff41' AS TEXT)", .malformedText,
                    """
                    t.id holds text that is no valid UTF-8, where it names something.
                    Correct the row in the application; until then it is set aside.
                    """),
                Bad(
                    "id = zeroblob(1025)", .tooLarge,
                    """
                    t.id holds more than 1024 bytes.
                    A key must be short: name other columns with `key:`.
                    """),
                Bad(
                    "total = 'secret'", .notANumber,
                    """
                    t.total holds text or a blob where a number is mapped.
                    Correct the row in the application, or map the column with `as:` as what it holds.
                    """),
                Bad(
                    "total = 9e999", .notFinite,
                    """
                    t.total holds an infinity or no number at all (NaN).
                    Correct the row in the application.
                    """),
                Bad(
                    "total = 0.1 + 0.2", .notExact,
                    """
                    t.total holds more than four decimals.
                    If rounding is right here, say `round: half-even` in the mapping.
                    """),
                Bad(
                    "total = 1e30", .outOfRange,
                    """
                    t.total holds a number too large for 64 bits in units of 10⁻⁴.
                    Correct the row in the application.
                    """),
                Bad(
                    "at = 'yesterday'", .notATime,
                    """
                    t.at holds something that is no time in the mapped form.
                    Correct the row in the application, or change `as:`, or list the value under `none:` if it means "no time".
                    """),
                Bad(
                    "paid = 'secret'", .notAFlag,
                    """
                    t.paid holds something else than 0, 1, yes, no, true or false where a flag is mapped.
                    Say under `values:` which values mean `yes` and which `no`.
                    """),
                Bad(
                    "name = x'736563726574'", .notText,
                    """
                    t.name holds a blob where text is mapped.
                    If the application stores text as blobs, map the column with `as: utf-8`.
                    """),
                Bad(
                    "currency = 3", .unknownValue,
                    """
                    t.currency holds a value that `values:` does not list.
                    Add it there, or say what to do with others: `otherwise: keep`, or a value.
                    """),
                Bad(
                    "anything = zeroblob(100 << 20)", .tooLarge,
                    """
                    t.anything holds more than 1048576 bytes, or its row more than 4194304.
                    Leave the column out of the mapping, or keep such values elsewhere in the application.
                    """),
                Bad(
                    "name = printf('%2000000s', 'x')", .tooLarge,
                    """
                    t.name holds more than 1048576 bytes, or its row more than 4194304.
                    Leave the column out of the mapping, or keep such values elsewhere in the application.
                    """),
            ])
        func setAside(_ bad: Bad) throws {
            let application = try application()
            try application.execute(
                "INSERT INTO t (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three'); UPDATE t SET \(bad.sql) WHERE name = 'two'")
            let rows = try application.rows("t")
            #expect(rows.compactMap { try? $0.get().key } == [LocalKey(1), LocalKey(3)])
            let errors = rows.compactMap { row in if case .failure(let error) = row { error } else { nil } }
            #expect(errors.map(\.code) == [bad.code])
            #expect(errors.map(\.description) == [bad.message])
            #expect(errors.first?.key == (bad.sql.hasPrefix("id") ? nil : LocalKey(2)))
        }

        @Test("values up to the limit pass, one byte more does not")
        func limit() throws {
            let application = try application()
            try application.execute(
                """
                INSERT INTO t (id, anything) VALUES (1, zeroblob(1048576)), (2, zeroblob(1048577)), (3, printf('%1048576s', 'x')), (4, printf('%1048577s', 'x')),
                    (printf('%1024s', 'k'), 1), (printf('%1025s', 'k'), 2);
                """)
            #expect(try application.rows("t").map { (try? $0.get()) != nil }.filter { $0 }.count == 3)
            #expect(try application.rows("t", .key, [1]).compactMap { try? $0.get() }.count == 1)
            #expect(try application.rows("t", .key, [2]).compactMap { try? $0.get() }.count == 0)
            #expect(try application.rows("t", .key, [3]).compactMap { try? $0.get() }.count == 1)
        }

        @Test("storage classes come through untouched, NULL in, NULL out")
        func untouched() throws {
            let application = try application()
            try application.execute(
                """
                INSERT INTO t (id, anything) VALUES (1, NULL), (2, 9007199254740993), (3, 1.0), (4, '7'), (5, x'00ff'), (6, CAST(x'ff' AS TEXT)), (7, -9e999),
                    (8, 'a' || char(0) || 'b'), (9, '');
                """)
            let values = try application.rows("t").map { try $0.get()["anything"] }
            #expect(
                values == [
                    .null, .integer(9_007_199_254_740_993), .real(1), "7", .blob([0, 0xFF]), .malformedText([0xFF]), .real(-.infinity),
                    .text("a\0b"), "",
                ])
        }

        @Test("a key is its storage class and bytes: a look-up finds the very row, whatever the column's collation")
        func exactKeys() throws {
            let application = try MappedApplication(
                sql: "CREATE TABLE t (\"odd \"\"name\" TEXT COLLATE NOCASE PRIMARY KEY, v); INSERT INTO t VALUES ('abc', 1)",
                yaml: "mapping: 1\ntables: {t: {entity: customer, extra: {v: v}}}")
            #expect(try application.rows("t", .key, ["abc"]).count == 1)
            #expect(try application.rows("t", .key, ["ABC"]).count == 0)
        }

        @Test("pages of rows meet every row once", arguments: [1, 3, 100])
        func pages(size: Int64) throws {
            let application = try MappedApplication(
                sql: """
                    CREATE TABLE t (a INTEGER, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
                    INSERT INTO t SELECT value % 7, 'k' || value FROM generate_series(1, 50);
                    """.replacingOccurrences(
                        of: "generate_series(1, 50)",
                        with:
                            "(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 50) SELECT value FROM n)"
                    ),
                yaml: "mapping: 1\ntables: {t: {own entity: thing, extra: {b: b}}}")
            var keys: [LocalKey] = []
            var page = try application.rows("t", .first, [.integer(size)])
            while !page.isEmpty {
                keys += try page.map { try $0.get().key }
                let last = try #require(keys.last)
                page = try application.rows("t", .after, last.values + [.integer(size)])
            }
            #expect(keys.count == 50 && Set(keys).count == 50)
            #expect(keys == (try application.rows("t").map { try $0.get().key }))
        }

        @Test("look-ups by key and by parent use an index", arguments: ["customers", "sales_items", "inventory"])
        func plans(name: String) throws {
            let queue = try DatabaseQueue()
            try queue.write { try $0.execute(sql: try Repository.text("agent/mappings/schemas/open-source-pos.sql")) }
            let (yaml, file) = try Repository.mapping("open-source-pos.yaml")
            let application = try MappedApplication(queue: queue, yaml: yaml, file: file)
            for selection in [RowSelection.key, .after, .first] {
                let plan = try application.plan(name, selection)
                let scans = plan.filter { $0.hasPrefix("SCAN") && !(selection == .first && $0.hasPrefix("SCAN t")) }
                #expect(!plan.isEmpty && scans == [], "\(selection): \(plan)")
                #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(selection): \(plan)")
            }
        }

        @Test("names of all kinds are quoted: nothing in a schema can become SQL")
        func hostileNames() throws {
            let application = try MappedApplication(
                sql: """
                    CREATE TABLE "drop table ""x""; --" ("select" INTEGER PRIMARY KEY, "a.b" TEXT, "'" TEXT, "p""q" INTEGER);
                    CREATE TABLE "from" ("where" INTEGER PRIMARY KEY, "order by" TEXT);
                    INSERT INTO "drop table ""x""; --" VALUES (1, 'dotted', 'quote', 5);
                    INSERT INTO "from" VALUES (5, 'parent');
                    """,
                yaml: #"""
                    mapping: 1
                    tables:
                      'drop table "x"; --':
                        entity: customer
                        parents:
                          group: {table: from, by: 'p"q'}
                        fields:
                          name: a.b
                          city: "'"
                          region: group.order by
                    """#)
            #expect(try application.row("drop table \"x\"; --", 1).summary == ["name* = dotted", "city* = quote", "region* = parent"])
        }

        @Test("text in blobs, flags, fallbacks, nothing-words and constants")
        func options() throws {
            let application = try MappedApplication(
                sql: """
                    CREATE TABLE orders (id INTEGER PRIMARY KEY, name BLOB, country TEXT, gone_at TEXT, paid TEXT);
                    INSERT INTO orders VALUES (1, CAST('Tea' AS BLOB), '-', NULL, 'JA'), (2, 'Tea', NULL, '2026-01-01', 'NEIN');
                    """,
                yaml: """
                    mapping: 1
                    tables:
                      orders:
                        own entity: order record
                        extra:
                          name: {column: name, kind: text, as: utf-8}
                          country: {column: country, kind: text, none: ["-"], default: $site}
                          paid: {column: paid, kind: flag, values: {JA: yes, NEIN: no}}
                          version: {constant: 007}
                          version text: {constant: "007"}
                        personal: [country]
                        deleted: {column: gone_at, when: set}
                    """)
            #expect(
                try application.row("orders", 1).summary == [
                    "name = Tea", "country* = shop-1", "paid = 1", "version = 7", "version text = 007",
                ])
            #expect(
                try application.row("orders", 2).summary == [
                    "name = Tea", "country* = shop-1", "paid = 0", "version = 7", "version text = 007",
                ])
            #expect(try application.rows("orders").map { try $0.get().isDeleted } == [false, true])
        }

        @Test(
            "a plain deletion flag knows yes from no",
            arguments: [
                ("NULL", false), ("0", false), ("1", true), ("2", true), ("0.0", false), ("'yes'", true), ("'no'", false), ("''", false),
                ("x'01'", false),
            ])
        func deletionFlag(sql: String, isDeleted: Bool) throws {
            let application = try MappedApplication(
                sql: "CREATE TABLE t (id INTEGER PRIMARY KEY, deleted); INSERT INTO t VALUES (1, \(sql))",
                yaml: "mapping: 1\ntables: {t: {entity: customer, deleted: deleted}}")
            #expect(try application.row("t", 1).isDeleted == isDeleted)
        }

        @Test("a reference names a key as the other table stores it", arguments: [("'5'", "5"), ("5.0", "5"), ("5", "5"), ("' 5'", " 5")])
        func references(sql: String, key: String) throws {
            let application = try MappedApplication(
                sql:
                    "CREATE TABLE c (id INTEGER PRIMARY KEY); CREATE TABLE s (id INTEGER PRIMARY KEY, c); INSERT INTO s VALUES (1, \(sql)), (2, NULL)",
                yaml: "mapping: 1\ntables: {c: {entity: customer}, s: {entity: sale, on delete: void, fields: {customer: c}}}")
            let reference = try #require(try application.row("s", 1)["customer"]?.reference)
            #expect(reference.key == (key == "5" ? LocalKey(5) : LocalKey(.text(Text(key)))))
            #expect(reference.entity == "customer" && reference.life == nil && reference.source == nil)
            #expect(try application.row("s", 2)["customer"] == .null)
        }

        @Test("references by composite keys follow the order of the key")
        func compositeReferences() throws {
            let application = try MappedApplication(
                sql: """
                    CREATE TABLE o (year INT, no INT, PRIMARY KEY (no, year)); CREATE TABLE l (id INTEGER PRIMARY KEY, y, n);
                    INSERT INTO l VALUES (1, 2026, 7);
                    """,
                yaml: "mapping: 1\ntables: {o: {entity: order}, l: {entity: order line, fields: {order: {columns: [n, y]}}}}")
            #expect(try application.row("l", 1)["order"]?.reference?.key == LocalKey([7, 2026]))
        }

        @Test(
            "ledgers: kinds by value, signs by kind, transfers with their other end",
            arguments: [
                ("'S', 3", Movement(sku: "A", location: "main", quantity: -30_000, kind: .sale, note: "n", counterpart: "to")),
                ("'R', 3", Movement(sku: "A", location: "main", quantity: 30_000, kind: .receipt, note: "n", counterpart: "to")),
                ("'O', 3", Movement(sku: "A", location: "main", quantity: -30_000, kind: .transferOut, note: "n", counterpart: "to")),
                ("'O', -3", Movement(sku: "A", location: "main", quantity: -30_000, kind: .transferOut, note: "n", counterpart: "to")),
                ("'?', -3", Movement(sku: "A", location: "main", quantity: -30_000, kind: .adjustment, note: "n", counterpart: "to")),
            ])
        func ledgers(sql: String, movement: Movement) throws {
            let application = try MappedApplication(
                sql:
                    "CREATE TABLE m (id INTEGER PRIMARY KEY, kind, q, sku, other, note); INSERT INTO m VALUES (1, \(sql), 'A', 'to', 'n'), (2, \(sql), NULL, 'to', 'n')",
                yaml: """
                    mapping: 1
                    tables:
                      m:
                        entity: stock movement
                        on delete: void
                        stock:
                          role: movements
                          sku: sku
                          location: {constant: main}
                          quantity: q
                          kind: {column: kind, values: {S: sale, R: receipt, O: transfer out}, otherwise: adjustment}
                          sign: by kind
                          counterpart: other
                          note: note
                    """)
            #expect(try application.row("m", 1).stock == .movement(movement))
            #expect(try application.row("m", 2).stock == nil)
            #expect(application.mapping["m"]?.stockRole == .movements)
        }
    }

    @Suite("A file's schema") struct Schemas {
        @Test("keys, unique indexes, foreign keys, generated columns and kinds of tables are read")
        func reading() throws {
            let queue = try DatabaseQueue()
            let schema = try queue.write { db in
                try db.execute(
                    sql: """
                        CREATE TABLE parent (a TEXT, b INTEGER, PRIMARY KEY (b, a));
                        CREATE TABLE child (id INTEGER PRIMARY KEY, x TEXT, y INTEGER, z REAL AS (y * 2) STORED, v AS (y), u DECIMAL(3,1) UNIQUE,
                            FOREIGN KEY (y, x) REFERENCES parent (b, a), FOREIGN KEY (x) REFERENCES other);
                        CREATE UNIQUE INDEX partial ON child (x) WHERE y > 0;
                        CREATE UNIQUE INDEX expression ON child (lower(x));
                        CREATE UNIQUE INDEX pair ON child (x, y);
                        CREATE TABLE other (k TEXT PRIMARY KEY NOT NULL, n ANY) STRICT, WITHOUT ROWID;
                        CREATE VIEW v AS SELECT 1 AS one;
                        CREATE TABLE keyless (a);
                        CREATE TABLE tributary_log (a);
                        """)
                return try SourceSchema.read(db)
            }
            #expect(schema.tables.map(\.name) == ["child", "keyless", "other", "parent", "v"])
            #expect(schema["parent"]?.keyColumns == ["b", "a"])
            let child = try #require(schema["CHILD"])
            #expect(child.keyColumns == ["id"])
            #expect(child.uniqueKeys == [["u"], ["x", "y"]])
            #expect(child.columns.map(\.generation) == [.no, .no, .no, .stored, .virtual, .no])
            #expect(child.columns.map(\.affinity) == [.integer, .text, .integer, .real, .blob, .numeric])
            #expect(
                child.foreignKeys == [
                    ForeignKeySchema(columns: ["y", "x"], parent: "parent", parentColumns: ["b", "a"]),
                    ForeignKeySchema(columns: ["x"], parent: "other", parentColumns: []),
                ])
            #expect(child.isUnique(["Y", "x", "id"]) && child.isUnique(["y", "X"]) && !child.isUnique(["x"]) && !child.isUnique([]))
            #expect(schema["other"].map { $0.isStrict && $0.isWithoutRowid } == true)
            #expect(schema["v"]?.kind == .view)
            #expect(schema["keyless"]?.keyColumns == [])
        }
    }
}
