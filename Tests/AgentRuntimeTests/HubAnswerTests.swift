import Causality
import ChangeSets
import CurlClient
import Foundation
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("Answers of the line")
struct HubAnswerTests {
    let hubKey = SigningKey()
    let hub: HubAddress
    let nonce = [UInt8](repeating: 7, count: 16)

    init() throws { hub = try HubAddress("http://127.0.0.1:8080", allowPlainHTTP: false) }

    private func read(_ status: Int, _ type: String?, _ body: [UInt8], nonce: [UInt8]? = nil) throws -> Answer {
        let response = HTTPResponse(status: status, headers: type.map { [("content-type", $0)] } ?? [], body: body)
        return try HubAnswer.read(response, nonce: nonce ?? self.nonce, hubKey: hubKey.publicKey, hub: hub)
    }

    private var receipt: Receipt {
        Receipt(
            replica: ReplicaID(high: 1, low: 1), last: 5, hash: .zero,
            position: Position(generation: ReplicaID(high: 1, low: 2), number: 1, line: 1),
            keepUntil: 0, time: Timestamp(milliseconds: 1))
    }

    private func kind(_ status: Int, _ type: String?, _ body: [UInt8]) -> LineFailure.Kind? {
        do {
            _ = try read(status, type, body)
            return nil
        } catch { return (error as? LineFailure)?.kind }
    }

    @Test("a receipt signed for this request is an answer")
    func valid() throws {
        let bytes = try Answer.receipt(receipt).encoded(nonce: nonce, key: hubKey)
        #expect(try read(200, "application/vnd.tributary", bytes) == .receipt(receipt))
    }

    @Test(
        "law 2: nothing but a valid signed answer acknowledges",
        arguments: [
            "<html>Welcome</html>", "{\"ok\":true}", "", "TRAN", "OK", "{\"receipt\":{\"last\":5}}", String(repeating: "A", count: 500),
        ])
    func portals(body: String) {
        for status in [200, 201, 202, 204, 301, 302, 304, 307, 400, 404, 409, 418] {
            for type in ["text/html", "application/json", "application/octet-stream", nil] {
                #expect(kind(status, type, Array(body.utf8)) == .notTheHub)
            }
        }
        #expect(kind(200, "application/vnd.tributary", Array(body.utf8)) == .untrusted)
    }

