import Causality
import ChangeSets
import Foundation
import HubStoreSQLite
import HubTestSupport
import TestSupport
import Testing

@testable import HubRuntime

@Suite("Withdrawing what a restored source had told")
struct WithdrawalTests {
    /// A till sells 2, 3 and 5 mugs; its file comes back from a backup made after the first sale, and holds the third one again.
    private struct Restored {
        let folder: TemporaryFolder
        let bench: TestHub
        let shop: TestAgent
        var till: TestWriter
        var heir: TestWriter
        var lives: [Dot] = []
        var sent: [EncodedChangeSet] = []

        init() async throws {
            folder = try TemporaryFolder()
            bench = try await TestHub()
            shop = try await bench.enrol("shop-1")
            try await bench.hub.backUp(to: folder.file("empty.db"))
            till = TestWriter("till", seed: 1, key: shop.key)
            for (number, pieces) in [(1, 2), (2, 3), (3, 5)] as [(Int64, Int64)] {
                let sale = till.nextDot
                lives.append(sale)
                sent.append(
                    try till.seal([
                        Make.sale(number, customer: nil, at: bench.now),
                        Make.line(
                            number, sale: Make.reference("sale", number, life: sale), sku: "MUG", pieces: pieces, price: 10_000,
                            location: "shop-1", at: bench.now),
                    ]))
            }
            // The second line is corrected by one piece: in two movements, as a line that changes its pile is told.
            sent.append(
                try till.seal([
                    Make.movement("MUG", "shop-1", pieces: 3, kind: .sale, at: bench.now),
                    Make.write(
                        "sale line", 2, [("quantity", .integer(4 * FixedPoint.one))], life: Dot(till.replica, 4), at: bench.now,
                        stock: .movement(Movement(sku: "MUG", location: "shop-1", quantity: -4 * FixedPoint.one, kind: .sale))),
                ]))
            heir = TestWriter("till", seed: 2, source: till.source, follows: Dot(till.replica, 2), key: shop.key)
            sent.append(
                try heir.seal([
                    Make.write("sale", 3, [("number", "S3")], life: lives[2], at: bench.now),
                    Make.write("sale line", 3, [("sku", "MUG")], life: Dot(till.replica, 6), at: bench.now),
                ]))
            for set in sent { try await bench.push([set], from: shop) }
        }

        func onHand() async throws -> Int64? { try await onHand(at: bench) }

        func onHand(at bench: TestHub) async throws -> Int64? {
            let answer = try #require(try await bench.hub.stock(sku: "MUG", now: bench.now))
            let object = try JSONSerialization.jsonObject(with: Data(answer.bytes)) as? [String: Any]
            let place = (object?["locations"] as? [[String: Any]])?.first
            return (place?["onHand"] as? NSNumber).map { $0.int64Value / FixedPoint.one }
        }

        func isThere(_ life: Dot) async throws -> Bool { try await bench.hub.explain(record: life, now: bench.now)?.isDeleted == false }

        func open() async throws -> ConflictAnswer? {
            try await bench.hub.conflicts(ConflictFilter(kind: .sourceRestored), now: bench.now).first
        }
    }

