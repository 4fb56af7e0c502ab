import Foundation
import GRDBSQLite

/// A till's, a warehouse's or a web shop's own SQLite file, written as its application would: without knowing of us.
final class ApplicationFile {
    let url: URL
    private let connection: OpaquePointer

    enum Cell {
        case null
        case integer(Int64)
        case real(Double)
        case text(String)
    }

    /// Opens the file, or creates it.
    init(_ url: URL) throws {
        self.url = url
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(url.path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
        guard code == SQLITE_OK, let opened else {
            throw DemoError(
                "\(url.lastPathComponent) cannot be opened (SQLite says \(code)).", remedy: "Look at the disk and its free space.")
        }
        connection = opened
        sqlite3_busy_timeout(connection, 5000)
    }

    deinit { sqlite3_close_v2(connection) }

    /// Runs any number of statements.
    func script(_ sql: String) throws {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
    }

    /// One transaction of the application: a sale is written whole or not at all.
    func transaction(_ body: () throws -> Void) throws {
        try script("BEGIN IMMEDIATE")
        do {
            try body()
            try script("COMMIT")
        } catch {
            try? script("ROLLBACK")
            throw error
        }
    }

    /// Runs one statement and gives its rows.
    @discardableResult
    func run(_ sql: String, _ cells: Cell...) throws -> [[Cell]] {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v2(connection, sql, -1, &prepared, nil) == SQLITE_OK, let statement = prepared else { throw failure(sql) }
        defer { sqlite3_finalize(statement) }
        for (index, cell) in cells.enumerated() { bind(cell, to: Int32(index + 1), of: statement) }
        var rows: [[Cell]] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append((0..<sqlite3_column_count(statement)).map { Self.cell($0, of: statement) })
            case SQLITE_DONE: return rows
            default: throw failure(sql)
            }
        }
    }

    /// The key that the last insert was given.
    var lastKey: Int64 { sqlite3_last_insert_rowid(connection) }

    private func bind(_ cell: Cell, to index: Int32, of statement: OpaquePointer) {
        switch cell {
        case .null: sqlite3_bind_null(statement, index)
        case .integer(let value): sqlite3_bind_int64(statement, index, value)
        case .real(let value): sqlite3_bind_double(statement, index, value)
        case .text(let value):
            // SQLITE_TRANSIENT: SQLite makes its own copy.
            sqlite3_bind_text(statement, index, value, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        }
    }

    private static func cell(_ index: Int32, of statement: OpaquePointer) -> Cell {
        switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, index))
        case SQLITE_FLOAT: .real(sqlite3_column_double(statement, index))
        case SQLITE_NULL: .null
        default: .text(sqlite3_column_text(statement, index).map { String(cString: $0) } ?? "")
        }
    }

    private func failure(_ sql: String) -> DemoError {
        DemoError(
            "\(url.lastPathComponent): \(String(cString: sqlite3_errmsg(connection))), in \(sql.prefix(80))",
            remedy: "If the message speaks of our triggers or log table, this is a fault of ours: please report it.")
    }
}

extension ApplicationFile.Cell: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }

    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    var text: String? { if case .text(let value) = self { value } else { nil } }
}
