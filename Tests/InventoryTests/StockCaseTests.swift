import Causality
import ChangeSets
import Inventory
import TestSupport
import Testing

@Suite("Stock: the cases that the rules are made for")
struct StockCaseTests {
    @Test("Law 12: of a pool of ten, shops sell 3 and 4 without a line: 3 are left, in any order", arguments: [true, false])
    func poolOfTen(firstShopFirst: Bool) throws {
        var shop = Shop()
        try shop.admit(.count(10), from: Shop.warehouse)
        let sales: [(ReplicaID, Int64)] = [(Shop.till1, 3), (Shop.till2, 4)]
        for (till, pieces) in firstShopFirst ? sales : sales.reversed() { try shop.admit(.sale(pieces), from: till) }
        let figure = try shop.figure("pool")
        #expect(figure.onHand == 3.pieces)
        #expect(figure.available == 3.pieces)
        #expect(figure.conflicts.isEmpty)
    }

    @Test("Law 12: the sales may reach the hub before the count that they sell from")
    func salesBeforeTheCount() throws {
        var shop = Shop()
        try shop.admit(.sale(3), from: Shop.till1)
        try shop.admit(.sale(4), from: Shop.till2)
        #expect(try shop.figure("pool").onHand == (-7).pieces)
        try shop.admit(.count(10), from: Shop.warehouse)
        #expect(try shop.figure("pool").onHand == 3.pieces)
    }

    @Test("S31: a stock-take contains its own chain's earlier sales and none of the later ones")
    func stockTake() throws {
        var shop = Shop()
        try shop.admit(.count(20), from: Shop.till1)
        try shop.admit(.sale(5), from: Shop.till1)
        try shop.admit(.count(14), from: Shop.till1)
        try shop.admit(.sale(1), from: Shop.till1)
        let figure = try shop.figure("pool")
        #expect(figure.onHand == 13.pieces)
        #expect(figure.count?.quantity == 14.pieces)
        #expect(figure.conflicts.isEmpty)
    }

    @Test("S1: a stock-take after re-enrolment does not count old sales again")
    func reEnrolment() throws {
        var shop = Shop()
        try shop.admit(.count(20), from: Shop.till1)
        let last = try shop.admit(.sale(5), from: Shop.till1)
        shop.lineage.open(Shop.till2, following: last)
        try shop.admit(.count(15), from: Shop.till2)
        #expect(try shop.figure("pool").onHand == 15.pieces)
        #expect(try shop.figure("pool").conflicts.isEmpty)
    }

    @Test("S1: of a clone, a count contains the sales up to the fork, not the other clone's later ones")
    func clones() throws {
        var shop = Shop()
        try shop.admit(.count(20), from: Shop.till1)
        let fork = try shop.admit(.sale(5), from: Shop.till1)
        let later = try shop.admit(.sale(2), from: Shop.till1)
        shop.lineage.open(Shop.till2, following: fork)
        let count = try shop.admit(.count(15), from: Shop.till2)
        let figure = try shop.figure("pool")
        #expect(figure.onHand == 13.pieces)
        let range = CounterRange(replica: Shop.till1, after: fork.counter, through: later.counter)
        #expect(figure.conflicts == [.countBesideMovements(count: count, movements: [range])])
    }

    @Test("Law 6: two counts that did not know of each other both stay; a decision takes one with what it includes, S31")
    func concurrentCounts() throws {
        var shop = Shop()
        try shop.admit(.sale(1), from: Shop.till1)
        let mine = try shop.admit(.count(7), from: Shop.till1, at: 5000)
        let yours = try shop.admit(.count(9), from: Shop.till2, at: 6000)
        #expect(try shop.figure("pool").onHand == 8.pieces)
        #expect(try shop.figure("pool").conflicts == [.concurrentCounts([mine, yours])])
        let decision = try #require(shop.decision(taking: mine))
        try shop.admit(.count(decision), from: Shop.hub, at: 7000)
        let figure = try shop.figure("pool")
        #expect(figure.onHand == 7.pieces)
        #expect(figure.conflicts.isEmpty)
        try shop.admit(.sale(2), from: Shop.till2)
        #expect(try shop.figure("pool").onHand == 5.pieces)
        #expect(shop.decision(taking: mine) == nil)
    }

    @Test("S2: two operators who decide at once make a new conflict; deciding it ends it")
    func decisionsAtOnce() throws {
        var shop = Shop()
        let mine = try shop.admit(.count(7), from: Shop.till1)
        let yours = try shop.admit(.count(9), from: Shop.till2)
        let screen = shop.cell("pool")
        let decisions = [mine, yours].compactMap { screen.decision(taking: $0, replacing: [mine, yours], lineage: shop.lineage) }
        let dots = try decisions.map { try shop.admit(.count($0), from: Shop.hub) }
        #expect(try shop.figure("pool").conflicts == [.concurrentCounts(dots)])
        try shop.admit(.count(shop.decision(8.pieces, screen: shop.clock)), from: Shop.hub)
        #expect(try shop.figure("pool").conflicts.isEmpty)
        #expect(try shop.figure("pool").onHand == 8.pieces)
    }

