import Testing

@testable import AdminCommand

@Suite("Colours of the command line")
struct ColourTests {
    @Test("colours are for a terminal whose person has not turned them off")
    func terminals() {
        #expect(Colour.on(isTerminal: true, environment: ["TERM": "xterm"]))
        #expect(Colour.on(isTerminal: true, environment: ["NO_COLOR": ""]))
        #expect(!Colour.on(isTerminal: false, environment: ["TERM": "xterm"]))
        #expect(!Colour.on(isTerminal: true, environment: ["NO_COLOR": "1"]))
        #expect(!Colour.on(isTerminal: true, environment: ["TERM": "dumb"]))
    }

    @Test("without colours the text is as it was, and with them nothing of it is lost")
    func text() {
        #expect(Colour.warning("! look", areOn: false) == "! look")
        #expect(Colour.warning("! look", areOn: true) == "\u{1B}[33m! look\u{1B}[0m")
        #expect(Colour.heading("", areOn: true) == "")
    }
}
