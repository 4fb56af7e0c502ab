import ChangeSets
import GRDB

/// What the source has under a key.
enum ReadRow {
    case absent
    case values([Value])
    /// Too large to be read at all.
    case refused(RowError)
}

/// Reads rows of one mapped table. Every call runs its statement to the end, so that a slice may end after it.
final class RowReader {
    private let db: Database
    private let mapping: TableMapping
    private let one: RawStatement
    private var first: RawStatement?
    private var after: RawStatement?
    private var alike: RawStatement?
    private var children: [ParentLookup: (statement: RawStatement, isIndexed: Bool)] = [:]

    struct KeyedRow {
        var key: LocalKey
        var content: ReadRow
    }

    init(_ db: Database, _ mapping: TableMapping) throws {
        self.db = db
        self.mapping = mapping
        one = try RawStatement(db, mapping.selectSQL(.key))
    }

    /// The row under exactly this key.
    func row(_ key: LocalKey) throws -> ReadRow {
        defer { one.reset() }
        one.bind(key)
        while try one.step() { if self.key(one) == key { return try content(one) } }
        return .absent
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
            let rows = try key.map { try self.rows(after: $0, limit: limit) } ?? self.rows(limit: limit)
            let endsInNulls = rows.last?.key.values.contains { $0.isNull } ?? false
            if rows.count < limit { return (rows, true) }
            if !endsInNulls { return (try rows + alike(rows), false) }
            limit *= 4
        }
    }

    /// Rows that the next page would pass over, because the table's own collation calls their keys equal to this page's last.
    private func alike(_ rows: [KeyedRow]) throws -> [KeyedRow] {
        guard let last = rows.last else { return [] }
        let statement = try alike ?? RawStatement(db, mapping.selectSQL(.alike))
        alike = statement
        defer { statement.reset() }
        return try collect(statement.bind(last.key)).filter { row in !rows.contains { $0.key == row.key } }
    }

    private func rows(after key: LocalKey, limit: Int) throws -> [KeyedRow] {
        let statement = try after ?? RawStatement(db, mapping.selectSQL(.after))
        after = statement
        defer { statement.reset() }
        return try collect(statement.bind(key).bind(Int64(limit), at: Int32(key.values.count + 1)))
    }

    private func rows(limit: Int) throws -> [KeyedRow] {
        let statement = try first ?? RawStatement(db, mapping.selectSQL(.first))
        first = statement
        defer { statement.reset() }
        return try collect(statement.bind(Int64(limit), at: 1))
    }

    private func collect(_ statement: RawStatement) throws -> [KeyedRow] {
        var rows: [KeyedRow] = []
        while try statement.step() {
            rows.append(KeyedRow(key: key(statement), content: try content(statement)))
        }
        return rows
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
