// What a customer has ordered and not been sent, with where it is to be had.
extension ProfileCommand {
    struct Awaited: Decodable {
        struct Pile: Decodable {
            let location: String
            let onHand, available, inTransit: Int64

            var text: String {
                if available > 0 { return "\(location) \(Readable.amount(available))" }
                return onHand > 0
                    ? "\(location) 0 of \(Readable.amount(onHand)) free" : "\(location) \(Readable.amount(inTransit)) coming"
            }
        }
        struct Line: Decodable {
            let sku, name: String?
            let quantity: Int64?
            let stock: [Pile]?
            let stockCount: Int?
            let stockCut: Bool?

            var places: String {
                // Nobody has moved or counted it.
                guard let stock else { return "-" }
                var words = stock.map(\.text)
                if stockCut == true {
                    words.append("not every place was looked at")
                } else if words.isEmpty {
                    words.append("nowhere")
                } else if let stockCount, stockCount > stock.count {
                    words.append("\(stockCount - stock.count) more")
                }
                return words.joined(separator: ", ")
            }
        }
        let number, site: String?
        let state: String
        let lines: [Line]
        let lineCount: Int
    }
}

extension ProfileCommand.Profile {
    func awaitedText(widthMax: Int? = Terminal.width) -> String? {
        var table = Table("WAITS FOR", "AT", "STATE", "ARTICLE", "NAME", ">PIECES", "WHERE IT IS")
        for order in awaited ?? [] {
            let head = [order.number ?? "-", order.site ?? "-", order.state]
            for line in order.lines {
                table.add(
                    head[0], head[1], head[2], line.sku ?? "-", line.name ?? "-", line.quantity.map { Readable.amount($0) } ?? "-",
                    line.places)
            }
            let more = order.lineCount - order.lines.count
            if order.lines.isEmpty || more > 0 { table.add(head[0], head[1], head[2], "", more > 0 ? "\(more) more" : "-", "", "") }
        }
        guard !table.isEmpty else { return nil }
        let cut = awaitedCut == true ? "\n  Older orders may be open, too: tributary profile timeline \(id)" : ""
        return table.text(widthMax: widthMax, indentedBy: 2) + cut
    }
}
