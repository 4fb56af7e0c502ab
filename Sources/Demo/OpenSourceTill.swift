import Foundation

/// Open Source POS: people and customers apart, every movement in a ledger. Schema: agent/mappings/schemas/open-source-pos.sql.
final class OpenSourceTill: Till {
    let file: ApplicationFile
    private var itemKeys: [String: Int64] = [:]
    private var locationKeys: [String: Int64] = [:]
    private static let clerk: Int64 = 1

    /// - Parameter location: how the shop itself is called in its own table of stock locations.
    init(_ url: URL, schema: String, location: String) throws {
        file = try ApplicationFile(url)
        try file.script("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        try file.script(schema)
        try file.transaction {
            try addPerson(Person(first: "Till", last: "Clerk", email: "till@example.com", phone: nil))
            try file.run("INSERT INTO employees VALUES ('clerk', '', ?, 0)", .integer(Self.clerk))
        }
        locationKeys[""] = try addLocation(location)
    }

    func open(_ items: [Item], onHand: Int64) throws {
        try file.transaction {
            for item in items { try receive(item, onHand, note: "opening stock") }
        }
    }

    /// Goods come in: a row in the ledger.
    func receive(_ item: Item, _ quantity: Int64, note: String) throws {
        try move(try key(of: item.sku, name: item.name, pence: item.pence), quantity, pool: nil, time: "2010-12-01 07:45:00", note: note)
    }

    func sell(_ sale: Sale) throws {
        try file.transaction {
            let customer = try sale.customer.map { try key(of: $0) }
            try file.run(
                "INSERT INTO sales (sale_time, customer_id, employee_id, comment, invoice_number) VALUES (?, ?, ?, '', ?)",
                .text(sale.time), customer.map { .integer($0) } ?? .null, .integer(Self.clerk), .text(sale.number))
            let sold = file.lastKey
            for (number, line) in sale.lines.enumerated() {
                let item = try key(of: line.sku, name: line.name, pence: line.pence)
                try file.run(
                    """
                    INSERT INTO sales_items (sale_id, item_id, line, quantity_purchased, item_cost_price, item_unit_price, item_location)
                    VALUES (?, ?, ?, ?, 0, ?, ?)
                    """,
                    .integer(sold), .integer(item), .integer(Int64(number + 1)), .integer(line.quantity), .text(pounds(line.pence)),
                    .integer(try location(sale.pool)))
                try move(item, -line.quantity, pool: sale.pool, time: sale.time, note: "POS \(sold)")
            }
            try file.run("INSERT INTO sales_payments VALUES (?, 'Cash', ?)", .integer(sold), .text(pounds(sale.pence)))
        }
    }

    private func move(_ item: Int64, _ quantity: Int64, pool: String?, time: String, note: String) throws {
        let location = try location(pool)
        try file.run(
            """
            INSERT INTO inventory (trans_items, trans_user, trans_date, trans_comment, trans_location, trans_inventory)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            .integer(item), .integer(Self.clerk), .text(time), .text(note), .integer(location), .integer(quantity))
        try file.run(
            """
            INSERT INTO item_quantities VALUES (?1, ?2, ?3)
            ON CONFLICT (item_id, location_id) DO UPDATE SET quantity = quantity + excluded.quantity
            """,
            .integer(item), .integer(location), .integer(quantity))
    }

    private func location(_ pool: String?) throws -> Int64 {
        if let known = locationKeys[pool ?? ""] { return known }
        let key = try addLocation(pool ?? "")
        locationKeys[pool ?? ""] = key
        return key
    }

    private func addLocation(_ name: String) throws -> Int64 {
        try file.run("INSERT INTO stock_locations (location_name) VALUES (?)", .text(name))
        return file.lastKey
    }

    private func key(of sku: String, name: String, pence: Int64) throws -> Int64 {
        if let known = itemKeys[sku] { return known }
        try file.run(
            "INSERT INTO items (name, category, item_number, description, cost_price, unit_price) VALUES (?, 'General', ?, '', 0, ?)",
            .text(name), .text(sku), .text(pounds(pence)))
        itemKeys[sku] = file.lastKey
        return file.lastKey
    }

    private func key(of person: Person) throws -> Int64 {
        let known = try file.run(
            "SELECT c.person_id FROM customers c JOIN people p USING (person_id) WHERE p.email = ?", .text(Self.spelled(person.email)))
        if let key = known.first?.first?.integer { return key }
        let key = try addPerson(person)
        try file.run("INSERT INTO customers (person_id) VALUES (?)", .integer(key))
        return key
    }

    @discardableResult
    private func addPerson(_ person: Person) throws -> Int64 {
        try file.run(
            "INSERT INTO people VALUES (NULL, ?, ?, NULL, ?, ?, '', '', '', '', '', '', '')",
            .text(person.first), .text(person.last), .text(person.phone ?? ""), .text(Self.spelled(person.email)))
        return file.lastKey
    }

    /// This till's clerks write e-mail addresses with caps lock on.
    private static func spelled(_ email: String) -> String { email.uppercased() }
}
