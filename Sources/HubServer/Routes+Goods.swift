import Causality
import HubRuntime
import Profiles
import Serving

/// What the console shows of goods, of the data's quality over time, and of how the hub got on, for the command line and programs.
extension HubRoutes {
    var goodsRoutes: [HubRoute] {
        [
            HubRoute(.get, "/v1/stock", .person(.viewer)) { call in
                // As it was typed: an SKU may begin with a blank.
                let after = FormBody(queryOf: call).raw("after")
                let question = StockQuestion(
                    prefix: call.asked("prefix") ?? "", location: call.asked("location"),
                    isOversoldOnly: try call.flag("oversold"), isCountDueOnly: try call.flag("countDue"), after: after.isEmpty ? nil : after
                )
                return try .json(try await hub.stock(question, now: call.now))
            },
            HubRoute(.get, "/v1/stock/{sku}/history", .person(.viewer)) { call in
                let sku = try call.parameter("sku")
                guard let item = try await hub.stockItem(sku: sku, before: call.asked("before"), now: call.now) else {
                    throw HubError(
                        .notFound, "Nobody has moved or counted \(sku).", remedy: "Check the SKU; they are compared letter by letter.")
                }
                return try .json(item)
            },
            HubRoute(.get, "/v1/quality/trend", .person(.viewer)) { call in
                let days = try call.number("days", usual: 366, max: Self.trendDaysMax)
                let since = call.now.less(milliseconds: UInt64(days) * 86_400_000)
                return try .json(try await hub.qualityDays(of: call.asked("site"), try call.qualityEntity(), since: since))
            },
            HubRoute(.get, "/v1/pulses", .person(.viewer)) { call in
                let hours = try call.number("hours", usual: 24, max: Self.pulseHoursMax)
                let pulses = try await hub.pulses(since: call.now.less(milliseconds: UInt64(hours) * 3_600_000))
                return try .json(pulses.map { PulseAnswer($0) })
            },
        ]
    }

    /// So far back the hub keeps them.
    private static let trendDaysMax = 800
    private static let pulseHoursMax = 168
}

private struct PulseAnswer: Encodable {
    let time, changes, lagMedian, lagMax: UInt64
    let conflicts: Int

    init(_ row: PulseRow) {
        (time, changes, lagMedian, lagMax) = (row.at.milliseconds, row.changes, row.lagMedian, row.lagMax)
        conflicts = row.conflicts
    }
}

extension HubCall {
    /// A whole number from 1 on.
    fileprivate func number(_ name: String, usual: Int, max: Int) throws(ServerError) -> Int {
        guard let asked = asked(name) else { return usual }
        guard let number = Int(asked), (1...max).contains(number) else {
            throw ServerError(.badRequest, "\(name) is no whole number from 1 to \(max).", remedy: "Give one: \(name)=\(usual).")
        }
        return number
    }

    /// Customers, where none is named.
    func qualityEntity() throws(ServerError) -> QualityEntity {
        guard let asked = asked("entity") else { return .customer }
        guard let entity = QualityEntity(rawValue: asked) else {
            let known = QualityEntity.allCases.map(\.rawValue).joined(separator: ", ")
            throw ServerError(.badRequest, "The quality of \(asked) is not looked at.", remedy: "Give one of: \(known).")
        }
        return entity
    }

    fileprivate func flag(_ name: String) throws(ServerError) -> Bool {
        switch asked(name) {
        case nil, "false": return false
        case "true": return true
        default: throw ServerError(.badRequest, "\(name) is neither true nor false.", remedy: "Give one of them, or leave it out.")
        }
    }
}

extension Timestamp {
    fileprivate func less(milliseconds amount: UInt64) -> Timestamp { Timestamp(milliseconds: milliseconds - min(milliseconds, amount)) }
}
