/// The vendor's updates of the schema, the connection's settings and other files, and what hides from triggers.
extension HostStatements {
    mutating func schema(_ kind: HostAct.Kind) -> HostAct {
        let number = random.below(1_000_000)
        switch kind {
        case .addColumn:
            let table = random.pick(["items", "pairs", "codes", "strict_ones", "parents", "audit"])
            return HostAct(
                kind,
                "ALTER TABLE \(table) ADD COLUMN d\(number) \(random.pick(["TEXT", "INTEGER DEFAULT 5", "INTEGER NOT NULL DEFAULT 0"]))")
        case .addGeneratedColumn: return HostAct(kind, "ALTER TABLE computed ADD COLUMN g\(number) AS (p + 1)")
        case .dropColumn:
            return HostAct(
                kind, "ALTER TABLE loose ADD COLUMN d\(number) DEFAULT 1",
                "UPDATE loose SET d\(number) = 2, v = \(value()) WHERE id = \(id())",
                "ALTER TABLE loose DROP COLUMN d\(number)", isAllOrNothing: true)
        case .renameColumn:
            let (table, column) = random.pick([("items", "a"), ("codes", "k"), ("parents", "label"), ("pairs", "x"), ("strict_ones", "id")])
            return HostAct(
                kind, "BEGIN", "ALTER TABLE \(table) RENAME COLUMN \(column) TO other", "UPDATE \(table) SET other = other",
                "ALTER TABLE \(table) RENAME COLUMN other TO \(column)", "COMMIT", isAllOrNothing: true)
        case .renameTable:
            let table = random.pick(["codes", "items", "tree", "derived", "levels"])
            return HostAct(
                kind, "BEGIN", "ALTER TABLE \(table) RENAME TO goods", "DELETE FROM goods WHERE rowid = \(id())",
                "ALTER TABLE goods RENAME TO \(table)", "COMMIT",
                isAllOrNothing: true)
        case .rebuild:
            return HostAct(
                kind, "BEGIN", "CREATE TABLE anew (k PRIMARY KEY, v UNIQUE, more)", "INSERT INTO anew SELECT k, v || '!', 1 FROM anything",
                "DROP TABLE anything", "ALTER TABLE anew RENAME TO anything", "UPDATE anything SET v = \(value()) WHERE k = \(anyKey())",
                "COMMIT",
                isAllOrNothing: true)
        case .rebuildOldFirst:
            return HostAct(
                kind, "BEGIN", "ALTER TABLE numbers RENAME TO old", "CREATE TABLE numbers (k REAL PRIMARY KEY, w INTEGER, v NUMERIC)",
                "INSERT INTO numbers (k, v, w) SELECT k, w, v FROM old", "DELETE FROM old WHERE k = 1", "DROP TABLE old", "COMMIT",
                isAllOrNothing: true)
        case .rebuildWithTriggers:
            return HostAct(
                kind, "PRAGMA legacy_alter_table = ON", "BEGIN",
                "CREATE TABLE items_new (id INTEGER PRIMARY KEY, a, b TEXT UNIQUE, c REAL, d)",
                "INSERT INTO items_new SELECT id, a, b, c, NULL FROM items WHERE id <> \(id())", "DROP TABLE items",
                "ALTER TABLE items_new RENAME TO items",
                "INSERT OR IGNORE INTO items (id, a) VALUES (\(id()), 'rebuilt')", "COMMIT", "PRAGMA legacy_alter_table = OFF",
                isAllOrNothing: true)
        case .dropAndCreate:
            return HostAct(
                kind, "BEGIN", "DROP TABLE wide",
                "CREATE TABLE wide (v, a, b, c, d, e, f, g, h, PRIMARY KEY (a, b, c, d, e, f, g, h)) WITHOUT ROWID",
                "INSERT INTO wide (a, b, c, d, e, f, g, h, v) VALUES (1, 2, 'c', x'04', 5.5, 'a', 7, \(id()), \(value()))", "COMMIT",
                isAllOrNothing: true)
        case .createIndex:
            return HostAct(kind, "CREATE \(random.pick(["", "UNIQUE "]))INDEX IF NOT EXISTS extra ON children (v)", "ANALYZE children")
        case .dropIndex: return HostAct(kind, "DROP INDEX IF EXISTS extra")
        case .newHostTrigger:
            return HostAct(
                kind, "DROP TRIGGER IF EXISTS host_new",
                "CREATE TRIGGER host_new AFTER \(random.pick(["INSERT", "UPDATE"])) ON labels BEGIN "
                    + "SELECT raise(\(random.pick(["IGNORE", "FAIL, 'no'"]))) WHERE NEW.v = 7; INSERT INTO audit (what, item) VALUES ('new', NEW.v); END",
                "INSERT OR IGNORE INTO labels VALUES (\(letter()), 7)", "UPDATE labels SET v = 7 WHERE k = \(letter())")
        case .vacuum: return HostAct(kind, "VACUUM")
        case .vacuumRowids:
            return HostAct(
                kind, "DELETE FROM codes WHERE rowid = 1", "INSERT OR IGNORE INTO codes (k, v) VALUES ('vac', \(value())), ('uum', 1)",
                "VACUUM", "UPDATE codes SET v = \(value()) WHERE rowid = 1")
        case .analyze: return HostAct(kind, "ANALYZE", "PRAGMA optimize")
        case .reindex: return HostAct(kind, "REINDEX", "PRAGMA user_version = \(number)")
        default: preconditionFailure("\(kind) is no kind of schema.")
        }
    }

