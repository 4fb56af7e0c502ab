import Causality
import Console
import Foundation
import HubRuntime
import Serving

/// How business goes, as JSON and as a page.
extension HubRoutes {
    var businessRoutes: [HubRoute] {
        [
            HubRoute(.get, "/v1/business", .person(.viewer)) { try .json(try await business($0)) },
            HubRoute(.get, "/business", .console(.viewer)) { try await businessPage($0) },
        ]
    }

    /// Made in a moment where there are some ten thousand purchases; of ten million it is a matter of half a minute.
    private static let patience = (looks: 4, milliseconds: 20)
    private static let looksAgainSeconds = 2
    private static let looksForNewSeconds = 10

    private func businessPage(_ call: HubCall) async throws -> Reply {
        let days = LocalDays(.current, until: call.now)
        for look in 0..<Self.patience.looks {
            if look > 0 { try await Task.sleep(for: .milliseconds(Self.patience.milliseconds)) }
            if let report = try hub.businessIfMade(days, now: call.now) {
                let page = Reply.page(console.business(report, for: try await visitor(call)))
                // An old one stands in for the new one that is being made, and makes room for it by itself.
                return hub.isBusinessInTheMaking ? page.again(afterSeconds: Self.looksForNewSeconds) : page
            }
        }
        return .page(console.businessInTheMaking(for: try await visitor(call))).again(afterSeconds: Self.looksAgainSeconds)
    }

    private func business(_ call: HubCall) async throws -> BusinessReport {
        try await hub.business(LocalDays(.current, until: call.now), now: call.now)
    }
}

extension LocalDays {
    /// The days of a zone, for two months up to a moment, and the day after that.
    init(_ zone: TimeZone, until now: Timestamp) {
        func step(_ date: Date, from: Int64) -> Step { Step(from: from, ahead: Int64(zone.secondsFromGMT(for: date)) * 1_000) }
        let end = Date(timeIntervalSince1970: Double(now.milliseconds) / 1_000 + 86_400)
        var date = end.addingTimeInterval(-Double(2 * BusinessReport.daysShown + 3) * 86_400)
        var steps = [step(date, from: .min)]
        while let next = zone.nextDaylightSavingTimeTransition(after: date), next > date, next <= end {
            steps.append(step(next, from: Int64(next.timeIntervalSince1970 * 1_000)))
            date = next
        }
        self.init(zone: zone.identifier, steps: steps)
    }
}
