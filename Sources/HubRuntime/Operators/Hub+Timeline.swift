import Causality
import ChangeSets
import Profiles

extension Hub {
    public static let timelineEntriesUsual = 50

    /// A page of what a person did over all channels, the newest first: `{"entries", "next"}`; `nil` when there is no such profile.
    ///
    /// - Parameters:
    ///   - id: the profile's id or a former one.
    ///   - before: `next` of the page before.
    ///   - limit: at most `Timeline.pageMax`.
    /// - Throws: `request-invalid` for a cursor that this hub did not give, or a limit out of bounds.
    public func timeline(
        _ id: String, before cursor: String? = nil, limit: Int = timelineEntriesUsual, now: Timestamp
    ) async throws -> JSONAnswer? {
        guard (1...Timeline.pageMax).contains(limit) else {
            throw HubError(
                .badRequest, "A page of a timeline has 1 to \(Timeline.pageMax) entries.", remedy: "Ask for fewer, and go on by `next`.")
        }
        let place = cursor.flatMap { TimelinePlace($0) }
        guard cursor == nil || place != nil else {
            throw HubError(
                .badRequest, "That is no place in a timeline.", remedy: "Give `next` of the page before, or nothing for the newest entries."
            )
        }
        return try await reading(now) { documents in
            guard let life = ProfileID(id)?.life, let record = documents.standing.record(life),
                let profile = try documents.store.customer(record)?.profile
            else { return nil }
            let members = try documents.store.customers(profile: profile).map(\.record)
            let pager = TimelinePager(
                documents: documents, members: members, tokens: try ProfileTokens(of: profile, members, documents),
                times: place?.times ?? CredibleTimes(now: now))
            return JSONAnswer(bytes: try pager.page(after: place, limit: limit).json())
        }
    }
}
