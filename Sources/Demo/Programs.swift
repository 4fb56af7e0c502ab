import Foundation

/// The product's own programs, started as anybody would start them: from the folder that this one came from.
struct Programs: Sendable {
    let folder: URL
    /// Standard error of everything that runs on, for whoever asks why.
    let logs: URL

    static let names = ["tributary", "tributary-agent", "tributary-hub"]

    /// - Throws: `DemoError` when one of the programs is not there.
    init(logs: URL) throws {
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        folder = own.deletingLastPathComponent()
        self.logs = logs
        for name in Self.names where !FileManager.default.isExecutableFile(atPath: folder.appending(path: name).path) {
            throw DemoError("\(name) is not in \(folder.path).", remedy: "Build everything first: make demo does.")
        }
    }

    /// Runs a command to its end and gives what it printed.
    ///
    /// - Throws: `DemoError` with the command's own two lines when it exits with anything but 0.
    @discardableResult
    func run(_ program: String, _ arguments: [String]) throws -> String {
        let (status, output, complaint) = try outcome(of: program, arguments)
        guard status == 0 else {
            throw DemoError(
                "\(program) \(arguments.joined(separator: " ")) ended with \(status): \(complaint)",
                remedy: "Its logs are in \(logs.path).")
        }
        return output
    }

    /// Runs a command to its end, however that is.
    func outcome(of program: String, _ arguments: [String]) throws -> (status: Int32, output: String, complaint: String) {
        let process = Process()
        process.executableURL = folder.appending(path: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        // Files in place of pipes: a full pipe nobody reads would stop the command.
        let output = logs.appending(path: "\(program).\(UUID().uuidString).out")
        let complaint = output.deletingPathExtension().appendingPathExtension("err")
        process.standardOutput = try Self.file(output)
        process.standardError = try Self.file(complaint)
        try process.run()
        process.waitUntilExit()
        let texts = [output, complaint].map { (try? String(contentsOf: $0, encoding: .utf8)) ?? "" }
        for file in [output, complaint] { try? FileManager.default.removeItem(at: file) }
        return (process.terminationStatus, texts[0], texts[1].trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Starts a daemon; its output goes to `<name>.log`.
    func start(_ program: String, _ arguments: [String], named name: String, with variables: [String: String] = [:]) throws -> Process {
        let process = Process()
        process.executableURL = folder.appending(path: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
        let log = try Self.file(logs.appending(path: "\(name).log"), append: true)
        process.standardOutput = log
        process.standardError = log
        try process.run()
        return process
    }

    private static func file(_ url: URL, append: Bool = false) throws -> FileHandle {
        if !append || !FileManager.default.fileExists(atPath: url.path) {
            _ = FileManager.default.createFile(atPath: url.path, contents: nil)
        }
        let handle = try FileHandle(forWritingTo: url)
        if append { try handle.seekToEnd() }
        return handle
    }
}

extension Process {
    /// SIGTERM, then patience; SIGKILL only for what does not listen.
    func stop(patienceSeconds: Double = 15) {
        guard isRunning else { return }
        terminate()
        let deadline = Date(timeIntervalSinceNow: patienceSeconds)
        while isRunning, Date() < deadline { usleep(20_000) }
        if isRunning { kill(processIdentifier, SIGKILL) }
        waitUntilExit()
    }
}

/// Why the day could not be played to its end, and what to do about it.
struct DemoError: Error {
    let message: String
    let remedy: String

    init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }
}