    @Test("S32: a pool's later count beside another site's sales is one conflict; a value decides it with what was on the screen")
    func countBesideSales() throws {
        var shop = Shop()
        try shop.admit(.count(10), from: Shop.till1)
        try shop.admit(.sale(3), from: Shop.till1)
        let sale = try shop.admit(.sale(4), from: Shop.till2)
        let count = try shop.admit(.count(3), from: Shop.till1)
        var figure = try shop.figure("pool")
        #expect(figure.onHand == (-1).pieces)
        let range = CounterRange(replica: Shop.till2, after: 0, through: sale.counter)
        #expect(figure.conflicts == [.countBesideMovements(count: count, movements: [range]), .oversold(by: 1.pieces, movements: [range])])
        let screen = shop.clock
        try shop.admit(.sale(1), from: Shop.till2)
        try shop.admit(.count(shop.decision(3.pieces, screen: screen)), from: Shop.hub)
        figure = try shop.figure("pool")
        #expect(figure.onHand == 2.pieces)
        #expect(figure.conflicts.isEmpty)
    }

    @Test("A transfer is in transit until it is received; short, it stays so; twice or never sent, it says so")
    func transfers() throws {
        var shop = Shop()
        try shop.admit(.count(50, "depot"), from: Shop.warehouse)
        try shop.admit(.move(-10, .transferOut, "depot", note: "T1", to: "shop"), from: Shop.warehouse)
        #expect(try shop.figure("depot").onHand == 40.pieces)
        #expect(try shop.figure("shop").inTransit == 10.pieces)
        #expect(try shop.figure("shop").onHand == 0)
        try shop.admit(.move(8, .transferIn, "shop", note: "T1"), from: Shop.till1)
        #expect(try shop.figure("shop").inTransit == 2.pieces)
        #expect(try shop.figure("shop").onHand == 8.pieces)
        #expect(try shop.figure("shop").conflicts.isEmpty)
        try shop.admit(.move(8, .transferIn, "shop", note: "T1"), from: Shop.till1)
        #expect(try shop.figure("shop").conflicts == [.receivedMoreThanSent(document: "T1", by: 6.pieces)])
        #expect(try shop.figure("shop").inTransit == 0)
    }

    @Test("A transfer whose receipt reaches the hub first is settled when the sender is heard")
    func receiptFirst() throws {
        var shop = Shop()
        try shop.admit(.move(10, .transferIn, "shop", note: "T1"), from: Shop.till1)
        #expect(try shop.figure("shop").conflicts == [.receivedMoreThanSent(document: "T1", by: 10.pieces)])
        try shop.admit(.move(-10, .transferOut, "depot", note: "T1", to: "shop"), from: Shop.warehouse)
        #expect(try shop.figure("shop").conflicts.isEmpty)
        #expect(try shop.figure("shop").onHand == 10.pieces)
    }

    @Test("A reservation lowers what is available until it is given back or ends, and never what is on hand")
    func reservations() throws {
        var shop = Shop()
        try shop.admit(.count(10), from: Shop.till1)
        try shop.admit(.move(3, .reservation, note: "R1", expires: 2000), from: Shop.till2)
        try shop.admit(.move(2, .reservation, note: "R2"), from: Shop.till2)
        let early = try shop.figure("pool", now: 1999, safety: 1.pieces)
        #expect([early.onHand, early.reserved, early.available] == [10.pieces, 5.pieces, 4.pieces])
        #expect(try shop.figure("pool", now: 2000).reserved == 2.pieces)
        try shop.admit(.move(-2, .release, note: "R2"), from: Shop.till1)
        #expect(try shop.figure("pool", now: 2000).reserved == 0)
        try shop.admit(.move(-2, .release, note: "R2"), from: Shop.till1)
        #expect(try shop.figure("pool", now: 2000).reserved == 0)
    }

    @Test("A reservation at another site's stock while it sold the last one offline is an oversell that names both")
    func oversell() throws {
        var shop = Shop()
        try shop.admit(.count(1), from: Shop.till1)
        try shop.admit(.move(1, .reservation, note: "W-1001"), from: Shop.till2)
        #expect(try !shop.figure("pool").isOversold)
        let sale = try shop.admit(.sale(1), from: Shop.till1)
        let figure = try shop.figure("pool")
        #expect(figure.isOversold)
        #expect(figure.available == (-1).pieces)
        let range = CounterRange(replica: Shop.till1, after: 1, through: sale.counter)
        #expect(figure.conflicts == [.oversold(by: 1.pieces, movements: [range])])
    }

