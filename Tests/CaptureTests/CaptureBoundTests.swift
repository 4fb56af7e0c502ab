import ChangeSets
import GRDB
import Testing

@testable import Capture

@Suite("Bounds of what capture reads at once, and of what it takes")
struct CaptureBoundTests {
    private static let yaml = """
        mapping: 1
        tables:
          people: {own entity: person, extra: {name: name}}
          cards: {own entity: card, parents: {person: {table: people, by: person}}, extra: {name: person.name, text: text}}
        """

    private func shop() throws -> MappedApplication {
        try MappedApplication(
            sql: """
                CREATE TABLE people (id INTEGER PRIMARY KEY, name); INSERT INTO people VALUES (1, 'Ann');
                CREATE TABLE cards (id INTEGER PRIMARY KEY, person, text TEXT);
                INSERT INTO cards VALUES (1, 1, '0123456789'), (2, 1, '0123456789'), (3, 1, '0123456789'), (4, 2, '0123456789');
                """,
            yaml: Self.yaml)
    }

    private func reading<Result>(bytesMax: Int = 1 << 20, _ body: (RowReader, TableMapping) throws -> Result) throws -> Result {
        let shop = try shop()
        let cards = try #require(shop.mapping["cards"])
        return try shop.queue.read { try body(RowReader($0, cards, bytesMax: bytesMax), cards) }
    }

