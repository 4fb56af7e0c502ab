import Causality
import ChangeSets
import Inventory
import Orders

/// Reads what a person still waits for, in one read transaction.
struct AwaitedReader {
    private let documents: Documents
    private var pilesLeft = Awaited.pilesLookedMax
    /// Of articles that were asked for already.
    private var stocks: [Text: Awaited.Stock] = [:]

    init(_ documents: Documents) { self.documents = documents }

    /// - Parameter members: the person's records.
    mutating func read(_ members: [RecordNumber]) throws -> Awaited {
        var awaited = Awaited()
        var candidates: [PurchaseRow] = []
        for member in members {
            candidates += try documents.store.orders(countedOf: member, limit: Awaited.ordersLookedMax + 1)
        }
        candidates.sort { ($1.at ?? .min, $1.record.raw) < ($0.at ?? .min, $0.record.raw) }
        if candidates.count > Awaited.ordersLookedMax { awaited.isCut = true }
        for row in candidates.prefix(Awaited.ordersLookedMax) {
            guard let order = try open(row) else { continue }
            guard awaited.orders.count < Awaited.ordersMax else {
                awaited.isCut = true
                break
            }
            awaited.orders.append(order)
        }
        return awaited
    }

    /// `nil`: nobody waits for it any more.
    private mutating func open(_ purchase: PurchaseRow) throws -> Awaited.Order? {
        guard let row = try documents.store.order(purchase.record), let view = try documents.order(row),
            OpenOrders.State(view.state) != nil
        else { return nil }
        let lines = try documents.lines(of: purchase.record, limit: Awaited.linesMax)
        return Awaited.Order(
            life: view.id.life, number: view.number?.string, state: view.state, site: documents.place(purchase.source).site?.string,
            at: purchase.at, lines: try lines.map { Awaited.Line(line: $0, stock: try stock(of: $0)) }, lineCount: Int(purchase.lines))
    }

    private mutating func stock(of line: OrderDetails.Line) throws -> Awaited.Stock? {
        guard line.isStocked, let sku = line.sku else { return nil }
        if let known = stocks[Text(sku)] { return known }
        guard pilesLeft > 0 else { return Awaited.Stock(isCut: true) }
        let rows = try documents.store.cells(sku: sku)
        let looked = rows.prefix(pilesLeft)
        pilesLeft -= looked.count
        let piles = try looked.compactMap(pile).filter(\.isWorthTelling).sorted(by: Awaited.Pile.areInOrder)
        let stock = Awaited.Stock(
            piles: Array(piles.prefix(Awaited.pilesMax)), pileCount: piles.count, isCut: looked.count < rows.count)
        stocks[Text(sku)] = stock
        return stock
    }

    private func pile(_ row: StockCellRow) throws -> Awaited.Pile? {
        do {
            let figure = try documents.figure(row)
            return Awaited.Pile(
                location: row.location, onHand: figure.onHand, available: figure.available, inTransit: figure.inTransit)
        } catch is InventoryError {
            // A figure that does not fit is shown as unknown with the stock itself.
            return nil
        }
    }
}
