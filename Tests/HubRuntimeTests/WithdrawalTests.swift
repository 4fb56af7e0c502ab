import Causality
import ChangeSets
import Foundation
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("Withdrawing what a restored source had told")
struct WithdrawalTests {
    /// A till sells 2, 3 and 5 mugs; its file comes back from a backup made after the first sale, and holds the third one again.
    private struct Restored {
        let bench: TestHub
        let shop: TestAgent
        var till: TestWriter
        var heir: TestWriter
        var lives: [Dot] = []

        init() async throws {
            bench = try await TestHub()
            shop = try await bench.enrol("shop-1")
            till = TestWriter("till", seed: 1, key: shop.key)
            for (number, pieces) in [(1, 2), (2, 3), (3, 5)] as [(Int64, Int64)] {
                let sale = till.nextDot
                lives.append(sale)
                try await bench.push(
                    [
                        try till.seal([
                            Make.sale(number, customer: nil, at: bench.now),
                            Make.line(
                                number, sale: Make.reference("sale", number, life: sale), sku: "MUG", pieces: pieces, price: 10_000,
                                location: "shop-1", at: bench.now),
                        ])
                    ], from: shop)
            }
            // The second line is corrected by one piece: in two movements, as a line that changes its pile is told.
            try await bench.push(
                [
                    try till.seal([
                        Make.movement("MUG", "shop-1", pieces: 3, kind: .sale, at: bench.now),
                        Make.write(
                            "sale line", 2, [("quantity", .integer(4 * FixedPoint.one))], life: Dot(till.replica, 4), at: bench.now,
                            stock: .movement(Movement(sku: "MUG", location: "shop-1", quantity: -4 * FixedPoint.one, kind: .sale))),
                    ])
                ], from: shop)
            heir = TestWriter("till", seed: 2, source: till.source, follows: Dot(till.replica, 2), key: shop.key)
            try await bench.push(
                [
                    try heir.seal([
                        Make.write("sale", 3, [("number", "S3")], life: lives[2], at: bench.now),
                        Make.write("sale line", 3, [("sku", "MUG")], life: Dot(till.replica, 6), at: bench.now),
                    ])
                ], from: shop)
        }

        func onHand() async throws -> Int64? {
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

    @Test("a decision holds the removals that a change-set has room for, beside itself")
    func fitting() {
        let change = Change(time: Timestamp(milliseconds: 1), action: .stockOnly)
        let removals = [3, 3, 3].map { Array(repeating: change, count: $0) }
        #expect(Withdrawal.fitting(removals, changesMax: 10) == 3)
        #expect(Withdrawal.fitting(removals, changesMax: 9) == 2)
        #expect(Withdrawal.fitting(removals, changesMax: 3) == 0)
    }

    @Test("S2: it covers what was shown; what came since opens it again, and somebody else's edit keeps a record")
    func shown() async throws {
        var restored = try await Restored()
        let (hub, now) = (restored.bench.hub, restored.bench.now)
        let conflict = try #require(try await restored.open())
        // The copy of the machine is on line, and sells on under the former name.
        try await restored.bench.push([try restored.till.seal([Make.sale(9, customer: nil, at: now)])], from: restored.shop)
        await #expect(throws: HubError.self) {
            try await hub.resolve(conflict.id, Resolution(.withdraw, seen: conflict.seen, author: "ann"), now: now)
        }
        try await restored.bench.push(
            [try restored.heir.seal([Make.write("sale", 2, [("currency", "EUR")], life: restored.lives[1], at: now)])], from: restored.shop)
        let again = try #require(try await restored.open())
        _ = try await hub.resolve(again.id, Resolution(.withdraw, seen: again.seen, author: "ann"), now: now)
        #expect(try await restored.isThere(restored.lives[1]))
        #expect(try await !restored.isThere(Dot(restored.till.replica, 9)))
        #expect(try await hub.verify().isEqual)
    }
}
