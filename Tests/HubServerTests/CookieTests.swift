import HTTPTypes
import Testing

@testable import HubServer

@Suite("Cookies, as a browser gives them back")
struct CookieTests {
    private func read(_ line: String) -> Cookies {
        var headers = HTTPFields()
        headers[.cookie] = line
        return Cookies(headers)
    }

    @Test("each is told from the next, whatever another application left beside it")
    func told() {
        let cookies = read("a=1; tributary-session=x=y;tributary-theme=dark; b")
        #expect(cookies[.session] == "x=y" && cookies[.theme] == "dark" && cookies[.language] == nil)
        // A sign that joins what follows it in one character.
        #expect(read("a=\u{600}; tributary-session=x")[.session] == "x")
        #expect(read("a\u{600}=1; tributary-theme=\u{301}; tributary-language=de")[.language] == "de")
    }

    @Test("blanks around a name and a value are no part of it")
    func blanks() {
        let cookies = read("a=1; tributary-session \t= x y\t ;tributary-theme=\u{E9} ; b=2")
        #expect(cookies[.session] == "x y" && cookies[.theme] == "\u{E9}")
    }
}
