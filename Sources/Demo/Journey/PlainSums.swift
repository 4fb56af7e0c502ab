import Foundation
import Rehearsal

/// What plain SQL over the retailer's lines says, in an SQLite file that nothing of the product ever sees.
final class PlainSums {
    private let file: ApplicationFile

    init(_ url: URL) throws {
        file = try ApplicationFile(url)
        try file.script(
            """
            CREATE TABLE line (site INTEGER, invoice TEXT, sku TEXT, quantity INTEGER, price REAL, customer TEXT);
            PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
            """)
    }

    func add(_ lines: [RetailLine], site: (RetailLine) -> Int) throws {
        try file.transaction {
            for line in lines {
                try file.run(
                    "INSERT INTO line VALUES (?, ?, ?, ?, CAST(? AS REAL), ?)", .integer(Int64(site(line))), .text(line.invoice),
                    .text(line.stockCode), .integer(line.quantity), .text(line.unitPrice), line.customer.map { .text($0) } ?? .null)
            }
        }
    }

    /// Pieces sold per SKU.
    func units() throws -> [(sku: String, units: Int64)] {
        try file.run("SELECT sku, sum(quantity) FROM line GROUP BY sku ORDER BY sku").map { ($0[0].text ?? "", $0[1].integer ?? 0) }
    }

    /// Invoices and their value in hundredths of a penny, per customer.
    func customers() throws -> [(number: String, invoices: Int64, value: Int64)] {
        try file.run(
            """
            SELECT customer, count(DISTINCT invoice), sum(quantity * CAST(round(price * 10000) AS INTEGER)) FROM line
            WHERE customer IS NOT NULL GROUP BY customer ORDER BY customer
            """
        ).map { ($0[0].text ?? "", $0[1].integer ?? 0, $0[2].integer ?? 0) }
    }

    struct Totals {
        var lines, invoices, customerRecords: Int64
        /// What the hub must hold: customers as each site knows them, sales, sale lines.
        var records: Int64 { lines + invoices + customerRecords }
    }

    func totals() throws -> Totals {
        let row = try file.run(
            """
            SELECT count(*), count(DISTINCT invoice),
                (SELECT count(*) FROM (SELECT DISTINCT site, customer FROM line WHERE customer IS NOT NULL)) FROM line
            """)[0]
        return Totals(lines: row[0].integer ?? 0, invoices: row[1].integer ?? 0, customerRecords: row[2].integer ?? 0)
    }
}
