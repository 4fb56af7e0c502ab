import Causality
import ChangeSets
import GRDB

/// The images of one source in the agent's file, under (shelf, table, canonical key), within one access to it.
///
/// A drain changes them before it is sealed, so what it changes can be undone: every image carries the number of
/// the drain that touched it last, and one that was there before is copied aside first.
final class Images {
    private let db: Database
    private let shelf: Int64
    private let drain: UInt64
    private let dictionary: NameDictionary
    private let find: RawStatement
    private let insert: RawStatement
    private let update: RawStatement
    private let keep: RawStatement

    /// - Parameter drain: the unsealed drain on whose behalf images change.
    init(_ db: Database, shelf: Int64, drain: UInt64, dictionary: NameDictionary) throws {
        self.db = db
        self.shelf = shelf
        self.drain = drain
        self.dictionary = dictionary
        let place = "shelf = ?1 AND tab = ?2 AND key = ?3"
        find = try RawStatement(
            cached: db, "SELECT state, replica, counter, hash, same, stock, body, drain FROM capture_image WHERE \(place)")
        insert = try RawStatement(
            cached: db,
            "INSERT INTO capture_image (shelf, tab, key, state, replica, counter, hash, same, stock, body, drain) "
                + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
        update = try RawStatement(
            cached: db,
            "UPDATE capture_image SET state = ?4, replica = ?5, counter = ?6, hash = ?7, same = ?8, stock = ?9, body = ?10, drain = ?11 WHERE \(place)"
        )
        keep = try RawStatement(
            cached: db, "INSERT OR IGNORE INTO capture_undo SELECT * FROM capture_image WHERE \(place) AND drain <> ?4")
    }

    /// The image under the key, if any, deleted ones included.
    func image(table: Int64, key: [UInt8]) throws -> RowImage? { try found(table: table, key: key)?.image }

    /// The same, and whether this drain touched it already.
    func found(table: Int64, key: [UInt8]) throws -> (image: RowImage, isTouched: Bool)? {
        defer { find.reset() }
        guard try find.bind(shelf, at: 1).bind(table, at: 2).bind(key, at: 3).step() else { return nil }
        guard let state = RowImage.State(rawValue: find.integer(0)) else { throw CaptureError.damagedJournal }
        let image = RowImage(
            state: state, life: Dot(try dictionary.replica(find.integer(1), db), find.unsigned(2)), hash: find.unsigned(3),
            same: find.isNull(4) ? nil : find.unsigned(4), fields: find.isNull(6) ? nil : try fields(find.bytes(6)),
            stock: find.isNull(5) ? .none : try ImageCoding.stock(find.bytes(5)))
        return (image, find.unsigned(7) == drain)
    }

    /// The life alone: what references need.
    func life(table: Int64, key: [UInt8]) throws -> (dot: Dot, isDeleted: Bool)? {
        defer { find.reset() }
        guard try find.bind(shelf, at: 1).bind(table, at: 2).bind(key, at: 3).step() else { return nil }
        return (Dot(try dictionary.replica(find.integer(1), db), find.unsigned(2)), find.integer(0) == RowImage.State.deleted.rawValue)
    }

    /// - Parameter replaces: whether there is an image under the key already.
    func put(_ image: RowImage, table: Int64, key: [UInt8], replaces: Bool) throws {
        if replaces { try keep.bind(shelf, at: 1).bind(table, at: 2).bind(key, at: 3).bind(drain, at: 4).run() }
        let statement = replaces ? update : insert
        statement.bind(shelf, at: 1).bind(table, at: 2).bind(key, at: 3).bind(image.state.rawValue, at: 4)
            .bind(try dictionary.number(of: image.life.replica, db), at: 5).bind(image.life.counter, at: 6)
            .bind(image.hash, at: 7).bind(image.same.map { Int64(bitPattern: $0) }, at: 8)
            .bind(ImageCoding.bytes(image.stock), at: 9).bind(try image.fields.map(bytes), at: 10)
        try statement.bind(drain, at: 11).run()
    }

    // MARK: Coding of whole values: pairs of field number and value

    private func bytes(_ fields: [ImageField]) throws -> [UInt8] {
        var writer = ByteWriter(reserving: 16 * fields.count)
        for field in fields {
            writer.varint(UInt64(try dictionary.number(of: field.name, db)))
            writer.value(field.value)
        }
        return writer.bytes
    }

    private func fields(_ bytes: [UInt8]) throws -> [ImageField] {
        var reader = ByteReader(bytes, of: "image")
        var fields: [ImageField] = []
        while !reader.isAtEnd {
            let name = try dictionary.field(Int64(reader.varint()), db)
            fields.append(ImageField(name: name, value: try reader.value()))
        }
        return fields
    }
}

// MARK: - Whole shelves

extension Images {
    static func newShelf(_ db: Database) throws -> Int64 {
        try db.execute(sql: "INSERT INTO capture_shelf DEFAULT VALUES")
        return db.lastInsertedRowID
    }

