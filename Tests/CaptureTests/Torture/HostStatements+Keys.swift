/// Keys changed, and what follows from a write by itself.
extension HostStatements {
    mutating func keys(_ kind: HostAct.Kind) -> HostAct {
        switch kind {
        case .keyChange: return HostAct(kind, "UPDATE \(clause())items SET id = \(id()), a = \(value()) WHERE id = \(id())")
        case .keySwap:
            return HostAct(
                kind, "BEGIN", "UPDATE items SET id = -1 WHERE id = 1", "UPDATE items SET id = 1 WHERE id = 2",
                "UPDATE items SET id = 2 WHERE id = -1", "COMMIT")
        case .keyShift:
            return HostAct(
                kind, "UPDATE \(clause())items SET rowid = id + 1 WHERE id IN (\(id()), \(id()))",
                "UPDATE \(random.pick(["", "OR IGNORE ", "OR FAIL "]))computed SET id = id + \(random.pick(["1", "-1", "100"]))")
        case .compositeSwap:
            return HostAct(
                kind, "UPDATE \(clauseOfKey())pairs SET y = \(id()) WHERE x = \(id())",
                "UPDATE OR IGNORE pairs SET x = y, y = x WHERE x <> y",
                "UPDATE OR FAIL trios SET x = x + 1")
        case .keyCase:
            return HostAct(
                kind, "INSERT \(clause())INTO codes (k, v) VALUES (\(random.pick(["'abc'", "'ABC'", "'é'", "NULL", "'z'"])), \(value()))",
                "UPDATE \(clause())codes SET k = \(random.pick(["upper(k)", "lower(k)", "'q'", "k || 'x'"])) WHERE k = \(random.pick(["'abc'", "'z'", "'q'"]))",
                "INSERT \(clause())INTO labels VALUES (\(letter()), \(random.pick(["7", value()])))",
                "UPDATE \(clause())labels SET k = \(letter()) WHERE k = \(letter()) COLLATE BINARY",
                "DELETE FROM labels WHERE k = \(letter())")
        case .keyAnything:
            return HostAct(
                kind, "INSERT \(clause())INTO anything VALUES (\(anyKey()), \(value()))",
                "UPDATE \(clause())anything SET k = \(anyKey()) WHERE k = \(anyKey())",
                "DELETE FROM anything WHERE k IS \(anyKey())")
        case .keyOfStorage:
            return HostAct(
                kind,
                "UPDATE \(clause())anything SET k = CAST(k AS \(random.pick(["TEXT", "REAL", "INTEGER", "BLOB"]))) WHERE typeof(k) <> 'blob'",
                "UPDATE OR IGNORE anything SET k = 0.0 WHERE k = 0 AND typeof(k) = 'integer'")
        case .keyOversized:
            return HostAct(
                kind, "INSERT \(clause())INTO anything VALUES (zeroblob(\(random.pick(["1024", "1025", "3000"]))), \(id()))",
                "UPDATE anything SET k = \(random.pick(["'short'", "zeroblob(1500)", "zeroblob(1024)"])) WHERE length(k) > 1000")
        case .keyBroken:
            return HostAct(
                kind, "INSERT \(clause())INTO anything VALUES (cast(x'ff\(random.pick(["", "41"]))' as text), \(value()))",
                "UPDATE \(clause())anything SET k = \(random.pick(["'whole'", "NULL", "cast(x'c3' as text)"])) WHERE hex(k) LIKE 'FF%'",
                "UPDATE \(clause())anything SET k = cast(x'ff' as text) WHERE k = 'whole'")
        case .rowidChange:
            return HostAct(
                kind, "UPDATE \(random.pick(["", "OR IGNORE "]))codes SET rowid = rowid + \(random.pick(["1", "100"]))",
                "UPDATE OR IGNORE trios SET _rowid_ = 50 - rowid, z = \(value()) WHERE rowid < 50", "DELETE FROM codes WHERE rowid > 300",
                "INSERT OR IGNORE INTO anything (rowid, k, v) VALUES (\(id()), \(anyKey()), \(value()))",
                "UPDATE OR IGNORE anything SET oid = \(id()), k = \(anyKey()) WHERE oid = \(id())")
        default: preconditionFailure("\(kind) is no kind of keys.")
        }
    }

