import Causality
import ChangeSets
import Orders

/// What a person has ordered and nobody has sent yet, with where the goods are. Quantities in units of 10⁻⁴.
struct Awaited {
    /// What one place has of an article.
    struct Pile {
        var location: String
        var onHand, available, inTransit: Int64

        /// Somebody who waits can be told of it.
        var isWorthTelling: Bool { available > 0 || onHand > 0 || inTransit > 0 }

        /// Where most can be sold first.
        static func areInOrder(_ left: Self, _ right: Self) -> Bool {
            (right.available, right.onHand, right.inTransit, Text(left.location))
                < (left.available, left.onHand, left.inTransit, Text(right.location))
        }
    }

    struct Stock {
        /// The first of those that have some.
        var piles: [Pile] = []
        /// How many places have some.
        var pileCount = 0
        /// Only some of the places that keep the article were looked at.
        var isCut = false
    }

    struct Line {
        var line: OrderDetails.Line
        /// `nil`: nobody has moved or counted the article.
        var stock: Stock?
    }

    struct Order {
        var life: Dot
        var number: String?
        var state: OrderState
        var site: String?
        var at: Int64?
        var lines: [Line]
        var lineCount: Int
    }

    /// Orders that are told of one person, and those that are looked at for them: the latest.
    static let ordersMax = 10
    static let ordersLookedMax = 100
    /// Lines that are told of one order, and places that are told of one article.
    static let linesMax = 10
    static let pilesMax = 3
    /// Piles that are looked at for one person: a document shall not take longer for a customer who ordered the whole catalogue.
    static let pilesLookedMax = 2_000

    /// The latest first.
    var orders: [Order] = []
    /// There may be more.
    var isCut = false

    func write(to document: inout JSONDocument) {
        document.array("awaited") { list in for order in orders { list.appendObject { order.write(to: &$0) } } }
        if isCut { document.add("awaitedCut", true) }
    }
}

extension Awaited.Order {
    fileprivate func write(to document: inout JSONDocument) {
        document.add("record", life.description)
        if let number { document.add("number", number) }
        document.add("state", state.name)
        if let site { document.add("site", site) }
        if let at { document.add("time", at) }
        document.array("lines") { list in for line in lines { list.appendObject { line.write(to: &$0) } } }
        document.add("lineCount", lineCount)
    }
}

extension Awaited.Line {
    fileprivate func write(to document: inout JSONDocument) {
        line.write(to: &document)
        guard let stock else { return }
        document.array("stock") { list in
            for pile in stock.piles {
                list.appendObject {
                    $0.add("location", pile.location)
                    $0.add("onHand", pile.onHand)
                    $0.add("available", pile.available)
                    $0.add("inTransit", pile.inTransit)
                }
            }
        }
        document.add("stockCount", stock.pileCount)
        if stock.isCut { document.add("stockCut", true) }
    }
}
