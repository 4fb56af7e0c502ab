import ChangeSets
import CurlClient
import Testing

@testable import AgentRuntime

@Suite("When the hub is told what sources map")
struct MappingTellingTests {
    private func report(_ column: String = "mail") -> MappingReport {
        MappingReport(sources: [
            SourceMapping(
                source: String(repeating: "0", count: 32), name: "till",
                tables: [.init(table: "people", entity: "customer", fields: [.init("email", from: column)])])
        ])
    }

    /// Looks at these times, with these columns, and says which looks led to telling.
    private func told(_ looks: [(now: Instant, column: String)], outcome: MappingTelling.Outcome?) -> [Bool] {
        var telling = MappingTelling()
        return looks.map { look in
            let begins = telling.begin(report(look.column), now: look.now)
            if begins, let outcome { telling.end(outcome, now: look.now) }
            return begins
        }
    }

    @Test("at the start, after a change, once a day, and at no other time")
    func told() {
        let day = MappingTelling.everyMilliseconds
        let looks: [(now: Instant, column: String)] = [
            (0, "mail"), (1_000, "mail"), (3_000, "e_mail"), (2_999 + day, "e_mail"), (3_000 + day, "e_mail"),
        ]
        #expect(told(looks, outcome: .told) == [true, false, true, false, true])
    }

    @Test("one telling at a time")
    func once() {
        #expect(told([(0, "mail"), (0, "mail"), (1 << 40, "e_mail")], outcome: nil) == [true, false, false])
    }

    @Test("a hub of an earlier version is asked once, and not again before the next start")
    func refused() {
        for _ in 0..<2 {
            #expect(told([(0, "mail"), (1 << 40, "mail"), (1 << 41, "e_mail")], outcome: .refused) == [true, false, false])
        }
    }

    @Test("where nobody answered it is tried again after minutes, and not before")
    func failed() {
        let retry = MappingTelling.retryMilliseconds
        #expect(told([(0, "mail"), (retry - 1, "mail"), (retry, "mail")], outcome: .failed) == [true, false, true])
    }

    @Test("the answer of a hub that does not know the question is a refusal of it")
    func unknownPath() throws {
        let body = #"{"error":{"code":"path-unknown","message":"m","remedy":"r"}}"#
        let response = HTTPResponse(status: 404, headers: [("content-type", "application/json")], body: Array(body.utf8))
        let hub = try HubAddress("http://127.0.0.1:8080", allowPlainHTTP: false)
        #expect(MappingTelling.Outcome(HubAnswer.failure(response, hub: hub)) == .refused)
        let portal = HTTPResponse(status: 404, headers: [("content-type", "text/html")], body: Array("Welcome".utf8))
        #expect(MappingTelling.Outcome(HubAnswer.failure(portal, hub: hub)) == .failed)
    }

    @Test("only the hub's own refusal ends it: not a portal, a dead line or a busy hub", arguments: LineFailure.Kind.allCases)
    func outcomes(kind: LineFailure.Kind) {
        let outcome = MappingTelling.Outcome(LineFailure(kind, "m", remedy: "r"))
        #expect((outcome == .refused) == [.rejected, .tooLarge].contains(kind) && outcome != .told)
    }
}
