import Causality
import ChangeSets
import Foundation
import GRDB
import Testing

@testable import Capture

@Suite("Drains (S14, S19)")
struct DrainTests {
    @Test("law 11: a baseline sends every row once, and the present level as a count; a sweep after it finds nothing to say")
    func baseline() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        var hub = ModelHub()
        try rig.attach()
        #expect(try rig.drain() == .sealed(drain: 1, changes: 4))
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
        #expect(hub.state.stock[.init(sku: "shoe", location: "shop")] == 1_000_000)
        #expect(hub.history.filter { if case .count? = $0.change.stock { true } else { false } }.count == 2)
        #expect(try rig.drain() == .nothing)
        #expect(try rig.sweep() == .nothing, "law 11")
    }

    @Test(
        "S32: a pool's opening stock is told by its declared site alone; the others tell what they move from then on",
        arguments: [true, false])
    func pool(ofLevels: Bool) throws {
        for (opener, opens) in [("depot", false), ("shop", true)] {
            let yaml = (ofLevels ? Shop.yaml : Shop.yamlOfLines).replacing("tables:", with: "pools: {shop: \(opener)}\ntables:")
            let rig = try Rig(Shop.sql, yaml)
            var hub = ModelHub()
            try rig.sell(Shop.sale(9, quantity: 5))
            try rig.attach()
            try rig.drain()
            try hub.take(rig.agentStore())
            let effects = hub.history.compactMap(\.change.stock)
            #expect(effects.isEmpty == !opens, "\(opener): \(effects)")
            let before = hub.state.stock[.init(sku: "shoe", location: "shop")] ?? 0
            try rig.sell(Shop.sale(10, quantity: 3))
            try rig.drain()
            try hub.take(rig.agentStore())
            #expect((hub.state.stock[.init(sku: "shoe", location: "shop")] ?? 0) - before == -30_000, "\(opener)")
            #expect(try rig.mapping().explanation().contains("shop is a pool: \(opener) tells"))
        }
    }

    @Test("a sale arrives whole, in log order, its line naming the sale's new life and the level moving by the difference")
    func sale() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try rig.sell(Shop.sale(10, quantity: 3))
        #expect(try rig.drain() == .sealed(drain: 2, changes: 3))
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
        #expect(hub.state.stock[.init(sku: "shoe", location: "shop")] == 970_000)
        let sale = hub.history[4]
        #expect(sale.change.subject?.entity == "sale" && sale.change.subject?.creates == true)
        guard case .write(_, let fields) = hub.history[5].change.action else {
            Issue.record("no line")
            return
        }
        #expect(fields.first { $0.field == "sale" }?.value.reference?.life == sale.dot)
        guard case .movement(let movement)? = hub.history[6].change.stock else {
            Issue.record("no movement")
            return
        }
        #expect(movement.quantity == -30_000)
        #expect(try rig.number("SELECT count(*) FROM _tributary_log") == 0, "law 11: nothing outlives trimming")
    }

    @Test("law 11: an edit sends the changed fields only, one that changes nothing sends nothing; the log is empty afterwards")
    func edit() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try rig.sell("UPDATE customers SET name = name, email = 'ann@example.com' WHERE id = 1")
        #expect(try rig.drain() == .sealed(drain: 2, changes: 1))
        try hub.take(rig.agentStore())
        guard case .write(let subject, let fields) = hub.history[4].change.action else {
            Issue.record("no write")
            return
        }
        #expect(fields == [FieldWrite("email", "ann@example.com", isPersonal: true)])
        #expect(subject.life == hub.history[0].dot)
        try rig.sell("UPDATE customers SET name = name")
        #expect(try rig.drain() == .nothing)
        #expect(try rig.number("SELECT count(*) FROM _tributary_log") == 0)
    }

    @Test("law 2: the agent's commits wait for the disk, and so does the mark, which makes the till's own durable (S14)")
    func durability() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        try rig.attach()
        let inFull = 2
        #expect(try rig.agentStore().queue.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == inFull)
        #expect(try rig.opened().connection.access { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == inFull)
    }

    @Test("law 1: what the till sells between the reading and its mark is for the next drain", arguments: ["WAL", "DELETE"])
    func soldBeforeMark(journal: String) throws {
        let rig = try Rig(Shop.sql, Shop.yaml, journal: journal)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try rig.sell(Shop.sale(10))
        rig.hook.action = { [unowned rig] step in if step == .drainJournalled { try rig.sell(Shop.sale(11)) } }
        #expect(try rig.drain() == .sealed(drain: 2, changes: 3))
        rig.hook.action = { _ in }
        #expect(try rig.drain() == .sealed(drain: 3, changes: 3))
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
    }

    @Test("law 1: what was written and deleted while the triggers were gone is found when they are put back")
    func withoutTriggers() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        for name in try rig.texts("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB '_tributary*'") {
            try rig.sell("DROP TRIGGER \(name)")
        }
        try rig.sell(Shop.sale(10))
        try rig.sell("DELETE FROM customers WHERE id = 2")
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
    }

    @Test("S10, law 7: a clock that is set back makes no change earlier than the one before")
    func clockSetBack() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        rig.time -= 3_600_000
        try rig.sell(Shop.sale(10))
        try rig.drain()
        try hub.take(rig.agentStore())
        let times = hub.history.map(\.change.time)
        #expect(times.count == 7 && times == times.sorted())
    }

    @Test("a key given again names another record: after a captured delete always, within one drain if the identifiers differ (S6)")
    func keyGivenAgain() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try rig.sell("DELETE FROM customers WHERE id = 1; INSERT INTO customers VALUES (1, 'cy@example.org', 'Cy')")
        #expect(try rig.drain() == .sealed(drain: 2, changes: 2))
        try rig.sell("DELETE FROM customers WHERE id = 2; INSERT INTO customers VALUES (2, 'bob@example.org', 'Robert')")
        #expect(try rig.drain() == .sealed(drain: 3, changes: 1))
        try rig.sell("DELETE FROM customers WHERE id = 2")
        try rig.drain()
        try rig.sell("INSERT INTO customers VALUES (2, 'bob@example.org', 'Robert')")
        #expect(try rig.drain() == .sealed(drain: 5, changes: 1))
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
        #expect(hub.state.deleted.values.joined().count == 2)
    }

    @Test("deleting a line that is void takes its movement back; a sale's edit moves the difference (S33)")
    func lines() throws {
        let rig = try Rig(Shop.sql, Shop.yamlOfLines)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try rig.sell(Shop.sale(10, quantity: 3))
        try rig.drain()
        try rig.sell("UPDATE sale_lines SET quantity = 5 WHERE sale_id = 10")
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(hub.state.stock[.init(sku: "shoe", location: "shop")] == -50_000)
        try rig.sell("DELETE FROM sale_lines WHERE sale_id = 10")
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(hub.state.stock[.init(sku: "shoe", location: "shop")] == 0)
        #expect(try rig.differences(from: hub) == [])
    }

    @Test("Law 8: what the disk has changed or lost of the journal is never told; what comes before it is")
    func damagedJournal() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        try rig.attach()
        try rig.drain()
        for id in [10, 11] {
            try rig.sell(Shop.sale(id))
            try rig.drain()
        }
        let queue = try rig.agentStore().queue
        let journal = Journal(try rig.agentStore())
        let replica = try #require(try journal.replicas().first?.replica)
        let whole = try journal.sealed(after: 0, of: replica, limit: 1_000)
        #expect(whole.count == 3)
        func checkDamage(_ sql: String, _ arguments: StatementArguments = []) throws {
            try queue.write { try $0.execute(sql: sql, arguments: arguments) }
            #expect(try journal.sealed(after: 0, of: replica, limit: 1_000) == [whole[0]])
            #expect(throws: CaptureError.damagedJournal) { try journal.sealed(after: whole[0].last, of: replica, limit: 1_000) }
        }
        let second = try #require(
            try queue.read { try Row.fetchOne($0, sql: "SELECT id, body FROM capture_batch WHERE drain = 2") })
        let (id, body): (Int64, Data) = (second[0], second[1])
        for place in body.indices {
            var damaged = body
            damaged[place] ^= 1 << UInt8(place % 8)
            try checkDamage("UPDATE capture_batch SET body = ? WHERE id = ?", [damaged, id])
        }
        try checkDamage("UPDATE capture_batch SET body = ? WHERE id = ?", [body.dropLast(), id])
        try queue.write { try $0.execute(sql: "DELETE FROM capture_batch WHERE id = ?", arguments: [id]) }
        #expect(try journal.sealed(after: 0, of: replica, limit: 1_000) == [whole[0]])
        #expect(try journal.sealed(after: whole[0].last, of: replica, limit: 1_000) == [whole[2]], "and whoever asks sees the gap")
        #expect(try queue.read { try journal.nextStart(after: whole[0].last, of: replica, $0) } == whole[2].first)
        try queue.write { try $0.execute(sql: "DELETE FROM capture_batch WHERE drain > 1") }
        #expect(throws: CaptureError.damagedJournal) { try journal.sealed(after: whole[0].last, of: replica, limit: 1_000) }
        #expect(try journal.sealed(after: whole[2].last, of: replica, limit: 1_000).isEmpty)
    }

    @Test("a drain whose last batch the disk has lost is not told as if it were whole")
    func cutShort() throws {
        let rig = try Rig("CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (0, 0)", SliceTests.yaml)
        try rig.attach()
        try rig.drain()
        try rig.sell("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO t SELECT i, i FROM n")
        try rig.drain()
        let journal = Journal(try rig.agentStore())
        let replica = try #require(try journal.replicas().first?.replica)
        #expect(try journal.sealed(after: 1, of: replica, limit: 5_000).map(\.changes.count) == [1_200])
        try rig.agentStore().queue.write {
            try $0.execute(sql: "DELETE FROM capture_batch WHERE first = (SELECT max(first) FROM capture_batch)")
        }
        #expect(throws: CaptureError.damagedJournal) { try journal.sealed(after: 1, of: replica, limit: 5_000) }
    }

    @Test("what has been forgotten is gone, what has not is still there, also from the middle of a batch")
    func journal() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        try rig.attach()
        try rig.drain()
        for id in 10..<20 { try rig.sell(Shop.sale(id)) }
        try rig.drain()
        let journal = Journal(try rig.agentStore())
        let replica = try #require(try journal.replicas().first)
        #expect(replica.last == 25 && replica.isWriting && replica.follows == nil)
        let middle = try journal.sealed(after: 7, of: replica.replica, limit: 1000)
        #expect(middle.map(\.first) == [8] && middle.map(\.changes.count) == [18])
        #expect(middle[0].part == ChangeSet.Part(drain: 2, number: 1, total: 1))
        try rig.agentStore().queue.write { try journal.forget(upTo: 4, of: replica.replica, $0) }
        #expect(try journal.sealed(after: 0, of: replica.replica, limit: 1000).map(\.first) == [5])
    }
}
