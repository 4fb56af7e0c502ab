import ChangeSets
import HubRuntime

// Walks over derived tables, and savepoints.
extension Session: HubWriting {
    func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
        try run("SAVEPOINT change_set") { _ in }
        do {
            let result = try body()
            try run("RELEASE change_set") { _ in }
            return result
        } catch {
            // A full disk may have ended the whole transaction: then there is nothing left to roll back to,
            // and the caller's next statement says so.
            if database.isInsideTransaction {
                try run("ROLLBACK TO change_set") { _ in }
                try run("RELEASE change_set") { _ in }
            }
            throw error
        }
    }

    func rows(of table: DerivedTable) throws -> any DerivedRows {
        let sql: String =
            switch table {
            case .record: "SELECT * FROM record ORDER BY record"
            case .held: "SELECT * FROM held ORDER BY replica, counter"
            case .purchase: "SELECT * FROM purchase ORDER BY record"
            case .purchaseLine: "SELECT * FROM purchase_line ORDER BY record"
            case .total: "SELECT * FROM total WHERE purchases <> 0 OR amount <> 0 ORDER BY customer, currency"
            case .event: "SELECT * FROM event ORDER BY record"
            case .customer: "SELECT * FROM customer ORDER BY record"
            case .identifier: "SELECT * FROM identifier ORDER BY kind, value, record"
            case .earlier: "SELECT * FROM earlier ORDER BY record, field, replica, counter"
            case .profile: "SELECT * FROM profile ORDER BY id"
            case .cell: "SELECT sku, location, number, asks, state FROM cell ORDER BY sku, location"
            case .movement:
                """
                SELECT c.sku, c.location, m.replica, m.counter, m.kind, m.quantity, m.note, m.expires
                FROM cell c JOIN movement m ON m.cell = c.cell ORDER BY c.sku, c.location, m.replica, m.counter
                """
            case .order: "SELECT * FROM \"order\" ORDER BY record"
            case .shipment: "SELECT * FROM shipment ORDER BY record"
            case .decision: "SELECT * FROM decision ORDER BY record"
            case .linkDecision: "SELECT * FROM link_decision ORDER BY lower, higher, decision"
            case .item: "SELECT * FROM item ORDER BY record"
            case .itemWord: "SELECT * FROM item_word ORDER BY word, sku, record"
            case .consent: "SELECT * FROM consent ORDER BY record"
            case .note: "SELECT * FROM note ORDER BY record"
            case .superseded: "SELECT * FROM superseded ORDER BY record, field, replica, counter"
            }
        return Walk(RawStatement(try StorageFault.translating { try database.makeStatement(sql: sql) }))
    }

    func replace(_ table: DerivedTable, with rows: any DerivedRows) throws {
        let name = [.purchaseLine: "purchase_line", .linkDecision: "link_decision", .itemWord: "item_word"][table] ?? table.rawValue
        try database.execute(sql: "DELETE FROM \"\(name)\"")
        var insert: RawStatement?
        while let row = try rows.next() {
            let places = Array(repeating: "?", count: row.count).joined(separator: ", ")
            var statement = try insert ?? RawStatement(database.makeStatement(sql: "INSERT INTO \"\(name)\" VALUES (\(places))"))
            statement.rewind()
            for value in row { statement.bind(value) }
            try statement.run()
            insert = statement
        }
    }

    private final class Walk: DerivedRows {
        private let statement: RawStatement

        init(_ statement: RawStatement) { self.statement = statement }

        func next() throws -> [Value]? {
            guard try statement.step() else { return nil }
            return (0..<statement.columnCount).map(statement.value)
        }
    }
}
