import Causality
import ChangeSets
import HubTestSupport
import Inventory
import Testing

@testable import HubRuntime

@Suite("Bounds of what is read of an article's movements")
struct MovementBoundTests {
    private func read(_ shop: Shop, journalBytesMax: Int = StockMovements.journalBytesMax) async throws -> StockMovements {
        try await shop.bench.hub.reading(shop.bench.now) { documents in
            let cells = try documents.store.cells(sku: "MUG").map { (row: $0, cell: try StockCell($0, standing: documents.standing)) }
            return try StockMovements(of: cells, documents, journalBytesMax: journalBytesMax)
        }
    }

    @Test("So many movements are read, the newest; of what is no later than the last of them some may be missing", arguments: [0, 1])
    func readMax(more: Int) async throws {
        var shop = try await Shop()
        let (now, most) = (shop.bench.now.milliseconds, StockMovements.readMax)
        try await shop.tell(
            (1...most + more).reversed().map { Make.movement("MUG", "shop-1", pieces: 1, at: Timestamp(milliseconds: now - UInt64($0))) })
        let read = try await read(shop)
        #expect(read.found.count == most && most == 500)
        #expect(read.completeAfter == (more == 0 ? nil : now - UInt64(most)))
    }

    @Test("Of each pile so many are read, however many piles there are", arguments: [0, 1])
    func readMin(more: Int) async throws {
        var shop = try await Shop()
        let (now, least) = (shop.bench.now, StockMovements.readMin)
        // One more than all could share evenly.
        let piles = StockMovements.readMax / least + 1
        try await shop.tell(
            (0..<piles * (least + more)).map { Make.movement("MUG", Text("pile \($0 % piles)"), pieces: 1, at: now) })
        let read = try await read(shop)
        #expect(read.found.count == piles * least && least == 5)
        #expect((read.completeAfter == nil) == (more == 0))
    }

    @Test("After so many bytes of the journal one more set is read; after a byte more none is", arguments: [0, 1])
    func journalBytes(less: Int) async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        try await shop.tell([Make.movement("MUG", "shop-1", pieces: 1, at: Timestamp(milliseconds: now.milliseconds - 1))])
        let newest = try shop.till.seal([Make.movement("MUG", "shop-1", pieces: 1, at: now)])
        try await shop.bench.push([newest], from: shop.agent)
        let read = try await read(shop, journalBytesMax: newest.bytes.count - less)
        #expect(read.found.count == 2 - less && StockMovements.journalBytesMax == 4 << 20)
        #expect(read.completeAfter == (less == 0 ? nil : now.milliseconds))
    }
}
