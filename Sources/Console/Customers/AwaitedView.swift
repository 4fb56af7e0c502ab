/// What a person has ordered and not been sent, with where it is to be had, as the person's page shows it.
struct AwaitedView {
    let words: CustomerWords
    private var forms: Forms { words.forms }
    private var strings: Strings { words.forms.strings }

    func orders(_ orders: [CustomerDocument.AwaitedOrder]) -> [View] {
        orders.map { order in
            let more = order.lineCount - order.lines.count
            return [
                "title": order.number.map { strings("customers-order", ["number": $0]) } ?? strings["awaited-numberless"],
                "address": order.number.map(Address.order),
                "detail": words.list([
                    words.word("customer-state", order.state), order.site, Forms.sound(order.time).map(forms.day),
                ]),
                "lines": order.lines.map(line), "none": order.lines.isEmpty && more <= 0,
                "more": more > 0 ? forms.count("order-lines-more", more) : nil,
            ]
        }
    }

    private func line(_ line: CustomerDocument.AwaitedLine) -> View {
        [
            "name": line.name ?? line.sku ?? strings["order-line-nameless"], "sku": line.name == nil ? nil : line.sku,
            "address": line.stock == nil ? nil : line.sku.map(Address.article), "pieces": line.quantity.map { forms.quantity($0) },
            "places": line.stock?.map(pile), "remark": remark(line),
        ]
    }

    /// The first that is true: some can be sold there, some is there for somebody, some is on its way there.
    private func pile(_ pile: CustomerDocument.AwaitedPile) -> View {
        let (sign, key, units) =
            pile.available > 0
            ? ("ok", "awaited-free", pile.available)
            : pile.onHand > 0 ? ("warn", "awaited-held", pile.onHand) : ("idle", "stock-coming-n", pile.inTransit)
        return ["sign": sign, "told": "\(pile.location): " + strings(key, ["n": forms.quantity(units)])]
    }

    private func remark(_ line: CustomerDocument.AwaitedLine) -> String? {
        guard let stock = line.stock else { return strings["awaited-unkept"] }
        if line.stockCut == true { return strings["awaited-cut"] }
        let more = (line.stockCount ?? 0) - stock.count
        return stock.isEmpty ? strings["awaited-nowhere"] : more > 0 ? forms.count("awaited-places-more", more) : nil
    }
}
