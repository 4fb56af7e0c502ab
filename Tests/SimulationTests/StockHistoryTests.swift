import Causality
import ChangeSets
import Testing

@Suite("What the simulator holds stock against")
struct StockHistoryTests {
    private static let writer = ReplicaID(high: 1, low: 1)
    private var history = StockHistory()

    private static func position(_ number: UInt64) -> Position { Position(generation: ReplicaID(high: 2, low: 2), number: number, line: 7) }

    private mutating func move(_ pieces: Int64, by writer: ReplicaID = Self.writer) {
        history.take(.movement(Movement(sku: "hat", location: "shop", quantity: pieces * 10_000, kind: .sale)), of: writer)
    }

    private mutating func count(_ pieces: Int64, by writer: ReplicaID = Self.writer) {
        history.take(.count(Count(sku: "hat", location: "shop", quantity: pieces * 10_000)), of: writer)
    }

    @Test("a figure is the opening and all that moved up to the position, nothing of later")
    func upToPosition() {
        var copy = self
        copy.history.stands(at: Self.position(1))
        copy.count(100)
        copy.move(-3)
        copy.history.stands(at: Self.position(2))
        copy.move(-4)
        copy.history.stands(at: Self.position(3))
        #expect(copy.history.figures(at: Self.position(1)) == [:])
        #expect(copy.history.figures(at: Self.position(2)) == ["shop/hat": 970_000])
        #expect(copy.history.figures(at: Self.position(3)) == ["shop/hat": 930_000])
        #expect(copy.history.figures(at: Self.position(4)) == nil)
    }

    @Test("an opening that is told twice opens once; a stock-take replaces what its only writer told before")
    func counts() {
        var copy = self
        copy.count(100)
        copy.move(-3)
        copy.count(100)
        #expect(copy.history["shop/hat"] == 970_000)
        copy.count(40)
        copy.move(-2)
        #expect(copy.history["shop/hat"] == 380_000 && copy.history.wasCounted("shop/hat"))
    }

    @Test("nothing is said of a stock-take among several writers")
    func severalWriters() {
        var copy = self
        copy.count(100)
        copy.move(-3, by: ReplicaID(high: 1, low: 2))
        #expect(copy.history["shop/hat"] == 970_000)
        copy.count(40)
        #expect(copy.history["shop/hat"] == nil)
        #expect(copy.history["shop/boots"] == nil)
    }

    @Test("goods are on their way to a shop by the sender's word, document by document, until they are taken in")
    func transfers() {
        var history = StockHistory()
        func send(_ pieces: Int64, _ document: Text, to other: Text) {
            history.take(
                .movement(
                    Movement(
                        sku: "hat", location: "depot", quantity: -pieces * 10_000, kind: .transferOut, note: document, counterpart: other)),
                of: Self.writer)
        }
        func receive(_ pieces: Int64, _ document: Text) {
            history.take(
                .movement(Movement(sku: "hat", location: "shop", quantity: pieces * 10_000, kind: .transferIn, note: document)),
                of: Self.writer)
        }
        history.take(.count(Count(sku: "hat", location: "shop", quantity: StockHistory.opening)), of: Self.writer)
        send(5, "T1", to: "shop")
        send(2, "T2", to: "shop")
        #expect(history.inTransit("shop/hat") == 70_000 && history.inTransit("depot/hat") == 0)
        #expect(history["shop/hat"] == StockHistory.opening)
        // One more than was sent takes nothing from another document.
        receive(6, "T1")
        #expect(history.inTransit("shop/hat") == 20_000)
        #expect(history["shop/hat"] == StockHistory.opening + 60_000)
        receive(1, "T2")
        #expect(history.inTransit("shop/hat") == 10_000)
    }
}
