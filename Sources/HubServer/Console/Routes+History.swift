import Console
import HubRuntime
import Serving

/// What was ever written into one field.
extension HubRoutes {
    var historyRoutes: [HubRoute] {
        [HubRoute(.get, "/history", .console(.viewer)) { try await historyPage($0) }]
    }

    /// Its address names a record by its id and a field by its name: no value stands in it.
    private func historyPage(_ call: HubCall) async throws -> Reply {
        let asked = FormBody(queryOf: call)
        let (record, field, place) = (asked["record"] ?? "", asked["field"] ?? "", asked["from"])
        guard let history = try await hub.history(of: field, record: record, from: place, now: call.now) else {
            throw HubError(
                .notFound, "There is no such field of such a record.",
                remedy: "Go there from a conflict or a customer; a record that was deleted long ago may be let go.")
        }
        await hub.noteLookUp(.history, "\(record)/\(field)", found: history.writes.count, by: call.principal, now: call.now)
        return .page(console.history(history, record: record, isLater: place != nil, for: try await visitor(call)))
    }
}
