import ChangeSets
import GRDB
import GRDBSQLite
import HubRuntime

/// A prepared statement, driven through SQLite's own interface: two to three times as fast as through rows and arguments.
///
/// Parameters are bound in order; text and blobs are copied by SQLite.
struct RawStatement {
    // Kept so that the pointer stays valid.
    private let statement: Statement
    private let pointer: OpaquePointer
    private var next: Int32 = 1

    init(_ statement: Statement) {
        self.statement = statement
        pointer = statement.sqliteStatement
        sqlite3_reset(pointer)
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    @discardableResult
    mutating func bind(_ value: Int64?) -> RawStatement {
        if let value { sqlite3_bind_int64(pointer, next, value) } else { sqlite3_bind_null(pointer, next) }
        next += 1
        return self
    }

    mutating func bind(_ value: UInt64) { bind(Int64(bitPattern: value)) }
    mutating func bind(_ value: Int32) { bind(Int64(value)) }
    mutating func bind(_ value: Bool) { bind(value ? 1 : 0 as Int64) }

    mutating func bind(_ value: String?) {
        if var value {
            value.withUTF8 { utf8 in
                _ = utf8.withMemoryRebound(to: CChar.self) { text in
                    // An empty buffer has no address, and a null address would bind NULL.
                    if let address = text.baseAddress {
                        sqlite3_bind_text(pointer, next, address, Int32(text.count), Self.transient)
                    } else {
                        sqlite3_bind_text(pointer, next, "", 0, Self.transient)
                    }
                }
            }
        } else {
            sqlite3_bind_null(pointer, next)
        }
        next += 1
    }

    mutating func bind(_ value: [UInt8]?) {
        if let value {
            value.withUnsafeBytes { bytes in
                if let address = bytes.baseAddress, !bytes.isEmpty {
                    _ = sqlite3_bind_blob(pointer, next, address, Int32(bytes.count), Self.transient)
                } else {
                    _ = sqlite3_bind_zeroblob(pointer, next, 0)
                }
            }
        } else {
            sqlite3_bind_null(pointer, next)
        }
        next += 1
    }

    /// As `value(_:)` gives it back. What a column cannot hold is null.
    mutating func bind(_ value: Value) {
        switch value {
        case .integer(let number): bind(number)
        case .text(let text): bind(text.string)
        case .blob(let bytes): bind(bytes)
        case .real(let number):
            sqlite3_bind_double(pointer, next, number)
            next += 1
        case .null, .malformedText, .reference: bind(nil as Int64?)
        }
    }

    /// Binds from the first parameter on again.
    mutating func rewind() { next = 1 }

    /// Runs a statement that gives no rows.
    func run() throws {
        let code = sqlite3_step(pointer)
        sqlite3_reset(pointer)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw StorageFault.error(code, sqlite3_db_handle(pointer)) }
    }

    /// Whether there is another row.
    func step() throws -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(pointer)
            return false
        case let code:
            sqlite3_reset(pointer)
            throw StorageFault.error(code, sqlite3_db_handle(pointer))
        }
    }

    func finish() { sqlite3_reset(pointer) }

    // MARK: columns of the present row

    var columnCount: Int32 { sqlite3_column_count(pointer) }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }
    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(pointer, column) }
    func uint64(_ column: Int32) -> UInt64 { UInt64(bitPattern: int64(column)) }
    func int32(_ column: Int32) -> Int32 { Int32(truncatingIfNeeded: int64(column)) }
    func bool(_ column: Int32) -> Bool { int64(column) != 0 }
    func optionalInt64(_ column: Int32) -> Int64? { isNull(column) ? nil : int64(column) }

    func bytes(_ column: Int32) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(pointer, column))
        guard count > 0, let address = sqlite3_column_blob(pointer, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: address, count: count))
    }

    func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

    func string(_ column: Int32) -> String {
        let count = Int(sqlite3_column_bytes(pointer, column))
        guard count > 0, let address = sqlite3_column_text(pointer, column) else { return "" }
        return String(decoding: UnsafeBufferPointer(start: address, count: count), as: UTF8.self)
    }

    func optionalString(_ column: Int32) -> String? { isNull(column) ? nil : string(column) }

    func value(_ column: Int32) -> Value {
        switch sqlite3_column_type(pointer, column) {
        case SQLITE_INTEGER: .integer(int64(column))
        case SQLITE_FLOAT: .real(sqlite3_column_double(pointer, column))
        case SQLITE_TEXT: .text(Text(string(column)))
        case SQLITE_BLOB: .blob(bytes(column))
        default: .null
        }
    }
}