    /// Clears a shelf, and those beside it.
    static func clear(shelf: Int64, _ db: Database) throws {
        for shelf in try row(from: shelf, db) {
            for table in ["capture_image", "capture_undo"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE shelf = ?", arguments: [shelf])
            }
            try db.execute(sql: "DELETE FROM capture_shelf WHERE number = ?", arguments: [shelf])
        }
    }

    /// The shelf, and those beside it, in order.
    static func row(from shelf: Int64, _ db: Database) throws -> [Int64] {
        var shelves = [shelf]
        while let last = shelves.last,
            let next = try Int64.fetchOne(
                db, sql: "SELECT beside FROM capture_shelf WHERE number = ? AND beside IS NOT NULL", arguments: [last])
        {
            shelves.append(next)
        }
        return shelves
    }

    /// Puts a shelf at the end of another's row.
    static func put(_ shelf: Int64, beside first: Int64, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE capture_shelf SET beside = ? WHERE number = ?", arguments: [shelf, try row(from: first, db).last])
    }

    /// Takes back what the unsealed drain changed.
    static func undo(shelf: Int64, drain: UInt64, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM capture_image WHERE shelf = ? AND drain = ?", arguments: [shelf, Int64(bitPattern: drain)])
        try db.execute(sql: "INSERT OR REPLACE INTO capture_image SELECT * FROM capture_undo WHERE shelf = ?", arguments: [shelf])
        try db.execute(sql: "DELETE FROM capture_undo WHERE shelf = ?", arguments: [shelf])
    }

    /// Makes what the drain changed final.
    static func settle(shelf: Int64, _ db: Database) throws {
        try RawStatement(cached: db, "DELETE FROM capture_undo WHERE shelf = ?1").bind(shelf, at: 1).run()
    }

    /// Keys of the images of one table whose rows should be there, after `key`, in the order of their bytes.
    static func presentKeys(shelf: Int64, table: Int64, after key: [UInt8], limit: Int, _ db: Database) throws -> [[UInt8]] {
        let statement = try RawStatement(
            cached: db, "SELECT key FROM capture_image WHERE shelf = ?1 AND tab = ?2 AND key > ?3 AND state = 1 ORDER BY key LIMIT ?4")
        defer { statement.reset() }
        statement.bind(shelf, at: 1).bind(table, at: 2).bind(key, at: 3).bind(Int64(limit), at: 4)
        var keys: [[UInt8]] = []
        while try statement.step() { keys.append(statement.bytes(0)) }
        return keys
    }
}

extension Images {
    /// Present images of `shelf` that `base` has not, in the order of their keys.
    static func newer(
        shelf: Int64, than base: Int64, table: Int64, after key: [UInt8], limit: Int, _ db: Database
    ) throws -> [(key: [UInt8], hash: UInt64)] {
        let statement = try RawStatement(
            db,
            """
            SELECT l.key, l.hash FROM capture_image AS l WHERE l.shelf = ?1 AND l.tab = ?3 AND l.key > ?4 AND l.state = 1
            AND NOT EXISTS (SELECT 1 FROM capture_image AS b WHERE b.shelf = ?2 AND b.tab = l.tab AND b.key = l.key AND b.state = 1)
            ORDER BY l.key LIMIT ?5
            """)
        statement.bind(shelf, at: 1).bind(base, at: 2).bind(table, at: 3).bind(key, at: 4).bind(Int64(limit), at: 5)
        var newer: [(key: [UInt8], hash: UInt64)] = []
        while try statement.step() { newer.append((statement.bytes(0), statement.unsigned(1))) }
        return newer
    }
}

/// Numbers that stand for replicas and field names in images.
final class NameDictionary {
    private var replicas: [Int64: ReplicaID] = [:]
    private var replicaNumbers: [ReplicaID: Int64] = [:]
    private var fields: [Int64: FieldName] = [:]
    private var fieldNumbers: [FieldName: Int64] = [:]

