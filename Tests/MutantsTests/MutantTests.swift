import Foundation
import Testing

@testable import Mutants

@Suite("Mutants")
struct MutantTests {
    @Test("every mutant stands in the table once, with a test that exists, and nothing else does")
    func table() throws {
        let lines = try String(contentsOfFile: "Tests/mutants.tsv", encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        let rows = lines.map { $0.split(separator: "\t").map(String.init) }
        #expect(rows.map { $0[0] } == Mutant.allCases.map(\.rawValue))
        let sources = try Self.testSources()
        for row in rows {
            try #require((3...4).contains(row.count), "\(row)")
            for test in row.dropFirst(2) {
                let place = test.split(separator: /[.\/]/).map(String.init)
                try #require(place.count == 3, "\(test) is no Target.Suite/function")
                let texts = sources.filter { $0.file.hasPrefix(place[0] + "/") && $0.text.contains("\(place[1]) {") }
                #expect(texts.contains { $0.text.contains("func \(place[2])(") }, "there is no test \(test)")
            }
        }
    }

    @Test("each of the twelve laws has mutants")
    func laws() throws {
        let table = try String(contentsOfFile: "Tests/mutants.tsv", encoding: .utf8)
        let borne = table.matches(of: /\tlaws? ((?:\d+(?: and |, )?)+)/).flatMap { $0.output.1.matches(of: /\d+/) }.compactMap {
            Int($0.output)
        }
        #expect(Set(borne) == Set(1...12))
    }

    @Test("a name that no mutant has is an error that names the nearest", arguments: ["answersBeforCommit", "answerBeforeCommits"])
    func typo(name: String) throws {
        #expect(try Mutant.named("answersBeforeCommit") == .answersBeforeCommit)
        let error = #expect(throws: Mutant.Unknown.self) { try Mutant.named(name) }
        #expect(error?.nearest == .answersBeforeCommit)
    }

    private static func testSources() throws -> [(file: String, text: String)] {
        let files = FileManager.default.enumerator(atPath: "Tests")?.compactMap { $0 as? String } ?? []
        return try files.filter { $0.hasSuffix(".swift") }.map { ($0, try String(contentsOfFile: "Tests/" + $0, encoding: .utf8)) }
    }
}
