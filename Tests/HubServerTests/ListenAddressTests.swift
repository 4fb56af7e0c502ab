import Serving
import Testing

@Suite("Where a server listens")
struct ListenAddressTests {
    @Test("a host and a port, written again the same", arguments: ["127.0.0.1:8080", "[::1]:0", "hub.example:65535"])
    func read(text: String) {
        #expect(ListenAddress(text).map { "\($0)" } == text)
    }

    @Test("what is none", arguments: [":80", "hub.example", "hub:65536", "hub:-1", "::1:80", "[]:80", "[[]]:80", "[[::1]]:80", "a]:80"])
    func refused(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
