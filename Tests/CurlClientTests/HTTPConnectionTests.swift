import Testing

@testable import CurlClient

@Suite("HTTPConnection", .timeLimit(.minutes(10)))
struct HTTPConnectionTests {
    static let quick = TransferLimits(connectMilliseconds: 2_000, totalMilliseconds: 5_000)

    private func failure(_ request: HTTPRequest) async -> TransferError? {
        do {
            _ = try await HTTPConnection().send(request)
            return nil
        } catch { return error as? TransferError }
    }

    @Test("a request arrives whole, and its answer comes back whole")
    func exchange() async throws {
        let server = try RawServer { _ in .ok("{\"a\":1}", type: "application/json; charset=utf-8") }
        let body = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
        let request = HTTPRequest(.post, server.url + "/v1/x", headers: [("Tributary-Agent", "abc")], body: body, limits: Self.quick)
        let response = try await HTTPConnection().send(request)
        #expect(response.status == 200)
        #expect(response.contentType == "application/json")
        #expect(response.body == Array("{\"a\":1}".utf8))
        let seen = try #require(server.requests.first)
        #expect(seen.body == body)
        #expect(seen.head.hasPrefix("POST /v1/x HTTP/1.1"))
        #expect(seen.head.contains("Tributary-Agent: abc"))
        #expect(!seen.head.lowercased().contains("expect:"))
        #expect(!seen.head.lowercased().contains("accept-encoding"))
    }