    mutating func connection(_ kind: HostAct.Kind) -> HostAct {
        switch kind {
        case .countChanges:
            return HostAct(
                kind, "PRAGMA count_changes = ON", "UPDATE items SET a = \(value()) WHERE id < \(id())",
                "DELETE FROM pairs WHERE x = \(id())",
                "PRAGMA count_changes = OFF")
        case .foreignKeysSwitched:
            return HostAct(
                kind, "PRAGMA foreign_keys = \(random.pick(["ON", "OFF"]))", "DELETE FROM parents WHERE id = \(id())",
                "INSERT OR IGNORE INTO children (id, parent_id) VALUES (\(id()), 99)")
        case .attachCopy:
            return HostAct(
                kind, "ATTACH ':memory:' AS elsewhere", "CREATE TABLE elsewhere.items (id INTEGER PRIMARY KEY, a, b, c)",
                "INSERT INTO elsewhere.items VALUES (1, 'e', 'e', 0), (50, 'e', 'f', 0)", "BEGIN",
                "INSERT OR IGNORE INTO main.items (id, a, b, c) SELECT id, a, b, c FROM elsewhere.items",
                "UPDATE elsewhere.items SET a = 'not captured'",
                "DELETE FROM elsewhere.items WHERE id = 1", "COMMIT", "DETACH elsewhere")
        case .attachSameNames:
            return HostAct(
                kind, "ATTACH 'other.db' AS one", "ATTACH ':memory:' AS two", "CREATE TABLE IF NOT EXISTS one.pairs (x, y, v)", "BEGIN",
                "CREATE TABLE two.pairs AS SELECT * FROM main.pairs",
                "INSERT INTO one.pairs VALUES (1, 2, 3)", "DELETE FROM two.pairs",
                "UPDATE main.pairs SET v = (SELECT v FROM one.pairs) WHERE x = \(id())",
                random.pick(["COMMIT", "ROLLBACK"]), "DETACH one", "DETACH two")
        case .attachedTwice:
            return HostAct(
                kind, "ATTACH 'till.db' AS again", "UPDATE again.items SET a = \(value()) WHERE id = \(id())",
                "INSERT OR IGNORE INTO again.codes (k, v) VALUES (\(letter()), 1)", "DELETE FROM again.tree WHERE id = \(id())",
                "DETACH again")
        case .tempTable:
            return HostAct(
                kind, "CREATE TEMP TABLE codes (k, v)", "INSERT INTO codes VALUES ('temp', 1)", "UPDATE codes SET v = 2",
                "DELETE FROM main.codes WHERE k = 'z'",
                "INSERT OR IGNORE INTO main.codes (k, v) SELECT k, v FROM codes", "DROP TABLE temp.codes")
        case .tempTrigger:
            return HostAct(
                kind,
                "CREATE TEMP TRIGGER passing AFTER UPDATE ON main.parents BEGIN UPDATE options SET v = 'by temp'; DELETE FROM derived WHERE p = OLD.id; END",
                "UPDATE parents SET label = \(value()) WHERE id = \(id())", "DROP TRIGGER passing")
        case .journalMode:
            return HostAct(
                kind, "PRAGMA journal_mode = \(random.pick(["wal", "delete", "truncate", "persist"]))", "UPDATE items SET a = \(value())")
        default: preconditionFailure("\(kind) is no kind of connection.")
        }
    }

