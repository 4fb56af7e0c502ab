/// Rows written, each kind of table and statement in its turn.
extension HostStatements {
    mutating func rows(_ kind: HostAct.Kind) -> HostAct {
        switch kind {
        case .insert:
            return HostAct(
                kind,
                "INSERT \(clause())INTO items (id, a, b, c) VALUES (\(id()), \(value()), \(word()), \(random.pick(["1", "2.5", "NULL", "-0.0"])))"
            )
        case .update:
            return HostAct(kind, "UPDATE \(clause())items SET a = \(value()), b = \(word()), c = \(value()) WHERE id = \(id())")
        case .delete: return HostAct(kind, "DELETE FROM items WHERE id = \(id())")
        case .insertDefault: return HostAct(kind, "INSERT INTO items DEFAULT VALUES")
        case .multiRow:
            return HostAct(
                kind,
                "INSERT \(clause())INTO items (a, b) VALUES (\(value()), \(word())), (\(value()), \(word())), (\(value()), 'n' || \(id()))",
                "UPDATE \(clause())items SET b = b || \(random.pick(["'1'", "''", "'u'"])) WHERE id > \(id())")
        case .upsert:
            return HostAct(
                kind,
                "INSERT INTO items (id, a, b) VALUES (\(id()), \(value()), \(word())) ON CONFLICT (id) DO UPDATE SET a = excluded.a WHERE id > 1",
                "INSERT INTO pairs VALUES (\(id()), \(id()), \(value())) ON CONFLICT (x, y) DO UPDATE SET v = excluded.v, y = y + 10")
        case .upsertChain:
            return HostAct(
                kind,
                "INSERT INTO items (id, b) VALUES (\(id()), \(word())) ON CONFLICT (b) DO UPDATE SET c = 9.5 ON CONFLICT (id) DO UPDATE SET a = 'met' "
                    + "ON CONFLICT DO NOTHING")
        case .updateFrom:
            return HostAct(kind, "UPDATE items SET a = p.label FROM parents AS p WHERE p.id = items.id AND p.id <> \(id())")
        case .withSelect:
            return HostAct(
                kind, "WITH n(i) AS (VALUES (1), (4), (6)) INSERT \(clauseOfKey())INTO pairs SELECT i, \(id()), \(value()) FROM n")
        case .withRecursive:
            return HostAct(
                kind,
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(5 + random.below(20))) "
                    + "INSERT OR IGNORE INTO computed (id, p) SELECT i, i * 3 FROM n")
        case .withDelete:
            return HostAct(
                kind, "WITH old AS (SELECT id FROM computed WHERE id > \(random.below(12))) DELETE FROM computed WHERE id IN old")
        case .returning:
            return HostAct(
                kind, "UPDATE pairs SET v = \(value()) WHERE y = \(id()) RETURNING x, v", "DELETE FROM pairs WHERE x = \(id()) RETURNING *",
                "INSERT INTO pairs VALUES (\(id()), \(id()), \(value())) ON CONFLICT DO NOTHING RETURNING x, y, v")
        case .sameAgain:
            return HostAct(kind, "UPDATE items SET a = a, b = b, c = c", "UPDATE pairs SET x = x, y = y, v = v", "UPDATE codes SET k = k")
        case .otherStorage:
            return HostAct(
                kind, "UPDATE items SET a = CAST(a AS \(random.pick(["TEXT", "BLOB", "REAL", "INTEGER", "NUMERIC"]))) WHERE id = \(id())",
                "UPDATE anything SET v = v || '' WHERE k IS \(anyKey())")
        case .hugeValue:
            return HostAct(
                kind,
                "UPDATE items SET a = \(random.pick(["zeroblob(20000)", "hex(zeroblob(3000))", "char(0) || hex(zeroblob(900))"])) WHERE id = \(id())"
            )
        case .deletedAndGivenAgain:
            let key = id()
            return HostAct(
                kind, "BEGIN", "DELETE FROM items WHERE id = \(key)",
                "INSERT \(clause())INTO items (id, a, b, c) VALUES (\(key), \(value()), \(word()), 0.5)", "COMMIT")
        case .withoutRowid:
            return HostAct(
                kind, "INSERT \(clauseOfKey())INTO pairs VALUES (\(random.pick(["1", "'1'", "2", "x'02'"])), \(id()), \(value()))")
        case .compositeWithNull:
            return HostAct(
                kind,
                "INSERT \(clauseOfKey())INTO trios VALUES (\(random.pick(["1", "2", "NULL"])), \(random.pick(["'p'", "'q'", "NULL"])), \(value()))",
                random.pick([
                    "UPDATE trios SET y = 'p' WHERE y IS NULL AND z > 3", "UPDATE trios SET x = NULL WHERE z = 1",
                    "DELETE FROM trios WHERE x IS NULL",
                    "UPDATE OR IGNORE trios SET x = 5 WHERE x IS NULL",
                ]))
        case .wideKey:
            return HostAct(
                kind, "INSERT \(clauseOfKey())INTO wide VALUES (\(id()), 2, 'c', x'04', 5.5, \(letter()), 7, \(id()), \(value()))",
                "UPDATE \(random.pick(["", "OR IGNORE "]))wide SET h = h + 1, v = \(value()) WHERE a = \(id())")
        case .strict:
            return HostAct(
                kind,
                "INSERT \(clauseOfKey())INTO strict_ones (id, n, t, b, r, x) VALUES (\(id()), \(random.pick(["1", "NULL", "'x'", "'7'"])), \(word()), x'0102', \(random.pick(["1", "1.5", "NULL"])), \(value()))",
                "UPDATE \(clauseOfKey())strict_ones SET n = \(random.pick(["5", "'no'"])), x = \(value()) WHERE id = \(id())")
        case .generated:
            return HostAct(
                kind, "INSERT \(clauseOfKey())INTO computed (id, p) VALUES (\(id()), \(random.below(9)))",
                "UPDATE computed SET p = p + 1 WHERE id = \(id())")
        case .generatedKey:
            return HostAct(
                kind, "INSERT \(clause())INTO derived (p, v) VALUES (\(random.pick(["1", "2", "3", "'3'", "NULL"])), \(value()))",
                "UPDATE \(clause())derived SET p = p + 1 WHERE p = \(id())", "UPDATE derived SET v = \(value()) WHERE k = '2-'")
        case .numbers:
            return HostAct(
                kind,
                "INSERT \(clauseOfKey())INTO numbers VALUES (\(random.pick(["1", "2.5", "'3'", "'x'", "9007199254740993", "9e999", "NULL"])), \(value()), \(value()))",
                "UPDATE numbers SET v = \(value()), w = \(value()) WHERE k > \(id())")
        case .columnClause:
            return HostAct(
                kind, "INSERT INTO options (name, v, w) VALUES (\(letter()), NULL, \(random.pick(["1", "'bad'"]))), (\(letter()), 2, NULL)",
                "UPDATE options SET v = NULL WHERE name = \(letter())",
                "INSERT \(clauseOfKey())INTO options (name, v) VALUES (\(letter()), \(value()))")
        case .autoincrement:
            return HostAct(
                kind, "INSERT INTO tickets (what) VALUES ('w' || \(id())), (NULL), ('w' || \(id()))",
                "DELETE FROM tickets WHERE n > \(3 + random.below(9))")
        case .levels:
            return HostAct(
                kind, "UPDATE levels SET quantity = quantity - \(random.pick(["1", "2.5", "7"])) WHERE sku = \(sku())",
                "INSERT \(clauseOfKey())INTO levels VALUES (\(sku()), \(random.pick(["3", "'4'", "NULL", "0.25"])))",
                "DELETE FROM levels WHERE sku = \(sku())")
        case .levelSwap:
            return HostAct(
                kind, "BEGIN", "UPDATE OR IGNORE levels SET sku = 'swap' WHERE sku = 'shoe'",
                "UPDATE OR IGNORE levels SET sku = 'shoe' WHERE sku = 'sock'",
                "UPDATE OR IGNORE levels SET sku = 'sock' WHERE sku = 'swap'", "COMMIT")
        case .aside:
            return HostAct(
                kind, "INSERT INTO aside (k, v) SELECT id, a FROM items",
                "INSERT OR IGNORE INTO \"od\"\"d 'na[me\" (\"ke y\", \"va\"\"l\", \"select\") SELECT k, v, \(word()) FROM aside",
                "UPDATE \"od\"\"d 'na[me\" SET \"va\"\"l\" = \(value()), \"select\" = \"select\" WHERE \"ke y\" < 4", "DELETE FROM aside")
        default: preconditionFailure("\(kind) is no kind of rows.")
        }
    }
}
