import ChangeSets
import Testing

@testable import Capture

/// What applications were seen to do (by the torture of `TortureTests`), and capture once got wrong.
@Suite("Habits of applications")
struct HostHabitsTests {
    @Test("a level that becomes NULL is taken back in its record, not in the stock alone")
    func levelBecomesNull() throws {
        let rig = try Rig(
            "CREATE TABLE levels (sku TEXT PRIMARY KEY NOT NULL, quantity); INSERT INTO levels VALUES ('shoe', 10)",
            """
            mapping: 1
            tables:
              levels: {own entity: level, stock: {role: level, sku: sku, location: $site, quantity: quantity}}
            """)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try rig.sell("UPDATE levels SET quantity = NULL")
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(hub.state.live == [ModelHub.Name(entity: "level", key: LocalKey("shoe")): [:]])
        #expect(hub.state.stock.values.allSatisfy { $0 == 0 })
        try rig.sell("UPDATE levels SET quantity = 4")
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(hub.state.live.first?.value["quantity"] == 40_000)
        #expect(hub.state.stock[.init(sku: "shoe", location: "shop")] == 40_000)
    }

    @Test("a key that changes its storage class alone, from 2 to 2.0, is another key to a drain")
    func keyOfOtherStorage() throws {
        let rig = try Rig("CREATE TABLE things (k PRIMARY KEY, a); INSERT INTO things VALUES (2, 'two')", Self.things)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try rig.sell("UPDATE things SET k = 2.0")
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(hub.state.live.keys.map(\.key) == [LocalKey(.real(2))])
        #expect(try rig.differences(from: hub) == [])
    }

    @Test(
        "a trigger that the application makes later, and that ends the statement, keeps no row from the drains",
        arguments: ["IGNORE", "FAIL, 'no'"])
    func newerTrigger(ending: String) throws {
        let rig = try Rig("CREATE TABLE things (k PRIMARY KEY, a)", Self.things)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try rig.sell("CREATE TRIGGER newer AFTER INSERT ON Things BEGIN SELECT raise(\(ending)); END")
        try rig.drain()
        try? rig.sell("INSERT INTO things VALUES (1, 'kept')")
        try? rig.sell("INSERT OR FAIL INTO things VALUES (2, 'kept, too'), (3, 'and this one, where nothing fails')")
        #expect(try rig.number("SELECT count(*) FROM things") >= 2)
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
        #expect(try rig.sweep() == .nothing)
    }

    @Test("a statement that fails half-way and keeps its rows does not make the log give its numbers again")
    func failsHalfWay() throws {
        let rig = try Rig("CREATE TABLE things (k PRIMARY KEY, a)", Self.things)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try? rig.sell("INSERT OR FAIL INTO things VALUES (1, 1), (2, 2), (3, 3), (1, 'there already')")
        #expect(try rig.number("SELECT count(*) FROM things") == 3)
        try rig.drain()
        for key in 4...8 { try rig.sell("INSERT INTO things VALUES (\(key), \(key))") }
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
        #expect(hub.state.live.count == 8)
    }

    @Test("a sweep passes over no row where the table's collation calls two keys equal", arguments: 1...5)
    func equalByCollation(rows: Int) throws {
        let rig = try Rig(
            """
            CREATE TABLE things (k TEXT COLLATE NOCASE, j COLLATE NOCASE, a); CREATE UNIQUE INDEX things_k ON things (k COLLATE BINARY, j COLLATE BINARY);
            INSERT INTO things VALUES ('a', 'x', 1), ('A', 'x', 2), ('a', 'X', 3), ('A', 'X', 4), ('b', 'x', 5), ('B', 'x', 6), ('c', 'x', 7), (NULL, 'x', 8)
            """, Self.things.replacing("own entity: thing", with: "own entity: thing, key: [k, j]"))
        rig.settings.rowsPerReadMax = rows
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(hub.state.live.count == 7)
        try rig.sell("DROP TRIGGER _tributary_1_u; UPDATE things SET a = a + 10")
        try rig.sweep()
        try hub.take(rig.agentStore())
        #expect(hub.state.live.values.compactMap { $0["a"]?.integer }.sorted() == Array(11...17))
        #expect(try rig.sweep() == .nothing)
    }

    @Test("REPLACE of a parent's row is seen in its children, whether an index leads to them or not", arguments: [false, true])
    func parentReplaced(isIndexed: Bool) throws {
        let rig = try Rig(
            """
            CREATE TABLE people (id INTEGER PRIMARY KEY, name); INSERT INTO people VALUES (1, 'Ann'), (2, 'Bob');
            CREATE TABLE cards (id INTEGER PRIMARY KEY, person); INSERT INTO cards VALUES (7, 1), (8, 2);
            """,
            """
            mapping: 1
            tables:
              people: {own entity: person, extra: {name: name}}
              cards: {own entity: card, parents: {person: {table: people, by: person}}, extra: {name: person.name}}
            """)
        if isIndexed { try rig.sell("CREATE INDEX cards_person ON cards (person)") }
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try rig.sell("REPLACE INTO people VALUES (1, 'Anna')")
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(hub.state.live[.init(entity: "card", key: LocalKey(7))] == ["name": "Anna"])
    }

    private static let things = """
        mapping: 1
        tables:
          things: {own entity: thing, extra: {a: a}}
        """
}
