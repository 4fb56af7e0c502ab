import Console
import HubRuntime
import Serving

/// How data flows from sites into views, as JSON and as a page.
extension HubRoutes {
    var flowRoutes: [HubRoute] {
        [
            HubRoute(.get, "/v1/flow", .person(.viewer)) { call in
                let asked = Self.flowQuestion(call)
                return try .json(try await hub.dataFlow(site: asked.site, entity: asked.entity, now: call.now))
            },
            HubRoute(.get, "/flow", .console(.viewer)) { try await flowPage($0) },
        ]
    }

    private static func flowQuestion(_ call: HubCall) -> FlowQuestion {
        let asked = FormBody(queryOf: call)
        return FlowQuestion(site: asked["site"], entity: asked["entity"])
    }

    private func flowPage(_ call: HubCall) async throws -> Reply {
        let question = Self.flowQuestion(call)
        let flow = try await hub.dataFlow(site: question.site, entity: question.entity, now: call.now)
        // To choose from stands what flows from the site, whatever entity is shown.
        let all = question.entity == nil ? flow : try await hub.dataFlow(site: question.site, countsFields: false, now: call.now)
        return .page(
            console.flow(
                flow, question, sites: try await hub.siteNames(), entities: all.entities.map(\.entity).sorted(),
                for: try await visitor(call)))
    }
}
