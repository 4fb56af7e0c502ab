import Causality
import ChangeSets
import Foundation
import GRDB
import HubRuntime
import HubStoreSQLite
import HubTestSupport
import Profiles
import TestSupport
import Testing

@Suite("Verify finds what was changed behind the hub's back")
struct VerifyTests {
    /// A hub in a file with a little of everything in it.
    private func filled(_ folder: TemporaryFolder) async throws -> TestHub {
        let bench = try await TestHub(store: SQLiteHubStore(path: folder.path + "/hub.db"))
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let customer = till.nextDot
        let sale = Dot(till.replica, 2)
        let order = Dot(till.replica, 9)
        let other = Dot(till.replica, 11)
        let set = try till.seal([
            Make.customer(7, email: "ann@example.com", name: "Ann Miller", at: bench.now),
            Make.sale(1, customer: Make.reference("customer", 7, life: customer), at: bench.now),
            Make.line(
                1, sale: Make.reference("sale", 1, life: sale), sku: "MUG", pieces: 2, price: 25_000, location: "shop-1", at: bench.now),
            Make.write("item", 1, [("sku", "MUG"), ("brand", "Alba")], at: bench.now),
            Make.write("note", 1, [("customer", Make.reference("customer", 7, life: customer)), ("text", "x")], at: bench.now),
            Make.write("consent", 1, [("customer", Make.reference("customer", 7, life: customer)), ("given", 1)], at: bench.now),
            Make.write("consent", 1, [("given", 0)], life: Dot(till.replica, 6), at: bench.now),
            Make.write("event", 1, [("kind", "page view"), ("device id", "phone-1"), ("cookie id", "crumb-1")], at: bench.now),
            Make.write("order", 1, [("number", "O1"), ("state", "placed")], at: bench.now),
            Make.write("shipment", 1, [("order", Make.reference("order", 1, life: order)), ("state", "sent")], at: bench.now),
            Make.customer(8, phone: "+441314960001", name: "Ann Miller", at: bench.now),
            Make.write("customer", 8, [("phone", "+441314960002")], life: other, at: bench.now),
            Make.write("sale", 2, [("total", "seven")], at: bench.now),
        ])
        guard case .receipt = try await bench.push([set], from: shop) else { throw HubError(.badRequest, "Not taken.", remedy: "") }
        let link = LinkQuestion(id: "\(ProfileID(life: customer))", records: [other.description], author: "ann")
        _ = try await bench.hub.link(link, now: bench.now)
        #expect(try await bench.hub.verify().isEqual)
        return bench
    }

    private static let plants = [
        ("cell", "UPDATE cell SET asks = 1 - asks"),
        ("movement", "DELETE FROM movement"),
        ("movement", "UPDATE movement SET quantity = quantity + 1"),
        ("purchase", "UPDATE purchase SET counted = 0"),
        ("total", "UPDATE total SET amount = amount + 1"),
        ("total", "DELETE FROM total"),
        ("record", "UPDATE record SET state = x'00' WHERE record = (SELECT max(record) FROM record)"),
        ("identifier", "UPDATE identifier SET value = 'eve@example.com' WHERE value LIKE '%@%'"),
        ("customer", "INSERT INTO customer SELECT record + 1000000, profile, created, in_bound, names FROM customer"),
        ("profile", "UPDATE profile SET alive = 0"),
        ("item", "UPDATE item SET brand = 'Brum'"),
        ("note", "DELETE FROM note"),
        ("event", "UPDATE event SET device = 'phone-2'"),
        ("event", "UPDATE event SET cookie = NULL"),
        ("consent", "UPDATE consent SET customer = NULL"),
        ("superseded", "UPDATE superseded SET value = 0"),
        ("replica", "UPDATE replica SET closed_after = 1"),
        ("purchaseLine", "UPDATE purchase_line SET amount = amount + 1"),
        ("order", "UPDATE \"order\" SET name = 'O9'"),
        ("shipment", "UPDATE shipment SET of_order = NULL"),
        ("decision", "UPDATE decision SET fingerprint = 'x'"),
        ("linkDecision", "UPDATE link_decision SET same = 1 - same"),
        ("held", "UPDATE held SET code = 'x'"),
        ("itemWord", "DELETE FROM item_word"),
        ("earlier", "UPDATE earlier SET corrected = 1 - corrected"),
    ]

