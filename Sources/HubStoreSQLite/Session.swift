import Causality
import ChangeSets
import GRDB
import HubRuntime

/// One transaction's view of the database, with its prepared statements.
///
/// Lives on one connection and is used by one thread at a time, as GRDB hands the connection out.
final class Session {
    let database: Database
    private var statements: [UnsafeRawPointer: RawStatement] = [:]

    init(_ database: Database) { self.database = database }

    /// The statement for a literal: prepared once, found again by the literal's address.
    func prepare(_ sql: StaticString) throws -> RawStatement {
        let address = UnsafeRawPointer(sql.utf8Start)
        if let statement = statements[address] { return statement }
        let statement = RawStatement(try StorageFault.translating { try database.makeStatement(sql: "\(sql)") })
        statements[address] = statement
        return statement
    }

    func first<Row>(_ sql: StaticString, bind: (inout RawStatement) -> Void = { _ in }, _ read: (RawStatement) throws -> Row) throws -> Row?
    {
        var statement = try prepare(sql)
        bind(&statement)
        guard try statement.step() else { return nil }
        defer { statement.finish() }
        return try read(statement)
    }

    func all<Row>(_ sql: StaticString, bind: (inout RawStatement) -> Void = { _ in }, _ read: (RawStatement) throws -> Row) throws -> [Row]
    {
        var statement = try prepare(sql)
        bind(&statement)
        defer { statement.finish() }
        var rows: [Row] = []
        while try statement.step() { rows.append(try read(statement)) }
        return rows
    }

    func run(_ sql: StaticString, bind: (inout RawStatement) -> Void) throws {
        var statement = try prepare(sql)
        bind(&statement)
        try statement.run()
    }

    static func damaged(_ what: String) -> HubError {
        HubError(.storageFailed, "\(what) in the hub's database cannot be read.", remedy: "Stop the hub and restore the last backup.")
    }
}

// Names used by every part of the session.
extension RawStatement {
    func replicaID(_ column: Int32) throws -> ReplicaID {
        guard let id = ReplicaID(bytes: bytes(column)) else { throw Session.damaged("An id") }
        return id
    }

    func digest(_ column: Int32) throws -> Digest {
        guard let digest = Digest(bytes: bytes(column)) else { throw Session.damaged("A hash") }
        return digest
    }

    func key(_ column: Int32) throws -> VerifyingKey {
        guard let key = VerifyingKey(bytes: bytes(column)) else { throw Session.damaged("An agent's key") }
        return key
    }

    func time(_ column: Int32) -> Timestamp { Timestamp(milliseconds: uint64(column)) }
    func optionalTime(_ column: Int32) -> Timestamp? { isNull(column) ? nil : time(column) }
    func record(_ column: Int32) -> RecordNumber { RecordNumber(raw: int64(column)) }
    func optionalRecord(_ column: Int32) -> RecordNumber? { optionalInt64(column).map(RecordNumber.init(raw:)) }

    mutating func bind(_ value: Timestamp) { bind(value.milliseconds) }
    mutating func bind(_ value: Timestamp?) { bind(value.map { Int64($0.milliseconds) }) }
    mutating func bind(_ value: RecordNumber) { bind(value.raw) }
    mutating func bind(_ value: RecordNumber?) { bind(value?.raw) }
}
