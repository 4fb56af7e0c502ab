import Foundation
import GRDB
import GRDBSQLite
import HubRuntime

/// What the storage engine's result codes mean to an operator.
enum StorageFault {
    static func error(_ code: Int32, _ connection: OpaquePointer?) -> HubError {
        error(code, message: connection.map { String(cString: sqlite3_errmsg($0)) } ?? "no details")
    }

    static func error(_ code: Int32, message: String) -> HubError {
        switch code & 0xFF {
        case SQLITE_FULL:
            HubError(
                .storageFull, "The disk of the hub's data folder is full (\(message)).",
                remedy:
                    "Free some space. Nothing was acknowledged that is not stored; agents keep their changes and try again by themselves.")
        case SQLITE_BUSY, SQLITE_LOCKED:
            HubError(
                .storageBusy, "The hub's database is locked by another process (\(message)).",
                remedy: "Close what has `hub.db` open (a backup tool, a shell); requests are tried again by themselves.")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            HubError(
                .storageFailed, "The hub's database is damaged (\(message)).",
                remedy: "Stop the hub, keep the folder as it is, and restore the last backup: agents send again what it lacks.")
        default:
            HubError(
                .storageFailed, "The hub's database could not be read or written: \(message) (SQLite code \(code)).",
                remedy: "Check the disk and the rights on the data folder, then start the hub again.")
        }
    }

    /// Runs `body` and turns the engine's own errors into the hub's.
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as DatabaseError { throw self.error(error) }
    }

    static func translatingAsync<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as DatabaseError { throw self.error(error) }
    }

    static func error(_ error: DatabaseError) -> HubError {
        self.error(error.extendedResultCode.rawValue, message: error.message ?? "no details")
    }
}
