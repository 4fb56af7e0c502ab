import Foundation
import HubTestSupport
import Testing

@testable import HubRuntime
@testable import HubServer

@Suite("What monitoring asks")
struct HealthTests {
    @Test("health is 503 with the reason while commits fail, without a secret and telling none, and ok again after one that works")
    func failing() async throws {
        try await ServedHub.run { hub in
            let failure = HubError(.storageFull, "The disk of /srv/hub/hub.db is full.", remedy: "Free some space.")
            hub.test.hub.trouble.withLock { $0 = failure }
            let failing = try await hub.ask(.get, "/healthz", secret: nil)
            #expect(failing.status == 503 && failing.error["code"] == "storage-full" && failing.header("retry-after") != nil)
            #expect(!String(decoding: failing.body, as: UTF8.self).contains("/srv"))
            _ = try await hub.enrolled("shop")
            #expect(try await hub.ask(.get, "/healthz", secret: nil).status == 200)
        }
    }

    @Test("health is 503 once a commit is under way for more than a minute, and metrics tell for how long")
    func hanging() async throws {
        let clock = SetClock()
        try await ServedHub.run(hub: clock.options) { hub in
            func age() async throws -> String? {
                let text = String(decoding: try await hub.ask(.get, "/metrics", secret: nil).body, as: UTF8.self)
                return text.split(separator: "\n").first { $0.hasPrefix("tributary_commit_age_seconds ") }.map { String($0.dropFirst(29)) }
            }
            let idle = try await age()
            #expect(idle == "0")
            hub.test.hub.commitWatch.begin()
            clock.set(60_000)
            #expect(try await hub.ask(.get, "/healthz", secret: nil).status == 200)
            clock.set(61_500)
            let late = try await hub.ask(.get, "/healthz", secret: nil)
            #expect(late.status == 503 && late.error["code"] == "hub-busy" && late.header("retry-after") != nil)
            let hanging = try await age()
            #expect(hanging == "61.5")
            let refused = try await hub.ask(.post, "/v1/sites", #"{"name":"shop","kind":"store"}"#)
            #expect(refused.status == 503 && refused.error["code"] == "hub-busy")
            hub.test.hub.commitWatch.end()
            #expect(try await hub.ask(.get, "/healthz", secret: nil).status == 200)
        }
    }
}
