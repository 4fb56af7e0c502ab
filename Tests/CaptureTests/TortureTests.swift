import ChangeSets
import Foundation
import Testing

@testable import Capture

/// Every way in which an application may write its tables, drawn at random and run by a process of its own.
///
/// The oracle: after a drain and a sweep, what the journal tells, applied change by change, is what the tables hold; and
/// nothing was told where the tables before and after do not differ.
@Suite("Host SQL")
struct TortureTests {
    @Test("what triggers and a sweep captured is the difference of the tables")
    func torture() throws { try run(Seeds.list(60), hides: true) }

    @Test("without statements that hide from triggers, drains alone find everything")
    func drainsAlone() throws { try run(Seeds.list(60), hides: false) }

    @Test("law 3: schema changes of the vendor neither fail nor lose a row", arguments: HostAct.Kind.schema)
    func alteration(_ kind: HostAct.Kind) throws {
        var plan = TorturePlan(seed: 7, hides: false)
        var statements = HostStatements(random: Seeded(7), hides: false, isRecursive: true)
        plan.steps = [.rest, .act(statements.act(kind)), .read(isWhole: false)]
        plan.steps += (0..<15).map { _ in .act(statements.act()) }
        #expect(try TortureRun.problems(of: plan) == [], "\(plan)")
    }

    /// Runs a plan for every seed, tells the first few that fail by the fewest steps that still do, and counts what happened.
    private func run(_ seeds: [UInt64], hides: Bool) throws {
        var tally = Tally()
        var failed = 0
        for seed in seeds where failed < 3 {
            let plan = TorturePlan(seed: seed, hides: hides)
            let run = try TortureRun(plan, tally: tally)
            run.run()
            tally = run.tally
            guard !run.problems.isEmpty else { continue }
            failed += 1
            let smallest = try plan.smallest { try !TortureRun.problems(of: $0).isEmpty }
            let remaining = try TortureRun.problems(of: smallest)
            Issue.record(
                "\(run.problems.joined(separator: "\n"))\nThe fewest steps that fail:\n\(smallest)\n\(remaining.joined(separator: "\n"))")
        }
        // A single seed does not see everything.
        if seeds.count >= 50, failed == 0 { #expect(tally.missing(hides: hides) == [], "never happened in \(seeds.count) seeds") }
    }

    @Test("a file that went back gives its schema a number that was used for another one: said in the same words")
    func schemaNumberUsedAgain() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        try rig.attach()
        try rig.drain()
        try rig.sell("ALTER TABLE customers ADD COLUMN extra TEXT")
        #expect(try rig.drain() == .nothing)
        let number = try rig.application.inDatabase { try Int.fetchOne($0, sql: "PRAGMA schema_version") ?? 0 }
        try rig.opened().rest()
        // As after a power cut that takes the new column back, and an update that does something else.
        try rig.sell("ALTER TABLE customers RENAME COLUMN email TO mail; PRAGMA schema_version = \(number)")
        try rig.sell("INSERT INTO customers VALUES (9, 'new@example.org', 'New', 'x')")
        let error = #expect(throws: CaptureError.self) { try rig.drain() }
        #expect(error?.code == .schemaChanged)
    }

    @Test("a mapped column that the vendor takes away stops this source in plain words, and nothing written meanwhile is lost")
    func columnGone() throws {
        let rig = try Rig(Shop.sql, Shop.yaml)
        var hub = ModelHub()
        try rig.attach()
        try rig.drain()
        try rig.sell("ALTER TABLE customers RENAME COLUMN email TO mail")
        try rig.sell("INSERT INTO customers VALUES (9, 'new@example.org', 'New')")
        let error = #expect(throws: CaptureError.self) { try rig.drain() }
        #expect(error?.code == .schemaChanged && error?.message.contains("customers") == true)
        try rig.sell("ALTER TABLE customers RENAME COLUMN mail TO email")
        try rig.drain()
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
    }

    @Test("rows without a key, and rows that cannot be mapped, are set aside with their reason, and captured when they can be")
    func setAside() throws {
        let rig = try Rig(
            Shop.sql + "CREATE TABLE codes (k TEXT PRIMARY KEY, n);",
            Shop.yaml + "\n" + """
                  codes:
                    own entity: code
                    extra: {n: {column: n, kind: integer}}
                """)
        var hub = ModelHub()
        try rig.attach()
        try rig.sell("INSERT INTO codes VALUES (NULL, 1), ('a', 'not a number'), ('b', 2)")
        try rig.drain()
        let problems = try RowProblem.all(in: rig.agentStore())
        #expect(
            problems.map(\.code) == ["row-key-is-null", "row-not-a-number"]
                || problems.map(\.code) == ["row-not-a-number", "row-key-is-null"])
        try rig.sell("UPDATE codes SET k = 'c' WHERE k IS NULL; UPDATE codes SET n = 3 WHERE k = 'a'")
        try rig.drain()
        #expect(try RowProblem.all(in: rig.agentStore()).isEmpty)
        try hub.take(rig.agentStore())
        #expect(try rig.differences(from: hub) == [])
    }
}
