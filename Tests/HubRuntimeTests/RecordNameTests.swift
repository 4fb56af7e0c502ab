import Causality
import HubRuntime
import HubTestSupport
import Testing

@Suite("Names of records, as somebody gives them")
struct RecordNameTests {
    @Test("a name whose counter is beyond any names nobody, whatever record has its lower digits")
    func beyondCounters() async throws {
        var shop = try await Shop()
        let life = shop.till.nextDot
        try await shop.tell([Make.customer(1, email: "ann@example.com", name: "Ann Lee", at: shop.bench.now)])
        let (hub, now) = (shop.bench.hub, shop.bench.now)
        func isKnown(_ counter: UInt64) async throws -> [Bool] {
            let (id, dot) = ("p\(life.replica)-\(counter)", Dot(life.replica, counter))
            return [
                try await hub.profile(id, now: now) != nil, try await hub.timeline(id, now: now) != nil,
                try await hub.explain(record: dot, now: now) != nil,
                try await hub.history(of: "email", record: "\(dot)", from: nil, limit: 1, now: now) != nil,
                try await !hub.profiles(.id(id), after: nil, limit: 1, now: now).isEmpty,
            ]
        }
        #expect(try await isKnown(life.counter).allSatisfy { $0 })
        #expect(try await !isKnown(RecordNumber.counterMax).contains(true))
        #expect(try await !isKnown(RecordNumber.counterMax + 1 + life.counter).contains(true))
    }
}