    @Test("a portal's content type is shown without control characters")
    func controlCharacters() {
        let response = HTTPResponse(status: 200, headers: [("content-type", "text/\u{1B}[2Jhtml\u{7}")], body: [])
        let failure = HubAnswer.notTheHub(response, hub: hub)
        #expect(failure.message.contains("text/ [2jhtml ") && !failure.message.unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test("a true answer of another time, another hub, cut short or with any bit flipped is none")
    func forged() throws {
        let bytes = try Answer.receipt(receipt).encoded(nonce: nonce, key: hubKey)
        let type = "application/vnd.tributary"
        #expect(throws: LineFailure.self) { try read(200, type, bytes, nonce: [UInt8](repeating: 8, count: 16)) }
        #expect(throws: LineFailure.self) { try read(200, type, try Answer.receipt(receipt).encoded(nonce: nonce, key: SigningKey())) }
        for count in stride(from: 0, to: bytes.count, by: 7) { #expect(kind(200, type, Array(bytes.prefix(count))) == .untrusted) }
        for index in bytes.indices {
            var flipped = bytes
            flipped[index] ^= 1 << (index % 8)
            #expect(kind(200, type, flipped) == .untrusted)
        }
    }

    @Test(
        "what the hub says in words decides how long to wait, never what to keep",
        arguments: [
            (401, LineFailure.Kind.unauthorised), (403, .unauthorised), (400, .rejected), (404, .rejected), (409, .rejected),
            (426, .rejected), (413, .tooLarge),
            (408, .busy), (429, .busy), (500, .busy), (503, .busy), (507, .busy),
        ])
    func errors(status: Int, expected: LineFailure.Kind) {
        let body = "{\"error\":{\"code\":\"agent-revoked\",\"message\":\"This agent\\nis revoked.\",\"remedy\":\"Enrol it again.\"}}"
        #expect(kind(status, "application/json", Array(body.utf8)) == expected)
        do { _ = try read(status, "application/json", Array(body.utf8)) } catch {
            #expect((error as? LineFailure)?.message == "This agent is revoked.")
        }
    }

    @Test("a question that the line has doubled is asked anew at once, not looked at in five minutes as a refusal is")
    func doubled() {
        let body = "{\"error\":{\"code\":\"request-repeated\",\"message\":\"Answered before.\",\"remedy\":\"Ask again.\"}}"
        #expect(kind(409, "application/json", Array(body.utf8)) == .unreachable)
    }

    @Test("a push is lengths, little-endian, and bytes")
    func frames() {
        let frames = [
            Outbox.Frame(first: 1, last: 1, bytes: [7, 8]), Outbox.Frame(first: 2, last: 2, bytes: [UInt8](repeating: 1, count: 258)),
        ]
        #expect(Array(HubLine.body(of: frames.map(\.bytes)).prefix(10)) == [2, 0, 0, 0, 7, 8, 2, 1, 0, 0])
        #expect(HubLine.body(of: frames.map(\.bytes)).count == 4 + 2 + 4 + 258)
    }

    @Test("a server that is busy says when to come back")
    func retryAfter() {
        let response = HTTPResponse(status: 503, headers: [("retry-after", "7")], body: [])
        #expect(HubAnswer.failure(response, hub: hub).retryAfterMilliseconds == 7_000)
    }

    @Test(
        "the hub says how many changes a set shall hold; what nobody signed moves that within bounds only",
        arguments: [
            ("250", 250), ("100", 100), ("99", 100), ("0", 100), ("-7", 100), ("10000", 10_000), ("10001", 10_000), ("many", nil),
            ("", nil),
            ("99999999999999999999", nil),
        ])
    func setSize(told: String, size: Int?) {
        let response = HTTPResponse(status: 200, headers: [("tributary-set-changes", told)], body: [])
        #expect(SetSize.asked(by: response) == size)
        #expect(SetSize.asked(by: HTTPResponse(status: 200, headers: [], body: [])) == nil)
    }
}

@Suite("Where the hub is")
struct HubAddressTests {
    @Test(
        "plain http is taken to this machine, or when asked for by name",
        arguments: [
            ("http://127.0.0.1:8080", true), ("http://localhost", true), ("http://[::1]:80", true), ("http://127.9.9.9/", true),
            ("https://hub.example.com", true),
            ("http://10.0.0.1", false), ("http://hub.example.com", false), ("http://127.0.0.1.example.com", false),
            ("http://127.example.com", false),
            ("http://0.0.0.0", false),
        ])
    func plain(address: String, isTaken: Bool) throws {
        if isTaken {
            _ = try HubAddress(address, allowPlainHTTP: false)
        } else {
            let error = #expect(throws: AgentError.self) { try HubAddress(address, allowPlainHTTP: false) }
            #expect(error?.code == .plainHTTP)
        }
        _ = try HubAddress(address, allowPlainHTTP: true)
    }

    @Test(
        "what is no address is refused",
        arguments: ["", "hub", "ftp://x", "http://", "https://u:p@hub", "https://hub/?a=b", "javascript:1"])
    func bad(address: String) {
        let error = #expect(throws: AgentError.self) { try HubAddress(address, allowPlainHTTP: true) }
        #expect(error?.code == .badHubAddress)
    }

    @Test("an address has one form")
    func form() throws {
        #expect(
            try HubAddress("HTTPS://hub.example.com:8443/base/", allowPlainHTTP: false).description == "https://hub.example.com:8443/base")
        #expect(try HubAddress("http://[::1]:80/", allowPlainHTTP: false).description == "http://[::1]:80")
    }
}

@Suite("Enrolment")
struct EnrolmentTests {
    @Test("the key is for its owner only, is made once, and a readable one is refused")
    func keyFile() throws {
        let folder = try TemporaryFolder()
        #expect(try KeyFile.read(in: folder.path) == nil)
        let key = try KeyFile.readOrMake(in: folder.path)
        #expect(try KeyFile.readOrMake(in: folder.path).rawBytes == key.rawBytes)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("agent.key"))[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.file("agent.key"))
        #expect(throws: AgentError.self) { try KeyFile.read(in: folder.path) }
    }

    @Test(
        "only a hub's answer enrols",
        arguments: [
            (200, "text/html", "<html>", AgentError.Code.notTheHub), (200, "application/json", "{\"ok\":true}", .notTheHub),
            (200, "application/json", "{\"site\":\"s\",\"kind\":\"store\",\"hubKey\":\"zz\",\"hub\":\"00\"}", .notTheHub),
            (302, "text/html", "", .notTheHub),
            (401, "application/json", "{\"error\":{\"code\":\"token-used\",\"message\":\"used\",\"remedy\":\"ask\"}}", .tokenRefused),
            (503, "text/html", "", .hubUnreachable),
        ])
    func answers(status: Int, type: String, body: String, code: AgentError.Code) throws {
        let enrolment = Enrolment(hub: try HubAddress("http://127.0.0.1:1", allowPlainHTTP: false), key: SigningKey(), version: "1")
        let response = HTTPResponse(status: status, headers: [("content-type", type)], body: Array(body.utf8))
        let error = #expect(throws: AgentError.self) { try enrolment.read(response, allowsPlainHTTP: false) }
        #expect(error?.code == code)
    }

    @Test("a hub that is not there is said to be so, and the token is not spent")
    func unreachable() async throws {
        let enrolment = Enrolment(hub: try HubAddress("http://127.0.0.1:1", allowPlainHTTP: false), key: SigningKey(), version: "1")
        let error = await #expect(throws: AgentError.self) {
            try await enrolment.run(token: "t", proxy: nil, allowsPlainHTTP: false, now: Timestamp(milliseconds: 1))
        }
        #expect(error?.code == .hubUnreachable)
    }
}
