import ChangeSets
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

    @Test("at the start, after a change, once a day, and at no other time")
    func told() {
        var telling = MappingTelling()
        #expect(telling.begin(report(), now: 0))
        telling.end(.told, now: 1_000)
        #expect(!telling.begin(report(), now: 2_000))
        #expect(telling.begin(report("e_mail"), now: 3_000))
        telling.end(.told, now: 3_000)
        #expect(!telling.begin(report("e_mail"), now: 2_999 + MappingTelling.everyMilliseconds))
        #expect(telling.begin(report("e_mail"), now: 3_000 + MappingTelling.everyMilliseconds))
    }

    @Test("one telling at a time")
    func once() {
        var telling = MappingTelling()
        #expect(telling.begin(report(), now: 0))
        #expect(!telling.begin(report(), now: 0) && !telling.begin(report("e_mail"), now: 1 << 40))
    }

    @Test("a hub of an earlier version is asked once, and not again before the next start")
    func refused() {
        var telling = MappingTelling()
        #expect(telling.begin(report(), now: 0))
        telling.end(.refused, now: 0)
        #expect(!telling.begin(report(), now: 1 << 40) && !telling.begin(report("e_mail"), now: 1 << 40))
        var restarted = MappingTelling()
        #expect(restarted.begin(report(), now: 0))
    }

    @Test("where nobody answered it is tried again after minutes, and not before")
    func failed() {
        var telling = MappingTelling()
        #expect(telling.begin(report(), now: 0))
        telling.end(.failed, now: 0)
        #expect(!telling.begin(report(), now: MappingTelling.retryMilliseconds - 1))
        #expect(telling.begin(report(), now: MappingTelling.retryMilliseconds))
    }

    @Test("only the hub's own refusal ends it: not a portal, a dead line or a busy hub", arguments: LineFailure.Kind.allCases)
    func outcomes(kind: LineFailure.Kind) {
        let outcome = MappingTelling.Outcome(LineFailure(kind, "m", remedy: "r"))
        #expect((outcome == .refused) == [.rejected, .tooLarge].contains(kind) && outcome != .told)
    }
}
