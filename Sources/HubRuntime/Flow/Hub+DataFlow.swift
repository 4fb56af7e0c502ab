import Causality
import ChangeSets

extension Hub {
    /// How data flows from sites into views, of one site and one entity where they are named.
    ///
    /// - Parameter countsFields: `false` where nobody is shown what came of each field.
    /// - Throws: `site-unknown`.
    public func dataFlow(
        site: String? = nil, entity: String? = nil, countsFields: Bool = true, now: Timestamp
    ) async throws -> DataFlow {
        try await reading(now) { documents in
            var chosen: SiteNumber?
            if let site {
                guard let row = documents.sites.first(where: { Text($0.name) == Text(site) }) else { throw Self.unknownSite(site) }
                chosen = row.number
            }
            var count = try FlowCount(documents, past: self.flowPast, site: chosen, entity: entity) { self.notes.note($0)?.asked }
            var flow = try count.flow(countsFields: countsFields)
            (flow.site, flow.entity) = (site, entity)
            return flow
        }
    }
}
