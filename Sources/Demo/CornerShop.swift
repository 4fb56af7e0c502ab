import Foundation

/// A small till: five tables, prices as decimal text. Schema: agent/mappings/schemas/simple-shop.sql.
final class CornerShop: Till {
    let file: ApplicationFile

    init(_ url: URL, schema: String) throws {
        file = try ApplicationFile(url)
        try file.script("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        try file.script(schema)
    }

    /// Fills the catalogue; what lies on the shelves is counted later, see `countShelves`.
    func open(_ items: [Item], onHand: Int64) throws {
        try file.transaction {
            for item in items {
                try file.run("INSERT INTO items VALUES (?, ?, ?)", .text(item.sku), .text(item.name), .text(pounds(item.pence)))
            }
        }
    }

    /// A stock-take of everything.
    func countShelves(_ skus: [String], each quantity: Int64) throws {
        try file.transaction { for sku in skus { try count(sku, at: nil, quantity) } }
    }

    /// Somebody counted, and writes down what they found.
    func count(_ sku: String, at pool: String?, _ quantity: Int64) throws {
        try file.run(
            "INSERT INTO stock_counts (sku, location, quantity, counted_at) VALUES (?, ?, ?, '2010-12-01 07:30:00')",
            .text(sku), pool.map { .text($0) } ?? .null, .integer(quantity))
    }

    func sell(_ sale: Sale) throws {
        try file.transaction {
            let customer = try sale.customer.map { try key(of: $0) }
            try file.run(
                "INSERT INTO sales (number, sold_at, customer_id) VALUES (?, ?, ?)",
                .text(sale.number), .text(sale.time), customer.map { .integer($0) } ?? .null)
            let sold = file.lastKey
            for line in sale.lines {
                try file.run(
                    "INSERT INTO sale_lines (sale_id, sku, description, quantity, unit_price, location) VALUES (?, ?, ?, ?, ?, ?)",
                    .integer(sold), .text(line.sku), .text(line.name), .integer(line.quantity), .text(pounds(line.pence)),
                    sale.pool.map { .text($0) } ?? .null)
            }
        }
    }

    private func key(of person: Person) throws -> Int64 {
        if let known = try file.run("SELECT id FROM customers WHERE email = ?", .text(person.email)).first?.first?.integer { return known }
        try file.run(
            "INSERT INTO customers (name, email, phone) VALUES (?, ?, ?)",
            .text("\(person.first) \(person.last)"), .text(person.email), person.phone.map { .text($0) } ?? .null)
        return file.lastKey
    }
}
