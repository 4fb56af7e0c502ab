import Foundation
import GRDB

/// A shop's application: it sells, registers customers and counts, knows nothing of us, and its disk forgets.
///
/// It runs as real tills do: WAL, `synchronous=NORMAL`. So a power cut may take back any of its commits since
/// somebody last synced the file. `undoable` holds the file as it was after each of them.
final class SimulatedTill {
    let path: String
    private var connection: DatabaseQueue?
    private var undoable: [[String: Data]] = []
    /// Sale numbers are unique for ever, over restores too: the tokens that the checkers look for.
    private let label: String
    private var issued = 0
    /// Every sale that was ever committed, kept or not: its number, and the units of each SKU.
    private(set) var everSold: [String: [String: Int64]] = [:]
    /// ... and how many lines it had.
    private(set) var linesSold: [String: Int] = [:]
    private var voidedKeys: Set<Int64> = []
    /// It writes down in one ledger what moves its stock, so that goods may go to another shop, too (S32: a location has one source).
    let keepsLedger: Bool
    /// What it ever sent to other shops and took in, kept or not.
    private(set) var everMoved: [Transfer: Int64] = [:]
    /// What its people wrote about customers.
    private(set) var words: CustomerWords

    init(path: String, label: String, keepsLedger: Bool) throws {
        self.path = path
        self.label = label
        self.keepsLedger = keepsLedger
        words = CustomerWords(till: label)
        try open()
        try write { try $0.execute(sql: SimulatedTill.schema) }
        if keepsLedger { try write { try $0.execute(sql: SimulatedTill.ledger) } }
        try synced()
    }

    /// The same application on another machine, made from a copy of the first one's disk.
    init(copyOf other: SimulatedTill, path: String, label: String) throws {
        self.path = path
        self.label = label
        keepsLedger = other.keepsLedger
        words = CustomerWords(till: label)
        try restore(try other.bytesOnDisk())
    }

    /// A hundred pieces of everything, found before the first sale.
    func countStock() throws {
        try write { db in
            for sku in SimulatedTill.skus {
                try db.execute(
                    sql: "INSERT INTO stock_counts (sku, quantity, counted_at) VALUES (?, 100, '2026-01-01 08:00:00')", arguments: [sku])
            }
        }
    }

    /// Somebody counts a shelf: never a hundred pieces, by which the checkers know the opening.
    func takeStock(using generator: inout some RandomNumberGenerator) throws {
        let sku = Self.skus.randomElement(using: &generator) ?? "hat"
        let quantity = Int.random(in: 0..<100, using: &generator)
        try write { db in
            try db.execute(
                sql: "INSERT INTO stock_counts (sku, quantity, counted_at) VALUES (?, ?, '2026-11-22 18:00:00')",
                arguments: [sku, quantity])
        }
    }

    static let skus = ["boots", "hat", "scarf"]

    private static let schema = """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT, phone TEXT, note TEXT);
        CREATE TABLE customer_words (word TEXT PRIMARY KEY);
        CREATE TABLE sales (id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, sold_at TEXT NOT NULL, customer_id INTEGER REFERENCES customers (id));
        CREATE TABLE sale_lines (id INTEGER PRIMARY KEY, sale_id INTEGER NOT NULL REFERENCES sales (id), sku TEXT NOT NULL,
            quantity INTEGER NOT NULL, unit_price TEXT NOT NULL);
        CREATE TABLE stock_counts (id INTEGER PRIMARY KEY, sku TEXT NOT NULL, location TEXT, quantity INTEGER NOT NULL, counted_at TEXT NOT NULL);
        """

    /// - Parameter phone: the column that has the phone, as the vendor calls it just now.
    static func mapping(phone: String, keepsLedger: Bool) -> String {
        """
        mapping: 1
        about: The simulator's till
        time zone: UTC
        currency: GBP
        tables:
          customers:
            entity: customer
            fields: {name: name, email: email, phone: \(phone), note: note}
          sales:
            entity: sale
            on delete: void
            fields: {number: number, customer: customer_id, at: sold_at}
          sale_lines:
            entity: sale line
            on delete: void
            same if: [sale]
            parents: {receipt: sale_id}
            extra: {receipt: receipt.number}
            fields: {sale: sale_id, sku: sku, quantity: quantity, unit price: unit_price}
        \(keepsLedger ? ledgerMapping : lineMapping)
          stock_counts:
            entity: count
            on delete: archived
            fields: {sku: sku, quantity: quantity, at: counted_at, location: {column: location, default: $site}}
            stock: counts
        """
    }

