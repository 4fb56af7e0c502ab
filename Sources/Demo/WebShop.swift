import Foundation

/// A web shop's back-end: text keys, money in cents, times in milliseconds, tables without rowid. Schema:
/// agent/mappings/schemas/web-shop.sql.
final class WebShop: Till {
    let file: ApplicationFile
    private var orders: Int64 = 0

    init(_ url: URL, schema: String) throws {
        file = try ApplicationFile(url)
        try file.script("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        try file.script(schema)
    }

    /// What a web shop sells stands in its catalogue; its goods lie in the warehouse.
    func open(_ items: [Item], onHand: Int64) throws {}

    /// An order online.
    func sell(_ sale: Sale) throws {
        let time = milliseconds(sale.time)
        try file.transaction {
            let customer = try sale.customer.map { try key(of: $0, time: time) }
            orders += 1
            try file.run(
                "INSERT INTO orders VALUES (?, ?, ?, 'paid', ?, ?, 'GBP')",
                .integer(orders), .text(sale.number), customer.map { .text($0) } ?? .null, .integer(time), .integer(sale.pence))
            for (number, line) in sale.lines.enumerated() {
                try file.run(
                    "INSERT INTO order_lines (order_id, line, sku, title, quantity, unit_cents) VALUES (?, ?, ?, ?, ?, ?)",
                    .integer(orders), .integer(Int64(number + 1)), .text(line.sku), .text(line.name), .integer(line.quantity),
                    .integer(line.pence))
            }
        }
    }

    /// The warehouse has packed it, and a carrier has it.
    func ship(_ number: String, tracking: String, time: String) throws {
        try file.transaction {
            guard let order = try file.run("SELECT id FROM orders WHERE number = ?", .text(number)).first?.first?.integer else { return }
            try file.run("UPDATE orders SET status = 'sent' WHERE id = ?", .integer(order))
            try file.run(
                "INSERT INTO shipments (order_id, state, carrier, tracking, shipped_ms) VALUES (?, 'shipped', 'Parcel Post', ?, ?)",
                .integer(order), .text(tracking), .integer(milliseconds(time)))
        }
    }

    /// Somebody who has logged in looks at something.
    func view(_ sku: String, by person: Person, time: String) throws {
        try file.transaction {
            let customer = try key(of: person, time: milliseconds(time))
            try file.run(
                "INSERT INTO page_events (session, customer_id, kind, page, sku, at_ms) VALUES ('s1', ?, 'page view', '/item', ?, ?)",
                .text(customer), .text(sku), .integer(milliseconds(time)))
        }
    }

    private func key(of person: Person, time: Int64) throws -> String {
        if let known = try file.run("SELECT id FROM customers WHERE email = ?", .text(person.email)).first?.first?.text { return known }
        let key = "cus_" + person.email.prefix { $0 != "@" }
        try file.run(
            "INSERT INTO customers (id, email, phone, first_name, last_name, created_ms) VALUES (?, ?, ?, ?, ?, ?)",
            .text(key), .text(person.email), person.phone.map { .text($0) } ?? .null, .text(person.first), .text(person.last),
            .integer(time))
        return key
    }
}
