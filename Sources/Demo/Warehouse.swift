import Foundation

/// A warehouse on AdventureWorks' schema: it overwrites absolute quantities, as many do. Schema:
/// agent/mappings/schemas/adventureworks-warehouse.sql.
final class Warehouse {
    let file: ApplicationFile
    private var products: [String: Int64] = [:]

    init(_ url: URL, schema: String, hall: String) throws {
        file = try ApplicationFile(url)
        try file.script("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        try file.script(schema)
        try file.run("INSERT INTO Location VALUES (1, ?, 0, 0, '2010-12-01 00:00:00')", .text(hall))
    }

    func stock(_ items: [Item], _ quantity: Int64) throws {
        try file.transaction {
            for item in items {
                let key = Int64(products.count + 1)
                products[item.sku] = key
                try file.run(
                    """
                    INSERT INTO Product (ProductID, Name, ProductNumber, MakeFlag, FinishedGoodsFlag, SafetyStockLevel, ReorderPoint,
                        StandardCost, ListPrice, DaysToManufacture, SellStartDate, rowguid, ModifiedDate)
                    VALUES (?, ?, ?, 0, 1, 10, 5, 0, ?, 0, '2010-01-01 00:00:00', ?, '2010-12-01 00:00:00')
                    """,
                    .integer(key), .text(item.name), .text(item.sku), .real(Double(item.pence) / 100), .text(UUID().uuidString))
                try file.run(
                    "INSERT INTO ProductInventory VALUES (?, 1, 'A', 1, ?, ?, '2010-12-01 00:00:00')",
                    .integer(key), .integer(quantity), .text(UUID().uuidString))
            }
        }
    }

    /// Overwrites the quantity, as the warehouse's own program does.
    func take(_ sku: String, _ quantity: Int64, time: String) throws {
        try file.run(
            "UPDATE ProductInventory SET Quantity = Quantity - ?, ModifiedDate = ? WHERE ProductID = ? AND LocationID = 1",
            .integer(quantity), .text(time), .integer(products[sku] ?? 0))
    }
}
