import Foundation
import GRDBSQLite
import Testing

/// The built programs, run as anybody would run them, in a folder of the test's own.
final class RealPrograms: Sendable {
    let folder: URL
    static let programs = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tributary-end-to-end-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    struct Outcome {
        let status: Int32
        let output: String
        let complaint: String
        var complaintLines: [Substring] { complaint.split(separator: "\n") }
    }

    @discardableResult
    func run(
        _ program: String, _ arguments: String..., environment: [String: String] = [:], input: String? = nil
    ) throws -> Outcome {
        try run(program, all: arguments, environment: environment, input: input)
    }

    func run(_ program: String, all arguments: [String], environment: [String: String] = [:], input: String? = nil) throws -> Outcome {
        try run(path: Self.programs.appending(path: program).path, arguments, environment: environment, input: input)
    }

    /// Any program of the machine.
    func run(path: String, _ arguments: [String], environment: [String: String] = [:], input: String? = nil) throws -> Outcome {
        let process = Self.process(path, arguments, environment)
        if let input {
            let file = folder.appending(path: UUID().uuidString)
            try input.write(to: file, atomically: true, encoding: .utf8)
            process.standardInput = try FileHandle(forReadingFrom: file)
        }
        let (output, complaint) = (folder.appending(path: UUID().uuidString), folder.appending(path: UUID().uuidString))
        process.standardOutput = try Self.file(output)
        process.standardError = try Self.file(complaint)
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
            complaint: try String(contentsOf: complaint, encoding: .utf8))
    }

    /// Starts a daemon; whoever starts it stops it.
    func start(_ program: String, _ arguments: String...) throws -> Process {
        try start(program, arguments, log: folder.appending(path: "\(program)-\(UUID().uuidString).log"))
    }

    private func start(_ program: String, _ arguments: [String], log: URL) throws -> Process {
        let process = Self.process(Self.programs.appending(path: program).path, arguments, [:])
        let log = try Self.file(log)
        process.standardOutput = log
        process.standardError = log
        try process.run()
        return process
    }

    /// Starts an agent and waits until it says so: before that, a signal ends it as it ends any program.
    func startAgent(_ folder: String) async throws -> Process {
        let log = self.folder.appending(path: "agent-\(UUID().uuidString).log")
        let process = try start("tributary-agent", ["run", "--data", folder], log: log)
        try #require(try await eventually { try String(contentsOf: log, encoding: .utf8).contains("agent started") })
        return process
    }

    private static func process(_ path: String, _ arguments: [String], _ environment: [String: String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        // Nothing of the developer's own settings.
        let own = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("TRIBUTARY_") }
        process.environment = own.merging(environment) { $1 }
        return process
    }

    private static func file(_ url: URL) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: url.path, contents: nil)
        return try FileHandle(forWritingTo: url)
    }

    // MARK: a hub

    /// Makes and starts a hub in `hub`, and waits until it listens.
    ///
    /// - Parameter folder: another folder than `hub`.
    func startHub(_ folder: String? = nil) async throws -> (process: Process, address: String) {
        try #require(try run("tributary-hub", "init", "--data", folder ?? path("hub")).status == 0)
        return try await serveHub(folder)
    }

    func serveHub(_ folder: String? = nil, listen: String = "127.0.0.1:0") async throws -> (process: Process, address: String) {
        let process = try start("tributary-hub", "serve", "--data", folder ?? path("hub"), "--listen", listen)
        let file = (folder ?? path("hub")) + "/hub.address"
        try #require(try await eventually { FileManager.default.fileExists(atPath: file) })
        let address = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        return (process, address)
    }

    /// Adds a site at the hub and enrols its agent in a folder of the site's name.
    func join(_ site: String, at address: String, kind: String = "store", folder: String? = nil, hub: String? = nil) throws {
        let added = try run("tributary", "site", "add", site, "--kind", kind, "--data", hub ?? path("hub"), "--json")
        let token = (try JSONSerialization.jsonObject(with: Data(added.output.utf8)) as? [String: Any])?["token"] as? String
        let enrolled = try run("tributary-agent", "enroll", "--hub", address, "--token", token ?? "", "--data", folder ?? path(site))
        try #require(enrolled.status == 0, "\(enrolled.complaint)")
    }

    /// The first line of `tributary stock show`: `A1: -3 on hand`.
    func stock(_ sku: String, hub: String? = nil) throws -> String {
        let shown = try run("tributary", "stock", "show", sku, "--data", hub ?? path("hub"))
        return String(shown.output.split(separator: "\n").first ?? "")
    }

    // MARK: a till

    /// Makes a small till's file with the schema of the repository's example.
    func makeTill(_ name: String) throws {
        let schema = Self.repository.appending(path: "agent/mappings/schemas/simple-shop.sql")
        try sql(name, "PRAGMA journal_mode=WAL;" + String(contentsOf: schema, encoding: .utf8))
    }

    /// - Parameter site: the agent's folder, by its name or whole.
    func attach(_ till: String, to site: String) throws {
        let mapping = Self.repository.appending(path: "agent/mappings/simple-shop.yaml").path
        let attached = try run(
            "tributary-agent", "attach", path(till), "--as", "till", "--mapping", mapping, "--data", site.hasPrefix("/") ? site : path(site)
        )
        try #require(attached.status == 0, "\(attached.complaint)")
    }

    func sell(_ till: String, number: String, sku: String, quantity: Int) throws {
        try sql(
            till,
            """
            BEGIN;
            INSERT INTO sales (number, sold_at) VALUES ('\(number)', '2026-11-20 10:00:00');
            INSERT INTO sale_lines (sale_id, sku, quantity, unit_price) VALUES (last_insert_rowid(), '\(sku)', \(quantity), '2.55');
            COMMIT;
            """)
    }

    func sql(_ name: String, _ statements: String) throws {
        var connection: OpaquePointer?
        try #require(sqlite3_open(path(name), &connection) == SQLITE_OK)
        defer { sqlite3_close(connection) }
        sqlite3_busy_timeout(connection, 5000)
        var message: UnsafeMutablePointer<CChar>?
        let code = sqlite3_exec(connection, statements, nil, nil, &message)
        let words = message.map { String(cString: $0) } ?? ""
        sqlite3_free(message)
        try #require(code == SQLITE_OK, "\(words)")
    }

    /// Looks until it is true, for at most half a minute.
    func eventually(_ condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<300 {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }
}

extension Process {
    /// SIGTERM or another signal, and what it ended with; -1 when it did not listen for 30 seconds.
    func endPolitely(_ signal: Int32 = SIGTERM) async throws -> Int32 {
        kill(processIdentifier, signal)
        for _ in 0..<300 where isRunning { try await Task.sleep(for: .milliseconds(100)) }
        guard !isRunning else {
            kill(processIdentifier, SIGKILL)
            return -1
        }
        return terminationReason == .exit ? terminationStatus : -terminationStatus
    }
}