    private static let lineMapping = """
            stock:
              role: sale lines
              location: $site
        """

    private static let ledger = """
        CREATE TABLE moves (id INTEGER PRIMARY KEY, document TEXT NOT NULL, kind TEXT NOT NULL, other TEXT, sku TEXT NOT NULL,
            quantity INTEGER NOT NULL);
        """

    private static let ledgerMapping = """
          moves:
            entity: stock movement
            on delete: archived
            fields: {sku: sku, quantity: quantity, kind: kind, note: document}
            stock:
              role: movements
              location: $site
              kind: {column: kind, values: {sold: sale, out: transfer out, in: transfer in}}
              sign: by kind
              note: document
              counterpart: other
        """

    /// What the vendor may call a customer's phone.
    static let phoneColumns = ["phone", "mobile"]

    // MARK: Trading

    /// One sale of one to three lines, one transaction.
    ///
    /// - Returns: its number.
    @discardableResult
    func sell(using generator: inout some RandomNumberGenerator) throws -> String {
        issued += 1
        let number = "\(label)-\(issued)"
        let lines = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            (Self.skus.randomElement(using: &generator) ?? "hat", Int.random(in: 1...4, using: &generator))
        }
        let wantsCustomer = Bool.random(using: &generator)
        let chance = UInt64.random(in: 0...UInt64.max, using: &generator)
        var keys: Set<Int64> = []
        try write { db in
            let customers = try Int64.fetchAll(db, sql: "SELECT id FROM customers ORDER BY id")
            let customer = wantsCustomer && !customers.isEmpty ? customers[Int(chance % UInt64(customers.count))] : nil
            try db.execute(
                sql: "INSERT INTO sales (number, sold_at, customer_id) VALUES (?, '2026-11-22 10:00:00', ?)", arguments: [number, customer])
            let sale = db.lastInsertedRowID
            for (sku, quantity) in lines {
                try db.execute(
                    sql: "INSERT INTO sale_lines (sale_id, sku, quantity, unit_price) VALUES (?, ?, ?, '2.55')",
                    arguments: [sale, sku, quantity])
                keys.insert(db.lastInsertedRowID)
                if self.keepsLedger { try Self.move("sold", sku, quantity, document: number, other: nil, db) }
            }
        }
        // A line that got a voided one's key is told as an edit of that one where nobody saw it go.
        linesSold[number] = keys.isDisjoint(with: voidedKeys) ? lines.count : nil
        everSold[number] = lines.reduce(into: [:]) { $0[$1.0, default: 0] += Int64($1.1) }
        return number
    }

    func registerCustomer(using generator: inout some RandomNumberGenerator) throws {
        let person = Int.random(in: 1...6, using: &generator)
        let note = words.note()
        try writeWords([note]) { db in
            try db.execute(
                sql: "INSERT INTO customers (name, email, note) VALUES (?, ?, ?)",
                arguments: ["Person \(person)", "person\(person)@example.org", note])
        }
    }

    /// Another phone, or another note, or both: of the customer who came last, or of anybody; or of the first one who has bought nothing.
    func editCustomer(ofOldest: Bool = false, using generator: inout some RandomNumberGenerator) throws {
        let number = Int.random(in: 10...99, using: &generator)
        let kind = Int.random(in: 0..<4, using: &generator)
        let place = Int.random(in: 0..<2_000, using: &generator)
        let customers = try read { try Int64.fetchAll($0, sql: "\(ofOldest ? Self.withoutSale : "SELECT id FROM customers") ORDER BY id") }
        guard let id = Self.chosen(place, of: customers, isOldest: ofOldest) else { return }
        let (phone, note) = (kind > 0 ? words.phone(number) : nil, kind < 2 ? words.note() : nil)
        try writeWords([phone, note].compactMap { $0 }) { db in
            let column = try Self.phoneColumn(db)
            try db.execute(
                sql: "UPDATE customers SET \(column) = coalesce(?, \(column)), note = coalesce(?, note) WHERE id = ?",
                arguments: [phone, note, id])
        }
    }

    /// Another note of the customer who came last.
    func editNote() throws {
        let note = words.note()
        try writeWords([note]) { db in
            try db.execute(sql: "UPDATE customers SET note = ? WHERE id = (SELECT max(id) FROM customers)", arguments: [note])
        }
    }

    private static func chosen(_ place: Int, of customers: [Int64], isOldest: Bool) -> Int64? {
        guard let first = customers.first, let last = customers.last else { return nil }
        return isOldest ? first : place < 1_000 ? last : customers[place % customers.count]
    }

    /// The last customer who has bought nothing, or any such, or the first.
    func deleteCustomer(ofOldest: Bool = false, using generator: inout some RandomNumberGenerator) throws {
        let place = Int.random(in: 0..<2_000, using: &generator)
        let customers = try read { try Int64.fetchAll($0, sql: "\(Self.withoutSale) ORDER BY id") }
        guard let id = Self.chosen(place, of: customers, isOldest: ofOldest) else { return }
        words.deletes(knowing: try wordsInFile())
        try write { try $0.execute(sql: "DELETE FROM customers WHERE id = ?", arguments: [id]) }
    }

    private static let withoutSale =
        "SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM sales WHERE customer_id IS NOT NULL)"

    /// One piece more of the last line, or that line is voided.
    func correctLine(mayVoid: Bool, using generator: inout some RandomNumberGenerator) throws {
        let isVoided = mayVoid && Int.random(in: 0..<3, using: &generator) == 0
        guard isVoided else {
            return try write { db in
                try db.execute(sql: "UPDATE sale_lines SET quantity = quantity + 1 WHERE id = (SELECT max(id) FROM sale_lines)")
            }
        }
        let last = try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT l.id, s.number, l.sku, l.quantity FROM sale_lines l JOIN sales s ON s.id = l.sale_id ORDER BY l.id DESC LIMIT 1
                    """)
        }
        // A sale from before the disk was copied is the other machine's, too.
        guard let last, let number: String = last["number"], everSold[number] != nil else { return }
        let (id, sku): (Int64, String) = (last["id"], last["sku"])
        let quantity: Int64 = last["quantity"]
        try write { try $0.execute(sql: "DELETE FROM sale_lines WHERE id = ?", arguments: [id]) }
        // It depends on when it is read whether the sale comes with that line.
        linesSold[number] = nil
        voidedKeys.insert(id)
        everSold[number]?[sku, default: 0] -= quantity
    }

    // MARK: Other shops

    /// - Returns: the number of the document that goes with the goods.
    func send(_ quantity: Int, of sku: String, to other: String) throws -> String {
        issued += 1
        let document = "\(label)/T\(issued)"
        try write { try Self.move("out", sku, quantity, document: document, other: other, $0) }
        everMoved[Transfer(document: document, sku: sku, isOut: true)] = Int64(quantity)
        return document
    }

    func receive(_ quantity: Int, of sku: String, document: String) throws {
        try write { try Self.move("in", sku, quantity, document: document, other: nil, $0) }
        everMoved[Transfer(document: document, sku: sku, isOut: false)] = Int64(quantity)
    }

    private static func move(_ kind: String, _ sku: String, _ quantity: Int, document: String, other: String?, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO moves (document, kind, other, sku, quantity) VALUES (?, ?, ?, ?, ?)",
            arguments: [document, kind, other, sku, quantity])
    }

    // MARK: The vendor's updates

    func addColumn() throws {
        try write { db in
            let columns = try db.columns(in: "customers").count
            try db.execute(sql: "ALTER TABLE customers ADD COLUMN extra\(columns) TEXT DEFAULT 'x'")
        }
    }

    /// A column that the mapping names gets another name; nothing of it can be read until the mapping follows.
    func renamePhone() throws {
        try write { db in
            let column = try Self.phoneColumn(db)
            let other = Self.phoneColumns.first { $0 != column } ?? column
            try db.execute(sql: "ALTER TABLE customers RENAME COLUMN \(column) TO \(other)")
        }
    }

    private static func phoneColumn(_ db: Database) throws -> String {
        let names = try db.columns(in: "customers").map(\.name)
        return phoneColumns.first(where: names.contains) ?? phoneColumns[0]
    }

    /// The way that SQLite's manual tells: a new table, the rows, and the old one's name, without foreign keys meanwhile. Triggers are
    /// gone without a word; and before anybody notices, somebody registers, or is gone.
    func rebuildCustomers(isOneGone: Bool) throws {
        let note = words.note()
        if isOneGone { words.deletes(knowing: try wordsInFile()) } else { words.writes([note], knowing: try wordsInFile()) }
        try connection?.inDatabase { db in
            let names = try db.columns(in: "customers").map(\.name).joined(separator: ", ")
            let others = try db.columns(in: "customers").dropFirst(5).map { ", \($0.name) TEXT DEFAULT 'x'" }.joined()
            let phone = try Self.phoneColumn(db)
            let unnoticed =
                isOneGone
                ? """
                DELETE FROM customers WHERE id = (SELECT min(id) FROM (\(Self.withoutSale)))
                """ : "INSERT INTO customers (name, email, note) VALUES ('Person 7', 'person7@example.org', '\(note)')"
            try db.execute(
                sql: """
                    PRAGMA foreign_keys = OFF;
                    BEGIN IMMEDIATE;
                    CREATE TABLE customers_new (id INTEGER PRIMARY KEY, name TEXT, email TEXT, \(phone) TEXT, note TEXT\(others));
                    INSERT INTO customers_new (\(names)) SELECT \(names) FROM customers;
                    DROP TABLE customers;
                    ALTER TABLE customers_new RENAME TO customers;
                    \(unnoticed);
                    \(isOneGone ? "" : "INSERT INTO customer_words VALUES ('\(note)');")
                    COMMIT;
                    PRAGMA foreign_keys = ON;
                    """)
        }
        undoable.append(try bytesOnDisk())
    }

    // MARK: What stands in the file

    func saleNumbers() throws -> Set<String> {
        try read { Set(try String.fetchAll($0, sql: "SELECT number FROM sales")) }
    }

    /// What was sent to other shops and taken in.
    func transfers() throws -> Set<Transfer> {
        guard keepsLedger else { return [] }
        return try read { db in
            Set(
                try Row.fetchAll(db, sql: "SELECT document, sku, kind FROM moves WHERE kind <> 'sold'").map {
                    Transfer(document: $0[0], sku: $0[1], isOut: $0[2] == "out")
                })
        }
    }

    /// Pieces that left the shop, without what came in from others.
    func quantities() throws -> [String: Int64] {
        let ledger = "SELECT sku, sum(CASE kind WHEN 'in' THEN -quantity ELSE quantity END) FROM moves GROUP BY sku"
        return try read { db in
            var sums: [String: Int64] = [:]
            for row in try Row.fetchAll(db, sql: keepsLedger ? ledger : "SELECT sku, sum(quantity) FROM sale_lines GROUP BY sku") {
                sums[row[0]] = row[1]
            }
            return sums
        }
    }

    /// What was ever written about customers and is part of this file's past: a file that goes back forgets it with the rows.
    func wordsInFile() throws -> Set<String> { try read { Set(try String.fetchAll($0, sql: "SELECT word FROM customer_words")) } }

    /// What the customers' rows say now.
    func wordsInRows() throws -> Set<String> {
        try read { db in
            let phone = try Self.phoneColumn(db)
            return Set(
                try String.fetchAll(
                    db,
                    sql:
                        "SELECT note FROM customers WHERE note IS NOT NULL UNION SELECT \(phone) FROM customers WHERE \(phone) IS NOT NULL"
                ))
        }
    }

    /// A look of its agent has read all that stands in the file.
    func noteRead() throws { words.wereRead(try wordsInRows()) }

    /// Whether our log still names rows: they were not read yet, or only just.
    var isUnread: Bool {
        get throws { try read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM _tributary_log)") ?? false } }
    }

    // MARK: The disk

    /// Everything up to here is on disk for good: our mark was committed with FULL.
    func synced() throws { undoable = [try bytesOnDisk()] }

    /// Some of the commits since the last sync are gone.
    func cutPower(using generator: inout some RandomNumberGenerator) throws {
        guard let files = undoable.randomElement(using: &generator) else { return }
        try restore(files)
    }

    func backUp() throws -> [String: Data] { try bytesOnDisk() }

    func restore(_ files: [String: Data]) throws {
        try connection?.close()
        connection = nil
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        for (suffix, bytes) in files { try bytes.write(to: URL(fileURLWithPath: path + suffix)) }
        try open()
        try synced()
    }

    private func bytesOnDisk() throws -> [String: Data] {
        var files: [String: Data] = [:]
        for suffix in ["", "-wal"] {
            if let bytes = FileManager.default.contents(atPath: path + suffix) { files[suffix] = bytes }
        }
        return files
    }

    private func open() throws {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        connection = try DatabaseQueue(path: path, configuration: configuration)
    }

    private func writeWords(_ new: [String], _ body: (Database) throws -> Void) throws {
        words.writes(new, knowing: try wordsInFile())
        try write { db in
            try body(db)
            for word in new { try db.execute(sql: "INSERT INTO customer_words VALUES (?)", arguments: [word]) }
        }
    }

    private func write(_ body: (Database) throws -> Void) throws {
        try connection?.write(body)
        undoable.append(try bytesOnDisk())
    }

    private func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        guard let connection else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN) }
        return try connection.read(body)
    }
}
