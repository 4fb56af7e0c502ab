/// Draws what an application may do; keys and values come from small pools, so that they collide.
struct HostStatements {
    typealias Kind = HostAct.Kind

    var random: Seeded
    /// Whether statements that no trigger sees are drawn too.
    let hides: Bool
    /// Whether `OR REPLACE` tells triggers of the rows that it removes.
    var isRecursive: Bool

    /// Rows that are there at first.
    static let opening = [
        "INSERT INTO items (id, a, b, c) VALUES (1, 'a', 'u', 1.0), (2, 'b', 'v', 2), (3, 'c', 'w', 9223372036854775807)",
        "INSERT INTO houses VALUES ('h1', 'one house'), ('h2', NULL)",
        "INSERT INTO parents (id, label, house) VALUES (1, 'one', 'h1'), (2, 'two', 'h2'), (3, 'three', NULL)",
        "INSERT INTO children (id, parent_id, v) VALUES (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'z'), (4, NULL, 'n')",
        "INSERT INTO loose (id, parent_id, v) VALUES (1, 1, 'x'), (2, 2, 'y')",
        "INSERT INTO tree (id, up, v) VALUES (1, NULL, 0), (2, 1, 0), (3, 1, 0), (4, 2, 0)",
        "INSERT INTO pairs VALUES (1, 1, 'p'), (1, 2, 'q'), ('1', 1, 'r')",
        "INSERT INTO trios VALUES (1, 'p', 1), (NULL, 'p', 2), (1, NULL, 3), (1, NULL, 4)",
        "INSERT INTO labels VALUES ('a', 1), ('A', 2), ('b', 3), ('B', 4), (NULL, 5), ('c', 6), ('C', 8), ('d', 9), ('D', 10)",
        "INSERT INTO codes (rowid, k, v) VALUES (1, 'abc', 1), (7, 'z', 2)",
        "INSERT INTO levels VALUES ('shoe', 10), ('sock', 5), ('hat', NULL)",
        "INSERT INTO derived (p, v) VALUES (1, 1), (2, 2), (NULL, 3)",
        "INSERT INTO tickets (what) VALUES ('first')",
    ]

    mutating func act() -> HostAct {
        let families =
            hides
            ? [Kind.rows, Kind.rows, Kind.keys, Kind.consequences, Kind.schema, Kind.connection, Kind.hidden]
            : [Kind.rows, Kind.rows, Kind.rows, Kind.keys, Kind.keys, Kind.consequences, Kind.schema, Kind.connection]
        return act(random.pick(random.pick(families)))
    }

    mutating func act(_ kind: HostAct.Kind) -> HostAct {
        var act =
            if Kind.rows.contains(kind) { rows(kind) } else if Kind.keys.contains(kind) {
                keys(kind)
            } else if Kind.consequences.contains(kind) { consequences(kind) } else if Kind.schema.contains(kind) {
                schema(kind)
            } else if Kind.connection.contains(kind) { connection(kind) } else { hidden(kind) }
        act.commits = random.chance(80)
        return act
    }

    // MARK: Pools

    mutating func id() -> String { String(1 + random.below(6)) }
    mutating func word() -> String { random.pick(["'u'", "'v'", "'w'", "'x'", "NULL"]) }
    mutating func letter() -> String { random.pick(["'a'", "'A'", "'b'", "'B'", "'c'", "'C'", "'d'", "'D'", "'ä'", "'Ä'"]) }
    mutating func sku() -> String { random.pick(["'shoe'", "'sock'", "'hat'", "'Hat'", "''", "'é'"]) }

    mutating func value() -> String {
        random.pick([
            "NULL", "0", "1", "-7", "9223372036854775807", "-9223372036854775808", "4503599627370496", "1.5", "0.0", "-0.0", "1e300",
            "9e999",
            "-9e999", "5e-324", "4503599627370496.0", "'text'", "''", "'é'", "'e\u{301}'", "x''", "x'00ff'", "'it''s'", "'007'", "7", "7.0",
            "'7'", "'1e2'", "cast(x'61ff62' as text)", "cast(x'c0' as text)", "'a' || char(0) || 'b'", "char(0)", "' 1 '", "x'7465787400'",
            "zeroblob(20)",
        ])
    }

    /// Keys that differ in little; a key of another storage class may equal one of them to SQLite.
    mutating func anyKey() -> String {
        random.pick([
            "1", "2", "2.0", "'1'", "'a'", "'A'", "x'01'", "x''", "2.5", "NULL", "''", "'ä'", "'a' || char(0)", "9e999",
            "9223372036854775807", "9.3e18", "0", "0.0", "1e-300",
        ])
    }

    mutating func clause() -> String {
        let all = ["", "OR ABORT ", "OR FAIL ", "OR IGNORE ", "OR ROLLBACK "]
        return random.pick(hides || isRecursive ? all + ["OR REPLACE "] : all)
    }

    /// Where the key is the table's only constraint, REPLACE removes no other row than the one it writes.
    mutating func clauseOfKey() -> String {
        random.pick(["", "OR ABORT ", "OR FAIL ", "OR IGNORE ", "OR ROLLBACK ", "OR REPLACE ", "OR REPLACE "])
    }
}
