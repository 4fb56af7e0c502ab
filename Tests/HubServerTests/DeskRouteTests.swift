import ChangeSets
import Foundation
import HubRuntime
import HubTestSupport
import Testing

@Suite("The conflict desk for programs")
struct DeskRouteTests {
    @Test("as many conflicts as may be decided at once can be named by their whole ids; one more is refused with a remedy")
    func bulk() async throws {
        try await ServedHub.run { hub in
            let id = "quarantine:\(String(repeating: "0", count: 32)):1000"
            func decide(_ count: Int) async throws -> ServedHub.Answer {
                let ids = Array(repeating: "\"\(id)\"", count: count).joined(separator: ",")
                let body = #"{"filter":{"ids":[\#(ids)]},"rule":"discard","author":"ann","isDryRun":true}"#
                return try await hub.ask(.post, "/v1/conflicts/resolve-all", body)
            }
            let most = try await decide(Hub.conflictsPerKindMax)
            let left = (most.json as? [String: Any])?["left"] as? [[String: Any]]
            #expect(most.status == 200 && left?.count == Hub.conflictsPerKindMax && left?.first?["code"] as? String == "conflict-gone")
            let refused = try await decide(Hub.conflictsPerKindMax + 1)
            #expect(refused.status == 400 && refused.error["remedy"] != nil)
        }
    }
}
