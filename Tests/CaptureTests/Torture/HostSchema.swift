/// The application's tables, how they are mapped, and the plain SQL that says what their records must be.
enum HostSchema {
    static let sql: [String] = [
        "CREATE TABLE items (id INTEGER PRIMARY KEY, a, b TEXT UNIQUE, c REAL)",
        "CREATE TABLE pairs (x, y, v, PRIMARY KEY (x, y)) WITHOUT ROWID",
        "CREATE TABLE trios (x, y TEXT, z, PRIMARY KEY (x, y))",
        "CREATE TABLE codes (k TEXT COLLATE NOCASE PRIMARY KEY, v)",
        "CREATE TABLE labels (k TEXT COLLATE NOCASE, v)",
        "CREATE UNIQUE INDEX labels_k ON labels (k COLLATE BINARY)",
        "CREATE TABLE anything (k PRIMARY KEY, v UNIQUE)",
        "CREATE TABLE numbers (k REAL PRIMARY KEY, v NUMERIC, w INTEGER)",
        "CREATE TABLE \"od\"\"d 'na[me\" (\"ke y\" INTEGER PRIMARY KEY, \"va\"\"l\", \"select\" TEXT)",
        "CREATE TABLE strict_ones (id INTEGER PRIMARY KEY, n INTEGER, t TEXT, b BLOB, r REAL, x ANY) STRICT",
        "CREATE TABLE computed (id INTEGER PRIMARY KEY, p INTEGER, q AS (p * 2) VIRTUAL, r AS (coalesce(p, 0) + 1) STORED)",
        "CREATE TABLE derived (p, v, k AS (p || '-') VIRTUAL UNIQUE)",
        "CREATE TABLE wide (a, b, c, d, e, f, g, h, v, PRIMARY KEY (a, b, c, d, e, f, g, h)) WITHOUT ROWID",
        "CREATE TABLE houses (code TEXT PRIMARY KEY, name)",
        "CREATE TABLE parents (id INTEGER PRIMARY KEY, label, house TEXT)",
        """
        CREATE TABLE children (
            id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents(id) ON DELETE CASCADE ON UPDATE CASCADE, v)
        """,
        "CREATE INDEX children_parent ON children (parent_id)",
        "CREATE TABLE loose (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents(id) ON DELETE SET NULL, v)",
        """
        CREATE TABLE tree (
            id INTEGER PRIMARY KEY,
            up REFERENCES tree(id) ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED, v INTEGER)
        """,
        "CREATE TABLE tickets (n INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT UNIQUE ON CONFLICT IGNORE)",
        "CREATE TABLE options (name TEXT PRIMARY KEY ON CONFLICT FAIL, v NOT NULL ON CONFLICT REPLACE DEFAULT 'd', w CHECK (w IS NOT 'bad'))",
        "CREATE TABLE levels (sku TEXT PRIMARY KEY NOT NULL, quantity NUMERIC)",
        "CREATE TABLE audit (n INTEGER PRIMARY KEY, what, item)",
        "CREATE TABLE aside (n INTEGER PRIMARY KEY, k, v)",
        // The application's own triggers.
        """
        CREATE TRIGGER host_audit AFTER UPDATE OF a, b, id ON items BEGIN
            INSERT INTO audit (what, item) VALUES ('edit', OLD.id);
            UPDATE strict_ones SET n = coalesce(n, 0) + 1 WHERE id = NEW.id;
        END
        """,
        "CREATE TRIGGER host_first BEFORE INSERT ON pairs BEGIN DELETE FROM codes WHERE k = NEW.x; END",
        "CREATE TRIGGER host_gone AFTER DELETE ON items BEGIN DELETE FROM audit WHERE item = OLD.id; END",
        "CREATE TRIGGER host_again AFTER UPDATE ON tree WHEN NEW.v > 0 BEGIN UPDATE tree SET v = v - 1 WHERE id = NEW.id; END",
        "CREATE TRIGGER host_skip BEFORE INSERT ON tickets WHEN NEW.what = 'skip' BEGIN SELECT raise(IGNORE); END",
        "CREATE TRIGGER host_abort BEFORE INSERT ON tickets WHEN NEW.what = 'abort' BEGIN SELECT raise(ABORT, 'no'); END",
        "CREATE TRIGGER host_fail BEFORE INSERT ON tickets WHEN NEW.what = 'fail' BEGIN SELECT raise(FAIL, 'no'); END",
        "CREATE TRIGGER host_back BEFORE INSERT ON tickets WHEN NEW.what = 'back' BEGIN SELECT raise(ROLLBACK, 'no'); END",
        "CREATE TRIGGER host_late AFTER INSERT ON tickets WHEN NEW.what = 'late' BEGIN SELECT raise(IGNORE); END",
        "CREATE TRIGGER host_later AFTER INSERT ON tickets WHEN NEW.what = 'later' BEGIN SELECT raise(FAIL, 'no'); END",
        "CREATE VIEW shown AS SELECT id, a, b FROM items",
        "CREATE TRIGGER shown_i INSTEAD OF INSERT ON shown BEGIN INSERT OR IGNORE INTO items (id, a, b) VALUES (NEW.id, NEW.a, NEW.b); END",
        "CREATE TRIGGER shown_u INSTEAD OF UPDATE ON shown BEGIN UPDATE items SET a = NEW.a WHERE id = OLD.id; END",
        "CREATE TRIGGER shown_d INSTEAD OF DELETE ON shown BEGIN DELETE FROM items WHERE id = OLD.id; END",
    ]

