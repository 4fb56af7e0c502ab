import Causality
import Console
import HubRuntime
import Profiles
import Serving

/// The console's page of how good the data is.
extension HubRoutes {
    var qualityRoutes: [HubRoute] {
        [
            HubRoute(.get, "/quality", .console(.viewer)) { try await qualityPage($0) },
            HubRoute(.post, "/quality/refresh", .console(.operator), bodyBytesMax: Self.formBytesMax) { call in
                try hub.beginQuality(now: call.now)
                call.logger.notice("records looked through", metadata: ["person": "\(call.principal?.name ?? "")"])
                let asked = Self.qualityEntity(FormBody(call.body))
                return .seeOther("/quality?" + (asked == .customer ? "" : "entity=\(asked.rawValue)&") + "said=quality-begun")
            },
        ]
    }

    /// Customers, where none is named, or another one.
    private static func qualityEntity(_ form: FormBody) -> QualityEntity { form["entity"].flatMap(QualityEntity.init) ?? .customer }

    /// The course over time begins so many days before.
    private static let qualityDays: UInt64 = 366

    private func qualityPage(_ call: HubCall) async throws -> Reply {
        let asked = FormBody(queryOf: call)
        let question = QualityQuestion(
            entity: Self.qualityEntity(asked), site: asked["site"], field: asked["field"], page: asked["page"].flatMap(Int.init) ?? 1)
        let since = Timestamp(milliseconds: call.now.milliseconds - min(call.now.milliseconds, Self.qualityDays * 86_400_000))
        async let standing = hub.qualityStanding()
        async let days = qualityDays(of: question.site, question.entity, since: since)
        async let quarantine = hub.quarantineGroups(now: call.now)
        let open = try await hub.openConflicts(now: call.now)
        let known = KnownQuality(
            standing: try await standing, days: try await days, quarantine: try await quarantine,
            proposed: open.byKind[.proposedLink] ?? 0)
        return .page(console.quality(known, question, for: try await visitor(call, open: open)))
    }

    /// None of a site that is not known: the page says so in its own way.
    private func qualityDays(of site: String?, _ entity: QualityEntity, since time: Timestamp) async throws -> [QualityDay] {
        do { return try await hub.qualityDays(of: site, entity, since: time) } catch let error as HubError where error.code == .unknownSite
        {
            return []
        }
    }
}
