import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary site log shows")
struct SiteLogTests {
    private static let start: UInt64 = 1_700_000_000_000

    private func rows(
        _ kind: String, _ more: String, lasting: UInt64 = 0, requests: Int = 1, outcome: String = ""
    ) throws -> [SiteCommand.Row] {
        var counts = ["sets": 0, "changes": 0, "entries": 0, "bytesIn": 12_345, "bytesOut": 840]
        for pair in more.split(separator: ",") {
            let parts = pair.split(separator: "=")
            counts[String(parts[0])] = Int(parts[1])
        }
        let members = counts.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",")
        let document =
            #"[{"number":1,"agent":"00","at":\#(Self.start),"until":\#(Self.start + lasting),"kind":"\#(kind)","outcome":"\#(outcome)","#
            + #""requests":\#(requests),\#(members)}]"#
        return try JSONDecoder().decode([SiteCommand.Row].self, from: Data(document.utf8))
    }

    private func text(_ kind: String, _ more: String = "", requests: Int = 1, outcome: String = "") throws -> String {
        SiteCommand.text(of: try rows(kind, more, requests: requests, outcome: outcome), widthMax: nil)
    }

    @Test("each row says in plain words what happened, with its size")
    func words() throws {
        let sent = try text("push", "sets=12,changes=60", requests: 8)
        #expect(sent.contains("sent 12 change-sets with 60 changes, in 8 requests") && sent.contains("12 kB") && sent.contains("840 B"))
        #expect(try text("pull", requests: 58).contains("asked 58 times, nothing new"))
        #expect(try text("pull").contains("asked once, nothing new"))
        #expect(try text("pull", "entries=14").contains("was given 14 entries"))
        #expect(try text("pull", "entries=1", requests: 2).contains("was given 1 entry, in 2 requests"))
        #expect(try text("images", "entries=1").contains("fetched 1 record of its own"))
        #expect(try text("push", requests: 3, outcome: "agent-revoked").contains("! push refused: agent-revoked, 3 times"))
        #expect(try text("later\\u001b[2J").contains("later\u{FFFD}[2J"))
    }

    @Test("a silence stands between the rows, with a start of the hub in it")
    func silence() throws {
        let silent = try text("pull", "silentMilliseconds=7800000")
        #expect(silent.contains("silent for 2 h 10 min") && !silent.contains("started"))
        #expect(try text("pull", "silentMilliseconds=349200000,hubStartedAt=1").contains("silent for 4 days 1 h; the hub was started"))
        #expect(try !text("pull").contains("silent"))
    }

    @Test("a span of time names its day once, both where there are two, and fits a terminal")
    func spans() throws {
        func span(_ lasting: UInt64) throws -> String { try rows("pull", "", lasting: lasting)[0].span }
        #expect(try span(0) == "2023-11-14 22:13Z" && span(5 * 60_000) == "2023-11-14 22:13-22:18Z")
        #expect(try span(2 * 3_600_000) == "2023-11-14 22:13Z - 2023-11-15 00:13Z")
        let narrow = SiteCommand.text(of: try rows("push", "sets=1000000,changes=1000000", requests: 1_000), widthMax: 70)
        #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 70 })
    }

    @Test("without any row it is said what to look at")
    func nothing() { #expect(SiteCommand.text(of: [], widthMax: nil).contains("tributary site show")) }

    @Test("bytes are told in thousands")
    func bytes() {
        #expect(
            [0, 999, 1_000, 999_999, 1_000_000, 3_450_000].map(Readable.bytes) == ["0 B", "999 B", "1 kB", "1000 kB", "1 MB", "3.4 MB"])
    }
}
