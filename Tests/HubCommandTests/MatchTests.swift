import Complaints
import Foundation
import Profiles
import Testing

@testable import HubCommand

@Suite("A file of customers is matched")
struct MatchTests {
    /// Public labelled sets beside the project; absent ones are skipped.
    private static let data = ["../shared/data", "../../shared/data"].first { FileManager.default.fileExists(atPath: $0) }

    private static func report(_ file: String) throws -> MatchReport? {
        guard let data, let bytes = FileManager.default.contents(atPath: "\(data)/\(file)") else { return nil }
        let table = try DelimitedText([UInt8](bytes), file: file)
        return MatchReport(table, try PersonColumns(table.header))
    }

    private static func quality(_ report: MatchReport, bitsMin: Double = MatchThreshold.proposal) throws -> LinkQuality {
        LinkQuality(report.evaluation.people(bitsMin: bitsMin), truth: try #require(report.evaluation.truth))
    }

    @Test(
        "Labelled sets reach their pair F1, with no label used in learning; what links by itself is right",
        .enabled(if: MatchTests.data != nil, "the labelled sets are not beside the project"),
        arguments: [("febrl/dataset1.csv", 0.995), ("febrl/dataset3.csv", 0.995), ("fake_1000/fake_1000.csv", 0.84)])
    func labelled(file: String, floor: Double) throws {
        let report = try #require(try Self.report(file))
        #expect(try Self.quality(report).pairs.f1 >= floor)
        #expect(try Self.quality(report, bitsMin: MatchThreshold.automatic).pairs.precision == 1)
        let exact = LinkQuality(report.exact.people, truth: try #require(report.evaluation.truth))
        #expect(exact.pairs.precision == 1 && exact.pairs.right >= 450)
    }

    @Test("The whole report says what was taken, the figures, and what was missed")
    func wholeReport() throws {
        let lines =
            ["id,first_name,surname,dob,cluster"]
            + (0..<40).map { "\($0),Anna\($0 % 7),Smith\($0),19\(50 + $0)-03-1\($0 % 9),\($0)" } + ["40,Ann,Smith5,1955-03-15,5"]
        let table = try DelimitedText(Array(lines.joined(separator: "\n").utf8), file: "people.csv")
        let report = MatchReport(table, try PersonColumns(table.header))
        let text = report.text(bitsMin: MatchThreshold.proposal, sweeps: true, examplesMax: 2)
        for part in ["41 rows.", "surname = last name", "Who is who: cluster", "linked by rules", "pairs were missed", "pairs are wrong"] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test("Rows are read by RFC 4180, whatever delimiter the header has")
    func rows() throws {
        let cases: [(String, [[String]])] = [
            ("a,b\n1,2\n", [["1", "2"]]), ("a;b\r\n\"1;\"\"x\"\"\";2\r\n", [["1;\"x\"", "2"]]), ("a\tb\n\t\n", [["", ""]]),
            ("\u{FEFF}a,b\n\"line\nbreak\",2", [["line\nbreak", "2"]]), ("a, b\n1, \"2,3\"\n\n", [["1", "2,3"]]),
        ]
        for (text, rows) in cases { #expect(try DelimitedText(Array(text.utf8), file: "f").rows == rows, "\(text)") }
    }

    @Test("A file that cannot be read is refused with its line and what to do")
    func refusals() {
        for (text, part) in [
            ("", "no header"), ("a,b\n1\n", "line 2"), ("a,b\n1,\"2\n", "never closed"), ("x,y\n1,2\n", "known"),
        ] {
            do {
                let table = try DelimitedText(Array(text.utf8), file: "f.csv")
                _ = try PersonColumns(table.header)
                Issue.record("\(text) was taken")
            } catch { #expect("\(error)".contains(part), "\(error)") }
        }
    }
}