    func replica(_ number: Int64, _ db: Database) throws -> ReplicaID {
        if let known = replicas[number] { return known }
        guard let stored = try StoredReplica.of(number: number, db) else { throw CaptureError.damagedJournal }
        replicas[number] = stored.id
        return stored.id
    }

    func number(of replica: ReplicaID, _ db: Database) throws -> Int64 {
        if let known = replicaNumbers[replica] { return known }
        let number = try StoredReplica.number(of: replica, db)
        replicaNumbers[replica] = number
        return number
    }

    func field(_ number: Int64, _ db: Database) throws -> FieldName {
        if let known = fields[number] { return known }
        let statement = try RawStatement(db, "SELECT name FROM capture_field WHERE number = ?1").bind(number, at: 1)
        guard try statement.step() else { throw CaptureError.damagedJournal }
        let name = FieldName(statement.string(0))
        fields[number] = name
        return name
    }

    func number(of field: FieldName, _ db: Database) throws -> Int64 {
        if let known = fieldNumbers[field] { return known }
        try RawStatement(db, "INSERT OR IGNORE INTO capture_field (name) VALUES (?1)").bind(field.text.string, at: 1).run()
        let statement = try RawStatement(db, "SELECT number FROM capture_field WHERE name = ?1").bind(field.text.string, at: 1)
        guard try statement.step() else { throw CaptureError.damagedJournal }
        let number = statement.integer(0)
        fieldNumbers[field] = number
        return number
    }

    /// Forgets everything: a rolled-back transaction may have taken numbers back.
    func forget() {
        replicas = [:]
        replicaNumbers = [:]
        fields = [:]
        fieldNumbers = [:]
    }
}

/// How a stock reading stands in an image: a byte for its form, then its parts.
enum ImageCoding {
    static func bytes(_ stock: RowImage.Stock) -> [UInt8]? {
        var writer = ByteWriter(reserving: 24)
        switch stock {
        case .none: return nil
        case .unknown: writer.byte(0)
        case .known(.movement(let movement)):
            writer.byte(1)
            writer.stockEffect(.movement(movement))
        case .known(.level(let sku, let location, let quantity)):
            writer.byte(2)
            writer.text(sku)
            writer.text(location)
            writer.signed(quantity)
        case .known(.count(let sku, let location, let quantity)):
            writer.byte(3)
            writer.text(sku)
            writer.text(location)
            writer.signed(quantity)
        }
        return writer.bytes
    }

    static func stock(_ bytes: [UInt8]) throws -> RowImage.Stock {
        var reader = ByteReader(bytes, of: "image")
        switch try reader.byte() {
        case 0: return .unknown
        case 1:
            guard case .movement(let movement)? = try reader.stockEffect() else { throw CaptureError.damagedJournal }
            return .known(.movement(movement))
        case 2: return .known(.level(sku: try reader.text(), location: try reader.text(), quantity: try reader.signed()))
        case 3: return .known(.count(sku: try reader.text(), location: try reader.text(), quantity: try reader.signed()))
        default: throw CaptureError.damagedJournal
        }
    }
}
