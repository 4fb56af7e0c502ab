import Console
import HubRuntime
import Serving

/// What a site and the hub said to each other, as JSON and as a page.
extension HubRoutes {
    var exchangeRoutes: [HubRoute] {
        [
            HubRoute(.get, "/v1/sites/{name}/exchanges", .person(.viewer)) { call in
                let limit = try call.limit(usual: Hub.exchangesUsual)
                return try .page(try await hub.exchanges(of: call.parameter("name"), after: call.asked("after"), limit: limit).rows)
            },
            HubRoute(.get, "/sites/{name}/exchanges", .console(.viewer)) { try await exchangesPage($0) },
        ]
    }

    private static let exchangesShown = 100

    private func exchangesPage(_ call: HubCall) async throws -> Reply {
        let site = try await hub.site(call.parameter("name"), now: call.now)
        let place = call.asked("after")
        let exchanges = try await hub.exchanges(of: site.name, after: place, limit: Self.exchangesShown)
        return .page(console.exchanges(exchanges, of: site, isLater: place != nil, for: try await visitor(call)))
    }
}
