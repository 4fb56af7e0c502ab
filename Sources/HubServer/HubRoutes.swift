import Causality
import HubRuntime

/// Everything that a hub answers: the one route table.
struct HubRoutes: Sendable {
    let hub: Hub
    let metrics: PrometheusMetrics?
    let clock: @Sendable () -> Timestamp

    var all: [HubRoute] { agentRoutes + operatorRoutes + healthRoutes }

    /// What monitoring asks.
    private var healthRoutes: [HubRoute] {
        [
            HubRoute(.get, "/healthz", .anyone) { call in
                struct Health: Encodable { let status = "ok" }
                // Reads the store, so a disk that is gone is seen here.
                _ = try await hub.status(now: call.now)
                return try .json(Health())
            },
            HubRoute(.get, "/metrics", .anyone) { _ in
                HubReply(mediaType: "text/plain; version=0.0.4; charset=utf-8", bytes: Array((metrics?.text() ?? "").utf8))
            },
        ]
    }
}
