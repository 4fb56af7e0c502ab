import AgentRuntime
import HubRuntime

/// Somebody in a shop looks stock up, at the shop's agent alone (S27).
extension World {
    /// Whatever the line does and wherever the view stands, a shop sees what it sold itself and has told: of each SKU there is at most
    /// what the sales leave whose receipts the agent has, over kills and power cuts, too.
    ///
    /// Where something went back, its view may (S27); and once the hub has a backup, agents drop what that holds, which can be before
    /// their view shows it.
    func lookUp(_ index: Int) async throws {
        let site = sites[index]
        guard site.isUndisturbed, hubBackups.isEmpty, !takesStock, !movesGoods else { return }
        do { try site.agent.own.catchUp() } catch  where FaultyDisk.fault(error) != nil {
            note("\(FaultyDisk.fault(error) ?? "") at a look", index)
            return try await restart(index)
        }
        let sold = ledger.acknowledged(at: site.name).compactMap { site.till.everSold[$0] }
        for sku in SimulatedTill.skus {
            guard let shown = try onHand(sku, shownAt: site) else { continue }
            let most = 100 - sold.reduce(0) { $0 + $1[sku, default: 0] }
            if shown > most * 10_000 { fail("\(site.label) shows \(shown) of \(sku), and its acknowledged sales leave \(most) pieces") }
        }
        note("stock looked up", index)
    }

    /// In units of 10⁻⁴, as the shop's people see it; `nil` where nothing is known of it there.
    private func onHand(_ sku: String, shownAt site: Site) throws -> Int64? {
        guard let finding = try site.agent.view.stock(sku: sku).findings.first(where: { $0.location == site.name }) else { return nil }
        let told = finding.document.flatMap { JSONAnswer(bytes: Array($0)).figure?.onHand } ?? 0
        return finding.unsentCount ?? (told + finding.unsentMovement)
    }
}
