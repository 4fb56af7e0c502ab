import Foundation
import Testing

/// The built programs on disks that lose power, fill up, fail, and come back from backups, with a till that knows nothing of it.
/// What must hold is said in Python, by plain SQL and the reference reader of change-sets.
@Suite("Breakdowns of a shop's machine", .serialized)
struct BreakdownTests {
    @Test(
        "laws 1 and 2: the power fails (ext4 shut down without a flush, the till at NORMAL): no sale is lost, doubled or forged, none that was sent taken back",
        .enabled(if: Breakdown.powercuts.canRun), arguments: ["WAL", "DELETE"])
    func powerCuts(journalMode: String) async throws {
        try await Breakdown.powercuts.check("--cuts", "7", "--journal-mode", journalMode)
    }

    @Test(
        "law 1: the agent is killed at random moments and right before its n-th write or sync: no sale is lost, doubled or forged",
        .enabled(if: Breakdown.kills.canRun), arguments: ["WAL", "DELETE"])
    func kills(journalMode: String) async throws {
        try await Breakdown.kills.check("--kills", "20", "--journal-mode", journalMode)
    }

    @Test("every point at which programs are killed is one that their code names")
    func killPoints() throws {
        let repository = RealPrograms.repository
        func text(_ path: String) throws -> String { try String(contentsOf: repository.appending(path: path), encoding: .utf8) }
        let script = try text("scripts/breakdown/kills")
        let drawn = script.matches(of: /(?s)(?:POINTS|SCENES) = \{(.*?)\}/).map { String($0.output.1) }.joined()
        let points = drawn.matches(of: /"([a-z]+(?:-[a-z]+)+)"/).map(\.output.1)
        let named = try text("Sources/Capture/Checkpoint.swift") + text("Sources/Oddities/KillPoint.swift")
        #expect(points.count >= 20 && points.allSatisfy { named.contains("= \"\($0)\"\n") }, "\(points)")
    }

    @Test(
        "the agent's disk is full, or writes and syncs fail: it says so, keeps what it has, goes on, and the till never notices",
        .enabled(if: Breakdown.diskfaults.canRun))
    func diskFaults() async throws {
        try await Breakdown.diskfaults.check("--steps", "3")
    }

    @Test(
        "law 2: the hub is killed under pushes: what it acknowledged is there before anybody sends it again",
        .enabled(if: Breakdown.kills.canRun))
    func hubKilled() async throws {
        try await Breakdown.kills.check("--who", "hub", "--kills", "10")
    }

    @Test(
        "law 2: the hub's machine loses power under pushes: what it acknowledged is there before anybody sends it again",
        .enabled(if: Breakdown.powercuts.canRun))
    func hubPowerCuts() async throws {
        try await Breakdown.powercuts.check("--who", "hub", "--cuts", "6")
    }

    @Test(
        "laws 1 and 2: one system call fails, of the agent's or the hub's: it goes on or says why, and the next round brings everything",
        .enabled(if: Breakdown.diskfaults.canRun), arguments: ["agent", "hub"])
    func singleCalls(who: String) async throws {
        try await Breakdown.diskfaults.check("--how", "calls", "--who", who, "--steps", "6")
    }

    @Test("law 2: a proxy doubles, cuts, exchanges and invents answers: nothing counts as sent that the hub does not have")
    func proxy() async throws {
        try await Breakdown.proxy.check("--lies", "2", "--storm", "4")
    }

    @Test(
        "a long backlog comes back, is killed on the way, and another shop sells on: everything arrives once, in little memory")
    func backlog() async throws {
        try await Breakdown.backlog.check("--changes", "10000", "--kills", "1")
    }

    @Test(
        "law 1: the line is cut or slow, or the hub stands still: everything arrives once, by itself",
        .enabled(if: Breakdown.network.canRun),
        arguments: ["cut", "slow", "hub-stands"])
    func network(fault: String) async throws {
        try await Breakdown.network.check("--only", fault, "--seconds", "4")
    }

    @Test(
        "law 7: the clock of agent and hub is years off, then corrected: no change is refused, and the last edit is shown",
        .enabled(if: Breakdown.clocks.canRun))
    func clocks() async throws {
        try await Breakdown.clocks.check("--only", "three years ahead")
    }

    @Test(
        "law 3: the till's small disk, or the hub's, fills up: no sale fails because of us, none is lost",
        .enabled(if: Breakdown.smalldisk.canRun), arguments: ["till", "hub"])
    func smallDisk(whose: String) async throws {
        try await Breakdown.smalldisk.check("--only", whose)
    }

    @Test("law 8: till, folder or machine restored, the folder lost, the machine cloned: every figure at the hub is what happened")
    func restores() async throws {
        try await Breakdown.restores.check("--short")
    }
}

/// A script of `scripts/breakdown`.
enum Breakdown: String {
    case powercuts, kills, diskfaults, proxy, network, clocks, smalldisk, restores, backlog

    /// Whether this machine can make such a breakdown happen; the script knows.
    var canRun: Bool {
        let check = process(["--check"], output: .nullDevice)
        guard (try? check.run()) != nil else { return false }
        check.waitUntilExit()
        return check.terminationStatus == 0
    }

    func check(_ arguments: String...) async throws {
        let done = try await run(arguments + ["--programs", RealPrograms.programs.path])
        #expect(done.status == 0, "\(rawValue) \(arguments.joined(separator: " ")):\n\(done.output)")
    }

    /// Waits without holding a thread: the other tests have but two.
    private func run(_ arguments: [String]) async throws -> (status: Int32, output: String) {
        let log = FileManager.default.temporaryDirectory.appending(path: "tributary-breakdown-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: log) }
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let process = process(arguments, output: try FileHandle(forWritingTo: log))
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        return (process.terminationStatus, try String(contentsOf: log, encoding: .utf8))
    }

    private func process(_ arguments: [String], output: FileHandle) -> Process {
        let process = Process()
        process.executableURL = RealPrograms.repository.appending(path: "scripts/breakdown/\(rawValue)")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        return process
    }
}
