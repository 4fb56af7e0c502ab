import Capture
import ChangeSets
import Foundation
import GRDB

/// The mapping of one source: the file that the operator named, and its text as it was last in force.
public struct MappingFile: Codable, Hashable, Sendable {
    public var path: String
    public var text: String

    static let bytesMax = 1 << 20

    public static func read(_ path: String) throws -> MappingFile {
        let absolute = URL(fileURLWithPath: (path as NSString).expandingTildeInPath).standardizedFileURL.path
        guard let data = FileManager.default.contents(atPath: absolute) else {
            throw AgentError(
                .configuration, "The mapping \(absolute) cannot be read.", remedy: "Check the path given with --mapping, and its rights.")
        }
        guard data.count <= bytesMax, let text = String(data: data, encoding: .utf8) else {
            throw AgentError(
                .configuration, "\(absolute) is no mapping: too large, or not UTF-8 text.",
                remedy: "Name a YAML file such as those in agent/mappings/.")
        }
        return MappingFile(path: absolute, text: text)
    }

    /// The file as it is now; when it is gone, as it last was.
    public func refreshed() -> MappingFile { (try? Self.read(path)) ?? self }

    /// Reads the mapping and holds it against the application's file.
    ///
    /// - Throws: `MappingError` with every problem and its place, `CaptureError` for the application's file.
    public func checked(against file: String) throws -> CheckedMapping {
        let mapping = try Mapping.parse(yaml: text, file: path)
        return try mapping.checked(against: try SourceLook.schema(of: file))
    }
}

/// A short look at an application's file, before or beside its attachment.
enum SourceLook {
    static let busyTimeoutSeconds = 5.0

    static func schema(of file: String) throws -> SourceSchema {
        guard FileManager.default.fileExists(atPath: file) else {
            throw CaptureError(.noSuchFile, "There is no file \(file).", remedy: "Check the path of the application's database.")
        }
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyTimeoutSeconds)
        configuration.prepareDatabase { db in
            // A good guest neither writes nor checkpoints.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try db.execute(sql: "PRAGMA query_only = 1")
        }
        do {
            let queue = try DatabaseQueue(path: file, configuration: configuration)
            defer { try? queue.close() }
            return try queue.read { db in
                try SourceSchema.read(db) { $0.lowercased().hasPrefix("_tributary") }
            }
        } catch let error as DatabaseError { throw failure(error, file: file) }
    }

    private static func failure(_ error: DatabaseError, file: String) -> CaptureError {
        switch error.resultCode.primaryResultCode {
        case .SQLITE_NOTADB:
            CaptureError(
                .notADatabase, "\(file) is not an SQLite database, or it is encrypted.",
                remedy: "Name the application's database file itself; encrypted files cannot be attached.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            CaptureError(
                .locked, "\(file) is locked by another program.",
                remedy: "Try again when the application is not in the middle of something.")
        case .SQLITE_CANTOPEN:
            CaptureError(
                .noSuchFile, "\(file) cannot be opened.", remedy: "Check that this user may read and write the file and its folder.")
        default:
            CaptureError(
                .failed, "\(file): \(error.message ?? "SQLite error \(error.resultCode.rawValue)").",
                remedy: "Check the file with PRAGMA integrity_check on a copy.")
        }
    }
}
