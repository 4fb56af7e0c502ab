import Causality
import ChangeSets
import Foundation
import Testing

@testable import Capture

/// Every way in which an application may write its tables, drawn at random.
///
/// The oracle: after a drain and a sweep, what the journal tells, applied change by change, is what the tables hold.
@Suite("Host SQL")
struct TortureTests {
    static let schema = """
        CREATE TABLE items (id INTEGER PRIMARY KEY, a, b TEXT UNIQUE, c REAL);
        CREATE TABLE pairs (x, y, v, PRIMARY KEY (x, y)) WITHOUT ROWID;
        CREATE TABLE codes (k TEXT COLLATE NOCASE PRIMARY KEY, v);
        CREATE TABLE anything (k PRIMARY KEY, v UNIQUE);
        CREATE TABLE "od""d 'na[me" ("ke y" INTEGER PRIMARY KEY, "va""l", "select" TEXT);
        CREATE TABLE strict_ones (id INTEGER PRIMARY KEY, n INTEGER, t TEXT, b BLOB) STRICT;
        CREATE TABLE computed (id INTEGER PRIMARY KEY, p INTEGER, q AS (p * 2) VIRTUAL, r AS (coalesce(p, 0) + 1) STORED);
        CREATE TABLE parents (id INTEGER PRIMARY KEY, label);
        CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents(id) ON DELETE CASCADE ON UPDATE CASCADE, v);
        CREATE INDEX children_parent ON children (parent_id);
        CREATE TABLE loose (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents(id) ON DELETE SET NULL, v);
        CREATE TABLE audit (n INTEGER PRIMARY KEY, what, item);
        CREATE TRIGGER host_audit AFTER UPDATE ON items BEGIN
            INSERT INTO audit (what, item) VALUES ('edit', OLD.id);
            UPDATE strict_ones SET n = coalesce(n, 0) + 1 WHERE id = NEW.id;
        END;
        CREATE TRIGGER host_first BEFORE INSERT ON pairs BEGIN DELETE FROM codes WHERE k = NEW.x; END;
        CREATE VIEW shown AS SELECT id, a, b FROM items;
        CREATE TRIGGER shown_insert INSTEAD OF INSERT ON shown BEGIN INSERT OR REPLACE INTO items (id, a, b) VALUES (NEW.id, NEW.a, NEW.b); END;
        CREATE TRIGGER shown_update INSTEAD OF UPDATE ON shown BEGIN UPDATE items SET a = NEW.a WHERE id = OLD.id; END;
        CREATE TRIGGER shown_delete INSTEAD OF DELETE ON shown BEGIN DELETE FROM items WHERE id = OLD.id; END;
        """

    static let yaml = """
        mapping: 1
        tables:
          items: {own entity: item row, same if: [b], extra: {a: a, b: b, c: c}}
          pairs: {own entity: pair, extra: {v: v}}
          codes: {own entity: code, extra: {v: v}}
          anything: {own entity: anything, extra: {v: v}}
          "od\\"d 'na[me": {own entity: odd, extra: {val: "va\\"l", select: select}}
          strict_ones: {own entity: strict, mutable: no, extra: {n: n, t: t, b: b}}
          computed: {own entity: computed, extra: {p: p, q: q, r: r}}
          parents: {own entity: parent, extra: {label: label}}
          children:
            own entity: child
            parents: {parent: {table: parents, by: parent_id}}
            extra: {v: v, parent: {column: parent_id, references: parents}, label: parent.label}
          loose:
            own entity: loose
            parents: {parent: {table: parents, by: parent_id}}
            extra: {v: v, label: parent.label}
          audit: {own entity: audit, mutable: no, extra: {what: what, item: item}}
        """