    @Test("S15: what the restored file lacks goes, with all that it moved; what it holds stays; undone, it is back")
    func withdrawn() async throws {
        let restored = try await Restored()
        let (hub, now) = (restored.bench.hub, restored.bench.now)
        #expect(try await restored.onHand() == -11)
        let conflict = try #require(try await restored.open())
        #expect(conflict.choices == ["accept", "withdraw"])
        let decision = try await hub.resolve(conflict.id, Resolution(.withdraw, seen: conflict.seen, author: "ann"), now: now)
        #expect(try await restored.onHand() == -7)
        for life in [restored.lives[0], restored.lives[2]] { #expect(try await restored.isThere(life)) }
        for life in [restored.lives[1], Dot(restored.till.replica, 4)] { #expect(try await !restored.isThere(life)) }
        #expect(try await restored.open() == nil)
        #expect(decision.message.contains("2 records"))
        #expect(try await hub.verify().isEqual)
        _ = try await hub.undo(decision.id, author: "ann", note: nil, now: now)
        #expect(try await restored.onHand() == -11)
        #expect(try await restored.isThere(restored.lives[1]))
        #expect(try await restored.open() != nil)
        #expect(try await hub.verify().isEqual)
    }

    @Test("S24, law 12: a withdrawal that comes back before what it withdraws moves nothing until then")
    func comesBackFirst() async throws {
        let restored = try await Restored()
        let (bench, shop) = (restored.bench, restored.shop)
        let conflict = try #require(try await restored.open())
        _ = try await bench.hub.resolve(conflict.id, Resolution(.withdraw, seen: conflict.seen, author: "ann"), now: bench.now)
        // A movement that stands alone goes with the change after it.
        let named = Make.write(
            "sale", 1, [("currency", "EUR")], life: restored.lives[0], source: restored.till.source, at: bench.now,
            context: .named([Dot(restored.till.replica, 8)]))
        let alone = Make.movement("CUP", "shop-1", pieces: 1, at: bench.now)
        try await bench.hub.deciding(bench.now) { desk in
            _ = try desk.write(
                [alone, named], Decision(.take, conflict: "c", message: "", fingerprint: "", author: "ann", note: nil))
        }
        guard case .page(let page) = try await bench.hub.pull(PullRequest(keepsDecisions: true), agent: shop.record, now: bench.now) else {
            return #expect(Bool(false), "no page")
        }
        let sealed = try #require(page.kept).decisions.map(\.sealed)
        try SQLiteHubStore.restore(backup: restored.folder.file("empty.db"), to: restored.folder.file("hub.db"))
        let hub = try await TestHub(store: SQLiteHubStore(path: restored.folder.file("hub.db"), durability: .none))
        _ = try await hub.hub.takeBack(sealed, agent: shop.record, agentTime: hub.now, now: hub.now)
        for sku in ["MUG", "CUP"] { #expect(try await hub.hub.stock(sku: sku, now: hub.now) == nil) }
        for (set, pieces) in zip(restored.sent, [-2, -5, -10, -7, -7] as [Int64]) {
            try await hub.push([set], from: shop)
            #expect(try await restored.onHand(at: hub) == pieces)
        }
        #expect(try await hub.hub.stock(sku: "CUP", now: hub.now) != nil)
        #expect(try await hub.hub.status(now: hub.now).waiting == 0)
        #expect(try await hub.hub.verify().isEqual)
    }

    /// What is decided before a backup of the hub, after it, and on the hub that is restored from it, before the second comes back: a
    /// letter each, withdrawn or undone. And the pieces on hand in the end.
    struct Twice: Sendable {
        var before = ""
        var lost: String
        var again: String
        var pieces: Int64
    }

    @Test(
        "S24, law 12: what is withdrawn, or put back, once more on a restored hub moves once, as the record dies and lives",
        arguments: [
            Twice(lost: "w", again: "w", pieces: -7), Twice(before: "w", lost: "u", again: "u", pieces: -11),
            Twice(lost: "wu", again: "wu", pieces: -11), Twice(lost: "wu", again: "w", pieces: -11),
        ])
    func twice(_ story: Twice) async throws {
        let restored = try await Restored()
        let (bench, shop) = (restored.bench, restored.shop)
        func decide(_ steps: String, at hub: TestHub) async throws {
            for step in steps {
                if step == "w" {
                    let open = try await hub.hub.conflicts(ConflictFilter(kind: .sourceRestored), now: hub.now)
                    let conflict = try #require(open.first)
                    _ = try await hub.hub.resolve(
                        conflict.id, Resolution(.withdraw, seen: conflict.seen, author: "ann"), now: hub.now)
                } else {
                    let decisions = try await hub.hub.decisions(now: hub.now)
                    let withdrawal = try #require(decisions.first { $0.choice == .withdraw && $0.undoneBy == nil })
                    _ = try await hub.hub.undo(withdrawal.id, author: "ann", note: nil, now: hub.now)
                }
            }
        }
        try await decide(story.before, at: bench)
        try await bench.hub.backUp(to: restored.folder.file("full.db"))
        try await decide(story.lost, at: bench)
        guard case .page(let page) = try await bench.hub.pull(PullRequest(keepsDecisions: true), agent: shop.record, now: bench.now) else {
            return #expect(Bool(false), "no page")
        }
        let sealed = try #require(page.kept).decisions.map(\.sealed)
        #expect(sealed.count == story.lost.count)
        try SQLiteHubStore.restore(backup: restored.folder.file("full.db"), to: restored.folder.file("hub.db"))
        let hub = try await TestHub(store: SQLiteHubStore(path: restored.folder.file("hub.db"), durability: .none))
        try await decide(story.again, at: hub)
        guard case .receipt = try await hub.hub.takeBack(sealed, agent: shop.record, agentTime: hub.now, now: hub.now) else {
            return #expect(Bool(false), "no receipt")
        }
        #expect(try await restored.onHand(at: hub) == story.pieces)
        let record = try await hub.hub.explain(record: restored.lives[1], now: hub.now)
        #expect(record?.isDeleted == (story.pieces == -7))
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test("a decision holds the removals that a change-set has room for, beside itself")
    func fitting() {
        let change = Change(time: Timestamp(milliseconds: 1), action: .stockOnly)
        let removals = [3, 3, 3].map { Array(repeating: change, count: $0) }
        #expect(Withdrawal.fitting(removals, changesMax: 10) == 3)
        #expect(Withdrawal.fitting(removals, changesMax: 9) == 2)
        #expect(Withdrawal.fitting(removals, changesMax: 3) == 0)
    }

    @Test("S2: somebody else's edit keeps a record; what a former writer tells later was no former life's, and nothing of it is withdrawn")
    func livesOn() async throws {
        var restored = try await Restored()
        let (hub, now) = (restored.bench.hub, restored.bench.now)
        try await restored.bench.push(
            [try restored.heir.seal([Make.write("sale", 2, [("currency", "EUR")], life: restored.lives[1], at: now)])], from: restored.shop)
        let conflict = try #require(try await restored.open())
        let withdrawal = try await hub.resolve(conflict.id, Resolution(.withdraw, seen: conflict.seen, author: "ann"), now: now)
        #expect(try await restored.isThere(restored.lives[1]))
        #expect(try await !restored.isThere(Dot(restored.till.replica, 4)))
        #expect(try await restored.open() == nil)
        // It was no restored file: the copy of the machine is on line, and sells on under the former name.
        try await restored.bench.push([try restored.till.seal([Make.sale(9, customer: nil, at: now)])], from: restored.shop)
        let again = try #require(try await restored.open())
        #expect(again.choices == ["accept"] && again.message.contains("cloned") && again.remedy.contains("undo"))
        let refused = await #expect(throws: HubError.self) {
            try await hub.resolve(again.id, Resolution(.withdraw, seen: conflict.seen, author: "ann"), now: now)
        }
        #expect(refused?.code == .choiceInvalid)
        _ = try await hub.undo(withdrawal.id, author: "ann", note: nil, now: now)
        #expect(try await restored.isThere(Dot(restored.till.replica, 4)))
        #expect(try await restored.isThere(Dot(restored.till.replica, 9)))
        #expect(try await hub.verify().isEqual)
    }

    @Test("S22: a clone that was accepted stays so while its original sells on, and no rule takes the original's sales back")
    func cloned() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        func sell(_ number: Int64) async throws -> Dot {
            let life = till.nextDot
            try await bench.push([try till.seal([Make.sale(number, customer: nil, at: bench.now)])], from: shop)
            return life
        }
        func open() async throws -> [ConflictAnswer] {
            try await bench.hub.conflicts(ConflictFilter(kind: .sourceRestored), now: bench.now)
        }
        let shared = try await sell(1)
        var lives = [try await sell(2)]
        // The copy was made after the first sale; its first push met the second one's counter, so it goes on under an id of its own.
        var clone = TestWriter("till", seed: 2, follows: shared, key: shop.key)
        try await bench.push([try clone.seal([Make.sale(3, customer: nil, at: bench.now)])], from: shop)
        let conflict = try #require(try await open().first)
        let acceptance = try await bench.hub.resolve(
            conflict.id, Resolution(.accept, seen: conflict.seen, author: "ann"), now: bench.now)
        for number in 4...6 {
            lives.append(try await sell(Int64(number)))
            #expect(try await open().isEmpty)
        }
        _ = try await bench.hub.undo(acceptance.id, author: "ann", note: nil, now: bench.now)
        let again = try #require(try await open().first)
        #expect(again.choices == ["accept"] && again.about.changes == nil)
        let answer = try await bench.hub.resolveAll(
            BulkResolution(filter: ConflictFilter(kind: .sourceRestored), rule: .withdraw, author: "ann", isDryRun: false), now: bench.now)
        #expect(answer.decided.isEmpty && answer.left.map(\.code) == ["choice-invalid"])
        for life in lives { #expect(try await bench.hub.explain(record: life, now: bench.now)?.isDeleted == false) }
        // What it shows was shown while the original sells: that does not matter.
        lives.append(try await sell(7))
        _ = try await bench.hub.resolve(again.id, Resolution(.accept, seen: again.seen, author: "ann"), now: bench.now)
        #expect(try await open().isEmpty)
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("S15, S22: a restored machine that parted may still withdraw what only its former life told")
    func partedLife() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let lives = [till.nextDot, Dot(till.replica, 2)]
        for number in 1...2 {
            try await bench.push([try till.seal([Make.sale(Int64(number), customer: nil, at: bench.now)])], from: shop)
        }
        var parted = TestWriter("till", seed: 2, follows: lives[0], key: shop.key)
        for number in 3...4 {
            try await bench.push([try parted.seal([Make.sale(Int64(number), customer: nil, at: bench.now)])], from: shop)
        }
        let open = try await bench.hub.conflicts(ConflictFilter(kind: .sourceRestored), now: bench.now)
        let conflict = try #require(open.first)
        _ = try await bench.hub.resolve(conflict.id, Resolution(.withdraw, seen: conflict.seen, author: "ann"), now: bench.now)
        #expect(try await bench.hub.explain(record: lives[0], now: bench.now)?.isDeleted == false)
        #expect(try await bench.hub.explain(record: lives[1], now: bench.now)?.isDeleted == true)
        #expect(try await bench.hub.explain(record: Dot(parted.replica, 1), now: bench.now)?.isDeleted == false)
        #expect(try await bench.hub.conflicts(ConflictFilter(kind: .sourceRestored), now: bench.now).isEmpty)
        #expect(try await bench.hub.verify().isEqual)
    }
}
