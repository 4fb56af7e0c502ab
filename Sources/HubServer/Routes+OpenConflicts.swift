import HubRuntime
import Serving

/// What is open, for operators and scripts: whole lists of up to five hundred of a kind, or page by page all there is.
extension HubRoutes {
    var openConflictRoutes: [HubRoute] {
        [
            HubRoute(.get, "/v1/conflicts", .person(.viewer)) { call in
                let kind = try call.asked("kind").map { name in
                    guard let kind = ConflictAnswer.Kind(rawValue: name) else {
                        throw HubError(
                            .badRequest, "\(name) is no kind of conflict.",
                            remedy: "Give one of: \(ConflictAnswer.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
                    }
                    return kind
                }
                let days = try call.asked("days").map { text in
                    guard let days = Int(text), days >= 0 else {
                        throw HubError(.badRequest, "\(text) is no number of days.", remedy: "Give a whole number: 7.")
                    }
                    return days
                }
                let filter = ConflictFilter(
                    kind: kind, site: call.asked("site"), field: call.asked("field"), entity: call.asked("entity"), days: days)
                return try await conflicts(filter, in: try Self.order(call.asked("order")), call)
            },
            HubRoute(.post, "/v1/conflicts/search", .person(.viewer), bodyBytesMax: Self.bodyBytesMax) { call in
                let (filter, part) = (try call.json(ConflictFilter.self), try call.json(Part.self))
                return try await conflicts(filter, in: try Self.order(part.order), limit: part.limit, after: part.after, call)
            },
            HubRoute(.get, "/v1/conflicts/{id}/story", .person(.viewer)) { call in
                let id = try call.parameter("id")
                let story = try await hub.conflictStory(id, now: call.now)
                await noteLook(at: story, of: id, call)
                return try .json(story)
            },
            HubRoute(.get, "/v1/quarantine", .person(.viewer)) { call in
                // Edits of records that are gone are conflicts of a kind of their own, and stand in quarantine, too.
                var filter = ConflictFilter()
                filter.choice = .replay
                return try await conflicts(filter, call)
            },
            HubRoute(.get, "/v1/quarantine/groups", .person(.viewer)) { try .json(try await hub.quarantineGroups(now: $0.now)) },
        ]
    }

    private struct Part: Decodable {
        let limit: Int?
        let after: String?
        let order: String?
    }

    /// As it is named in a query or in a body; by kind where none is.
    private static func order(_ name: String?) throws -> ConflictOrder {
        guard let name else { return .kind }
        guard let order = ConflictOrder(rawValue: name) else {
            throw HubError(
                .badRequest, "\(name) is no order of conflicts.",
                remedy: "Give one of: \(ConflictOrder.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return order
    }

    private func conflicts(_ filter: ConflictFilter, in order: ConflictOrder = .kind, _ call: HubCall) async throws -> Reply {
        let limit = call.asked("limit") == nil ? nil : try call.limit(usual: Hub.conflictsPageMax)
        return try await conflicts(filter, in: order, limit: limit, after: call.asked("after"), call)
    }

    /// Who asks for no page, and no order, gets what was given before there were any.
    private func conflicts(
        _ filter: ConflictFilter, in order: ConflictOrder, limit: Int?, after: String?, _ call: HubCall
    ) async throws -> Reply {
        guard limit != nil || after != nil || order != .kind else {
            let found = try await hub.conflicts(filter, now: call.now)
            await noteConflicts(found, askedFor: filter.id, call)
            return try .json(found)
        }
        let page = try await hub.conflictPage(
            filter, in: order, after: after, limit: limit ?? Hub.conflictsPageMax, now: call.now)
        await noteConflicts(page.conflicts, askedFor: filter.id, call)
        return try .json(page.conflicts).following(page.next).ordered(among: page.among)
    }
}
