import ChangeSets
import TestSupport

/// One side's word of goods that go from shop to shop.
struct Transfer: Hashable {
    var document: String
    var sku: String
    var isOut: Bool

    init(document: String, sku: String, isOut: Bool) {
        self.document = document
        self.sku = sku
        self.isOut = isOut
    }

    /// - Returns: `nil` where the write does not create one.
    init?(_ subject: Subject, _ fields: [FieldWrite]) {
        func text(_ name: FieldName) -> String? { fields.first { $0.field == name }?.value.text?.string }
        guard subject.entity == "stock movement", subject.creates, let kind = text("kind"), kind != "sold", let document = text("note"),
            let sku = text("sku")
        else { return nil }
        self.init(document: document, sku: sku, isOut: kind == "out")
    }
}

/// Goods on their way, as the people see them who carry them.
struct Consignment {
    var document: String
    var from: String
    var to: String
    var sku: String
    var quantity: Int
}

/// Shops send each other goods: what leaves one is on its way to the other until somebody there takes it in.
extension World {
    /// Takes in what came for this shop, or sends another one something.
    func moveGoods(_ index: Int) throws {
        let site = sites[index]
        if generator.chance(50), let place = underway.firstIndex(where: { $0.to == site.name }) {
            let goods = underway.remove(at: place)
            // Now and then there is a piece more in the box, or less, than the document says.
            let quantity = generator.chance(15) ? goods.quantity + (generator.chance(50) ? 1 : -1) : goods.quantity
            try site.till.receive(quantity, of: goods.sku, document: goods.document)
            note("goods taken in", index)
        } else if let other = sites.map(\.name).filter({ $0 != site.name }).randomElement(using: &generator) {
            let sku = SimulatedTill.skus.randomElement(using: &generator) ?? "hat"
            let quantity = Int.random(in: 2...6, using: &generator)
            let document = try site.till.send(quantity, of: sku, to: other)
            underway.append(Consignment(document: document, from: site.name, to: other, sku: sku, quantity: quantity))
            note("goods sent", index)
        }
    }

    private var everMoved: [Transfer: Int64] { sites.reduce(into: [:]) { $0.merge($1.till.everMoved) { first, _ in first } } }

    /// Pieces that the transfers at the hub brought a shop, by what the shops wrote.
    func moved(_ sku: String, at name: String, _ received: Received) -> Int64 {
        let mine = sites.filter { $0.name == name }.reduce(into: [:]) { $0.merge($1.till.everMoved) { first, _ in first } }
        return received.transfers.keys.filter { $0.sku == sku }.reduce(0) { sum, transfer in
            sum + (mine[transfer] ?? 0) * (transfer.isOut ? -1 : 1)
        }
    }

    /// Laws 1 and 12 for goods between shops: each word of a transfer that stands in a till is at the hub once, none that nobody wrote is, and what
    /// is on its way to a shop is what was sent there, document by document, without what was taken in.
    func transferViolations(_ received: Received) async throws -> [String] {
        guard movesGoods else { return [] }
        var found: [String] = []
        for site in sites {
            for transfer in try site.till.transfers() where received.transfers[transfer] == nil {
                found.append("lost: transfer \(transfer.document) of \(site.label)")
            }
        }
        let everMoved = everMoved
        for (transfer, count) in received.transfers {
            if count > 1 { found.append("doubled: transfer \(transfer.document) is there \(count) times") }
            if everMoved[transfer] == nil { found.append("forged: transfer \(transfer.document) was never made") }
        }
        for sku in SimulatedTill.skus {
            let figures = try await hub.stock(sku: sku, now: time)?.figures ?? []
            for site in sites {
                let expected = received.stock.inTransit("\(site.name)/\(sku)")
                let shown = figures.first { $0.location == site.name }?.inTransit ?? 0
                if shown != expected {
                    found.append("goods on their way to \(site.name): \(shown / 10_000) of \(sku) shown, \(expected / 10_000) expected")
                }
                if expected > 0 { note("goods still on their way") }
            }
        }
        return found.sorted()
    }
}
