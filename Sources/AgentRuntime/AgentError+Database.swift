import GRDB

extension AgentError {
    /// What SQLite said of the agent's own file, in an operator's words.
    init(database error: any Error, file: String) {
        if let known = error as? AgentError {
            self = known
            return
        }
        guard let database = error as? DatabaseError else {
            self.init(.dataFolder, "\(file) could not be used: \(error).", remedy: "Check the disk and the rights of the folder.")
            return
        }
        switch database.resultCode.primaryResultCode {
        case .SQLITE_FULL:
            self.init(.diskFull, "The disk of \(file) is full.", remedy: "Make room; the agent goes on by itself, and nothing is lost.")
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            self.init(
                .dataFolder, "\(file) is damaged.",
                remedy: "Keep a copy, check the disk, and restore the file from a backup; the hub finds out what is missing.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                .dataFolder, "\(file) is locked by another program.", remedy: "Find the program that keeps it locked, for example a backup."
            )
        default:
            self.init(
                .dataFolder, "\(file) could not be used: \(database.message ?? "SQLite error \(database.resultCode.rawValue)").",
                remedy: "Check the disk and the rights of the folder.")
        }
    }
}
