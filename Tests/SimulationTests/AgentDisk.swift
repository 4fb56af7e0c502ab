import Capture
import GRDB

extension AgentDatabase {
    /// Lets the file grow no further: 0; `nil`: as it likes.
    func setPagesMax(_ pages: Int?) throws {
        try queue.inDatabase { try $0.execute(sql: "PRAGMA max_page_count = \(pages.map { max($0, 1) } ?? 1_073_741_823)") }
    }

    static func isFull(_ error: any Error) -> Bool {
        if let error = error as? CaptureError { return error.code == .agentDiskFull }
        return (error as? DatabaseError)?.resultCode == .SQLITE_FULL
    }
}