    @Test("A row that is missing, invented or altered, in any view, is named by its table", arguments: plants)
    func planted(table: String, sql: String) async throws {
        let folder = try TemporaryFolder()
        let bench = try await filled(folder)
        try await DatabaseQueue(path: folder.path + "/hub.db").write { database in
            try database.execute(sql: sql)
            #expect(database.changesCount >= 1)
        }
        let verification = try await bench.hub.verify()
        #expect(!verification.isEqual)
        #expect(verification.differences.contains { $0.hasPrefix(table + " ") }, "\(verification.differences)")
        #expect(!verification.differences.contains { $0.contains("@example.com") }, "personal values stay out of reports")
    }

    @Test("No table that a rebuild gives again is left out above")
    func allPlanted() {
        #expect(Set(Self.plants.map(\.0)) == Set(DerivedTable.allCases.map(\.rawValue) + ["replica"]))
    }

    @Test("Each row that is missing and each that is too much is named, and the rows between are still compared")
    func missing() async throws {
        let folder = try TemporaryFolder()
        let bench = try await filled(folder)
        let records = try await DatabaseQueue(path: folder.path + "/hub.db").write { database in
            let records = try Int64.fetchAll(database, sql: "SELECT record FROM record ORDER BY record")
            guard records.count >= 2 else { return records }
            try database.execute(
                sql: "INSERT INTO record SELECT record - 1, source, number, flags, key, state FROM record WHERE record = ?",
                arguments: [records[0]])
            try database.execute(sql: "DELETE FROM record WHERE record = ?", arguments: [records[0]])
            try database.execute(sql: "UPDATE record SET number = number + 1 WHERE record = ?", arguments: [records[1]])
            return records
        }
        try #require(records.count >= 2)
        #expect(
            try await bench.hub.verify().differences.filter { $0.hasPrefix("record ") } == [
                "record row \(records[0] - 1): the journal does not give it",
                "record row \(records[0]): the journal gives it, and the store lacks it",
                "record row \(records[1]): columns 3 differ",
            ])
    }

    /// Changes the hub's file behind its back.
    ///
    /// - Returns: the number of the journal's first entry.
    private func damage(_ sql: String, in folder: TemporaryFolder) async throws -> Int64 {
        let first = try await DatabaseQueue(path: folder.path + "/hub.db").write { database in
            try database.execute(sql: sql)
            #expect(database.changesCount == 1)
            return try Int64.fetchOne(database, sql: "SELECT min(number) FROM journal")
        }
        return try #require(first)
    }

    private static let isFirst = "number = (SELECT min(number) FROM journal)"

    @Test("A journal entry that cannot be read any more is named, and what to do")
    func damagedJournal() async throws {
        let folder = try TemporaryFolder()
        let bench = try await filled(folder)
        let number = try await damage(
            "UPDATE journal SET bytes = substr(bytes, 1, length(bytes) - 100) WHERE \(Self.isFirst)", in: folder)
        let thrown = await #expect(throws: HubError.self) { try await bench.hub.verify() }
        let error = try #require(thrown)
        #expect(error.code == .journalDamaged)
        #expect(error.message.hasPrefix("The journal's entry \(number) cannot be read: "))
        #expect(error.remedy.contains("restore the last backup"))
    }

    @Test(
        "A journal entry that can be read and is another one, or stands elsewhere on the line, is named",
        arguments: [
            ("journal", "the bytes do not have the hash they came with"), ("line", "the running hash is another one"),
        ])
    func alteredJournal(table: String, said: String) async throws {
        let folder = try TemporaryFolder()
        let bench = try await filled(folder)
        let number = try await damage("UPDATE \(table) SET hash = zeroblob(length(hash)) WHERE \(Self.isFirst)", in: folder)
        #expect(try await bench.hub.verify().differences.contains("\(table) \(number): \(said)"))
    }
}
