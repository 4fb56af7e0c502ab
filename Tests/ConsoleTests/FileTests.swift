import Foundation
import Testing

@testable import Console

@Suite("The console's files")
struct FileTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../hub/console")
        .standardizedFileURL

    @Test("what is built in is what stands in hub/console, file by file: scripts/console-files was run")
    func builtIn() throws {
        let paths = try #require(FileManager.default.enumerator(atPath: Self.folder.path))
        var names: Set<String> = []
        for case let path as String in paths where path != "README.md" {
            var isFolder: ObjCBool = false
            let whole = Self.folder.appending(path: path)
            guard FileManager.default.fileExists(atPath: whole.path, isDirectory: &isFolder), !isFolder.boolValue else { continue }
            names.insert(path)
            #expect(ConsoleFile.all[path]?.bytes == [UInt8](try Data(contentsOf: whole)), "\(path)")
        }
        #expect(names == Set(ConsoleFile.all.keys))
    }

    @Test("each language has the words of the other, with the same places to put something in")
    func languages() throws {
        let english = try Strings(.english, files: ConsoleFile.all)
        let german = try Strings(.german, files: ConsoleFile.all)
        #expect(english.names.symmetricDifference(german.names) == [])
        for name in english.names {
            #expect(places(english[name]) == places(german[name]), "\(name)")
            #expect(!german[name].isEmpty && !english[name].isEmpty, "\(name)")
        }
    }

    private func places(_ text: String) -> Set<String> {
        // How many stands in many words, and not in every form of them.
        Set(text.matches(of: /\{([a-z]+)\}/).map { String($0.1) }).subtracting(["n"])
    }

    @Test("every word that a template asks for is there, and none is asked for by a name of two levels")
    func words() throws {
        let english = try Strings(.english, files: ConsoleFile.all)
        for (name, file) in ConsoleFile.all where name.hasSuffix(".mustache") {
            let text = String(decoding: file.bytes, as: UTF8.self)
            for match in text.matches(of: /\{\{[#^]?s\.([^}]*)\}\}/) {
                #expect(english.has(String(match.1)), "\(name) asks for \(match.1)")
            }
        }
    }

    @Test("no template carries a script, a style, or a post form without its token")
    func templates() {
        for (name, file) in ConsoleFile.all where name.hasSuffix(".mustache") {
            let text = String(decoding: file.bytes, as: UTF8.self)
            #expect(!text.contains("<style") && !text.contains(" style=") && !text.contains(" onclick"), "\(name)")
            #expect(text.matches(of: /<script(?! src="\{\{frame\.script\}\}" defer)/).isEmpty, "\(name)")
            for form in text.matches(of: /<form(.*?)<\/form>/.dotMatchesNewlines()) {
                let form = String(form.0)
                guard form.contains("method=\"post\""), !form.contains("action=\"/sign-in\"") else { continue }
                #expect(form.contains(#"name="form" value="{{form}}""#), "\(name): \(form.prefix(120))")
            }
            // Only drawings of ours are taken as they are.
            for match in text.matches(of: /\{\{\{([^}]*)\}\}\}/) {
                #expect(
                    [".svg", "svg", "drawing", ".drawing", "chart", ".chart", "graph", ".graph"].contains(String(match.1)),
                    "\(name): \(match.1)")
            }
        }
    }
}

@Suite("What is shown is shown as text")
struct EscapingTests {
    @Test(
        "no character of data begins a tag, ends an attribute or begins an entity",
        arguments: [
            "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "' onfocus='alert(1)", "&lt;script&gt;", "</title><script>",
            // As one character with what follows, a quotation mark is another one.
            "\"\u{301} onmouseover=alert(1) x=", "<\u{338}script>", "'\u{20DD} onfocus=alert(1) x=", "&\u{301}lt;", "\0\u{1}\u{7F}",
        ])
    func escaped(payload: String) {
        let escaped = EscapedText.escaped(payload)
        for scalar in ["<", ">", "\"", "'", "\0", "\u{1}", "\u{7F}"] as [Unicode.Scalar] {
            #expect(!escaped.unicodeScalars.contains(scalar), "\(escaped)")
        }
        for match in escaped.unicodeScalars.indices where escaped.unicodeScalars[match] == "&" {
            let rest = String(escaped.unicodeScalars[match...])
            #expect(["&lt;", "&gt;", "&amp;", "&quot;", "&#39;"].contains { rest.unicodeScalars.starts(with: $0.unicodeScalars) })
        }
    }

    @Test("templates escape by our rule, their parts and what they are laid into as well")
    func templates() throws {
        let payload = "\"\u{301}><script>alert(1)</script>"
        let console = try Console()
        let visitor = Visitor(
            name: payload, role: .admin, formToken: "ab", language: .english, theme: nil, zone: .gmt, now: 1_800_000_000_000, path: payload,
            said: payload)
        let page = String(decoding: console.message(code: payload, message: payload, remedy: payload, for: visitor), as: UTF8.self)
        #expect(!page.unicodeScalars.elementsEqual("".unicodeScalars))
        #expect(!page.contains("<script>alert"))
        #expect(!String(page.unicodeScalars.filter { $0 != "\u{301}" }).contains("\"><script>alert"))
    }
}
