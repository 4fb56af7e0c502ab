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
        let page = try TimelineQuestion(before: cursor, limit: limit)
        return try await reading(now) { try Self.timeline(id, page, $0) }
    }

    /// A page of the timeline as the hub knew it at a time, or as a site did (`profile(_:asOf:at:)`). Each page takes as long as the first.
    public func timeline(
        _ id: String, before cursor: String? = nil, limit: Int = timelineEntriesUsual, asOf time: Timestamp, at site: String? = nil
    ) async throws -> JSONAnswer? {
        let page = try TimelineQuestion(before: cursor, limit: limit)
        return try await asOf(time, site) { try Self.timeline(id, page, $0) }
    }

    private static func timeline(_ id: String, _ page: TimelineQuestion, _ documents: Documents) throws -> JSONAnswer? {
        guard let life = ProfileID(id)?.life, let record = documents.standing.record(life),
            let profile = try documents.store.customer(record)?.profile
        else { return nil }
        let members = try documents.store.customers(profile: profile).map(\.record)
        let pager = TimelinePager(
            documents: documents, members: members, tokens: try ProfileTokens(of: profile, members, documents),
            times: page.place?.times ?? CredibleTimes(now: documents.now))
        return JSONAnswer(bytes: try pager.page(after: page.place, limit: page.limit).json())
    }
}

/// Which page of a timeline is asked for.
private struct TimelineQuestion {
    let place: TimelinePlace?
    let limit: Int

    init(before cursor: String?, limit: Int) throws(HubError) {
        guard (1...Timeline.pageMax).contains(limit) else {
            throw HubError(
                .badRequest, "A page of a timeline has 1 to \(Timeline.pageMax) entries.", remedy: "Ask for fewer, and go on by `next`.")
        }
        place = cursor.flatMap { TimelinePlace($0) }
        guard cursor == nil || place != nil else {
            throw HubError(
                .badRequest, "That is no place in a timeline.", remedy: "Give `next` of the page before, or nothing for the newest entries."
            )
        }
        self.limit = limit
    }
}
