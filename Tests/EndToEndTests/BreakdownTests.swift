import Foundation
import Testing

/// The built programs on disks that lose power, fill up, fail, and come back from backups, with a till that knows nothing of it.
/// What must hold is said in Python, by plain SQL and the reference reader of change-sets.
@Suite("Breakdowns of a shop's machine", .serialized)
struct BreakdownTests {
    @Test(
        "the power fails (ext4 shut down without a flush, the till at NORMAL): no sale is lost, doubled or forged, none that was sent taken back",
        .enabled(if: Breakdown.powercuts.canRun), arguments: ["WAL", "DELETE"])
    func powerCuts(journalMode: String) throws {
        try Breakdown.powercuts.check("--cuts", "4", "--journal-mode", journalMode)
    }

    @Test(
        "the agent is killed at random moments and right before its n-th write or sync: no sale is lost, doubled or forged",
        .enabled(if: Breakdown.kills.canRun), arguments: ["WAL", "DELETE"])
    func kills(journalMode: String) throws {
        try Breakdown.kills.check("--kills", "12", "--journal-mode", journalMode)
    }

    @Test(
        "the agent's disk is full, or writes and syncs fail: it says so, keeps what it has, goes on, and the till never notices",
        .enabled(if: Breakdown.diskfaults.canRun))
    func diskFaults() throws {
        try Breakdown.diskfaults.check("--steps", "3")
    }

    @Test("till, folder or machine restored, the folder lost, the machine cloned: every figure at the hub is what happened")
    func restores() throws {
        try Breakdown.restores.check()
    }
}

/// A script of `scripts/breakdown`.
enum Breakdown: String {
    case powercuts, kills, diskfaults, restores

    /// Whether this machine can make such a breakdown happen; the script knows.
    var canRun: Bool { ((try? run("--check"))?.status ?? -1) == 0 }

    func check(_ arguments: String...) throws {
        let done = try run(arguments + ["--programs", RealPrograms.programs.path])
        #expect(done.status == 0, "\(rawValue) \(arguments.joined(separator: " ")):\n\(done.output)")
    }

    private func run(_ arguments: String...) throws -> (status: Int32, output: String) { try run(arguments) }

    private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let log = FileManager.default.temporaryDirectory.appending(path: "tributary-breakdown-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: log) }
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let process = Process()
        process.executableURL = RealPrograms.repository.appending(path: "scripts/breakdown/\(rawValue)")
        process.arguments = arguments
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOf: log, encoding: .utf8))
    }
}
