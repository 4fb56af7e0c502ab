import Causality
import ChangeSets

extension Hub {
    /// How the hub stands, with what is wrong in plain words.
    public func status(now: Timestamp) async throws -> StatusAnswer {
        let (hub, generation, trouble) = (id.description, generation.id.description, trouble.withLock { $0 })
        let late = commitWatch.lateness
        let health = try await siteHealth(now: now)
        return try await reading(now) { documents in
            let store = documents.store
            let counts = try self.keptCounts.counts(store)
            let received = documents.standing.replicas.compactMap(\.received).max()
            let quarantined = try store.heldCount(.quarantined)
            let stale = try store.staleCount()
            var warnings = trouble.map { ["The last commit failed. \($0.message) \($0.remedy)"] } ?? []
            warnings += late.map { ["\($0.message) \($0.remedy)"] } ?? []
            if quarantined > 0 {
                let told = quarantined == 1 ? "1 change stands" : "\(quarantined) changes stand"
                warnings.append("\(told) in quarantine: `tributary quarantine list`.")
            }
            if stale > 0 { warnings.append("\(stale == 1 ? "1 view is" : "\(stale) views are") behind: `tributary-hub verify`.") }
            if let warning = documents.standing.rulesInForce.warning { warnings.append(warning) }
            if documents.standing.backup == 0 { warnings.append("No verified backup yet: `tributary-hub backup FILE`.") }
            warnings += self.returns.warnings
            warnings += health.warnings
            return StatusAnswer(
                hub: hub, generation: generation, position: documents.standing.head.number, sites: documents.sites.count,
                agents: try store.agents().filter { !$0.isRevoked }.count,
                replicas: documents.standing.replicas.filter { $0.last > 0 }.count, records: counts.records, profiles: counts.profiles,
                stockCells: counts.cells, orders: counts.orders, waiting: try store.heldCount(.waiting), quarantined: quarantined,
                staleViews: stale, lastReceivedAt: received?.milliseconds, lastVerifiedBackup: documents.standing.backup,
                warnings: warnings)
        }
    }

    /// Writes a consistent, checked copy of the store to a new file while the hub goes on, and moves every
    /// receipt's keep-until to what it contains (S25).
    ///
    /// - Returns: number of the position that the backup contains.
    @discardableResult
    public func backUp(to path: String) async throws -> UInt64 {
        let contained = try await store.backUp(to: path)
        try await queue.submit(bytes: 64, to: self) { store, standing, _ in
            guard contained > standing.backup else { return }
            try store.set(.backup, number: contained)
            standing.backup = contained
        }
        return contained
    }
}
