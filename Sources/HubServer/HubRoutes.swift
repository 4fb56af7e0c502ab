import Serving
import Causality
import Console
import HubRuntime

/// Everything that a hub answers: the one route table.
struct HubRoutes: Sendable {
    let hub: Hub
    let metrics: PrometheusMetrics?
    let console: Console
    let clock: @Sendable () -> Timestamp

    var all: [HubRoute] {
        agentRoutes + operatorRoutes + openConflictRoutes + identityRoutes + peopleRoutes + healthRoutes + consoleRoutes + liveRoutes
            + conflictRoutes + goodsRoutes + customerRoutes + stockRoutes + qualityRoutes + ruleRoutes + sitePageRoutes + businessRoutes
            + flowRoutes + historyRoutes + orderRoutes + teamRoutes + exchangeRoutes
    }

    /// What monitoring asks.
    private var healthRoutes: [HubRoute] {
        [
            HubRoute(.get, "/healthz", .anyone) { _ in
                struct Health: Encodable { let status = "ok" }
                // The smallest question that the store must answer: a disk that is gone is seen here.
                _ = try await hub.agent(hub.signingKey.publicKey)
                if let problem = hub.commitProblem { throw problem }
                return try .json(Health())
            },
            HubRoute(.get, "/metrics", .anyone) { call in
                if let metrics {
                    try await record(hub.siteHealth(now: call.now), in: metrics)
                    metrics.makeRecorder(label: "tributary_commit_age_seconds", dimensions: [], aggregate: false)
                        .record(Double(hub.commitAge) / 1_000)
                }
                return Reply(mediaType: "text/plain; version=0.0.4; charset=utf-8", bytes: Array((metrics?.text() ?? "").utf8))
            },
        ]
    }

    /// Numbers, no names: whoever reads metrics need not know the sites.
    private func record(_ health: SiteHealth, in metrics: PrometheusMetrics) {
        for (label, sites) in [
            ("tributary_sites_stalled", health.stalled), ("tributary_sites_differing", health.differing),
            ("tributary_sites_repaired", health.repaired),
        ] { metrics.makeRecorder(label: label, dimensions: [], aggregate: false).record(Int64(sites.count)) }
    }
}
