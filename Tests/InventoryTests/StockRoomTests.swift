import Causality
import ChangeSets
import Testing

@testable import Inventory

@Suite("How much a pile promises at a time")
struct StockRoomTests {
    private static func cell(_ effects: [StockEffect]) throws -> StockCell {
        var shop = Shop()
        for effect in effects { try shop.admit(effect, from: Shop.till1) }
        return shop.cell("pool")
    }

    private static func movement(_ effect: StockEffect) throws -> Movement {
        guard case .movement(let movement) = effect else { throw InventoryError(.damaged, "No movement.", remedy: "") }
        return movement
    }

    @Test("A claim is let go when it has ended and not a millisecond before; one without an end stays", arguments: [1_999, 2_000])
    func ended(now: UInt64) throws {
        var cell = try Self.cell([.move(3, .reservation, note: "R1", expires: 2_000), .move(2, .reservation, note: "R2")])
        #expect(cell.claimParts == 2)
        cell.forgetClaims(endedBy: Timestamp(milliseconds: now))
        #expect(cell.claimParts == (now < 2_000 ? 2 : 1) && cell.claims.count == cell.claimParts)
        #expect(cell.promised(for: "R2", now: Timestamp(milliseconds: now)) == Int128(2.pieces))
    }

    @Test("What was let go is known again when it moves: a release takes from the part that had ended, a new part counts")
    func movesAgain() throws {
        var shop = Shop()
        try shop.admit(.move(3, .reservation, note: "R1", expires: 2_000), from: Shop.till1)
        let key = shop.cell("pool").key
        var letGo = shop
        letGo.cells[key]?.forgetClaims(endedBy: Timestamp(milliseconds: 2_000))
        #expect(letGo.cell("pool").claims.isEmpty)
        for effect: StockEffect in [.move(-1, .release, note: "R1"), .move(4, .reservation, note: "R1")] {
            try shop.admit(effect, from: Shop.till2)
            try letGo.admit(effect, from: Shop.till2)
            #expect(letGo.cell("pool") == shop.cell("pool"))
        }
        #expect(try letGo.figure("pool", now: 2_000).reserved == 4.pieces)
    }

    @Test("More given back than was reserved claims nothing and is not kept, but counts when the rest is reserved")
    func givenBackFirst() throws {
        var shop = Shop()
        try shop.admit(.move(-2, .release, note: "R1"), from: Shop.till1)
        let key = shop.cell("pool").key
        shop.cells[key]?.forgetClaims(endedBy: Timestamp(milliseconds: 0))
        #expect(shop.cell("pool").claims.isEmpty)
        try shop.admit(.move(3, .reservation, note: "R1"), from: Shop.till2)
        #expect(try shop.figure("pool").reserved == 1.pieces)
    }

    @Test("A pile takes reservations until so many parts are open; then only what needs no room")
    func full() throws {
        var cell = try Self.cell([.move(1, .reservation, note: "R1"), .move(1, .reservation, note: "R1", expires: 2_000)])
        let more = try Self.movement(.move(1, .reservation, note: "R2"))
        #expect(cell.claimParts == 2)
        func hasRoom(_ movement: Movement, partsMax: Int) -> Bool { cell.hasRoom(for: movement, endedBy: nil, partsMax: partsMax) }
        #expect(hasRoom(more, partsMax: 3))
        #expect(!hasRoom(more, partsMax: 2))
        let others: [StockEffect] = [
            .move(-1, .reservation, note: "R1"), .move(-1, .release, note: "R1"), .move(1, .reservation), .sale(1),
            .move(1, .transferIn, note: "T1"),
        ]
        for effect in others { #expect(hasRoom(try Self.movement(effect), partsMax: 2)) }
    }

    @Test("Where there is no room, what has ended makes some", arguments: [1_999, 2_000])
    func makesRoom(now: UInt64) throws {
        var cell = try Self.cell([.move(1, .reservation, note: "R1"), .move(1, .reservation, note: "R2", expires: 2_000)])
        let more = try Self.movement(.move(1, .reservation, note: "R3"))
        let hasRoom = cell.hasRoom(for: more, endedBy: Timestamp(milliseconds: now), partsMax: 2)
        #expect(hasRoom == (now >= 2_000))
    }

    @Test("Parts are counted as they come and go, and counted anew when a pile is read")
    func counted() throws {
        var shop = Shop()
        let effects: [StockEffect] = [
            .move(1, .reservation, note: "R1"), .move(1, .reservation, note: "R1", expires: 5), .move(1, .reservation, note: "R2"),
            .move(-1, .reservation, note: "R1", expires: 5), .move(-1, .release, note: "R2"), .move(-1, .release, note: "R1"),
        ]
        // The stored form is read after every one of them.
        for (effect, parts) in zip(effects, [1, 2, 3, 2, 1, 0]) {
            try shop.admit(effect, from: Shop.till1)
            let cell = shop.cell("pool")
            #expect(cell.claimParts == parts && cell.claims.values.reduce(0) { $0 + $1.parts.count } == parts)
        }
    }
}
