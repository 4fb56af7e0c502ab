import Causality
import ChangeSets
import Mutants

extension StockCell {
    /// Takes one effect in.
    ///
    /// - Parameters:
    ///   - effect: an effect whose `keys` name this cell; another changes nothing.
    ///   - precedence: the change's dot and time with the verdict given at its admission.
    ///   - lineage: what each replica follows.
    ///   - history: the movements and claims admitted to this cell before this effect.
    /// - Precondition: the caller drops repeats and has checked the effect with `StockRules`.
    @discardableResult
    public mutating func admit(
        _ effect: StockEffect, precedence: Precedence, lineage: Lineage, history: some StockHistory
    ) throws -> StockOutcome {
        guard effect.keys.contains(key) else { return StockOutcome() }
        var outcome = StockOutcome()
        let dot = precedence.dot
        switch effect {
        case .count(let count):
            outcome.replaced = try admit(count, precedence: precedence, lineage: lineage, history: history)
        case .movement(let movement) where movement.location != key.location:
            expect(movement)
        case .movement(let movement) where movement.kind.isClaim:
            try claim(movement, history: history)
        case .movement(let movement):
            move(movement, dot: dot, lineage: lineage)
        }
        let tally = tallies[dot.replica] ?? Tally()
        tallies[dot.replica, default: Tally()].last = max(tally.last, dot.counter)
        outcome.hasConcurrentCounts = counts.count > 1
        return outcome
    }

    // MARK: movements

    private mutating func move(_ movement: Movement, dot: Dot, lineage: Lineage) {
        let quantity = Int128(movement.quantity)
        if Mutant.lastMovementWins.isOn { for replica in tallies.keys { tallies[replica]?.moved = 0 } }
        tallies[dot.replica, default: Tally()].moved += quantity
        tallies[dot.replica, default: Tally()].lastMovement = max(tallies[dot.replica]?.lastMovement ?? 0, dot.counter)
        for index in counts.indices where counts[index].includes(dot, in: lineage) && !Mutant.lateMovementsCountAgain.isOn {
            counts[index].included += quantity
        }
        if movement.kind == .transferIn { addUnderway(-quantity, document: movement.note) }
    }

    /// Goods that another location sent here.
    private mutating func expect(_ movement: Movement) { addUnderway(-Int128(movement.quantity), document: movement.note) }

    private mutating func addUnderway(_ quantity: Int128, document: Text?) {
        let sum = (underway[document] ?? 0) + quantity
        underway[document] = sum == 0 ? nil : sum
    }

    // MARK: claims

    private mutating func claim(_ movement: Movement, history: some StockHistory) throws {
        guard let document = movement.note else {
            anonymousClaims += Int128(movement.quantity)
            return
        }
        var claim = try claims[document] ?? Claim(try history.claims(on: document))
        claimParts -= claims[document]?.parts.count ?? 0
        claim.add(movement)
        claims[document] = claim.isUsedUp ? nil : claim
        claimParts += claims[document]?.parts.count ?? 0
    }

    // MARK: counts

    private mutating func admit(
        _ count: Count, precedence: Precedence, lineage: Lineage, history: some StockHistory
    ) throws -> [Dot] {
        let dot = precedence.dot
        var entry = LiveCount(precedence: precedence, count: count, included: 0)
        if !isReplaced(dot, in: lineage) {
            entry.included = Mutant.countsForgetMovements.isOn ? 0 : try sum(of: entry.included(in: lineage), history: history)
            let place = counts.firstIndex { precedence < $0.precedence } ?? counts.endIndex
            counts.insert(entry, at: place)
        }
        noteReplacing(entry, in: lineage)
        let firstCount = tallies[dot.replica]?.firstCount ?? 0
        tallies[dot.replica, default: Tally()].firstCount = firstCount == 0 ? dot.counter : min(firstCount, dot.counter)
        var gone = counts.map(\.dot).filter { isReplaced($0, in: lineage) }
        if Mutant.latestCountWins.isOn { gone = counts.dropLast().map(\.dot) }
        counts.removeAll { gone.contains($0.dot) }
        return gone
    }

    /// Whether an admitted count replaces the count `dot`.
    private func isReplaced(_ dot: Dot, in lineage: Lineage) -> Bool {
        replacedByClocks.contains(dot) || chainTops.contains { lineage.chain(of: $0, contains: dot) }
    }

    private mutating func noteReplacing(_ entry: LiveCount, in lineage: Lineage) {
        switch entry.count.coverage {
        case .clocks(var replaced, _):
            // A count that claims to replace itself, or what its writer had yet to write, replaces up to itself.
            let own = entry.dot
            if replaced.contains(own) { replaced[own.replica] = own.counter - 1 }
            replacedByClocks.merge(replaced)
        case .chain:
            guard !chainTops.contains(where: { lineage.chain(of: $0, contains: entry.dot) }) else { return }
            chainTops.removeAll { lineage.chain(of: entry.dot, contains: $0) }
            let place = chainTops.firstIndex { entry.dot < $0 } ?? chainTops.endIndex
            chainTops.insert(entry.dot, at: place)
        }
    }

    /// Sum of the movements here that `clock` contains.
    private func sum(of clock: VectorClock, history: some StockHistory) throws -> Int128 {
        var sum: Int128 = 0
        for (replica, tally) in tallies where tally.lastMovement > 0 {
            let limit = clock[replica]
            if limit >= tally.lastMovement {
                sum += tally.moved
            } else if limit > 0 {
                sum += try history.moved(upTo: Dot(replica, limit))
            }
        }
        return sum
    }
}

extension StockCell.LiveCount {
    func includes(_ movement: Dot, in lineage: Lineage) -> Bool {
        switch count.coverage {
        case .chain: lineage.chain(of: dot, contains: movement)
        case .clocks(_, let included): included.contains(movement)
        }
    }

    /// The movements that the count includes, as a clock.
    func included(in lineage: Lineage) -> VectorClock {
        switch count.coverage {
        case .chain: lineage.clock(upTo: dot)
        case .clocks(_, let included): included
        }
    }
}
