import Foundation

/// One invoice of a trading day, as the till that wrote it knew it.
struct Invoice {
    struct Line {
        let sku: String
        let name: String
        let quantity: Int64
        let pence: Int64
    }
    let number: String
    /// `2010-12-01 08:26:00`
    let time: String
    let customer: String?
    var lines: [Line]

    var units: Int64 { lines.reduce(0) { $0 + $1.quantity } }
    var pence: Int64 { lines.reduce(0) { $0 + $1.quantity * $1.pence } }
    var hour: Int { Int(time.dropFirst(11).prefix(2)) ?? 0 }
}

/// A day of a real retailer where its file is present, else one of the same shape.
struct RetailDay {
    let invoices: [Invoice]
    /// In plain words, for the first line of the demo.
    let origin: String

    static func load(folder: String?) throws -> RetailDay {
        let file = folder.map { URL(filePath: $0).appending(path: "sample-2010-12-01.csv") }
        if let file, let text = try? String(contentsOf: file, encoding: .utf8) {
            let invoices = invoices(csv: text)
            return RetailDay(invoices: invoices, origin: "1 December 2010 of a real retailer (UCI Online Retail), \(invoices.count) invoices")
        }
        let invoices = generated()
        return RetailDay(
            invoices: invoices, origin: "\(invoices.count) made-up invoices in the shape of UCI Online Retail, which is not here")
    }

    /// Columns: InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country.
    ///
    /// Takes sales only: cancellations (`C…`) and corrections without a price stay out.
    static func invoices(csv: String) -> [Invoice] {
        var order: [String] = []
        var invoices: [String: Invoice] = [:]
        for row in csv.split(whereSeparator: \.isNewline).dropFirst() {
            let cells = cells(of: row)
            guard cells.count == 8, let quantity = Int64(cells[3]), quantity > 0, let price = Double(cells[5]), price > 0 else { continue }
            if invoices[cells[0]] == nil {
                order.append(cells[0])
                let customer = cells[6].split(separator: ".").first.map(String.init)
                invoices[cells[0]] = Invoice(number: cells[0], time: cells[4], customer: customer, lines: [])
            }
            let line = Invoice.Line(sku: cells[1], name: cells[2], quantity: quantity, pence: Int64((price * 100).rounded()))
            invoices[cells[0]]?.lines.append(line)
        }
        return order.compactMap { invoices[$0] }
    }

    /// One row's cells; quotes may hold commas, and a doubled quote is one.
    private static func cells(of row: Substring) -> [String] {
        var cells = [""]
        var isQuoted = false
        var previous: Character?
        for character in row {
            switch character {
            case "\"":
                if !isQuoted, previous == "\"" { cells[cells.count - 1].append("\"") }
                isQuoted.toggle()
            case "," where !isQuoted: cells.append("")
            default: cells[cells.count - 1].append(character)
            }
            previous = character
        }
        return cells
    }

    /// Always the same day: chance comes from a fixed seed.
    private static func generated() -> [Invoice] {
        var chance = SplitMix(seed: 20_101_201)
        let items = (0..<400).map { (sku: "\(20_000 + $0)", name: "ITEM \(20_000 + $0)", pence: Int64(40 + chance.next(below: 1500))) }
        return (0..<130).map { number in
            let minute = 8 * 60 + 26 + number * 9 / 2
            let time = "2010-12-01 " + [minute / 60, minute % 60, 0].map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":")
            let lines = (0..<(1 + chance.next(below: 40))).map { _ in
                let item = items[chance.next(below: items.count)]
                return Invoice.Line(sku: item.sku, name: item.name, quantity: Int64(1 + chance.next(below: 12)), pence: item.pence)
            }
            let customer = chance.next(below: 20) == 0 ? nil : String(13_000 + chance.next(below: 80))
            return Invoice(number: String(536_365 + number), time: time, customer: customer, lines: lines)
        }
    }
}

/// A small generator with a seed, so that a day can be played again.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func next(below limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