    @Test("A silent store's figure says when the store was last heard, and what is contained of it")
    func contributors() throws {
        var shop = Shop()
        try shop.admit(.count(10), from: Shop.warehouse)
        try shop.admit(.sale(3), from: Shop.till1)
        try shop.admit(.sale(4), from: Shop.till2)
        let heard: [ReplicaID: StockFigure.Standing] = [
            Shop.warehouse: .init(site: "depot", lastHeard: Timestamp(milliseconds: 90), counter: 12),
            Shop.till1: .init(site: "shop", lastHeard: Timestamp(milliseconds: 50), counter: 7),
            Shop.till2: .init(site: "shop", lastHeard: Timestamp(milliseconds: 60), counter: 9),
        ]
        let figure = try shop.figure("pool") { heard[$0] }
        #expect(figure.contributors.map(\.site) == ["depot", "shop"])
        #expect(figure.contributors.map(\.lastHeard.milliseconds) == [90, 60])
        #expect(figure.contributors[1].clock[Shop.till1] == 7 && figure.contributors[1].clock[Shop.till2] == 9)
    }

    @Test("A quantity beyond any stock is refused by itself; a sum that overflows is an error, and mends itself")
    func overflow() throws {
        let largest = Count(sku: "pair", location: "pool", quantity: StockRules.quantityMax)
        #expect(throws: Never.self) { try StockRules.check(.count(largest)) }
        for quantity in [StockRules.quantityMax + 1, -StockRules.quantityMax - 1, .max, .min] {
            let movement = Movement(sku: "pair", location: "pool", quantity: quantity, kind: .sale)
            let error = #expect(throws: InventoryError.self) { try StockRules.check(.movement(movement)) }
            #expect(error?.code == .quantityTooLarge)
        }
        var shop = Shop()
        let huge = Movement(sku: "pair", location: "pool", quantity: .max, kind: .receipt)
        try shop.admit(.movement(huge), from: Shop.till1)
        try shop.admit(.movement(huge), from: Shop.till1)
        let error = #expect(throws: InventoryError.self) { try shop.figure("pool") }
        #expect(error?.code == .figureOverflows)
        try shop.admit(.movement(Movement(sku: "pair", location: "pool", quantity: -.max, kind: .adjustment)), from: Shop.till1)
        #expect(try shop.figure("pool").onHand == .max)
        try shop.admit(.movement(Movement(sku: "pair", location: "pool", quantity: .max, kind: .reservation, note: "R")), from: Shop.till2)
        #expect(try shop.figure("pool", safety: .max).available == -.max)
    }

    @Test("A reservation that ends by itself needs a document, or nothing could tell what a release gives back")
    func claimWithoutDocument() {
        let error = #expect(throws: InventoryError.self) { try StockRules.check(.move(1, .reservation, expires: 5)) }
        #expect(error?.code == .claimWithoutDocument)
        #expect(throws: Never.self) { try StockRules.check(.move(1, .reservation)) }
    }

    @Test("Damaged bytes are an error, never a trap and never another cell")
    func damage() throws {
        var shop = Shop()
        try shop.admit(.count(10), from: Shop.till1)
        try shop.admit(.count(shop.decision(8.pieces, screen: shop.clock)), from: Shop.hub)
        try shop.admit(.count(7), from: Shop.till2)
        try shop.admit(.move(3, .reservation, note: "R1", expires: 2000), from: Shop.till2)
        try shop.admit(.move(-3, .transferOut, "depot", note: "T1", to: "pool"), from: Shop.warehouse)
        let cell = shop.cell("pool")
        let bytes = cell.encoded()
        for length in bytes.indices {
            #expect(throws: (any Error).self, "cut to \(length) bytes") { try StockCell(key: cell.key, decoding: Array(bytes[..<length])) }
        }
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(bit)
                if let other = try? StockCell(key: cell.key, decoding: damaged) { #expect(other != cell) }
            }
        }
        #expect(throws: (any Error).self) { try StockCell(key: cell.key, decoding: bytes + [0]) }
    }

    @Test("The document of a figure, byte by byte")
    func document() throws {
        var shop = Shop()
        try shop.admit(.count(10), from: Shop.warehouse)
        try shop.admit(.sale(12), from: Shop.till1)
        let standing = StockFigure.Standing(site: "shop \"A\"", lastHeard: Timestamp(milliseconds: 77), counter: 5)
        let figure = try shop.figure("pool", safety: 1) { $0 == Shop.till1 ? standing : nil }
        let expected = """
            {"sku":"pair","location":"pool","onHand":-20000,"reserved":0,"inTransit":0,"safety":1,"available":-20001,"oversold":true,\
            "count":{"dot":"00000000000000010000000000000003:1","time":1000,"quantity":100000},\
            "sites":[{"site":"shop \\"A\\"","lastHeard":77,"clock":{"00000000000000010000000000000001":5}}],\
            "conflicts":[{"code":"oversold","by":20000,"movements":[{"replica":"00000000000000010000000000000001","after":0,"through":1}]}]}
            """
        #expect(String(decoding: figure.json(), as: UTF8.self) == expected)
    }

    @Test("A stock key's bytes come back, and nothing else does")
    func keys() throws {
        let key = StockKey(sku: "85123A", location: "é")
        #expect(try StockKey(canonicalBytes: key.canonicalBytes) == key)
        #expect(throws: ChangeSetError.self) { try StockKey(canonicalBytes: key.canonicalBytes + [0]) }
        #expect(throws: ChangeSetError.self) { try StockKey(canonicalBytes: Array(key.canonicalBytes.dropLast())) }
    }
}
