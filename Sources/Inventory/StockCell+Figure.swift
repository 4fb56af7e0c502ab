import Causality
import ChangeSets

extension StockCell {
    /// The figure at a moment.
    ///
    /// - Parameters:
    ///   - now: the hub's clock; reservations end by it.
    ///   - safety: what the operator keeps back, in units of 10⁻⁴.
    ///   - lineage: what each replica follows.
    ///   - standing: what the hub knows of a replica; `nil` leaves it out of the contributors (a former incarnation
    ///     that another one follows, say). Its movements count all the same.
    /// - Throws: `figureOverflows` when a sum does not fit into 64 bits; the cell itself is still exact.
    public func figure(
        now: Timestamp, safety: Int64 = 0, lineage: Lineage, standing: (ReplicaID) -> StockFigure.Standing? = { _ in nil }
    ) throws(InventoryError) -> StockFigure {
        let onHand = try fitting(onHand)
        let reserved = try fitting(reserved(now: now))
        var conflicts = countConflicts(lineage: lineage)
        if onHand < 0 || Int128(onHand) < Int128(reserved) {
            let missing = try fitting(Int128(reserved) - Int128(onHand))
            conflicts.append(.oversold(by: missing, movements: movementsBeyondCount(lineage: lineage)))
        }
        conflicts += try transferConflicts()
        return StockFigure(
            key: key, onHand: onHand, reserved: reserved, inTransit: try fitting(inTransit), safety: safety,
            count: counts.last.map { .init(dot: $0.dot, time: $0.precedence.time, quantity: $0.count.quantity) },
            contributors: contributors(standing), conflicts: conflicts)
    }

    /// Last count + movements its coverage does not include (S31), in as many bits as it takes.
    var onHand: Int128 {
        let moved = tallies.values.reduce(Int128(0)) { $0 + $1.moved }
        guard let shown = counts.last else { return moved }
        return Int128(shown.count.quantity) + moved - shown.included
    }

    func reserved(now: Timestamp) -> Int128 {
        claims.values.reduce(max(anonymousClaims, 0)) { $0 + $1.outstanding(now: now) }
    }

    /// Whether anything is promised for a document; `nil`: for none that is named.
    public func isPromised(for document: Text?, now: Timestamp) -> Bool { promised(for: document, now: now) > 0 }

    /// What is promised for a document, in units of 10⁻⁴; `nil`: for none that is named.
    public func promised(for document: Text?, now: Timestamp) -> Int128 {
        guard let document else { return max(anonymousClaims, 0) }
        return claims[document]?.outstanding(now: now) ?? 0
    }

    var inTransit: Int128 { underway.values.reduce(0) { $0 + max($1, 0) } }

    /// Live counts, the one shown last: what a conflict's screen lists.
    public var liveCounts: [StockFigure.ShownCount] {
        counts.map { .init(dot: $0.dot, time: $0.precedence.time, quantity: $0.count.quantity) }
    }

    /// Which movements a live count contains; `nil` when the count is none of those.
    public func coverage(of count: Dot) -> Count.Coverage? { counts.first { $0.dot == count }?.count.coverage }

    // MARK: conflicts

    private func countConflicts(lineage: Lineage) -> [StockConflict] {
        var conflicts: [StockConflict] = []
        if counts.count > 1 { conflicts.append(.concurrentCounts(counts.map(\.dot))) }
        for entry in counts where entry.count.coverage == .chain && !isOpening(entry, in: lineage) {
            let beside = movements(beyond: entry, lineage: lineage) { !lineage.chain(of: $0, contains: entry.dot) }
            if !beside.isEmpty { conflicts.append(.countBesideMovements(count: entry.dot, movements: beside)) }
        }
        return conflicts
    }

    /// Whether the count is the pile's first as far as its writer could know: it replaces none.
    private func isOpening(_ entry: LiveCount, in lineage: Lineage) -> Bool {
        !tallies.contains { replica, tally in
            tally.firstCount > 0 && lineage.chain(of: entry.dot, contains: Dot(replica, tally.firstCount))
        }
    }

    private func movementsBeyondCount(lineage: Lineage) -> [CounterRange] {
        guard let shown = counts.last else {
            return movingReplicas.map { CounterRange(replica: $0.replica, after: 0, through: $0.last) }
        }
        return movements(beyond: shown, lineage: lineage) { _ in true }
    }

    private func movements(beyond entry: LiveCount, lineage: Lineage, where isMeant: (Dot) -> Bool) -> [CounterRange] {
        let included = entry.included(in: lineage)
        return movingReplicas.compactMap { replica, last in
            let range = CounterRange(replica: replica, after: included[replica], through: last)
            return range.after < range.through && isMeant(Dot(replica, last)) ? range : nil
        }
    }

    private var movingReplicas: [(replica: ReplicaID, last: UInt64)] {
        tallies.filter { $0.value.lastMovement > 0 }.map { ($0.key, $0.value.lastMovement) }.sorted { $0.0 < $1.0 }
    }

    private func transferConflicts() throws(InventoryError) -> [StockConflict] {
        var conflicts: [StockConflict] = []
        let named = underway.compactMap { document, quantity in document.map { (document: $0, quantity: quantity) } }
        for (document, quantity) in named.sorted(by: { $0.document < $1.document }) where quantity < 0 {
            conflicts.append(.receivedMoreThanSent(document: document, by: try fitting(-quantity)))
        }
        return conflicts
    }

    // MARK: contributors

    private func contributors(_ standing: (ReplicaID) -> StockFigure.Standing?) -> [StockFigure.Contributor] {
        var bySite: [Text: StockFigure.Contributor] = [:]
        for replica in tallies.keys {
            guard let known = standing(replica) else { continue }
            var contributor = bySite[known.site] ?? .init(site: known.site, lastHeard: known.lastHeard, clock: VectorClock())
            contributor.lastHeard = max(contributor.lastHeard, known.lastHeard)
            contributor.clock.insert(Dot(replica, known.counter))
            bySite[known.site] = contributor
        }
        return bySite.values.sorted { $0.site < $1.site }
    }

    private func fitting(_ sum: Int128) throws(InventoryError) -> Int64 {
        guard let quantity = Int64(exactly: sum) else {
            throw InventoryError(
                .figureOverflows, "The stock of \(key) does not fit into 64 bits.",
                remedy: "Look for a movement with a mistaken quantity in `tributary stock show`, and correct it at its site.")
        }
        return quantity
    }
}
