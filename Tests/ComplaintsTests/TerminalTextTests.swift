import Foundation
import Testing

@testable import Complaints

@Suite("What a terminal is shown of values from elsewhere")
struct TerminalTextTests {
    @Test("JSON holds no control character that JSON lets stand, and means the same")
    func json() throws {
        let json = "{\"name\": \"\u{9B}2J\u{7F} é 🏬\"}"
        let shown = TerminalText.json(json)
        #expect(shown == #"{"name": "\u009b2J\u007f é 🏬"}"#)
        let names = try [json, shown].map { try JSONDecoder().decode([String: String].self, from: Data($0.utf8)) }
        #expect(names[0] == names[1])
    }

    @Test("a line shows escape codes and line breaks as replacement characters, and keeps every letter")
    func line() {
        #expect(TerminalText.line("Ada\u{1B}[2J\r\n\tLovelace \u{9B}é 🏬") == "Ada\u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}Lovelace \u{FFFD}é 🏬")
    }

    @Test("a complaint that quotes such a value is harmless, too")
    func complaint() {
        let lines = Complaint("No \u{1B}]0;x\u{7}shop.", remedy: "Look\nagain.").lines(program: "tributary")
        #expect(lines == "tributary: No \u{FFFD}]0;x\u{FFFD}shop.\n  Look again.\n")
    }
}
