import Causality
import ChangeSets
import GRDBSQLite

extension TableMapping {
    /// The largest text or blob that one field may hold, in bytes.
    public static let valueBytesMax = 1 << 20
    /// All texts and blobs of one row, in bytes. What a change-set takes is much more.
    public static let rowBytesMax = 4 << 20
    /// The largest text or blob in a key, in bytes.
    public static let keyBytesMax = 1 << 10

    /// Reads the row that a statement of `selectSQL` stands on: storage classes as they are in the file.
    ///
    /// Of a value that is larger than the limit nothing is copied; the others are read all the same.
    ///
    /// - Throws: `RowError` for a key that is larger than the limit.
    public func read(_ statement: OpaquePointer) throws -> SelectedRow {
        try read { Value(statement, Int32($0), bytesMax: $1) }
    }

    /// The same, from wherever the values come.
    ///
    /// - Parameter column: gives the value of a column by its place; `nil` when it has more than so many bytes.
    func read(_ column: (_ index: Int, _ bytesMax: Int) throws -> Value?) throws -> SelectedRow {
        var row = SelectedRow([])
        row.values.reserveCapacity(columns.count)
        for index in columns.indices {
            let isKey = index < keyColumns.count
            let bytesMax = isKey ? Self.keyBytesMax : min(Self.valueBytesMax, Self.rowBytesMax - row.byteCount)
            let value = try column(index, bytesMax)
            guard value != nil || !isKey else { throw tooLarge(index, in: row) }
            row.append(value)
        }
        return row
    }

    /// - Parameters:
    ///   - row: values in the order of `columns`.
    ///   - site: the site's name, which `$site` stands for in a mapping.
    /// - Returns: the row; a field that cannot be mapped is among its `unread`.
    /// - Throws: `RowError` where the key, what moves stock, or whether the row counts as deleted cannot be read: the row is set aside.
    public func map(_ row: SelectedRow, site: Text) throws -> MappedRow {
        let key = try key(of: row.values)
        var mapped: [MappedField] = []
        mapped.reserveCapacity(fields.count)
        var unread: [UnreadField] = []
        for field in fields {
            do {
                mapped.append(MappedField(field.name, try value(field.value, row, site, key), isPersonal: field.isPersonal))
            } catch {
                unread.append(UnreadField(field.name, error))
                mapped.append(MappedField(field.name, .null, isPersonal: field.isPersonal))
            }
        }
        if let deleted, row.tooLarge.contains(deleted.column) { throw tooLarge(deleted.column, in: row) }
        return MappedRow(
            entity: entity, key: key, fields: mapped, stock: try stock.flatMap { try reading($0, row, site, key) },
            isDeleted: deleted?.applies(to: row.values) ?? false, unread: unread)
    }

    /// The same, for values that were not read from a statement.
    public func map(_ values: [Value], site: Text) throws -> MappedRow { try map(SelectedRow(values), site: site) }

    private func key(of row: [Value]) throws -> LocalKey {
        for index in keyColumns.indices {
            switch row[index] {
            case .null:
                throw RowError(
                    .keyIsNull, table: table, column: keyColumns[index],
                    "\(table).\(keyColumns[index]) is NULL, so that nothing names the row.",
                    remedy: "Give the row a key in the application; until then it is set aside.")
            case .malformedText:
                throw rowError(.malformedText, column: keyColumns[index], key: nil)
            default: break
            }
        }
        return LocalKey(Array(row[..<keyColumns.count]))
    }

    private func tooLarge(_ index: Int, in row: SelectedRow) -> RowError {
        let isKey = index < keyColumns.count
        let what =
            isKey
            ? "holds more than \(Self.keyBytesMax) bytes."
            : "holds more than \(Self.valueBytesMax) bytes, or its row more than \(Self.rowBytesMax)."
        let failure = ConversionFailure(
            code: .tooLarge, what: what,
            remedy: isKey
                ? "A key must be short: name other columns with `key:`."
                : "Leave the column out of the mapping, or keep such values elsewhere in the application.")
        return rowError(failure, column: columns[index].name, key: isKey ? nil : LocalKey(Array(row.values[..<keyColumns.count])))
    }

    private func rowError(_ failure: ConversionFailure, column: String, key: LocalKey?) -> RowError {
        RowError(failure.code, table: table, column: column, key: key, "\(table).\(column) \(failure.what)", remedy: failure.remedy)
    }
}

// MARK: Stock

