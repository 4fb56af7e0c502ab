import Causality
import ChangeSets
import Foundation
import Glibc
import GRDB
import Testing

@testable import Capture

@Suite("Slices, parts and trimming (S18, S20)")
struct SliceTests {
    @Test("a till in rollback-journal mode sells between any two slices, and the drain still closes on one moment", arguments: [1, 2, 3])
    func slices(rows: Int) throws {
        let rig = try Rig(Shop.sql, Shop.yaml, journal: "DELETE")
        rig.settings.rowsPerSliceMax = rows
        rig.settings.rowsPerReadMax = 2
        var hub = ModelHub()
        try rig.attach()
        var next = 10
        rig.hook.action = { [unowned rig] step in
            guard step == .sliceRead, next < 25 else { return }
            try rig.sell(Shop.sale(next, quantity: 2))
            if next % 3 == 0 { try rig.sell("UPDATE customers SET name = 'N\(next)' WHERE id = 1") }
            if next % 5 == 0 { try rig.sell("DELETE FROM sale_lines WHERE sale_id = \(next - 2)") }
            next += 1
        }
        try rig.drain()
        rig.hook.action = { _ in }
        #expect(next > 10, "the till came in")
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
        #expect(try rig.sweep() == .nothing)
        #expect(
            hub.state.stock[.init(sku: "shoe", location: "shop")] == Int64(try rig.number("SELECT quantity FROM stock WHERE sku = 'shoe'"))
                * 10_000)
    }

    @Test("a till that never pauses does not keep the drain open for ever")
    func restless() throws {
        let rig = try Rig(Shop.sql, Shop.yaml, journal: "DELETE")
        rig.settings.rowsPerSliceMax = 1
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        var next = 10
        rig.hook.action = { [unowned rig] step in
            guard step == .sliceRead else { return }
            try rig.sell(Shop.sale(next))
            next += 1
        }
        try rig.sell(Shop.sale(next))
        next += 1
        try rig.drain()
        rig.hook.action = { _ in }
        let journal = Journal(try rig.agentStore())
        let replica = try #require(try journal.replicas().first?.replica)
        let parts = try journal.sealed(after: 4, of: replica, limit: 10_000).map(\.part)
        #expect(parts.count > 1 && parts.allSatisfy { $0.total == UInt32(parts.count) }, "marked in parts")
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
    }

    @Test("a large drain is cut in parts, numbered i of n, on both sides of the bound", arguments: [9, 10, 11, 25])
    func parts(changes: Int) throws {
        let rig = try Rig("CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (0, 0)", Self.yaml)
        rig.settings.changesPerPartMax = 10
        rig.settings.logRowsPerReadMax = 4
        try rig.attach()
        try rig.drain()
        try rig.sell(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(changes)) INSERT INTO t SELECT i, i FROM n")
        #expect(try rig.drain() == .sealed(drain: 2, changes: changes))
        let journal = Journal(try rig.agentStore())
        let replica = try #require(try journal.replicas().first?.replica)
        let pieces = try journal.sealed(after: 1, of: replica, limit: 1000)
        let total = (changes + 9) / 10
        #expect(pieces.map(\.part) == (1...total).map { ChangeSet.Part(drain: 2, number: UInt32($0), total: UInt32(total)) })
        #expect(pieces.map(\.changes.count).reduce(0, +) == changes)
        #expect(try journal.sealed(after: 1, of: replica, limit: 10).count == 1)
    }

    @Test("one transaction of the agent's file looks at so many rows; a drain of as many goes on in another", arguments: [0, 1])
    func pieces(more: Int) throws {
        let rig = try Rig("CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)", Self.yaml)
        rig.settings.rowsPerReadMax = 1
        rig.settings.rowsPerPieceMax = 3 + more
        try rig.attach()
        var pieces = 1
        rig.hook.action = { if $0 == .partJournalled { pieces += 1 } }
        #expect(try rig.drain() == .sealed(drain: 1, changes: 3))
        #expect(pieces == 2 - more)
    }

    @Test("one mark deletes a bounded part of the log, the following ones the rest")
    func trimming() throws {
        let rig = try Rig("CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (0, 0)", Self.yaml)
        rig.settings.logRowsPerTrimMax = 10
        rig.settings.trimsPerDrainMax = 2
        try rig.attach()
        try rig.drain()
        try rig.sell("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 75) INSERT INTO t SELECT i, i FROM n")
        #expect(try rig.drain() == .sealed(drain: 2, changes: 75))
        #expect(try rig.number("SELECT count(*) FROM _tributary_log") == 45)
        #expect(try rig.drain() == .nothing)
        #expect(try rig.drain() == .nothing)
        #expect(try rig.drain() == .nothing)
        #expect(try rig.number("SELECT count(*) FROM _tributary_log") == 0)
        try rig.sell("INSERT INTO t VALUES (100, 1)")
        #expect(try rig.drain() == .sealed(drain: 3, changes: 1))
    }

    @Test("a log whose numbering somebody reset is still read")
    func renumbered() throws {
        let rig = try Rig("CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (0, 0)", Self.yaml)
        try rig.attach()
        try rig.sell("INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)")
        try rig.drain()
        try rig.sell("DELETE FROM sqlite_sequence; INSERT INTO t VALUES (4, 4)")
        #expect(try rig.drain() == .sealed(drain: 2, changes: 1))
    }

    @Test("a baseline holds one page and one batch in memory, not itself")
    func largeBaseline() throws {
        let rows = ProcessInfo.processInfo.environment["TRIBUTARY_ROWS"].flatMap { Int($0) } ?? 60_000
        // Other tests share the process, and their memory can only add to ours: the least of some tries is what counts.
        var least = Int.max
        for _ in 0..<5 where least >= Self.baselineBytesMax { least = min(least, try growth(rows)) }
        #expect(least < Self.baselineBytesMax)
    }

    private static let baselineBytesMax = 30_000_000

    /// How much more private memory the process had at most while a baseline was read, in bytes.
    private func growth(_ rows: Int) throws -> Int {
        let rig = try Rig(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows)) "
                + "INSERT INTO t SELECT i, 'some text ' || i, i * 3, 'more of it ' || (i % 1000) FROM n",
            Self.yaml.replacing("{a: a}", with: "{a: a, b: b, c: c}"))
        try rig.attach()
        // What an earlier try has left to the allocator would hide what this one takes.
        typealias Trim = @convention(c) (Int) -> CInt
        _ = dlsym(nil, "malloc_trim").map { unsafeBitCast($0, to: Trim.self)(0) }
        let before = privateMemory()
        var most = before
        rig.hook.action = { _ in most = max(most, self.privateMemory()) }
        #expect(try rig.drain() == .sealed(drain: 1, changes: rows))
        return most - before
    }

    /// RssAnon of this process, in bytes.
    private func privateMemory() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") } ?? ""
        return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
    }

    static let yaml = """
        mapping: 1
        tables:
          t:
            own entity: thing
            extra: {a: a}
        """
}
