import GRDB
import Testing

@testable import Capture

extension MappingTests {
    @Suite("Mappings that are refused") struct Problems {
        static let sql = """
            CREATE TABLE customers (id INTEGER PRIMARY KEY, first_name TEXT, email_address TEXT, joined INTEGER, photo BLOB, group_id INTEGER REFERENCES groups (id));
            CREATE TABLE groups (id INTEGER PRIMARY KEY, title TEXT, code TEXT UNIQUE);
            CREATE TABLE sales (id INTEGER PRIMARY KEY, customer_id INTEGER, sold_at TEXT, total TEXT);
            CREATE TABLE lines (sale_id INTEGER, line INTEGER, sku TEXT, quantity TEXT, place TEXT, PRIMARY KEY (sale_id, line));
            CREATE TABLE levels (sku TEXT PRIMARY KEY, quantity INTEGER, place TEXT);
            CREATE TABLE ledger (id INTEGER PRIMARY KEY, sku TEXT, quantity INTEGER, place TEXT);
            CREATE TABLE keyless (name TEXT);
            CREATE VIEW report AS SELECT 1 AS one;
            """

        struct Case: Sendable, CustomTestStringConvertible {
            var title: String
            var yaml: String
            var expected: String
            var testDescription: String { title }
        }

        @Test("all that is wrong is said at once, with line, column and what to do", arguments: cases)
        func problems(_ example: Case) throws {
            let queue = try DatabaseQueue()
            try queue.write { try $0.execute(sql: Self.sql) }
            let schema = try queue.read { try SourceSchema.read($0) }
            let error = #expect(throws: MappingError.self) {
                _ = try Mapping.parse(yaml: example.yaml, file: "m.yaml").checked(against: schema)
            }
            #expect(error?.description == example.expected)
        }

        /// By section of the language, a file each.
        static let cases: [Case] = [ofTheFile, ofTables, ofFields, ofValues, ofLinks, ofStock].flatMap { $0 }
    }
}
