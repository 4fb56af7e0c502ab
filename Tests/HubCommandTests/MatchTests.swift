import Complaints
import Foundation
import Profiles
import Testing

@testable import HubCommand

@Suite("A file of customers is matched")
struct MatchTests {
    /// Public labelled sets beside the project; absent ones are skipped.
    private static let data = ["../shared/data", "../../shared/data"].first { FileManager.default.fileExists(atPath: $0) }

    private static func rows(_ file: String) throws -> (fields: [[(field: String, value: String)]], truth: [Int]) {
        let bytes = try #require(data.flatMap { FileManager.default.contents(atPath: "\($0)/\(file)") })
        let table = try DelimitedText([UInt8](bytes), file: file)
        let columns = try PersonColumns(table.header)
        let truth = try #require(columns.truth)
        return (
            table.rows.map { row in columns.fields.map { (field: $0.value.rawValue, value: row[$0.key]) } },
            TruthLabels(table.rows.map { $0[truth] }).people
        )
    }

    @Test(
        "What the standard rules link by themselves is right on every labelled set",
        .enabled(if: MatchTests.data != nil, "the labelled sets are not beside the project"),
        arguments: [("febrl/dataset1.csv", 447.0), ("febrl/dataset3.csv", 5_501), ("fake_1000/fake_1000.csv", 679)])
    func labelled(file: String, right: Double) throws {
        let (fields, truth) = try Self.rows(file)
        let quality = LinkQuality(ExactLinks(fields, sources: fields.map { _ in "" }).people, truth: truth)
        #expect(quality.pairs.precision == 1)
        #expect(quality.pairs.right >= right)
    }

    @Test(
        "AdventureWorks: 10,099 customers on shared phones are linked to nobody, in one shop or spread over fourteen",
        .enabled(if: MatchTests.data != nil, "the data is not beside the project"))
    func sharedPhones() throws {
        func column(_ file: String, _ place: Int) throws -> [String: String] {
            let bytes = try #require(Self.data.flatMap { FileManager.default.contents(atPath: "\($0)/adventureworks/\(file)") })
            var found: [String: String] = [:]
            for row in String(decoding: bytes, as: UTF8.self).components(separatedBy: "&|") {
                let cells = row.components(separatedBy: "+|")
                if cells.count > place { found[cells[0].filter(\.isNumber)] = cells[place] }
            }
            return found
        }
        let (phones, emails) = (try column("PersonPhone.csv", 1), try column("EmailAddress.csv", 2))
        #expect(phones.count == 19_972)
        let customers = phones.keys.sorted()
        let fields = customers.map { [(field: "phone", value: phones[$0] ?? ""), (field: "email", value: emails[$0] ?? "")] }
        #expect(ExactLinks(fields, sources: customers.map { _ in "" }).people.isEmpty)
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

    @Test(
        "A row is read up to so many bytes, whatever it ends with; a longer one is most likely a quote that is never closed",
        arguments: ["x", ",\"x\"", ",\"x\" x"], [0, 1])
    func rowBytes(end: String, more: Int) throws {
        let start = String(repeating: "x", count: DelimitedText.rowBytesMax - end.utf8.count + more)
        let text = (end == "x" ? "a" : "a,b") + "\n\(start)\(end)\n"
        if more == 0 {
            #expect(try DelimitedText(Array(text.utf8), file: "f.csv").rows.count == 1)
        } else {
            let complaint = #expect(throws: Complaint.self) { try DelimitedText(Array(text.utf8), file: "f.csv") }
            #expect(complaint.map { "\($0)" }?.contains("line 2: the row is longer") == true)
        }
    }
}
