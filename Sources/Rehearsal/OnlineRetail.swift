import Foundation

/// The Online Retail files: a year of a UK online retailer, one CSV a day (UCI, CC BY 4.0).
public enum OnlineRetail {
    /// Where the data stands beside a checkout; it is never part of the repository.
    public static let folder = "../shared/data/online-retail-uci"

    public struct Malformed: Error, CustomStringConvertible {
        public var line: Int
        public var description: String { "Line \(line) of the retail file has not the eight columns expected." }
    }

    /// Lines of one day's CSV, in file order.
    ///
    /// - Throws: `Malformed` for a line that has not eight columns or no whole quantity.
    public static func lines(csv: [UInt8]) throws -> [RetailLine] {
        var lines: [RetailLine] = []
        var number = 0
        try forEachRow(of: csv) { columns in
            number += 1
            if number == 1 { return }
            guard columns.count == 8, let quantity = Int64(columns[3]) else { throw Malformed(line: number) }
            let customer = columns[6].hasSuffix(".0") ? String(columns[6].dropLast(2)) : columns[6]
            lines.append(
                RetailLine(
                    invoice: columns[0], stockCode: columns[1], name: columns[2], quantity: quantity, time: columns[4],
                    unitPrice: columns[5], customer: customer.isEmpty ? nil : customer, country: columns[7]))
        }
        return lines
    }

    /// Splits RFC 4180 text: quoted fields may hold commas, line ends and doubled quotes.
    private static func forEachRow(of csv: [UInt8], _ body: ([String]) throws -> Void) throws {
        var row: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var index = 0
        func closeField() {
            row.append(String(decoding: field, as: UTF8.self))
            field.removeAll(keepingCapacity: true)
        }
        while index < csv.count {
            let byte = csv[index]
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && index + 1 < csv.count && csv[index + 1] == byte:
                field.append(byte)
                index += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: closeField()
            case UInt8(ascii: "\r") where !isQuoted: break
            case UInt8(ascii: "\n") where !isQuoted:
                closeField()
                try body(row)
                row.removeAll(keepingCapacity: true)
            default: field.append(byte)
            }
            index += 1
        }
        if !field.isEmpty || !row.isEmpty {
            closeField()
            try body(row)
        }
    }
}