    @Test("what triggers and a sweep captured is the difference of the tables", arguments: Seeds.list(150))
    func torture(seed: UInt64) throws {
        let rig = try Rig(Self.schema, Self.yaml, seed: seed, journal: seed % 5 == 0 ? "DELETE" : "WAL")
        if seed % 5 == 0 { rig.settings.rowsPerSliceMax = 3 }
        rig.settings.rowsPerReadMax = 5
        rig.settings.logRowsPerReadMax = 7
        var statements = HostStatements(seed: seed)
        var hub = ModelHub()
        try rig.attach()
        for sql in statements.opening { try? rig.sell(sql) }
        try rig.drain()
        for round in 0..<4 {
            for _ in 0..<12 { rig.tryToSell(statements.next()) }
            try rig.drain()
            try hub.take(rig.agentStore(), forget: round % 2 == 0)
        }
        try rig.sweep()
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [], "seed \(seed)\n\(statements.said.joined(separator: "\n"))")
        #expect(try rig.sweep() == .nothing, "law 11, seed \(seed)")
        #expect(try rig.number("SELECT count(*) FROM _tributary_log") == 0)
    }

    @Test("without statements that hide from triggers, drains alone find everything", arguments: Seeds.list(50))
    func drainsAlone(seed: UInt64) throws {
        let rig = try Rig(Self.schema, Self.yaml, seed: seed)
        var statements = HostStatements(seed: seed &+ 1_000_000)
        statements.hides = false
        var hub = ModelHub()
        try rig.attach()
        for sql in statements.opening { try? rig.sell(sql) }
        try rig.drain()
        for _ in 0..<4 {
            for _ in 0..<12 { rig.tryToSell(statements.next()) }
            try rig.drain()
            try hub.take(rig.agentStore())
            #expect(try rig.differences(from: hub) == [], "seed \(seed)\n\(statements.said.joined(separator: "\n"))")
        }
    }

    @Test("schema changes of the vendor neither fail nor lose a row", arguments: HostStatements.alterations)
    func alteration(_ sql: String) throws {
        let rig = try Rig(Self.schema, Self.yaml)
        var statements = HostStatements(seed: 7)
        var hub = ModelHub()
        for sql in statements.opening { try? rig.sell(sql) }
        try rig.attach()
        try rig.drain()
        try rig.opened().rest()
        try rig.sell(sql)
        for _ in 0..<20 { rig.tryToSell(statements.next()) }
        try rig.drain()
        try rig.sweep()
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [], "\(sql)")
    }

    @Test("a mapped column that the vendor takes away stops this source in plain words, and nothing written meanwhile is lost")
    func columnGone() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try rig.sell("ALTER TABLE customers RENAME COLUMN email TO mail")
        try rig.sell("INSERT INTO customers VALUES (9, 'new@example.org', 'New')")
        let error = #expect(throws: CaptureError.self) { try rig.drain() }
        #expect(error?.code == .schemaChanged && error?.message.contains("customers") == true)
        try rig.sell("ALTER TABLE customers RENAME COLUMN mail TO email")
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
    }

    @Test("rows without a key, and rows that cannot be mapped, are set aside with their reason, and captured when they can be")
    func setAside() throws {
        let rig = try Rig(
            Shop.sql + "CREATE TABLE codes (k TEXT PRIMARY KEY, n);",
            Shop.yaml + "\n" + """
                  codes:
                    own entity: code
                    extra: {n: {column: n, kind: integer}}
                """)
        var hub = ModelHub()
        try rig.attach()
        try rig.sell("INSERT INTO codes VALUES (NULL, 1), ('a', 'not a number'), ('b', 2)")
        try rig.drain()
        let problems = try RowProblem.all(in: rig.agentStore())
        #expect(
            problems.map(\.code) == ["row-key-is-null", "row-not-a-number"]
                || problems.map(\.code) == ["row-not-a-number", "row-key-is-null"])
        try rig.sell("UPDATE codes SET k = 'c' WHERE k IS NULL; UPDATE codes SET n = 3 WHERE k = 'a'")
        try rig.drain()
        #expect(try RowProblem.all(in: rig.agentStore()).isEmpty)
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
    }

    @Test("another program's connection, with triggers off and ATTACH, hides nothing from a sweep")
    func otherProcess() throws {
        let tool = "/usr/bin/sqlite3"
        guard FileManager.default.isExecutableFile(atPath: tool) else { return }
        let rig = try Rig(Self.schema, Self.yaml)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        let script = """
            .bail off
            INSERT INTO items VALUES (1, 'a', 'x', 1.5), (2, 'b', 'y', 2.5), (3, 'c', 'z', NULL);
            INSERT INTO parents VALUES (1, 'one');
            INSERT INTO children VALUES (1, 1, 'v'), (2, 1, 'w');
            .dbconfig enable_trigger off
            UPDATE items SET a = 'unseen' WHERE id = 1;
            DELETE FROM items WHERE id = 2;
            INSERT INTO pairs VALUES (1, 2, 'unseen');
            .dbconfig enable_trigger on
            INSERT OR REPLACE INTO items VALUES (9, 'over', 'z', NULL);
            ATTACH ':memory:' AS elsewhere;
            CREATE TABLE elsewhere.items (id, a, b, c);
            INSERT INTO elsewhere.items VALUES (50, 'e', 'e', 0);
            INSERT INTO main.items SELECT * FROM elsewhere.items;
            UPDATE parents SET label = 'eins' WHERE id = 1;
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = [rig.till]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        input.fileHandleForWriting.write(Data(script.utf8))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(try rig.number("SELECT count(*) FROM items") == 3)
        try rig.drain()
        try rig.sweep()
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
    }
}

extension Rig {
    /// A statement that the application may or may not get through; whatever it left half done is rolled back.
    func tryToSell(_ sql: String) {
        do { try sell(sql) } catch { try? sell("ROLLBACK") }
    }
}

/// Draws statements of every family; keys and values come from small pools, so that they collide.
struct HostStatements {
    private var random: Seeded
    /// Whether statements that no trigger sees are drawn too.
    var hides = true
    private(set) var said: [String] = []

    init(seed: UInt64) { random = Seeded(seed) }

    let opening = [
        "INSERT INTO items VALUES (1, 'a', 'u', 1.0), (2, 'b', 'v', 2.0), (3, 'c', 'w', 3.0)",
        "INSERT INTO parents VALUES (1, 'one'), (2, 'two'), (3, 'three')",
        "INSERT INTO children VALUES (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'z'), (4, NULL, 'n')",
        "INSERT INTO loose VALUES (1, 1, 'x'), (2, 2, 'y')",
        "INSERT INTO pairs VALUES (1, 1, 'p'), (1, 2, 'q'), ('1', 1, 'r')",
    ]

    static let alterations = [
        "ALTER TABLE items ADD COLUMN d", "ALTER TABLE items ADD COLUMN d DEFAULT 5", "ALTER TABLE computed ADD COLUMN z AS (p + 1)",
        "CREATE INDEX more ON items (a)", "VACUUM", "PRAGMA user_version = 9",
        "ALTER TABLE audit ADD COLUMN x; ALTER TABLE audit DROP COLUMN x",
        "ALTER TABLE items RENAME TO goods; ALTER TABLE goods RENAME TO items",
        "ALTER TABLE strict_ones RENAME COLUMN id TO ident; ALTER TABLE strict_ones RENAME COLUMN ident TO id",
        """
        BEGIN; DROP VIEW shown; CREATE TABLE rebuilt (id INTEGER PRIMARY KEY, a, b TEXT UNIQUE, c REAL, d);
        INSERT INTO rebuilt SELECT id, a || '!', b, c, NULL FROM items; DROP TABLE items; ALTER TABLE rebuilt RENAME TO items; COMMIT
        """,
        "DROP TABLE parents; CREATE TABLE parents (id INTEGER PRIMARY KEY, label); INSERT INTO parents VALUES (1, 'again')",
        "DROP TABLE codes; CREATE TABLE codes (v, k TEXT COLLATE NOCASE PRIMARY KEY)",
        "PRAGMA writable_schema = ON; PRAGMA writable_schema = OFF", "PRAGMA journal_mode = DELETE", "ANALYZE", "REINDEX",
    ]

    mutating func next() -> String {
        let sql = family()
        said.append(sql)
        return sql
    }

    private mutating func value() -> String {
        random.pick([
            "NULL", "0", "1", "-7", "9223372036854775807", "1.5", "-0.0", "1e300", "'text'", "''", "'é'", "'e\u{301}'", "x''", "x'00ff'",
            "'it''s'", "'007'", "7", "'7'", "cast(x'61ff62' as text)", "'a' || char(0) || 'b'",
        ])
    }

    private mutating func id() -> String { String(1 + random.below(6)) }
    private mutating func word() -> String { random.pick(["'u'", "'v'", "'w'", "'x'", "NULL"]) }
    private mutating func anyKey() -> String { random.pick(["1", "2", "'1'", "'a'", "'A'", "x'01'", "2.5", "NULL", "''", "'ä'"]) }
    private mutating func clause() -> String {
        random.pick(
            hides
                ? ["", "OR ABORT ", "OR FAIL ", "OR IGNORE ", "OR ROLLBACK ", "OR REPLACE "]
                : ["", "OR ABORT ", "OR FAIL ", "OR IGNORE ", "OR ROLLBACK "])
    }

    private mutating func family() -> String {
        switch random.below(32) {
        case 0, 1: "INSERT \(clause())INTO items VALUES (\(id()), \(value()), \(word()), \(random.pick(["1.0", "2.5", "NULL"])))"
        case 2: "INSERT \(clause())INTO items (a, b) VALUES (\(value()), \(word())), (\(value()), \(word())), (\(value()), 'n' || \(id()))"
        case 3, 4: "UPDATE \(clause())items SET a = \(value()), b = \(word()) WHERE id = \(id())"
        case 5: "UPDATE \(clause())items SET id = \(id()) WHERE id = \(id())"
        case 6: "UPDATE \(clause())items SET rowid = id + 1 WHERE id IN (\(id()), \(id()))"
        case 7:
            "BEGIN; UPDATE items SET id = -1 WHERE id = 1; UPDATE items SET id = 1 WHERE id = 2; UPDATE items SET id = 2 WHERE id = -1; COMMIT"
        case 8: "INSERT INTO items (id, a, b) VALUES (\(id()), \(value()), \(word())) ON CONFLICT (id) DO UPDATE SET a = excluded.a"
        case 9: "INSERT INTO items (id, b) VALUES (\(id()), \(word())) ON CONFLICT (b) DO UPDATE SET c = 9.5 ON CONFLICT DO NOTHING"
        case 10: "DELETE FROM items WHERE id = \(id())"
        case 11:
            "BEGIN; DELETE FROM items WHERE id = \(id()); INSERT \(clause())INTO items VALUES (\(id()), \(value()), \(word()), 0.5); COMMIT"
        case 12: "WITH n(i) AS (VALUES (1), (4), (6)) INSERT \(clause())INTO pairs SELECT i, \(id()), \(value()) FROM n"
        case 13: "INSERT \(clause())INTO pairs VALUES (\(random.pick(["1", "'1'", "2", "x'02'"])), \(id()), \(value()))"
        case 14: "UPDATE \(clause())pairs SET y = \(id()) WHERE x = \(id())"
        case 15: "UPDATE pairs SET v = \(value()) WHERE y = \(id()) RETURNING x, v"
        case 16: "DELETE FROM pairs WHERE x = \(id()) RETURNING *"
        case 17: "INSERT \(clause())INTO codes VALUES (\(random.pick(["'abc'", "'ABC'", "'Abc'", "'é'", "NULL", "'z'"])), \(value()))"
        case 18:
            "UPDATE \(clause())codes SET k = \(random.pick(["upper(k)", "lower(k)", "'q'", "k || 'x'"])) WHERE k = \(random.pick(["'abc'", "'z'", "'q'"]))"
        case 19: "INSERT \(clause())INTO anything VALUES (\(anyKey()), \(value()))"
        case 20: "UPDATE \(clause())anything SET k = \(anyKey()) WHERE k = \(anyKey())"
        case 21: "INSERT \(clause())INTO \"od\"\"d 'na[me\" VALUES (\(id()), \(value()), \(word()))"
        case 22: "UPDATE \"od\"\"d 'na[me\" SET \"va\"\"l\" = \(value()), \"select\" = \"select\""
        case 23: "INSERT \(clause())INTO strict_ones VALUES (\(id()), \(random.pick(["1", "NULL", "'x'"])), \(word()), x'0102')"
        case 24:
            "INSERT \(clause())INTO computed (id, p) VALUES (\(id()), \(random.below(9))); UPDATE computed SET p = p + 1 WHERE id = \(id())"
        case 25:
            "PRAGMA foreign_keys = ON; UPDATE parents SET id = \(id()) WHERE id = \(id()); DELETE FROM parents WHERE id = \(id()); PRAGMA foreign_keys = OFF"
        case 26: "UPDATE parents SET label = \(value()) WHERE id = \(id())"
        case 27:
            "INSERT \(clause())INTO parents VALUES (\(id()), \(value())); INSERT OR IGNORE INTO children VALUES (\(id()), \(id()), \(value())); UPDATE loose SET parent_id = \(id())"
        case 28:
            "BEGIN; SAVEPOINT s; DELETE FROM items; UPDATE parents SET label = 'lost'; ROLLBACK TO s; INSERT OR IGNORE INTO items (id) VALUES (\(id())); RELEASE s; COMMIT"
        case 29: "BEGIN; DELETE FROM children; DELETE FROM pairs; ROLLBACK"
        case 30:
            hides
                ? "INSERT INTO shown VALUES (\(id()), \(value()), \(word())); UPDATE shown SET a = \(value()) WHERE id = \(id())"
                : "DELETE FROM shown WHERE id = \(id())"
        default: hides ? hidden() : "UPDATE items SET a = a, b = b, c = c"
        }
    }

    private mutating func hidden() -> String {
        switch random.below(5) {
        case 0: "PRAGMA recursive_triggers = ON; REPLACE INTO items VALUES (\(id()), 'r', \(word()), 0.0); PRAGMA recursive_triggers = OFF"
        case 1: "DELETE FROM _tributary_log"
        case 2: "DROP TRIGGER IF EXISTS _tributary_1_i; INSERT OR IGNORE INTO items (id, a) VALUES (\(id()), 'unseen')"
        case 3: "VACUUM"
        default: "ALTER TABLE items ADD COLUMN d\(random.below(1_000_000))"
        }
    }
}