extension TableMapping {
    private func reading(_ rule: StockRule, _ row: SelectedRow, _ site: Text, _ key: LocalKey) throws -> StockReading? {
        guard let sku = try text(rule.sku, row, site, key), let location = try text(rule.location, row, site, key),
            let quantity = try value(rule.quantity, row, site, key).integer
        else { return nil }
        switch rule.role {
        case .none: return nil
        case .level: return .level(sku: sku, location: location, quantity: quantity)
        case .counts: return .count(sku: sku, location: location, quantity: quantity)
        case .movements, .saleLines:
            return .movement(try movement(rule, sku: sku, location: location, quantity: quantity, row, site, key))
        }
    }

    private func movement(
        _ rule: StockRule, sku: Text, location: Text, quantity: Int64, _ row: SelectedRow, _ site: Text, _ key: LocalKey
    ) throws -> Movement {
        var kind = quantity < 0 ? Movement.Kind.customerReturn : .sale
        if let word = rule.kind {
            kind = try value(word, row, site, key).integer.flatMap { Movement.Kind(rawValue: UInt8(clamping: $0)) } ?? .adjustment
        }
        let (signed, overflow) = quantity.multipliedReportingOverflow(by: rule.sign.factor(for: kind, quantity))
        guard !overflow else { throw rowError(.outOfRange, column: rule.quantity.column, key: key) }
        let expires = try rule.expires.flatMap { try value($0, row, site, key).integer }
        return Movement(
            sku: sku, location: location, quantity: signed, kind: kind, note: try rule.note.flatMap { try text($0, row, site, key) },
            counterpart: try rule.counterpart.flatMap { try text($0, row, site, key) },
            expires: expires.map { Timestamp(milliseconds: UInt64(max(0, $0))) })
    }

    private func value(_ rule: ValueRule, _ row: SelectedRow, _ site: Text, _ key: LocalKey) throws(RowError) -> Value {
        if !row.tooLarge.isEmpty, let index = rule.columns.first(where: row.tooLarge.contains) { throw tooLarge(index, in: row) }
        do throws(ConversionFailure) { return try rule.evaluate(row.values, site: site) } catch {
            throw rowError(error, column: rule.column, key: key)
        }
    }

    private func text(_ rule: ValueRule, _ row: SelectedRow, _ site: Text, _ key: LocalKey) throws -> Text? {
        switch try value(rule, row, site, key) {
        case .text(let text): return text
        case .malformedText: throw rowError(.malformedText, column: rule.column, key: key)
        default: return nil
        }
    }
}

extension StockRule.Sign {
    /// What to multiply a stored quantity with.
    fileprivate func factor(for kind: Movement.Kind, _ quantity: Int64) -> Int64 {
        switch self {
        case .factor(let factor): return factor
        case .byKind:
            let isOut = kind == .sale || kind == .transferOut || kind == .release
            if kind == .adjustment { return 1 }
            return (quantity < 0) == isOut ? 1 : -1
        }
    }
}

// MARK: Reading

/// The values of one row, in the order of `TableMapping.columns`.
public struct SelectedRow: Hashable, Sendable {
    public var values: [Value]
    /// Columns whose value is larger than the limit, by their place; they stand as NULL among the values.
    public private(set) var tooLarge: Set<Int> = []
    /// Of all texts and blobs.
    private(set) var byteCount = 0

    public init(_ values: [Value]) { self.values = values }

    /// - Parameter value: `nil` when it is too large.
    mutating func append(_ value: Value?) {
        if value == nil { tooLarge.insert(values.count) }
        values.append(value ?? .null)
        byteCount += value?.contentByteCount ?? 0
    }
}

extension Value {
    /// The value of a result column; `nil` when it has more than `bytesMax` bytes.
    init?(_ statement: OpaquePointer, _ index: Int32, bytesMax: Int) {
        switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: self = .integer(sqlite3_column_int64(statement, index))
        case SQLITE_FLOAT: self = .real(sqlite3_column_double(statement, index))
        case SQLITE_NULL: self = .null
        case SQLITE_TEXT:
            let start = sqlite3_column_text(statement, index)
            let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index)))
            guard bytes.count <= bytesMax else { return nil }
            if let string = String(validating: bytes, as: UTF8.self) {
                self = .text(Text(string))
            } else {
                self = .malformedText(Array(bytes))
            }
        default:
            let count = Int(sqlite3_column_bytes(statement, index))
            guard count <= bytesMax else { return nil }
            self = .blob(Array(UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, index), count: count)))
        }
    }
}
