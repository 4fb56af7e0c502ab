import Causality
import ChangeSets
import GRDBSQLite

extension TableMapping {
    /// The largest text or blob that one field may hold, in bytes.
    public static let valueBytesMax = 1 << 20
    /// The largest text or blob in a key, in bytes.
    public static let keyBytesMax = 1 << 10

    /// Reads the row that a statement of `selectSQL` stands on: storage classes as they are in the file.
    ///
    /// - Throws: `RowError` for a key or a value that is larger than the limit; nothing of it is copied.
    public func read(_ statement: OpaquePointer) throws -> [Value] {
        var row: [Value] = []
        row.reserveCapacity(columns.count)
        for index in columns.indices {
            let bytesMax = index < keyColumns.count ? Self.keyBytesMax : Self.valueBytesMax
            guard let value = Value(statement, Int32(index), bytesMax: bytesMax) else { throw tooLarge(index, bytesMax, in: row) }
            row.append(value)
        }
        return row
    }

    /// - Parameters:
    ///   - row: values in the order of `columns`.
    ///   - site: the site's name, which `$site` stands for in a mapping.
    /// - Throws: `RowError` for a value that cannot be mapped. That row alone is set aside.
    public func map(_ row: [Value], site: Text) throws -> MappedRow {
        let key = try key(of: row)
        var mapped: [MappedField] = []
        mapped.reserveCapacity(fields.count)
        for field in fields {
            do throws(ConversionFailure) {
                mapped.append(MappedField(field.name, try field.value.evaluate(row, site: site), isPersonal: field.isPersonal))
            } catch {
                throw rowError(error, column: field.value.column, key: key)
            }
        }
        return MappedRow(
            entity: entity, key: key, fields: mapped, stock: try stock.flatMap { try reading($0, row, site, key) },
            isDeleted: deleted?.applies(to: row) ?? false)
    }

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

    private func tooLarge(_ index: Int, _ bytesMax: Int, in row: [Value]) -> RowError {
        let failure = ConversionFailure(
            code: .tooLarge, what: "holds more than \(bytesMax) bytes.",
            remedy: index < keyColumns.count
                ? "A key must be short: name other columns with `key:`."
                : "Leave the column out of the mapping, or keep such values elsewhere in the application.")
        return rowError(
            failure, column: columns[index].name, key: row.count >= keyColumns.count ? LocalKey(Array(row[..<keyColumns.count])) : nil)
    }

    private func rowError(_ failure: ConversionFailure, column: String, key: LocalKey?) -> RowError {
        RowError(failure.code, table: table, column: column, key: key, "\(table).\(column) \(failure.what)", remedy: failure.remedy)
    }
}

// MARK: Stock

extension TableMapping {
    private func reading(_ rule: StockRule, _ row: [Value], _ site: Text, _ key: LocalKey) throws -> StockReading? {
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
        _ rule: StockRule, sku: Text, location: Text, quantity: Int64, _ row: [Value], _ site: Text, _ key: LocalKey
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

    private func value(_ rule: ValueRule, _ row: [Value], _ site: Text, _ key: LocalKey) throws -> Value {
        do throws(ConversionFailure) { return try rule.evaluate(row, site: site) } catch {
            throw rowError(error, column: rule.column, key: key)
        }
    }

    private func text(_ rule: ValueRule, _ row: [Value], _ site: Text, _ key: LocalKey) throws -> Text? {
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
