import ChangeSets
import HubRuntime

@testable import AgentRuntime

/// What must hold at every moment, looked at now and then: it costs more than a look at what is new.
extension World {
    /// Law 12 on the way: wherever a shop's opening has come, the hub shows what that and the movements in its journal come to. What is
    /// held back counts later.
    func watchStock() async throws {
        guard try heldOfShops().isEmpty else { return }
        do {
            for site in sites where !reopened.contains(site.name) {
                for sku in SimulatedTill.skus {
                    let (shown, expected) = try await stock(of: sku, at: site, watch.received)
                    if let expected, shown != expected { fail(Self.wrongStock(sku, site, shown, expected) + ", on the way") }
                }
            }
        } catch let error as HubError where error.isTransient { return }
    }

    /// Law 9 on the way: a shop's view is the hub's of the position that it names, of every shop; no part of a transaction, and nothing of
    /// a later one, is in it. Not where a disk has taken something out of it.
    func watchViews() throws {
        guard healedAt == 0 || !damagesViews else { return }
        for site in sites where !site.hasLostDisk {
            guard let visible = try site.agent.view.cursor().visible, let figures = watch.received.stock.figures(at: visible) else {
                continue
            }
            for sku in SimulatedTill.skus {
                let findings = try site.agent.view.stock(sku: sku).findings
                for place in sites where !reopened.contains(place.name) {
                    guard let expected = figures["\(place.name)/\(sku)"] else { continue }
                    let finding = findings.first { $0.location == place.name }
                    let shown = finding?.document.flatMap { JSONAnswer(bytes: Array($0)).figure?.onHand }
                    guard shown != expected else { continue }
                    fail("view of \(site.label): \(shown ?? -1) of \(sku) at \(place.name), the journal has \(expected) at \(visible)")
                }
            }
            note("view held against the journal", sites.firstIndex { $0 === site })
        }
    }

    /// Law 2 without a receipt: what an agent has sealed is at the hub, also where its till's file has lost it since; and a hub that went
    /// back has again what it had. Left out is what nobody can keep (docs/reliability.md, "Not protected against").
    func sealedViolations(_ received: Received) async throws -> [String] {
        let mayHaveDropped = happened["hub restored from an older backup"] != nil || happened["gap found"] != nil
        guard !mayHaveDropped else { return [] }
        var found: [String] = []
        for site in sites where !site.hasLostDisk {
            found += site.sealedSales.filter { received.sales[$0] == nil }.sorted().map { "lost: sale \($0), which was sealed" }
            if site.isHubBehind, try await !hasHubBack(site) { found.append("the hub has not got back what \(site.label) had sent it") }
        }
        return found
    }
}
