import Foundation
import Rehearsal

/// One of the four tills of the journey: writes invoices as the simple shop's application would.
final class JourneyTill {
    let file: ApplicationFile

    init(_ url: URL, schema: String) throws {
        file = try ApplicationFile(url)
        try file.script("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        try file.script(schema)
    }

    /// One invoice, one transaction. Prices go in as the text that the retailer's file has.
    func sell(_ lines: [RetailLine]) throws {
        guard let first = lines.first else { return }
        try file.transaction {
            let customer = try first.customer.map { try key(of: $0, country: first.country) }
            try file.run(
                "INSERT INTO sales (number, sold_at, customer_id) VALUES (?, ?, ?)",
                .text(first.invoice), .text(first.time), customer.map { .integer($0) } ?? .null)
            let sale = file.lastKey
            for line in lines {
                try file.run(
                    "INSERT INTO sale_lines (sale_id, sku, description, quantity, unit_price) VALUES (?, ?, ?, ?, ?)",
                    .integer(sale), .text(line.stockCode), .text(line.name), .integer(line.quantity), .text(line.unitPrice))
            }
        }
    }

    private func key(of number: String, country: String) throws -> Int64 {
        let email = JourneyTill.email(number)
        if let known = keys[number] { return known }
        try file.run(
            "INSERT INTO customers (name, email, country) VALUES (?, ?, ?)", .text("Customer \(number)"), .text(email), .text(country))
        keys[number] = file.lastKey
        return file.lastKey
    }

    private var keys: [String: Int64] = [:]

    static func email(_ number: String) -> String { "c\(number)@example.com" }
}
