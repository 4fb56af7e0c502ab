import Testing

@testable import CurlClient

@Suite("Bounds of an answer's header")
struct HeaderBoundTests {
    @Test("Header lines are taken up to the bound; a byte more is given up", arguments: [0, 1])
    func headerBytes(less: Int) async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Long: \(String(repeating: "x", count: 1_000))\r\n\r\n"
        let server = try RawServer { _ in .bytes(Array((head + "ok").utf8)) }
        let limits = TransferLimits(
            connectMilliseconds: 2_000, totalMilliseconds: 5_000, headerBytesMax: head.utf8.count - less)
        let request = HTTPRequest(.get, server.url, limits: limits)
        if less == 0 {
            #expect(try await HTTPConnection().send(request).body == Array("ok".utf8))
        } else {
            let error = await #expect(throws: TransferError.self) { _ = try await HTTPConnection().send(request) }
            #expect(error?.code == .tooLarge)
        }
    }
}