    mutating func hidden(_ kind: HostAct.Kind) -> HostAct {
        switch kind {
        case .replaceOther:
            return HostAct(
                kind, "REPLACE INTO items (id, a, b) VALUES (\(id()), 'r', \(word()))",
                "UPDATE OR REPLACE items SET b = \(word()), id = \(id()) WHERE id = \(id())",
                "REPLACE INTO codes (k, v) VALUES (\(random.pick(["'ABC'", "'abc'", "'Z'"])), \(value()))",
                "REPLACE INTO anything VALUES (\(anyKey()), \(value()))")
        case .replaceQuietly:
            return HostAct(
                kind, "INSERT OR REPLACE INTO parents (id, label) VALUES (\(id()), \(value()))", "UPDATE OR REPLACE parents SET id = id + 1"
            )
        case .triggersOff:
            return HostAct(
                kind, ".triggers off", "UPDATE items SET a = \(value()) WHERE id = \(id())", "DELETE FROM pairs WHERE x = \(id())",
                "INSERT OR IGNORE INTO codes (k, v) VALUES ('off', 1)", "UPDATE OR IGNORE children SET id = id + 30 WHERE id = \(id())",
                "UPDATE levels SET quantity = quantity + 1", "UPDATE labels SET v = v || 'off'", ".triggers on")
        case .blobWritten: return HostAct(kind, "UPDATE items SET a = 'blob' WHERE id < 3", ".blob items a 1", ".blob items a 2")
        case .logEmptied: return HostAct(kind, "UPDATE items SET a = \(value()) WHERE id = \(id())", "DELETE FROM _tributary_log")
        case .triggerDropped:
            return HostAct(
                kind, "DROP TRIGGER IF EXISTS _tributary_\(1 + random.below(20))_\(random.pick(["i", "u", "k", "d"]))",
                "INSERT OR IGNORE INTO items (id, a) VALUES (\(id()), 'unseen')", "DELETE FROM tree WHERE id = \(id())")
        case .triggersKept:
            // A careful migration puts back every trigger that it finds, ours as well.
            return HostAct(
                kind, "BEGIN", ".keep triggers of levels", "CREATE TABLE stores (sku TEXT PRIMARY KEY NOT NULL, quantity NUMERIC)",
                "INSERT INTO stores SELECT sku, quantity + 1 FROM levels", "DROP TABLE levels", "ALTER TABLE stores RENAME TO levels",
                ".restore triggers",
                "COMMIT", isAllOrNothing: true)
        case .numbersReset:
            return HostAct(kind, "DELETE FROM sqlite_sequence", "UPDATE items SET a = \(value())", "UPDATE pairs SET v = \(value())")
        case .temporaryIgnore:
            return HostAct(
                kind, "CREATE TEMP TRIGGER first AFTER UPDATE ON main.items BEGIN SELECT raise(IGNORE); END",
                "UPDATE items SET a = \(value()), b = \(word()) WHERE id = \(id())",
                "DROP TRIGGER first")
        case .zeroOfOtherSign:
            return HostAct(
                kind, "INSERT OR IGNORE INTO anything VALUES (\(random.pick(["0.0", "-0.0", "0"])), 'zero')",
                "UPDATE anything SET k = \(random.pick(["0.0", "-0.0", "0"])) WHERE k = 0")
        case .parentOfUnindexed:
            return HostAct(
                kind, "PRAGMA foreign_keys = OFF", "UPDATE OR IGNORE loose SET parent_id = 8", "DELETE FROM parents WHERE id = 8",
                "INSERT INTO parents (id, label) VALUES (8, \(value()))")
        case .recursiveSwitched:
            return HostAct(
                kind, "PRAGMA recursive_triggers = \(random.pick(["ON", "OFF"]))", "REPLACE INTO items (id, b) VALUES (\(id()), \(word()))")
        default: preconditionFailure("\(kind) is not hidden.")
        }
    }
}
