import Foundation
import Testing

/// The console in a real browser, before a retailer of the built programs. What must hold is said in Python: the browser's driver is.
@Suite("The console in a browser")
struct ConsoleBrowserTests {
    @Test(
        "people sign in, decide, undo, link; every page is whole, accessible, fits a phone; what a till holds is text",
        .enabled(if: BrowserScript.canRun, "Chromium, Selenium or axe-core is missing: see scripts/console/browse --check"),
        .timeLimit(.minutes(20)))
    func browse() async throws {
        let done = try await BrowserScript.run(["--programs", RealPrograms.programs.path])
        #expect(done.status == 0, "\(done.output)")
    }
}

/// `scripts/console/browse`.
private enum BrowserScript {
    /// Whether this machine has a browser to drive; the script knows.
    static var canRun: Bool {
        let check = process(["--check"], output: .nullDevice)
        guard (try? check.run()) != nil else { return false }
        check.waitUntilExit()
        return check.terminationStatus == 0
    }

    /// Waits without holding a thread: the other tests have but two.
    static func run(_ arguments: [String]) async throws -> (status: Int32, output: String) {
        let log = FileManager.default.temporaryDirectory.appending(path: "tributary-browse-\(UUID().uuidString).log")
        defer { try? FileManager.default.removeItem(at: log) }
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let process = process(arguments, output: try FileHandle(forWritingTo: log))
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        return (process.terminationStatus, try String(contentsOf: log, encoding: .utf8))
    }

    private static func process(_ arguments: [String], output: FileHandle) -> Process {
        let process = Process()
        process.executableURL = RealPrograms.repository.appending(path: "scripts/console/browse")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        return process
    }
}
