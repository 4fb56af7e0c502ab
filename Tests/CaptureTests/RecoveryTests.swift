import Causality
import ChangeSets
import Foundation
import Testing

@testable import Capture

extension Rig {
    /// What the agent's runtime does when a drain asks for it: sends what is sealed, fetches images, recovers.
    func recover(_ request: RecoveryRequest, _ hub: inout ModelHub) throws {
        let source = try opened()
        try hub.take(agentStore())
        try source.forgetImages()
        var named = request.named
        if let dot = named { named = hub.last[dot.replica].map { Dot(dot.replica, min(dot.counter, $0)) } }
        if let dot = named { try source.stage(hub.images(asOf: dot), isFirst: true) }
        let known = try agentStore().read { try StoredReplica.fetch($0, "source IS NOT NULL") }.map(\.id)
        let hasForgotten = hub.last.contains { !known.contains($0.key) && $0.value > 0 }
        if request.wantsNewest || hasForgotten { try source.stage(hub.newestImages(since: named), as: .newest, isFirst: true) }
        try source.recover(following: named, random: &random)
    }

    /// The agent's folder is gone with its machine, and another one takes the file over.
    func replaceMachine() throws {
        kill()
        // Files beside the journal need not be there.
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder + "/agent.db" + suffix) }
        owner = SigningKey().publicKey
        try attach(takeOver: true)
    }

    /// Drains and sends until nothing more comes, recovering when it is asked for.
    func settle(_ hub: inout ModelHub) throws {
        for _ in 0..<10 {
            let outcome = try drain()
            try hub.take(agentStore())
            switch outcome {
            case .nothing: return
            case .sealed: continue
            case .recovery(let request): try recover(request, &hub)
            case .alarm(let error): throw error
            }
        }
    }
}

@Suite("Kills, power cuts and restores (S14, S15)")
struct RecoveryTests {
    func started() throws -> (Rig, ModelHub) {
        let rig = try Rig(Shop.sql, Shop.yaml)
        var hub = ModelHub()
        try rig.attach()
        try rig.settle(&hub)
        return (rig, hub)
    }

    func stock(_ hub: ModelHub) -> Int64? { hub.state.stock[.init(sku: "shoe", location: "shop")] }

    @Test("the agent is killed between journal and mark while the till goes on selling")
    func killedBeforeMark() throws {
        var (rig, hub) = try started()
        for id in 10..<20 { try rig.sell(Shop.sale(id)) }
        #expect(try rig.killed(at: .drainJournalled) { try rig.drain() })
        try hub.take(rig.agentStore())
        #expect(hub.history.count == 4, "what is not marked was never sent")
        for id in 20..<25 { try rig.sell(Shop.sale(id)) }
        try rig.sell("UPDATE sale_lines SET quantity = 2 WHERE sale_id = 10")
        try rig.settle(&hub)
        #expect(try rig.differences(from: hub) == [])
        #expect(hub.lineage.clock(upTo: hub.history[hub.history.count - 1].dot).count == 1, "no new incarnation")
        #expect(stock(hub) == 850_000)
    }

    @Test("log at 80, agent read to 100, cut back to 80, the till sells 30 more before the agent looks")
    func cutBack() throws {
        var (rig, hub) = try started()
        for id in 100..<180 { try rig.sell(Shop.sale(id)) }
        try rig.copyTill(to: "at80")
        for id in 180..<200 { try rig.sell(Shop.sale(id)) }
        #expect(try rig.killed(at: .drainJournalled) { try rig.drain() })
        try rig.restoreTill(from: "at80")
        rig.kill()
        for id in 180..<210 { try rig.sell(Shop.sale(id, customer: 2, sku: "sock", quantity: 2)) }
        try rig.settle(&hub)
        #expect(try rig.differences(from: hub) == [])
        #expect(stock(hub) == 200_000)
        #expect(hub.state.stock[.init(sku: "sock", location: "shop")] == -100_000)
        #expect(hub.last.count == 1)
    }

    @Test("laws 1 and 2: a power cut after the mark takes back nothing that was sent")
    func cutAfterMark() throws {
        var (rig, hub) = try started()
        for id in 10..<20 { try rig.sell(Shop.sale(id)) }
        #expect(try rig.killed(at: .drainMarked) { try rig.drain() })
        try rig.copyTill(to: "synced")
        for id in 20..<25 { try rig.sell(Shop.sale(id)) }
        try rig.restoreTill(from: "synced")
        for id in 20..<22 { try rig.sell(Shop.sale(id, quantity: 5)) }
        try rig.settle(&hub)
        #expect(try rig.differences(from: hub) == [])
        #expect(hub.last.count == 1)
    }

