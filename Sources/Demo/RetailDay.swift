import Foundation
import Rehearsal

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

    static func load(folder: String) throws -> RetailDay {
        let file = URL(filePath: folder).appending(path: "sample-2010-12-01.csv")
        if let bytes = try? Data(contentsOf: file) {
            let invoices = invoices(of: try OnlineRetail.lines(csv: [UInt8](bytes)))
            return RetailDay(invoices: invoices, origin: "1 December 2010 of a real retailer (UCI Online Retail), \(invoices.count) sales")
        }
        let invoices = invoices(of: GeneratedRetail.lines(invoices: 130, day: "2010-12-01", seed: 20_101_201))
        return RetailDay(
            invoices: invoices, origin: "\(invoices.count) made-up sales in the shape of UCI Online Retail, whose file is not here")
    }

    /// Sales only: cancellations (`C…`) and corrections without a price stay out.
    private static func invoices(of lines: [RetailLine]) -> [Invoice] {
        var order: [String] = []
        var invoices: [String: Invoice] = [:]
        for line in lines where line.quantity > 0 && !line.invoice.hasPrefix("C") {
            guard let price = Double(line.unitPrice), price > 0 else { continue }
            if invoices[line.invoice] == nil {
                order.append(line.invoice)
                invoices[line.invoice] = Invoice(number: line.invoice, time: line.time, customer: line.customer, lines: [])
            }
            let pence = Int64((price * 100).rounded())
            invoices[line.invoice]?.lines.append(Invoice.Line(sku: line.stockCode, name: line.name, quantity: line.quantity, pence: pence))
        }
        return order.compactMap { invoices[$0] }
    }
}
