import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubServer
import HubTestSupport
import Testing

@Suite("The trail")
struct TrailTests {
    /// A customer's phone that two sites wrote, and a pile that is oversold.
    private static func trouble(_ bench: TestHub) async throws {
        let (web, depot) = (try await bench.enrol("web", kind: .web), try await bench.enrol("depot", kind: .warehouse))
        var (shop, store) = (TestWriter("shop", seed: 1, key: web.key), TestWriter("wms", seed: 2, key: depot.key))
        let ann = shop.nextDot
        try await bench.push(
            [
                try shop.seal([
                    Make.write("customer", 1, [("name", "Ann Wye"), ("phone", "+442079460001")], at: bench.now),
                    Make.write("customer", 1, [("phone", "+442079460002")], life: ann, at: bench.now, context: .named([ann])),
                    Make.movement("BOOT-42", "web", pieces: -2, at: bench.now),
                ])
            ], from: web)
        let other = Make.write(
            "customer", 1, [("phone", "+442079460003")], life: ann, source: shop.source, at: bench.now, context: .named([ann]))
        try await bench.push([try store.seal([other])], from: depot)
    }

    private static func lines(_ hub: ServedHub) async throws -> [String] {
        try await hub.test.hub.lookUps().reversed().map { "\($0.who): \($0.what.rawValue) \($0.subject)" }
    }

    @Test("what programs are shown of customers leaves a line, as at the console; goods leave none")
    func programs() async throws {
        try await ServedHub.run { hub in
            try await Self.trouble(hub.test)
            let conflict = try #require(try await hub.test.hub.conflicts(ConflictFilter(kind: .concurrentWrites), now: TestHub.start).first)
            #expect(conflict.about.profile != nil)
            for path in ["/v1/conflicts?kind=oversell", "/v1/quarantine", "/v1/quarantine/groups", "/v1/decisions"] {
                #expect(try await hub.ask(.get, path).status == 200, "\(path)")
            }
            #expect(try await Self.lines(hub) == [])
            #expect(try await hub.ask(.get, "/v1/conflicts?limit=5").status == 200)
            #expect(try await hub.ask(.get, "/v1/conflicts").status == 200)
            #expect(try await hub.ask(.post, "/v1/conflicts/search", #"{"id":"\#(conflict.short)"}"#).status == 200)
            #expect(try await Self.lines(hub) == ["hub.secret: search conflicts", "hub.secret: conflict \(conflict.id)"])
            let take = Resolution(.take, side: "web", seen: conflict.seen, author: "ben")
            _ = try await hub.test.hub.resolve(conflict.id, take, now: TestHub.start)
            #expect(try await hub.ask(.get, "/v1/decisions").status == 200)
            #expect(try await Self.lines(hub).last == "hub.secret: search decisions")
        }
    }
}