    @Test("where the system gives no thread, a request fails with a reason, and the program goes on")
    func noThread() async {
        let loop = TransferLoop(settings: .init(proxy: nil, userAgent: "test"), stackBytes: 1 << 50)
        let request = HTTPRequest(.get, "http://127.0.0.1:9", limits: Self.quick)
        let failure = await #expect(throws: TransferError.self) {
            try await withCheckedThrowingContinuation { loop.begin(Transfer(id: loop.reserve(), request: request, continuation: $0)) }
        }
        #expect(failure?.message.contains("thread") == true)
        loop.close()
    }

    @Test("requests share one kept connection")
    func kept() async throws {
        let server = try RawServer { _ in .ok("x") }
        let connection = HTTPConnection()
        for _ in 0..<5 { _ = try await connection.send(HTTPRequest(.post, server.url, body: [1], limits: Self.quick)) }
        #expect(server.requests.count == 5)
        #expect(server.connectionCount == 1)
        connection.reconnect()
        _ = try await connection.send(HTTPRequest(.get, server.url, limits: Self.quick))
        #expect(server.connectionCount == 2)
    }

    @Test("requests asked for at once are answered each with its own answer")
    func queued() async throws {
        let server = try RawServer { .ok(String(decoding: $0.body, as: UTF8.self)) }
        let connection = HTTPConnection()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let body = Array("number \(number)".utf8)
                    return try await connection.send(HTTPRequest(.post, server.url, body: body, limits: Self.quick)).body == body
                }
            }
            for try await isOwn in group { #expect(isOwn) }
        }
        #expect(server.connectionCount == 1)
    }

    @Test("a silent server is given up at the deadline")
    func silent() async throws {
        let server = try RawServer { _ in .silence }
        let limits = TransferLimits(totalMilliseconds: 300)
        #expect(await failure(HTTPRequest(.post, server.url, limits: limits))?.code == .timedOut)
    }

    @Test("an answer larger than the bound is given up while it arrives, whatever its length says")
    func tooLarge() async throws {
        let body = String(repeating: "a", count: 100_000)
        let declared = try RawServer { _ in .ok(body) }
        let chunked = try RawServer { _ in
            let chunk = "2710\r\n" + String(repeating: "a", count: 10_000) + "\r\n"
            return .bytes(
                Array(("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 10) + "0\r\n\r\n").utf8))
        }
        for server in [declared, chunked] {
            var limits = Self.quick
            limits.responseBytesMax = 99_999
            #expect(await failure(HTTPRequest(.get, server.url, limits: limits))?.code == .tooLarge)
            limits.responseBytesMax = 100_000
            let response = try await HTTPConnection().send(HTTPRequest(.get, server.url, limits: limits))
            #expect(response.body.count == 100_000)
        }
    }

    @Test("a flood of header lines is given up")
    func headerFlood() async throws {
        let server = try RawServer { _ in
            .bytes(Array(("HTTP/1.1 200 OK\r\n" + String(repeating: "X-Flood: 1\r\n", count: 10_000) + "\r\n").utf8))
        }
        #expect(await failure(HTTPRequest(.get, server.url, limits: Self.quick))?.code == .tooLarge)
    }

    @Test(
        "what is no whole answer is no answer",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", TransferError.Code.cutShort),
            ("", .cutShort),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc", .cutShort),
            ("SSH-2.0-OpenSSH_9.2\r\n", .notHTTP),
        ])
    func cutShort(bytes: String, code: TransferError.Code) async throws {
        let server = try RawServer { _ in .bytesThenClose(Array(bytes.utf8)) }
        #expect(await failure(HTTPRequest(.post, server.url, body: [1], limits: Self.quick))?.code == code)
    }

    @Test("a cancelled task gets its cancellation at once, and the connection goes on working")
    func cancelled() async throws {
        let server = try RawServer { $0.head.contains("/hang") ? .silence : .ok("fine") }
        let connection = HTTPConnection()
        let task = Task {
            try await connection.send(HTTPRequest(.post, server.url + "/hang", limits: TransferLimits(totalMilliseconds: 50_000)))
        }
        while server.requests.isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        let response = try await connection.send(HTTPRequest(.get, server.url + "/next", limits: Self.quick))
        #expect(response.body == Array("fine".utf8))
    }

    @Test("a request that waits behind another can be cancelled, too")
    func cancelledWhileWaiting() async throws {
        let server = try RawServer { _ in .silence }
        let connection = HTTPConnection()
        let limits = TransferLimits(totalMilliseconds: 50_000)
        let first = Task { try await connection.send(HTTPRequest(.get, server.url, limits: limits)) }
        while server.requests.isEmpty { await Task.yield() }
        let second = Task { try await connection.send(HTTPRequest(.get, server.url, limits: limits)) }
        second.cancel()
        await #expect(throws: CancellationError.self) { _ = try await second.value }
        first.cancel()
        await #expect(throws: CancellationError.self) { _ = try await first.value }
    }

    @Test("redirects are answers like others")
    func redirect() async throws {
        let server = try RawServer { request in
            request.head.contains("/portal")
                ? .ok("portal")
                : .bytes(Array("HTTP/1.1 302 Found\r\nLocation: /portal\r\nContent-Length: 0\r\n\r\n".utf8))
        }
        let response = try await HTTPConnection().send(HTTPRequest(.post, server.url, body: [1], limits: Self.quick))
        #expect(response.status == 302)
        #expect(server.requests.count == 1)
    }

    @Test("another web server's page is a response with its type, for the caller to judge")
    func html() async throws {
        let server = try RawServer { _ in .ok("<html>Welcome</html>", type: "text/html") }
        let response = try await HTTPConnection().send(HTTPRequest(.post, server.url, body: [1], limits: Self.quick))
        #expect(response.status == 200)
        #expect(response.contentType == "text/html")
    }

    @Test("nothing listens there: unreachable")
    func refused() async throws {
        let port = try RawServer { _ in .close }.port  // closed again when this line ends
        let error = await failure(HTTPRequest(.get, "http://127.0.0.1:\(port)/secret?token=x", limits: Self.quick))
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("secret") == false)
    }

    @Test(
        "bad requests are refused before a connection is made",
        arguments: [
            ("file:///etc/passwd", "A", TransferError.Code.badAddress), ("ftp://127.0.0.1/", "A", .badAddress),
            ("http//x", "A", .badAddress),
            ("http://127.0.0.1:1/a b", "A", .badAddress), ("http://127.0.0.1:1/", "A\r\nB: c", .badHeader),
        ])
    func bad(url: String, header: String, code: TransferError.Code) async throws {
        #expect(await failure(HTTPRequest(.get, url, headers: [(header, "v")], limits: Self.quick))?.code == code)
    }
}