    @Test(
        "a restored file goes on in a new incarnation: what it lost stays counted, what it sells now is new, re-used numbers are other sales"
    )
    func restoredFile() throws {
        var (rig, hub) = try started()
        for id in 10..<15 { try rig.sell(Shop.sale(id)) }
        try rig.settle(&hub)
        try rig.copyTill(to: "backup")
        let atBackup = try #require(hub.history.last).dot
        for id in 15..<20 { try rig.sell(Shop.sale(id)) }
        try rig.sell("UPDATE customers SET name = 'Anna' WHERE id = 1; INSERT INTO customers VALUES (3, 'cy@example.org', 'Cy')")
        try rig.settle(&hub)
        #expect(stock(hub) == 900_000)
        try rig.restoreTill(from: "backup")
        for id in 15..<17 { try rig.sell(Shop.sale(id, customer: 2, quantity: 7)) }
        guard case .recovery(let request) = try rig.drain() else {
            Issue.record("no recovery")
            return
        }
        #expect(request.named == atBackup)
        try rig.sell(Shop.sale(17, customer: 2, quantity: 1))
        try rig.recover(request, &hub)
        try rig.settle(&hub)
        #expect(hub.complaints == [])
        #expect(stock(hub) == 750_000, "movements of both histories")
        let present = hub.state(asOf: try #require(hub.history.last).dot)
        #expect(present.complaints == [])
        #expect(Set(present.live.keys) == Set(try rig.expected().rows.keys))
        #expect(present.live == (try rig.expected().rows), "the chain of the new incarnation is the file")
        #expect(hub.state.records[.init(entity: "sale", key: LocalKey(15))]?.count == 2, "sale 15 before and after are two sales")
        #expect(hub.state.records[.init(entity: "sale", key: LocalKey(12))]?.count == 1)
        #expect(try rig.drain() == .nothing)
        #expect(try rig.sweep() == .nothing)
    }

    @Test("what is written beside a recovery stands or falls with it: a kill or a full disk leaves neither, and the next look asks again")
    func beside() throws {
        struct Full: Error {}
        var (rig, hub) = try started()
        try rig.sell(Shop.sale(10))
        try rig.settle(&hub)
        try rig.copyTill(to: "backup")
        try rig.sell(Shop.sale(11))
        try rig.settle(&hub)
        try rig.restoreTill(from: "backup")
        guard case .recovery(let request) = try rig.drain() else {
            Issue.record("no recovery")
            return
        }
        let writer = try rig.opened().writer()
        var hasFailed = false
        do { try rig.opened().recover(following: request.named, random: &rig.random) { _ in throw Full() } } catch is Full {
            hasFailed = true
        }
        #expect(hasFailed)
        guard case .recovery(let again) = try rig.drain() else {
            Issue.record("it recovered by half")
            return
        }
        #expect(try rig.opened().writer().replica == writer.replica)
        try rig.recover(again, &hub)
        try rig.settle(&hub)
        #expect(try rig.opened().writer().replica != writer.replica)
        #expect(hub.complaints == [])
    }

    @Test("a disk that lied about the mark keeps the rows: they are said again under their lives, create nothing, move nothing")
    func lyingDisk() throws {
        var (rig, hub) = try started()
        try rig.sell(Shop.sale(10))
        try rig.settle(&hub)
        try rig.sell(Shop.sale(11))
        try rig.sell("UPDATE customers SET name = 'Anna' WHERE id = 1")
        try rig.copyTill(to: "before the mark")
        try rig.settle(&hub)
        let sent = hub.history.count
        try rig.restoreTill(from: "before the mark")
        try rig.settle(&hub)
        #expect(hub.complaints == [] && hub.state.complaints == [])
        #expect(stock(hub) == 980_000)
        #expect(hub.history.dropFirst(sent).allSatisfy { $0.change.stock == nil && $0.change.subject?.creates == false })
        #expect(try rig.differences(from: hub) == [])
        try rig.sell(Shop.sale(12))
        try rig.settle(&hub)
        #expect(stock(hub) == 970_000)
        #expect(try rig.differences(from: hub) == [])
    }

    @Test("law 8: a restored folder of the agent goes on from what the hub has; nothing is lost or told twice")
    func restoredAgent() throws {
        var (rig, hub) = try started()
        try rig.sell(Shop.sale(10))
        try rig.settle(&hub)
        try rig.copyAgent(to: "backup.db")
        for id in 11..<15 { try rig.sell(Shop.sale(id)) }
        try rig.settle(&hub)
        for id in 15..<17 { try rig.sell(Shop.sale(id)) }
        try rig.drain()  // sealed, and lost before it was sent
        try rig.restoreAgent(from: "backup.db")
        try rig.sell(Shop.sale(17))
        try rig.settle(&hub)
        #expect(hub.complaints == [])
        #expect(stock(hub) == 920_000)
        #expect(try rig.differences(from: hub) == [])
    }

    @Test("file and folder restored to the same drain: the hub's receipt tells")
    func restoredBoth() throws {
        var (rig, hub) = try started()
        try rig.sell(Shop.sale(10))
        try rig.settle(&hub)
        try rig.opened().rest()
        try rig.copyTill(to: "till backup")
        try rig.copyAgent(to: "backup.db")
        try rig.sell(Shop.sale(11))
        try rig.settle(&hub)
        try rig.restoreAgent(from: "backup.db")
        try rig.restoreTill(from: "till backup")
        try rig.sell(Shop.sale(11, customer: 2, quantity: 9))
        try rig.hear(hub)
        try rig.settle(&hub)
        #expect(hub.last.count == 2)
        #expect(stock(hub) == 890_000)
        #expect(hub.state.records[.init(entity: "sale", key: LocalKey(11))]?.count == 2)
        #expect(hub.complaints == [])
    }

    @Test("a new machine takes the file over where the old one stopped (S16)")
    func takeOver() throws {
        var (rig, hub) = try started()
        try rig.sell(Shop.sale(10))
        try rig.settle(&hub)
        try rig.sell(Shop.sale(11))
        try rig.replaceMachine()
        try rig.settle(&hub)
        #expect(hub.complaints == [] && hub.last.count == 2)
        #expect(stock(hub) == 980_000)
        #expect(try rig.differences(from: hub) == [])
    }

    @Test("law 1: what a hub had told of a file before it was restored, in the middle of the recovery, counts no more")
    func hubRestoredWithinRecovery() throws {
        var (rig, hub) = try started()
        for id in 10..<15 { try rig.sell(Shop.sale(id)) }
        try rig.settle(&hub)
        try rig.replaceMachine()
        guard case .recovery(let request) = try rig.drain(), let named = request.named else {
            Issue.record("no recovery")
            return
        }
        try rig.opened().stage(hub.images(asOf: named), isFirst: true)
        var restored = ModelHub()
        try rig.settle(&restored)
        #expect(restored.complaints == [])
        #expect(try rig.differences(from: restored) == [])
    }

    @Test(
        "a kill during recovery is recovered from",
        arguments: [Checkpoint.recoveryNoticed, .imagesStaged, .replicaOpened, .drainJournalled, .drainMarked])
    func killedRecovering(at step: Checkpoint) throws {
        var (rig, hub) = try started()
        try rig.copyTill(to: "backup")
        for id in 10..<13 { try rig.sell(Shop.sale(id)) }
        try rig.settle(&hub)
        try rig.restoreTill(from: "backup")
        try rig.sell(Shop.sale(10, quantity: 2))
        #expect(try rig.killed(at: step) { try rig.settle(&hub) })
        try rig.sell(Shop.sale(11, quantity: 4))
        try rig.settle(&hub)
        #expect(hub.complaints == [])
        #expect(stock(hub) == 910_000)
        #expect(try rig.sweep() == .nothing)
    }
}

@Suite("Random kills, cuts and restores")
struct CrashTests {
    /// A year of bad luck at one till. The oracle counts units: every sale that the hub was told of, and every one that the
    /// file still holds, moved its units exactly once.
    @Test("law 1: no sale is skipped, doubled or forged", arguments: Seeds.list(16))
    func storm(seed: UInt64) throws {
        var random = Seeded(seed)
        let rig = try Rig(Shop.sql, Shop.yaml, seed: seed)
        var hub = ModelHub()
        try rig.attach()
        try rig.settle(&hub)
        var next = 100
        try rig.copyTill(to: "synced")
        let steps: [Checkpoint] = [.drainBegun, .sliceRead, .partJournalled, .drainJournalled, .drainMarked, .drainSealed, .logTrimmed]
        for _ in 0..<14 {
            for _ in 0..<random.below(4) {
                let line = rig.random.pick(["shoe", "sock"])
                switch random.below(5) {
                case 0: try rig.sell("UPDATE customers SET name = 'N\(random.below(50))' WHERE id = \(1 + random.below(3))")
                case 1:
                    try rig.sell(
                        "INSERT OR REPLACE INTO customers VALUES (\(1 + random.below(4)), 'm\(random.below(3))', 'R\(random.below(9))')")
                case 2: try rig.sell("UPDATE stock SET quantity = quantity + \(random.below(5)) WHERE sku = '\(line)'")
                default:
                    try rig.sell(Shop.sale(next, customer: 1 + random.below(3), sku: line, quantity: 1 + random.below(4)))
                    next += 1
                }
            }
            switch random.below(6) {
            case 0, 1:
                try rig.settle(&hub)
                try rig.copyTill(to: "synced")
            case 2:
                let step = random.pick(steps)
                let wasKilled = try rig.killed(at: step) { try rig.drain() }
                // The mark's commit synced all before it.
                if !wasKilled || steps.firstIndex(of: step)! >= 4 { try rig.copyTill(to: "synced") }
            case 3:
                let step = random.pick(steps)
                if try rig.killed(at: step, { try rig.drain() }), steps.firstIndex(of: step)! < 4 {
                    try rig.restoreTill(from: "synced")  // power cut: the till forgets what the agent had read
                    rig.kill()
                } else {
                    try rig.copyTill(to: "synced")
                }
            case 4: try rig.opened().rest()
            default:
                try rig.sweep()
                try rig.copyTill(to: "synced")
            }
        }
        try rig.settle(&hub)
        try rig.sweep()
        try rig.settle(&hub)
        #expect(hub.last.count == 1, "power cuts alone need no new incarnation; seed \(seed)")
        #expect(try rig.differences(from: hub) == [], "seed \(seed)")
        for sku in ["shoe", "sock"] {
            let level = try rig.number("SELECT quantity FROM stock WHERE sku = '\(sku)'")
            #expect(hub.state.stock[.init(sku: Text(sku), location: "shop")] == Int64(level) * FixedPoint.one, "seed \(seed)")
        }
    }

