import ChangeSets
import Foundation
import GRDB
import Testing

@testable import Capture

@Suite("Values that nobody can read, and values that are large")
struct BadValueTests {
    private static let people = """
        mapping: 1
        tables:
          people:
            entity: customer
            fields: {name: name, email: email, created at: {column: since, as: unix seconds}}
        """

    /// What the hub was told last of a field of the only record, with the dots that it took.
    private func told(_ rig: Rig) throws -> [(fields: [String: Value], stock: StockEffect?)] {
        let journal = Journal(try rig.agentStore())
        let replica = try #require(try journal.replicas().first?.replica)
        return try journal.sealed(after: 0, of: replica, limit: 1000).flatMap(\.changes).map { change in
            guard case .write(_, let fields) = change.action else { return ([:], change.stock) }
            return (Dictionary(uniqueKeysWithValues: fields.map { ($0.field.description, $0.value) }), change.stock)
        }
    }

    @Test("a field that cannot be read is left as it was told before; what it becomes afterwards is told, NULL too")
    func mutable() throws {
        let rig = try Rig("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, email TEXT, since); ", Self.people)
        try rig.attach()
        try rig.sell("INSERT INTO people VALUES (1, 'Ann', 'ann@example.org', 7)")
        try rig.drain()
        try rig.sell("UPDATE people SET since = 'long ago', name = 'Anna'")
        try rig.drain()
        #expect(try told(rig).last?.fields == ["name": "Anna"])
        #expect(
            try RowProblemGroup.all(in: rig.agentStore()).map(\.message) == [
                "people.since holds something that is no time in the mapped form. The rest of the row is sent."
            ])
        #expect(try rig.sweep() == .nothing, "what is known to be unread is no change")
        try rig.sell("UPDATE people SET since = NULL")
        try rig.drain()
        #expect(try told(rig).last?.fields == ["created at": .null])
        #expect(try RowProblemGroup.all(in: rig.agentStore()).isEmpty)
    }

    @Test("a sale line whose price cannot be read moves its stock all the same; one whose quantity cannot be is set aside whole")
    func saleLine() throws {
        let rig = try Rig(
            Shop.sql + "ALTER TABLE sale_lines ADD COLUMN price",
            Shop.yamlOfLines.replacing("      quantity: quantity\n    ", with: "      quantity: quantity\n      unit price: price\n    "))
        try rig.attach()
        try rig.drain()
        try rig.sell(
            "INSERT INTO sales VALUES (1, 1, 'S1', 'noon'); INSERT INTO sale_lines VALUES (1, 1, 'shoe', 2, 'two'), (1, 2, 'shoe', 'two', 5)"
        )
        try rig.drain()
        let lines = try told(rig).filter { $0.stock != nil }
        #expect(lines.count == 1 && lines[0].fields["quantity"] == .integer(20_000) && lines[0].fields["unit price"] == nil)
        #expect(try told(rig).contains { $0.fields["number"] == "S1" && $0.fields["at"] == nil })
        let groups = try RowProblemGroup.all(in: rig.agentStore())
        #expect(groups.map(\.table) == ["sale_lines", "sale_lines", "sales"] && groups.map(\.rows) == [1, 1, 1])
        try rig.sell("UPDATE sale_lines SET quantity = 3, price = 5; UPDATE sales SET sold_at = 9")
        try rig.drain()
        #expect(try RowProblemGroup.all(in: rig.agentStore()).isEmpty)
        let moved = try told(rig).compactMap { if case .movement(let movement)? = $0.stock { movement.quantity } else { nil } }
        #expect(moved.reduce(0, +) == -60_000)
    }

    @Test("a field that is too large is left out, and so are those that make their row too large; the others are sent")
    func large() throws {
        let columns = (1...6).map { "c\($0)" }
        let rig = try Rig(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, \(columns.joined(separator: ", ")))",
            "mapping: 1\ntables:\n  t:\n    own entity: thing\n    extra: {\(columns.map { "\($0): \($0)" }.joined(separator: ", "))}")
        try rig.attach()
        try rig.sell("INSERT INTO t VALUES (1, 'small', zeroblob(104857600), 'also', NULL, NULL, NULL)")
        try rig.drain()
        #expect(try told(rig).last?.fields == ["c1": "small", "c3": "also"])
        try rig.sell("INSERT INTO t SELECT 2, \(columns.map { _ in "zeroblob(1000000)" }.joined(separator: ", "))")
        try rig.drain()
        #expect(try told(rig).last?.fields.keys.sorted() == ["c1", "c2", "c3", "c4"])
        #expect(try RowProblemGroup.all(in: rig.agentStore()).map(\.code) == ["row-too-large", "row-too-large"])
    }

    @Test("a drain of large values is cut in parts by their bytes, read in pages by their bytes, and comes out whole")
    func largeDrain() throws {
        let rig = try Rig("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, email TEXT, since)", Self.people)
        rig.settings.bytesPerPartMax = 10_000
        rig.settings.bytesPerReadMax = 4_000
        try rig.attach()
        try rig.sell(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO people SELECT i, printf('%1000d', i), '', 0 FROM n"
        )
        #expect(try rig.drain() == .sealed(drain: 1, changes: 50))
        let journal = Journal(try rig.agentStore())
        let pieces = try journal.sealed(after: 0, of: try #require(try journal.replicas().first?.replica), limit: 1000)
        #expect(pieces.map(\.part.total) == [5, 5, 5, 5, 5] && pieces.map(\.changes.count).reduce(0, +) == 50)
        #expect(pieces.allSatisfy { $0.changes.count == 10 })
    }

    @Test("rows without a key are passed by, however small the pages are")
    func pages() throws {
        let rig = try Rig(
            "CREATE TABLE t (k TEXT PRIMARY KEY, a TEXT)", "mapping: 1\ntables:\n  t:\n    own entity: thing\n    extra: {a: a}")
        rig.settings.bytesPerReadMax = 10
        rig.settings.rowsPerReadMax = 2
        try rig.attach()
        try rig.sell(
            "INSERT INTO t VALUES (NULL, 'long enough for a page'), (NULL, 'y'), (NULL, 'z'), ('b', 'long enough for a page'), ('c', 'x')")
        #expect(try rig.drain() == .sealed(drain: 1, changes: 2))
    }
}
