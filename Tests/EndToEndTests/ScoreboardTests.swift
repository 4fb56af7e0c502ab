import Foundation
import Testing

/// What docs/reliability.md says was tried comes from runs, not from a pen.
@Suite("The scoreboard", .enabled(if: Python.isHere, "python3 is not on this machine"))
struct ScoreboardTests {
    private let programs: RealPrograms
    private let page: String
    private let ledger: String

    init() throws {
        programs = try RealPrograms()
        (page, ledger) = (programs.path("page.md"), programs.path("runs.tsv"))
        let docs = RealPrograms.repository.appending(path: "docs")
        try FileManager.default.copyItem(atPath: docs.appending(path: "reliability.md").path, toPath: page)
        try FileManager.default.copyItem(atPath: docs.appending(path: "reliability/runs.tsv").path, toPath: ledger)
    }

    /// On copies, so that no test writes what is committed.
    private func scoreboard(_ arguments: String...) throws -> RealPrograms.Outcome {
        let script = RealPrograms.repository.appending(path: "scripts/scoreboard").path
        return try programs.run(path: script, arguments, environment: ["LEDGER": ledger, "PAGE": page])
    }

    @Test("docs/reliability.md is what its ledger gives")
    func pageIsGenerated() throws {
        let checked = try scoreboard("--check")
        #expect(checked.status == 0, "\(checked.complaint)")
    }

    @Test("a run that is added changes the page, which says so until it is written anew")
    func rowChangesPage() throws {
        try #require(try scoreboard("add", "what=kills", "part=agent", "command=scripts/breakdown/kills", "amount=7").status == 0)
        let stale = try scoreboard("--check")
        #expect(stale.status == 1 && stale.complaint.contains("Run scripts/scoreboard, and commit both."))
        #expect(try scoreboard().status == 0)
        #expect(try scoreboard("--check").status == 0)
    }

    @Test("a figure written by hand is found")
    func handWritten() throws {
        let text = try String(contentsOfFile: page, encoding: .utf8)
        let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| power cuts") })
        try text.replacing(row, with: "| power cuts | 1,000,000 | 0 |").write(toFile: page, atomically: true, encoding: .utf8)
        #expect(try scoreboard("--check").status == 1)
    }

    @Test(
        "what is no run is refused, and the ledger stays as it was",
        arguments: [
            ["what=miracles", "amount=1"], ["what=kills", "amount=many"], ["what=kills", "amount=1", "failed=2"],
            ["what=kills", "amount=3", "failed=1", "lost=2"], ["what=kills"], ["what=kills", "amount=1", "colour=red"],
            ["what=kills", "amount=1", "code=main"], ["what=kills", "amount=1", "code=6ad57f"],
        ])
    func refused(cells: [String]) throws {
        let before = try String(contentsOfFile: ledger, encoding: .utf8)
        let script = RealPrograms.repository.appending(path: "scripts/scoreboard").path
        let refused = try programs.run(path: script, ["add", "command=true"] + cells, environment: ["LEDGER": ledger])
        #expect(refused.status == 1 && refused.complaint.hasPrefix("scoreboard: "), "\(refused.complaint)")
        #expect(try String(contentsOfFile: ledger, encoding: .utf8) == before)
    }

    @Test("a row of a commit that this repository has not is refused, unless it is too shallow a copy to tell, or no repository at all")
    func unknownCommit() throws {
        let git = ["git", "-C", RealPrograms.repository.path, "rev-parse", "--is-shallow-repository"]
        let isWhole = try programs.run(path: "/usr/bin/env", git, environment: [:]).output == "false\n"
        for code in ["0000000", "0000000-dirty"] {
            let added = try scoreboard("add", "what=kills", "command=true", "amount=1", "code=\(code)")
            #expect(added.status == (isWhole ? 1 : 0), "\(added.complaint)")
            if isWhole { #expect(added.complaint.contains("has no commit \(code)")) }
        }
    }

    @Test("the last whole run under the thread sanitizer is told, and one of some suites is not; a row adds to no sum")
    func threads() throws {
        func add(_ cells: String...) throws {
            let script = RealPrograms.repository.appending(path: "scripts/scoreboard").path
            let row = ["add", "what=threads", "command=make threads"] + cells
            try #require(try programs.run(path: script, row, environment: ["LEDGER": ledger, "PAGE": page]).status == 0)
        }
        try add("part=all", "amount=700", "failed=2", "note=and tests failed")
        try add("part=all", "amount=901")
        try add("part=some", "amount=7")
        #expect(try scoreboard().status == 0)
        let text = try String(contentsOfFile: page, encoding: .utf8)
        #expect(text.contains(": 901 tests, races of 0 kinds reported.") && !text.contains("races of 2 kinds"))
        #expect(text.contains("| tests under the thread sanitizer (`make threads`) | 901 |"))
    }

    @Test("no row tells where a machine keeps its files")
    func withoutPaths() throws {
        let note = "note=waited for /tmp/tributary-kills-x1/disk/agent.db: 3 of 4"
        try #require(try scoreboard("add", "what=kills", "command=true", "amount=1", note).status == 0)
        let text = try String(contentsOfFile: ledger, encoding: .utf8)
        #expect(text.hasSuffix("\twaited for agent.db: 3 of 4\n"), "\(text.suffix(200))")
    }
}

enum Python {
    static let isHere = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .contains { FileManager.default.isExecutableFile(atPath: "\($0)/python3") }
}
