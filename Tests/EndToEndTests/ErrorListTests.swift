import Foundation
import Testing

/// `protocol/errors.md` is what people search for a code in; so every code of every error type stands there or in the
/// mapping reference that it points to.
struct ErrorListTests {
    @Test("every error code of the sources is listed for those who meet it")
    func everyCodeIsListed() throws {
        let listed = try ["protocol/errors.md", "docs/operating/mapping.md"].map { try String(contentsOfFile: $0, encoding: .utf8) }
            .joined()
        let files =
            FileManager.default.enumerator(atPath: "Sources")?.compactMap { $0 as? String }.filter {
                $0.hasSuffix("Error.swift") || $0.hasPrefix("AgentRuntime/") && $0.hasSuffix(".swift")
            } ?? []
        #expect(files.count > 8)
        for file in files.sorted() {
            let before = file.hasSuffix("Error.swift") ? #"case \w+ ="# : "code:"
            let code = try Regex(before + #" "([a-z-]+)""#, as: (Substring, Substring).self)
            let text = try String(contentsOfFile: "Sources/" + file, encoding: .utf8)
            for match in text.matches(of: code) {
                #expect(listed.contains("`\(match.output.1)`"), "\(match.output.1) of \(file) is not listed")
            }
        }
    }
}
