import Causality
import ChangeSets
import HubTestSupport
import Inventory
import Testing

@testable import HubRuntime

@Suite("Reservations do not pile up")
struct ReservationBoundTests {
    private func reserved(_ document: Text, until: Timestamp?, at time: Timestamp) -> Change {
        let movement = Movement(
            sku: "MUG", location: "web", quantity: FixedPoint.one, kind: .reservation, note: document, expires: until)
        return Change(time: time, action: .stockOnly, stock: .movement(movement))
    }

    private func state(_ shop: Shop) async throws -> StockCell {
        try await shop.bench.store.read { store in
            let row = try #require(try store.cell(sku: "MUG", location: "web"))
            return try StockCell(row, standing: try Standing(reading: store))
        }
    }

    private func promised(_ document: Text, _ shop: Shop) async throws -> Int128 {
        // Before any of them ended: only what is forgotten is gone.
        try await state(shop).promised(for: document, now: Timestamp(milliseconds: 0))
    }

    @Test("One that has ended when its pile is next touched is let go, one that ends a millisecond later stays; a rebuild does the same")
    func ended() async throws {
        var shop = try await Shop()
        let end = shop.bench.now.advanced(byMilliseconds: 900_000)
        try await shop.tell([
            reserved("W-1", until: end, at: shop.bench.now), reserved("W-2", until: end.advanced(byMilliseconds: 1), at: shop.bench.now),
            reserved("W-3", until: nil, at: shop.bench.now),
        ])
        #expect(try await promised("W-1", shop) == Int128(FixedPoint.one))
        shop.bench.now = end
        try await shop.tell([Make.movement("MUG", "web", pieces: 5, kind: .receipt, at: end)])
        for (document, isKept) in [("W-1", false), ("W-2", true), ("W-3", true)] as [(Text, Bool)] {
            #expect(try await promised(document, shop) == (isKept ? Int128(FixedPoint.one) : 0), "\(document)")
        }
        let verification = try await shop.bench.hub.verify()
        #expect(verification.isEqual, "\(verification.differences)")
    }

    @Test("What is given back of one that was let go changes nothing, and what is reserved anew for it counts")
    func late() async throws {
        var shop = try await Shop()
        let (start, end) = (shop.bench.now, shop.bench.now.advanced(byMilliseconds: 1_000))
        try await shop.tell([reserved("W-1", until: end, at: start)])
        shop.bench.now = end
        try await shop.tell([Make.movement("MUG", "web", pieces: 5, kind: .receipt, at: end)])
        let back = Movement(sku: "MUG", location: "web", quantity: -FixedPoint.one, kind: .release, note: "W-1")
        try await shop.tell([Change(time: end, action: .stockOnly, stock: .movement(back))])
        #expect(try await promised("W-1", shop) == 0)
        try await shop.tell([reserved("W-1", until: nil, at: end)])
        #expect(try await promised("W-1", shop) == Int128(FixedPoint.one))
        #expect(try await shop.bench.hub.verify().isEqual)
    }

    @Test("A hub's clock that runs years ahead lets nothing go while the agent's clock knows better")
    func wrongClock() async throws {
        var shop = try await Shop()
        let (start, end) = (shop.bench.now, shop.bench.now.advanced(byMilliseconds: 900_000))
        try await shop.tell([reserved("W-1", until: end, at: start)])
        let sale = try shop.till.seal([Make.movement("MUG", "web", pieces: 5, kind: .receipt, at: start)])
        let years = start.advanced(byMilliseconds: 3 * 365 * 86_400_000)
        _ = try await shop.bench.hub.push([sale.bytes], agent: shop.agent.record, agentTime: start, now: years)
        #expect(try await promised("W-1", shop) == Int128(FixedPoint.one))
    }

    @Test("So many are open of a pile at a time; one more is set aside alone and says why; when they have ended there is room again")
    func full() async throws {
        var shop = try await Shop()
        let (start, end) = (shop.bench.now, shop.bench.now.advanced(byMilliseconds: 900_000))
        try await shop.tell((0..<StockCell.claimPartsMax).map { reserved(Text("W-\($0)"), until: end, at: start) })
        #expect(try await shop.bench.hub.conflicts(ConflictFilter(kind: .quarantine), now: start).isEmpty)
        try await shop.tell([reserved("late", until: nil, at: start), Make.movement("MUG", "web", pieces: 5, kind: .receipt, at: start)])
        let found = try await shop.bench.hub.conflicts(ConflictFilter(kind: .quarantine), now: start)
        #expect(found.map(\.about.code) == [Judgement.pileFull])
        #expect(try await promised("late", shop) == 0)
        // The receipt that came with it counts.
        #expect(try await state(shop).figure(now: start, lineage: Lineage()).onHand == 5 * FixedPoint.one)
        shop.bench.now = end
        try await shop.tell([reserved("later", until: nil, at: end)])
        #expect(try await promised("later", shop) == Int128(FixedPoint.one))
        #expect(try await shop.bench.hub.verify().isEqual)
    }
}
