import Capture
import GRDB

extension AgentError {
    /// The same; `nil` for what is not SQLite's.
    public init?(storage error: any Error) {
        guard let error = error as? DatabaseError else { return nil }
        self.init(database: error, file: "The agent's file")
    }

    /// What SQLite said of the agent's own file, in an operator's words.
    init(database error: any Error, file: String) {
        if let known = error as? AgentError {
            self = known
            return
        }
        guard error is DatabaseError, let known = CaptureError.ofAgentFile(error, file: file) as? CaptureError else {
            self.init(.dataFolder, "\(file) could not be used: \(error).", remedy: "Check the disk and the rights of the folder.")
            return
        }
        self.init(known.code == .agentDiskFull ? .diskFull : .dataFolder, known.message, remedy: known.remedy)
    }
}
