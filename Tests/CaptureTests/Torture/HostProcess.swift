import Foundation

/// The application beside the agent: a process of its own (`Tests/TillProcess`) that runs one statement after the other.
final class HostProcess {
    /// What the application is told about a statement.
    struct Answer: Equatable {
        /// 0, or SQLite's extended result code.
        var code: Int
        var changes: Int
        /// With what triggers, the agent's among them, changed besides.
        var changesInAll: Int
        var rowid: Int64
        var isInTransaction: Bool
        /// Values in the letters of `TillProcess`.
        var rows: [[String]]
        var message: String

        var isOK: Bool { code == 0 }
        var isConstraint: Bool { code & 0xFF == 19 }
        var isBusy: Bool { code & 0xFF == 5 }
    }

    struct Gone: Error, CustomStringConvertible {
        var description: String
    }

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var unread: [UInt8] = []

    private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "TillProcess")
    /// Far more than any statement takes: a process that does not answer must not keep the tests waiting for ever.
    private static let answerMillisecondsMax: Int32 = 60_000
    /// A killed process leaves a pipe behind; writing to it is an error here, and not the end of the tests.
    private static let pipesAreIgnored: Void = { signal(SIGPIPE, SIG_IGN) }()

    init(file: String) throws {
        _ = Self.pipesAreIgnored
        process.executableURL = Self.program
        let file = URL(filePath: file)
        process.arguments = [file.lastPathComponent]
        process.currentDirectoryURL = file.deletingLastPathComponent()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    deinit { end() }

    /// Runs a statement and waits for what the application is told.
    @discardableResult
    func run(_ sql: String) throws -> Answer {
        try send(sql)
        return try answer()
    }

    /// Runs a statement without waiting.
    func send(_ sql: String) throws {
        var line = Array(sql.replacing("\n", with: " ").utf8) + [UInt8(ascii: "\n")]
        while !line.isEmpty {
            let count = write(input.fileHandleForWriting.fileDescriptor, line, line.count)
            guard count > 0 else { throw Gone(description: "TillProcess takes no more statements.") }
            line.removeFirst(count)
        }
    }

    private func answer() throws -> Answer {
        let parts = try line().split(separator: "\t", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, let number = Int(parts[1]), let inAll = Int(parts[2]), let rowid = Int64(parts[3]) else {
            throw Gone(description: "TillProcess said \(parts).")
        }
        let isOK = parts[0] == "ok"
        let rows = isOK ? parts[5].split(separator: ";").map { $0.split(separator: ",").map(String.init) } : []
        return Answer(
            code: isOK ? 0 : number, changes: isOK ? number : 0, changesInAll: inAll, rowid: rowid, isInTransaction: parts[4] == "1",
            rows: rows,
            message: isOK ? "" : parts[5])
    }

    private func line() throws -> String {
        let descriptor = output.fileHandleForReading.fileDescriptor
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeFirst(end + 1) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, Self.answerMillisecondsMax) > 0 else { throw Gone(description: "TillProcess does not answer.") }
            let count = read(descriptor, &bytes, bytes.count)
            guard count > 0 else { throw Gone(description: "TillProcess has ended.") }
            unread += bytes[..<count]
        }
    }

    // MARK: Its end

    /// kill -9, at whatever it is doing.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Closes its connection in the ordinary way.
    func end() {
        guard process.isRunning else { return }
        try? send(".end")
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
