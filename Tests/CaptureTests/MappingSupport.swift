import Causality
import ChangeSets
import Foundation
import GRDB
import GRDBSQLite
import Testing

@testable import Capture

/// Everything about mappings: `swift test --filter MappingTests`.
@Suite("Mappings") struct MappingTests {}

/// An application's file in memory, and what a mapping makes of its rows.
struct MappedApplication {
    let queue: DatabaseQueue
    let mapping: CheckedMapping

    init(sql: String, yaml: String) throws {
        queue = try DatabaseQueue()
        try queue.write { try $0.execute(sql: sql) }
        mapping = try Mapping.parse(yaml: yaml, file: "m.yaml").checked(against: queue.read { try SourceSchema.read($0) })
    }

    init(queue: DatabaseQueue, yaml: String, file: String) throws {
        self.queue = queue
        mapping = try Mapping.parse(yaml: yaml, file: file).checked(against: queue.read { try SourceSchema.read($0) })
    }

    func execute(_ sql: String) throws { try queue.write { try $0.execute(sql: sql) } }

    /// Every row of the table, mapped or with the first reason why not, or not whole.
    func rows(
        _ name: String, _ selection: RowSelection = .all, _ arguments: [Value] = [], site: Text = "shop-1"
    ) throws -> [Result<MappedRow, RowError>] {
        let table = try #require(mapping[name])
        return try queue.read { db in
            var statement: OpaquePointer?
            try #require(sqlite3_prepare_v2(db.sqliteConnection, table.selectSQL(selection), -1, &statement, nil) == SQLITE_OK)
            defer { sqlite3_finalize(statement) }
            let prepared = try #require(statement)
            for (index, value) in arguments.enumerated() { bind(value, prepared, Int32(index + 1)) }
            var rows: [Result<MappedRow, RowError>] = []
            while sqlite3_step(prepared) == SQLITE_ROW {
                do {
                    let row = try table.map(try table.read(prepared), site: site)
                    rows.append(row.unread.first.map { .failure($0.error) } ?? .success(row))
                } catch let error as RowError { rows.append(.failure(error)) }
            }
            return rows
        }
    }

    /// How SQLite would look for the rows.
    func plan(_ name: String, _ selection: RowSelection) throws -> [String] {
        let sql = "EXPLAIN QUERY PLAN " + (try #require(mapping[name])).selectSQL(selection)
        return try queue.read { db in
            var statement: OpaquePointer?
            try #require(sqlite3_prepare_v2(db.sqliteConnection, sql, -1, &statement, nil) == SQLITE_OK)
            defer { sqlite3_finalize(statement) }
            var steps: [String] = []
            while sqlite3_step(statement) == SQLITE_ROW { steps.append(String(cString: sqlite3_column_text(statement, 3))) }
            return steps
        }
    }

    func row(_ name: String, _ key: Value...) throws -> MappedRow { try #require(try rows(name, .key, key).first).get() }

    private func bind(_ value: Value, _ statement: OpaquePointer, _ index: Int32) {
        switch value {
        case .integer(let number): sqlite3_bind_int64(statement, index, number)
        case .real(let number): sqlite3_bind_double(statement, index, number)
        case .text(let text): sqlite3_bind_text(statement, index, text.string, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        default: sqlite3_bind_null(statement, index)
        }
    }
}

extension MappedRow {
    /// The fields as people read them, for comparing whole rows.
    var summary: [String] { fields.filter { !$0.value.isNull }.map { "\($0.name)\($0.isPersonal ? "*" : "") = \($0.value.label)" } }
}

enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    /// Public data sets that lie beside the project and are never committed to it.
    static let data = root.deletingLastPathComponent().appendingPathComponent("shared/data")

    static func text(_ path: String) throws -> String { try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8) }

    static func mapping(_ name: String) throws -> (yaml: String, file: String) { (try text("agent/mappings/\(name)"), name) }
}

/// A small generator that anybody can seed (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
