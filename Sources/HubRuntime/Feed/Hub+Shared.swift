import Causality
import ChangeSets

extension Hub {
    /// How far an agent's history of one of its replicas is the hub's, too (S22): `Answer.receipt`, with the counter and the hash of the
    /// first of `ends` that the hub's chain has; counter 0 where it has none of them.
    ///
    /// - Parameter ends: of the agent's sets, the latest first; at most `SetEnd.askedMax`.
    /// - Throws: `bad-request` for another site's replica, or too many ends.
    public func shared(_ replica: ReplicaID, ends: [SetEnd], agent: AgentRecord, now: Timestamp) async throws -> Answer {
        try Self.checkNotRevoked(agent)
        guard ends.count <= SetEnd.askedMax else {
            throw HubError(
                .badRequest, "The question has \(ends.count) ends of change-sets; \(SetEnd.askedMax) are the most.",
                remedy: "Ask about the latest first, then about those before.")
        }
        return try await reading(now) { documents in
            let standing = documents.standing
            var receipt = try self.receipt(replica, standing, documents.store, now)
            (receipt.last, receipt.hash) = (0, .zero)
            guard let row = standing.replica(replica), row.last > 0 else { return .receipt(receipt) }
            guard row.source.flatMap({ standing.source($0)?.site }) == agent.site.number else {
                throw HubError(
                    .badRequest, "Replica \(replica.short) is not one of \(agent.site.name)'s.", remedy: "Ask about an own replica.")
            }
            for end in ends where end.last <= row.last {
                guard let set = try documents.store.journal(containing: end.last, of: row.number) else { break }
                if set.last == end.last, set.hash == end.hash {
                    (receipt.last, receipt.hash) = (end.last, end.hash)
                    break
                }
            }
            return .receipt(receipt)
        }
    }
}
