import ChangeSets
import GRDB
import GRDBSQLite

/// What the source has under a key.
enum ReadRow {
    case absent
    case values(SelectedRow)
    /// Its key is too large.
    case refused(RowError)
}

/// Reads rows of one mapped table. Every call runs its statement to the end, so that a slice may end after it.
final class RowReader {
    private let db: Database
    private let mapping: TableMapping
    private let bytesMax: Int
    private let one: RawStatement
    private var first: RawStatement?
    private var after: RawStatement?
    private var alike: RawStatement?
    private var children: [ParentLookup: (statement: RawStatement, isIndexed: Bool)] = [:]

    struct KeyedRow {
        var key: LocalKey
        var content: ReadRow

        /// A row without a key is not carried further, and nothing could be read on from it.
        fileprivate var byteCount: Int {
            guard case .values(let row) = content, !key.values.contains(where: \.isNull) else { return 0 }
            return row.byteCount
        }
    }

    /// - Parameter bytesMax: texts and blobs of one page; the row that passes it is its last.
    init(_ db: Database, _ mapping: TableMapping, bytesMax: Int = CaptureSettings().bytesPerReadMax) throws {
        self.db = db
        self.bytesMax = bytesMax
        self.mapping = mapping
        one = try RawStatement(db, mapping.selectSQL(.key))
    }

    /// The row under exactly this key.
    func row(_ key: LocalKey) throws -> ReadRow {
        defer { one.reset() }
        one.bind(key)
        do {
            return try withoutHugeValues { try found(key, one).map { try content($0) } ?? .absent }
        } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_TOOBIG {
            return try columnByColumn(key)
        }
    }

    /// The statement, standing on the row; `nil` when there is none.
    private func found(_ key: LocalKey, _ statement: RawStatement) throws -> RawStatement? {
        while try statement.step() { if self.key(statement) == key { return statement } }
        return nil
    }

    private func key(_ statement: RawStatement) -> LocalKey { LocalKey(mapping.keyColumns.indices.map { statement.value(Int32($0)) }) }

    private func content(_ statement: RawStatement) throws -> ReadRow {
        do { return .values(try mapping.read(statement.handle)) } catch let error as RowError { return .refused(error) }
    }

    /// The rows that follow `key` in the order of the table's key.
    ///
    /// Rows with a NULL in their key come first and cannot be paged through; the page is then as long as they need.
    func page(after key: LocalKey?, limit: Int) throws -> (rows: [KeyedRow], isLast: Bool) {
        var limit = limit
        while true {
            let page = try rows(after: key, limit: limit)
            let endsInNulls = page.rows.last?.key.values.contains { $0.isNull } ?? false
            if page.isLast { return page }
            if !endsInNulls { return (try page.rows + alike(page.rows), false) }
            limit *= 4
        }
    }

    /// Rows that the next page would pass over, because the table's own collation calls their keys equal to this page's last.
    private func alike(_ rows: [KeyedRow]) throws -> [KeyedRow] {
        guard let last = rows.last else { return [] }
        let statement = try alike ?? RawStatement(db, mapping.selectSQL(.alike, columns: Array(mapping.keyColumns.indices)))
        alike = statement
        defer { statement.reset() }
        statement.bind(last.key)
        var keys: [LocalKey] = []
        while try statement.step() { keys.append(key(statement)) }
        return try keys.filter { key in !rows.contains { $0.key == key } }.map { KeyedRow(key: $0, content: try row($0)) }
    }

    private func rows(after key: LocalKey?, limit: Int) throws -> (rows: [KeyedRow], isLast: Bool) {
        let statement =
            try key == nil ? first ?? RawStatement(db, mapping.selectSQL(.first)) : after ?? RawStatement(db, mapping.selectSQL(.after))
        if key == nil { first = statement } else { after = statement }
        do {
            return try withoutHugeValues { try collect(statement, after: key, limit) { _ in try content(statement) } }
        } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_TOOBIG {
            let keys = try RawStatement(db, mapping.selectSQL(key == nil ? .first : .after, columns: Array(mapping.keyColumns.indices)))
            return try collect(keys, after: key, limit) { try row($0) }
        }
    }

    private func collect(
        _ statement: RawStatement, after key: LocalKey?, _ limit: Int, _ content: (LocalKey) throws -> ReadRow
    ) throws -> (rows: [KeyedRow], isLast: Bool) {
        defer { statement.reset() }
        if let key { statement.bind(key) }
        statement.bind(Int64(limit), at: Int32((key?.values.count ?? 0) + 1))
        var rows: [KeyedRow] = []
        var bytes = 0
        while try statement.step() {
            let key = self.key(statement)
            let row = KeyedRow(key: key, content: try content(key))
            rows.append(row)
            bytes += row.byteCount
            if bytes >= bytesMax { return (rows, false) }
        }
        return (rows, rows.count < limit)
    }

    // MARK: Huge values

    /// SQLite gives a row with a larger text or blob up before it reads that: nobody needs memory for what is left out anyway.
    private func withoutHugeValues<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_LENGTH, Int32(TableMapping.rowBytesMax))
        defer { sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_LENGTH, before) }
        return try body()
    }

    /// A row with a huge value, without that.
    private func columnByColumn(_ key: LocalKey) throws -> ReadRow {
        let keys = Array(mapping.keyColumns.indices)
        do {
            return .values(
                try mapping.read { index, bytesMax in
                    let statement = try RawStatement(db, mapping.selectSQL(.key, columns: keys + [index])).bind(key)
                    do {
                        return try withoutHugeValues {
                            try found(key, statement).map { Value($0.handle, Int32(keys.count), bytesMax: bytesMax) } ?? .null
                        }
                    } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_TOOBIG { return nil }
                })
        } catch let error as RowError { return .refused(error) }
    }

    // MARK: Children

    /// Whether finding the children of one parent row reads less than the whole table.
    func isIndexed(_ lookup: ParentLookup) throws -> Bool { try childStatement(lookup).isIndexed }

    /// The keys of the rows that take values from a parent's row; `nil` when there are more than `limit`.
    func childKeys(_ lookup: ParentLookup, of parent: LocalKey, limit: Int) throws -> [LocalKey]? {
        let statement = try childStatement(lookup).statement
        defer { statement.reset() }
        statement.bind(parent)
        var keys: [LocalKey] = []
        while try statement.step() {
            guard keys.count < limit else { return nil }
            keys.append(key(statement))
        }
        return keys
    }

    private func childStatement(_ lookup: ParentLookup) throws -> (statement: RawStatement, isIndexed: Bool) {
        if let known = children[lookup] { return known }
        let sql = mapping.selectSQL(.children(of: lookup))
        let plan = try RawStatement(db, "EXPLAIN QUERY PLAN " + sql)
        var isIndexed = true
        while try plan.step() { if plan.string(3).hasPrefix("SCAN t") { isIndexed = false } }
        let made = (try RawStatement(db, sql), isIndexed)
        children[lookup] = made
        return made
    }
}
