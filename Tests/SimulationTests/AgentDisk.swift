import Capture
import GRDB

extension AgentDatabase {
    /// Lets the file grow no further, until somebody makes room and the agent is started again: the limit is the connection's.
    func fill() throws { try queue.inDatabase { try $0.execute(sql: "PRAGMA max_page_count = 1") } }

    static func isFull(_ error: any Error) -> Bool {
        if let error = error as? CaptureError { return error.code == .agentDiskFull }
        return (error as? DatabaseError)?.resultCode == .SQLITE_FULL
    }
}
