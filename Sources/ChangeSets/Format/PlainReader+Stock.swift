import Causality

/// Stock effects, from columns of their own or from the fields that they repeat.
extension PlainReader {
    mutating func readStock(_ stock: Shape.Stock, rows: [Int], into changes: inout [Change]) throws(ChangeSetError) {
        func writes(_ row: Int) -> [FieldWrite] {
            if case .write(_, let writes) = changes[row].action { writes } else { [] }
        }
        func text(_ place: Int, _ row: Int) throws(ChangeSetError) -> Text {
            guard let text = writes(row)[place - 1].value.text else { throw columns.reader.damaged("a stock effect points at no text") }
            return text
        }
        func quantity(_ row: Int) throws(ChangeSetError) -> Int64 {
            guard let value = writes(row)[stock.quantity - 1].value.integer, !stock.isNegated || value != .min else {
                throw columns.reader.damaged("a stock effect points at no quantity")
            }
            return stock.isNegated ? -value : value
        }
        let skus = stock.sku == 0 ? try columns.texts(rows.count) : try rows.map { row throws(ChangeSetError) in try text(stock.sku, row) }
        let locations =
            stock.location == 0
            ? try columns.texts(rows.count) : try rows.map { row throws(ChangeSetError) in try text(stock.location, row) }
        let quantities =
            stock.quantity == 0 ? try columns.integers(rows.count) : try rows.map { row throws(ChangeSetError) in try quantity(row) }
        let notes = stock.hasNote ? try columns.texts(rows.count) : nil
        let counterparts = stock.hasCounterpart ? try columns.texts(rows.count) : nil
        let ends = stock.expires ? try readTimes(rows.count) : nil
        let hasClocks = stock.code == Shape.Stock.countByClocks
        let replaced = hasClocks ? try clocks(rows) : nil
        let included = hasClocks ? try clocks(rows) : nil
        for (index, row) in rows.enumerated() {
            if let kind = Movement.Kind(rawValue: stock.code) {
                changes[row].stock = .movement(
                    Movement(
                        sku: skus[index], location: locations[index], quantity: quantities[index], kind: kind, note: notes?[index],
                        counterpart: counterparts?[index], expires: ends?[index]))
            } else {
                var count = Count(sku: skus[index], location: locations[index], quantity: quantities[index])
                if let replaced, let included { count.coverage = .clocks(replaced: replaced[index], included: included[index]) }
                changes[row].stock = .count(count)
            }
        }
    }

    private mutating func readTimes(_ count: Int) throws(ChangeSetError) -> [Timestamp] {
        try columns.integers(count).map { (value) throws(ChangeSetError) in
            guard value >= 0, value <= Int64(Timestamp.largest.milliseconds) else {
                throw columns.reader.damaged("a time leaves the 48-bit range")
            }
            return Timestamp(milliseconds: UInt64(value))
        }
    }
}