    /// A till that is restored from old backups again and again, an agent's folder too, and numbers that are given again.
    ///
    /// The oracle: every sale carries a number of its own that no till would know. The hub has each sale that it was told
    /// of, or that the file still has, exactly once, and stock moved by exactly those.
    @Test("laws 1 and 8: restores of till and agent skip, double and forge no sale", arguments: Seeds.list(16))
    func restores(seed: UInt64) throws {
        var random = Seeded(seed)
        let rig = try Rig(Shop.sql, Shop.yamlOfLines, seed: seed)
        var hub = ModelHub()
        try rig.attach()
        try rig.settle(&hub)
        var quantities: [String: Int] = [:]
        // Last night's backup, last week's, and the first one.
        let backups = ["night", "week", "first"]
        for backup in backups {
            try rig.copyTill(to: backup)
            try rig.copyAgent(to: backup + ".db")
        }
        for _ in 0..<12 {
            for _ in 0..<random.below(4) {
                let number = "unique \(quantities.count)"
                let id = try rig.number("SELECT coalesce(max(id), 99) + 1 FROM sales")
                let quantity = 1 + random.below(2)
                quantities[number] = quantity
                try rig.sell(
                    "BEGIN; INSERT INTO sales VALUES (\(id), 1, '\(number)', 5); INSERT INTO sale_lines VALUES (\(id), 1, 'shoe', \(quantity)); COMMIT"
                )
            }
            switch random.below(9) {
            case 0, 1: try rig.settle(&hub)
            case 2: try rig.copyTill(to: random.pick(["night", "week"]))
            case 3: try rig.copyAgent(to: random.pick(["night", "week"]) + ".db")
            case 4: _ = try rig.killed(at: random.pick([.drainJournalled, .drainMarked, .drainSealed])) { try rig.drain() }
            case 5:
                try rig.settle(&hub)
                try rig.restoreTill(from: random.pick(backups))
            case 6:
                try rig.settle(&hub)
                try rig.restoreAgent(from: random.pick(backups) + ".db")
                try rig.hear(hub)
            case 7:
                if random.below(2) == 0 { try rig.settle(&hub) }
                try rig.restoreTill(from: random.pick(backups))
                try rig.restoreAgent(from: random.pick(backups) + ".db")
                try rig.hear(hub)
            default: try rig.sweep()
            }
            try hub.take(rig.agentStore())
        }
        try rig.settle(&hub)
        try rig.sweep()
        try rig.settle(&hub)
        let told = hub.history.compactMap { admitted -> String? in
            guard case .write(let subject, let fields) = admitted.change.action, subject.entity == "sale", subject.creates else {
                return nil
            }
            return fields.first { $0.field == "number" }?.value.text?.string
        }
        #expect(hub.complaints == [] && hub.state.complaints.filter { !$0.contains("live records") } == [], "seed \(seed)")
        #expect(Set(told).count == told.count, "doubled; seed \(seed)")
        #expect(try Set(rig.texts("SELECT number FROM sales")).isSubset(of: told), "skipped; seed \(seed)")
        let moved = told.map { quantities[$0] ?? 0 }.reduce(0, +)
        #expect(hub.state.stock[.init(sku: "shoe", location: "shop"), default: 0] == Int64(moved) * -10_000, "seed \(seed)")
        #expect(try rig.sweep() == .nothing, "seed \(seed)")
    }
}