    static let yaml = """
        mapping: 1
        tables:
          items: {own entity: items, same if: [b], extra: {a: a, b: b, c: c}}
          pairs: {own entity: pairs, extra: {v: v}}
          trios: {own entity: trios, extra: {z: z}}
          codes: {own entity: codes, extra: {v: v}}
          labels: {own entity: labels, key: [k], extra: {v: v}}
          anything: {own entity: anything, extra: {v: v}}
          numbers: {own entity: numbers, extra: {v: v, w: w}}
          "od\\"d 'na[me": {own entity: odd, extra: {val: "va\\"l", select: select}}
          strict_ones: {own entity: strict_ones, mutable: no, extra: {n: n, t: t, b: b, r: r, x: x}}
          computed: {own entity: computed, extra: {p: p, q: q, r: r}}
          derived: {own entity: derived, key: [k], extra: {p: p, v: v}}
          wide: {own entity: wide, extra: {v: v}}
          parents: {own entity: parents, extra: {label: label, house: house}}
          children:
            own entity: children
            parents: {parent: {table: parents, by: parent_id}, house: {table: houses, by: parent.house}}
            extra: {v: v, parent: {column: parent_id, references: parents}, label: parent.label, town: house.name}
          loose:
            own entity: loose
            parents: {parent: {table: parents, by: parent_id}}
            extra: {v: v, label: parent.label}
          tree: {own entity: tree, extra: {v: v, up: {column: up, references: tree}}}
          tickets: {own entity: tickets, extra: {what: what}}
          options: {own entity: options, extra: {v: v, w: w}}
          levels: {own entity: levels, stock: {role: level, sku: sku, location: $site, quantity: quantity}}
          audit: {own entity: audit, mutable: no, extra: {what: what, item: item}}
        """

    /// What a table's records are, asked in plain SQL: key columns first, then a value for every field.
    struct Table {
        var entity: String
        var keyCount = 1
        var fields: [String]
        /// Fields that name a row of this entity.
        var references: [String: String] = [:]
        var isMutable = true
        var sql: String
    }

    static let tables: [Table] = [
        Table(entity: "items", fields: ["a", "b", "c"], sql: "SELECT id, a, b, c FROM main.items"),
        Table(entity: "pairs", keyCount: 2, fields: ["v"], sql: "SELECT x, y, v FROM main.pairs"),
        Table(entity: "trios", keyCount: 2, fields: ["z"], sql: "SELECT x, y, z FROM main.trios"),
        Table(entity: "codes", fields: ["v"], sql: "SELECT k, v FROM main.codes"),
        Table(entity: "labels", fields: ["v"], sql: "SELECT k, v FROM main.labels"),
        Table(entity: "anything", fields: ["v"], sql: "SELECT k, v FROM main.anything"),
        Table(entity: "numbers", fields: ["v", "w"], sql: "SELECT k, v, w FROM main.numbers"),
        Table(entity: "odd", fields: ["val", "select"], sql: "SELECT \"ke y\", \"va\"\"l\", \"select\" FROM main.\"od\"\"d 'na[me\""),
        Table(
            entity: "strict_ones", fields: ["n", "t", "b", "r", "x"], isMutable: false,
            sql: "SELECT id, n, t, b, r, x FROM main.strict_ones"),
        Table(entity: "computed", fields: ["p", "q", "r"], sql: "SELECT id, p, q, r FROM main.computed"),
        Table(entity: "derived", fields: ["p", "v"], sql: "SELECT k, p, v FROM main.derived"),
        Table(entity: "wide", keyCount: 8, fields: ["v"], sql: "SELECT a, b, c, d, e, f, g, h, v FROM main.wide"),
        Table(entity: "parents", fields: ["label", "house"], sql: "SELECT id, label, house FROM main.parents"),
        Table(
            entity: "children", fields: ["v", "parent", "label", "town"], references: ["parent": "parents"],
            sql: """
                SELECT c.id, c.v, c.parent_id, p.label, h.name FROM main.children c
                LEFT JOIN main.parents p ON p.id = c.parent_id LEFT JOIN main.houses h ON h.code = p.house
                """),
        Table(
            entity: "loose", fields: ["v", "label"],
            sql: "SELECT l.id, l.v, p.label FROM main.loose l LEFT JOIN main.parents p ON p.id = l.parent_id"),
        Table(entity: "tree", fields: ["v", "up"], references: ["up": "tree"], sql: "SELECT id, v, up FROM main.tree"),
        Table(entity: "tickets", fields: ["what"], sql: "SELECT n, what FROM main.tickets"),
        Table(entity: "options", fields: ["v", "w"], sql: "SELECT name, v, w FROM main.options"),
        Table(
            entity: "levels", fields: ["sku", "location", "quantity"],
            sql: """
                SELECT sku, iif(quantity IS NULL, NULL, sku), iif(quantity IS NULL, NULL, 'shop'), CAST(quantity * 10000 AS INTEGER)
                FROM main.levels
                """),
        Table(entity: "audit", fields: ["what", "item"], isMutable: false, sql: "SELECT n, what, item FROM main.audit"),
    ]
}
