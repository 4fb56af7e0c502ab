import GRDB

extension SourceSchema {
    /// A short look at an application's file, before or beside its attachment. Writes nothing.
    ///
    /// - Throws: `CaptureError` when there is no such file, it is no database, or it cannot be read.
    public static func read(file: String, settings: CaptureSettings = CaptureSettings()) throws -> SourceSchema {
        let connection = SourceFile(path: file, settings: settings)
        // What was read is read; the connection goes with this call in any case.
        defer { try? connection.rest() }
        return try connection.access { db in
            try db.execute(sql: "PRAGMA query_only = 1")
            return try read(db) { $0.lowercased().hasPrefix("_tributary") }
        }
    }
}