    @Test("Children of one parent are read one by one up to the bound; of more, none is: their table is swept", arguments: [3, 2])
    func children(limit: Int) throws {
        let keys = try reading { reader, cards in
            try reader.childKeys(try #require(cards.parents.first), of: LocalKey(1), limit: limit)
        }
        #expect(keys?.count == (limit == 3 ? 3 : nil))
    }

    /// What is told of a change, and then by a sweep. A card is changed behind the log: only a look at the whole table finds that.
    private func drained(
        _ sql: String, _ change: String, _ settings: (inout CaptureSettings) -> Void = { _ in }
    ) throws -> (drain: DrainOutcome, sweep: DrainOutcome) {
        let rig = try Rig(
            "CREATE TABLE people (id INTEGER PRIMARY KEY, name); CREATE TABLE cards (id INTEGER PRIMARY KEY, person INTEGER, text TEXT);"
                + sql, Self.yaml)
        settings(&rig.settings)
        try rig.attach()
        try rig.drain()
        try rig.sell("UPDATE cards SET text = 'x' WHERE id = 99; DELETE FROM _tributary_log; " + change)
        return (try rig.drain(), try rig.sweep())
    }

    @Test("A parent's change looks at its children alone up to the bound; with one more, at their whole table", arguments: [0, 1])
    func sweptChildren(more: Int) throws {
        let (drain, sweep) = try drained(
            """
            CREATE INDEX of_person ON cards (person);
            INSERT INTO people VALUES (1, 'Ann'), (2, 'Bo');
            INSERT INTO cards VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 1, 'c'), (99, 2, 'd');
            """, "UPDATE people SET name = 'Cy' WHERE id = 1"
        ) { $0.childrenPerParentMax = 3 - more }
        #expect(drain == .sealed(drain: 2, changes: 1 + 3 + more))
        #expect(sweep == (more == 0 ? .sealed(drain: 3, changes: 1) : .nothing))
    }

    @Test("Without an index children of so many parents are looked up; of one more, their whole table is read once", arguments: [0, 1])
    func scannedChildren(more: Int) throws {
        let changed = DrainRun.scansPerPageMax + more
        let people = (1...changed + 1).map { "(\($0), 'Ann')" }.joined(separator: ", ")
        let cards = (1...changed).map { "(\($0), \($0), 'a')" }.joined(separator: ", ")
        let (drain, sweep) = try drained(
            "INSERT INTO people VALUES \(people); INSERT INTO cards VALUES \(cards), (99, \(changed + 1), 'd')",
            "UPDATE people SET name = 'Cy' WHERE id <= \(changed)")
        #expect(drain == .sealed(drain: 2, changes: 2 * changed + more))
        #expect(sweep == (more == 0 ? .sealed(drain: 3, changes: 1) : .nothing))
    }

    @Test("A page has as many rows as it may, and is the last only where there are fewer", arguments: [3, 4, 5])
    func pageRows(limit: Int) throws {
        let page = try reading { reader, _ in try reader.page(after: nil, limit: limit) }
        #expect(page.rows.count == min(limit, 4) && page.isLast == (limit > 4))
    }

    @Test("A page ends with the row that reaches its bytes, and not a byte before", arguments: [0, 1])
    func pageBytes(more: Int) throws {
        let size = try reading { reader, _ -> Int in
            guard case .values(let row)? = try reader.page(after: nil, limit: 1).rows.first?.content else { return 0 }
            return row.byteCount
        }
        try #require(size >= 10)
        let page = try reading(bytesMax: 2 * size + more) { reader, _ in try reader.page(after: nil, limit: 100) }
        #expect(page.rows.count == 2 + more)
        #expect(!page.isLast, "\(size) \(page.rows)")
    }

    @Test("Rows with NULL in any column of their key are told with a page, and stop none: each whole key comes once", arguments: 1...9)
    func nullKeys(limit: Int) throws {
        let application = try MappedApplication(
            sql: """
                CREATE TABLE t (a, b, c, PRIMARY KEY (a, b));
                INSERT INTO t VALUES (NULL, 1, 'x'), (NULL, NULL, 'x'), (1, NULL, 'x'), (1, 1, 'x'), (1, 2, 'x'), (2, NULL, 'x'),
                    (2, NULL, 'x'), (3, 1, 'x'), (4, NULL, 'x');
                """,
            yaml: "mapping: 1\ntables:\n  t:\n    own entity: thing\n    extra: {c: c}")
        let mapping = try #require(application.mapping["t"])
        let (whole, others) = try application.queue.read { database in
            let reader = try RowReader(database, mapping)
            var (whole, others): ([LocalKey], Int) = ([], 0)
            var (after, pages): (LocalKey?, Int) = (nil, 0)
            while true {
                let page = try reader.page(after: after, limit: limit)
                for row in page.rows { if row.key.values.contains(where: \.isNull) { others += 1 } else { whole.append(row.key) } }
                pages += 1
                if page.isLast || pages > 20 { break }
                after = page.rows.last?.key
            }
            #expect(pages <= 10)
            return (whole, others)
        }
        #expect(whole == [[1, 1], [1, 2], [3, 1]].map { LocalKey($0.map { .integer($0) }) })
        #expect(others == 6)
    }

    @Test("A key of so many columns can be watched; a wider one is refused", arguments: [0, 1])
    func keyColumns(more: Int) throws {
        let columns = (1...ChangeLog.keyColumnsMax + more).map { "c\($0)" }
        let declared = columns.map { "\($0) INTEGER NOT NULL" }.joined(separator: ", ")
        let rig = try Rig(
            "CREATE TABLE t (\(declared), a, PRIMARY KEY (\(columns.joined(separator: ", "))))",
            "mapping: 1\ntables:\n  t:\n    own entity: thing\n    extra: {a: a}")
        if more == 0 {
            try rig.attach()
            try rig.sell("INSERT INTO t VALUES (\(columns.map { _ in "1" }.joined(separator: ", ")), 2)")
            #expect(try rig.drain() == .sealed(drain: 1, changes: 1))
        } else {
            let error = #expect(throws: CaptureError.self) { try rig.attach() }
            #expect(error?.code == .keyTooWide)
            #expect(try rig.agentStore().queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM capture_source") } == 0)
        }
    }

    @Test("A mapping as long as a mapping may be is read; a longer one is refused before it is looked at", arguments: [0, 1])
    func mappingBytes(more: Int) throws {
        let head = "mapping: 1\ntables: {t: {own entity: thing, extra: {a: a}}}\n"
        let yaml = head + String(repeating: "#", count: Mapping.fileBytesMax + more - head.utf8.count)
        if more == 0 {
            _ = try Mapping.parse(yaml: yaml, file: "m.yaml")
        } else {
            let error = #expect(throws: MappingError.self) { _ = try Mapping.parse(yaml: yaml, file: "m.yaml") }
            #expect(error?.description.contains("\(Mapping.fileBytesMax)") == true)
        }
    }
}