    mutating func consequences(_ kind: HostAct.Kind) -> HostAct {
        switch kind {
        case .cascade:
            return HostAct(
                kind, "INSERT OR IGNORE INTO children (id, parent_id, v) VALUES (\(id()), \(id()), \(value()))",
                "UPDATE \(random.pick(["", "OR IGNORE "]))parents SET id = \(id()) WHERE id = \(id())",
                "DELETE FROM parents WHERE id = \(id())")
        case .deferredCascade:
            return HostAct(
                kind, "BEGIN", "INSERT OR IGNORE INTO tree (id, up, v) VALUES (\(10 + random.below(3)), \(13 + random.below(3)), 0)",
                "INSERT OR IGNORE INTO tree (id, up, v) VALUES (\(13 + random.below(3)), \(id()), 0)",
                "\(random.pick(["DELETE FROM tree WHERE id = ", "UPDATE OR IGNORE tree SET id = id + 20 WHERE id = "]))\(id())", "COMMIT")
        case .setNull:
            return HostAct(kind, "UPDATE loose SET parent_id = \(id()) WHERE id = \(id())", "DELETE FROM parents WHERE id = \(id())")
        case .hostTrigger:
            return HostAct(kind, "UPDATE \(clause())items SET a = \(value()) WHERE id < \(id())", "DELETE FROM items WHERE id = \(id())")
        case .recursiveTrigger: return HostAct(kind, "UPDATE tree SET v = \(random.below(5)) WHERE id = \(id())")
        case .raises:
            let word = random.pick(["skip", "abort", "fail", "back", "late", "later"])
            return HostAct(
                kind, random.pick(["BEGIN", "SAVEPOINT raised"]), "INSERT INTO tickets (what) VALUES ('before \(random.below(99))')",
                "INSERT \(clause())INTO tickets (what) VALUES ('r\(random.below(99))'), ('\(word)'), ('s\(random.below(99))')",
                "UPDATE tickets SET what = 'was ' || what WHERE what = '\(word)'", "COMMIT")
        case .viewInsert: return HostAct(kind, "INSERT INTO shown (id, a, b) VALUES (\(id()), \(value()), \(word()))")
        case .viewUpdate: return HostAct(kind, "UPDATE shown SET a = \(value()) WHERE id = \(id())")
        case .viewDelete: return HostAct(kind, "DELETE FROM shown WHERE id = \(id())")
        case .parents:
            let key = id()
            // `loose` has no index by parent: that a row waited there for its parent, only a sweep is sure to see.
            return HostAct(
                kind,
                "INSERT \(hides ? clauseOfKey() : "OR IGNORE ")INTO parents (id, label, house) VALUES (\(key), \(value()), \(random.pick(["'h1'", "'h3'", "NULL"])))",
                hides ? "SELECT 1" : "UPDATE loose SET v = v WHERE parent_id = \(key)",
                "UPDATE parents SET label = \(value()) WHERE id = \(id())")
        case .parentReplaced:
            return HostAct(kind, "REPLACE INTO parents (id, label, house) SELECT id, \(value()), house FROM parents WHERE id = \(id())")
        case .grandparents:
            return HostAct(
                kind, "INSERT \(clauseOfKey())INTO houses VALUES (\(random.pick(["'h1'", "'h2'", "'h3'", "'H1'"])), \(value()))",
                "UPDATE parents SET house = \(random.pick(["'h1'", "'h2'", "'h3'", "NULL"])) WHERE id = \(id())",
                random.pick(["DELETE FROM houses WHERE code = 'h2'", "UPDATE OR IGNORE houses SET code = 'h2' WHERE code = 'h3'"]))
        case .savepoint:
            return HostAct(
                kind, "BEGIN", "SAVEPOINT s", "DELETE FROM items", "UPDATE parents SET label = 'lost'", "ROLLBACK TO s",
                "INSERT OR IGNORE INTO items (id) VALUES (\(id()))", "RELEASE s", "COMMIT")
        case .nestedSavepoints:
            return HostAct(
                kind, "SAVEPOINT one", "UPDATE items SET a = \(value()) WHERE id = \(id())", "SAVEPOINT two",
                "UPDATE OR IGNORE items SET id = id + 50", "\(random.pick(["ROLLBACK TO two", "RELEASE two"]))", "SAVEPOINT two",
                "DELETE FROM pairs WHERE x = \(id())", "\(random.pick(["ROLLBACK TO one", "ROLLBACK TO two", "RELEASE one"]))",
                "RELEASE one")
        case .rolledBack:
            return HostAct(
                kind, "BEGIN IMMEDIATE", "DELETE FROM children", "DELETE FROM pairs", "UPDATE codes SET k = k || 'r'", "ROLLBACK")
        case .longTransaction:
            return HostAct(
                kind, "BEGIN", "INSERT OR IGNORE INTO wide SELECT id, p, 'l', 4, 5, 6, 7, 8, hex(zeroblob(500)) FROM computed",
                "UPDATE wide SET v = v || a WHERE c = 'l'", "DELETE FROM wide WHERE c = 'l' AND a > \(id())", "COMMIT")
        default: preconditionFailure("\(kind) is no kind of consequences.")
        }
    }
}
