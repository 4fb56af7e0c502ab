import Console
import HubRuntime
import Serving

/// What was ever written into one field, as a page and for programs.
extension HubRoutes {
    var historyRoutes: [HubRoute] {
        [
            HubRoute(.get, "/v1/history", .person(.viewer)) { call in
                let limit = try call.limit(usual: FieldHistory.writesMax)
                let history = try await history(call, from: call.asked("after"), limit: limit).history
                return try .json(history).following(history.older)
            },
            HubRoute(.get, "/history", .console(.viewer)) { call in
                let place = call.asked("from")
                let (history, record) = try await history(call, from: place)
                return .page(console.history(history, record: record, isLater: place != nil, for: try await visitor(call)))
            },
        ]
    }

    /// Its address names a record by its id and a field by its name: no value stands in it.
    private func history(
        _ call: HubCall, from place: String?, limit: Int = FieldHistory.writesMax
    ) async throws -> (history: FieldHistory, record: String) {
        let (record, field) = (call.asked("record") ?? "", call.asked("field") ?? "")
        guard let history = try await hub.history(of: field, record: record, from: place, limit: limit, now: call.now) else {
            throw HubError(
                .notFound, "There is no such field of such a record.",
                remedy: "Take both from a conflict or a customer; a record that was deleted long ago may be let go.")
        }
        await hub.noteLookUp(.history, "\(record)/\(field)", found: history.writes.count, by: call.principal, now: call.now)
        return (history, record)
    }
}
