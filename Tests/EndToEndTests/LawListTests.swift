import Foundation
import Testing

/// Laws are tests: whoever asks what holds a law finds the tests that bear its number.
struct LawListTests {
    @Test("each of the twelve laws of docs/design.md has tests that bear its number")
    func everyLawIsTested() throws {
        let design = try String(contentsOfFile: "docs/design.md", encoding: .utf8)
        let laws = try #require(design.split(separator: "## Laws").last?.split(separator: "\n## ").first)
            .matches(of: #/\n(\d+)\. /#).compactMap { Int($0.output.1) }
        #expect(laws == Array(1...12))
        var borne: [Int: Int] = [:]
        let files = FileManager.default.enumerator(atPath: "Tests")?.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") } ?? []
        for file in files {
            let text = try String(contentsOfFile: "Tests/" + file, encoding: .utf8)
            for title in text.matches(of: /@Test\(\s*"((?:[^"\\]|\\.)*)"/) {
                for mention in title.output.1.matches(of: /[Ll]aws? ((?:\d+(?:, | and )?)+)/) {
                    for number in mention.output.1.matches(of: /\d+/) { borne[Int(number.output) ?? 0, default: 0] += 1 }
                }
            }
        }
        for law in laws { #expect(borne[law, default: 0] > 0, "no test bears law \(law)") }
    }
}
