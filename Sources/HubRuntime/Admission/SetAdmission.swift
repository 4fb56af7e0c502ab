import Causality
import ChangeSets
import Merging
import Mutants

/// Takes one change-set in, change by change: each has its effect, waits, or goes to quarantine (law 5).
struct SetAdmission {
    let batch: Batch
    let generation: ReplicaID

    /// A set whose place in its chain is settled.
    struct Arrival {
        var set: ChangeSet
        var hash: Digest
        var bytes: [UInt8]
        /// Who signed it, and its site; `SourceRow.hubSite` for the hub's own.
        var key: VerifyingKey
        var site: SiteNumber
        var received: Timestamp
        var offsetMilliseconds: Int64
        var ruleVersion = ChangeRules.version

        /// So late it is by both clocks, the hub's and the agent's: a hub whose clock runs years ahead lets nothing go that still holds.
        var agreed: Timestamp {
            min(received, Timestamp(milliseconds: received.milliseconds &+ UInt64(bitPattern: offsetMilliseconds)))
        }
    }

    /// - Throws: only what the store throws: then nothing of the set happened.
    func admit(_ arrival: Arrival) throws {
        let replica = try opened(arrival)
        guard let source = replica.source.flatMap({ batch.standing.source($0) }) else { return }
        batch.current = (replica.number, arrival.set)
        // The hub alone is no second clock. The journal tells both, so a rebuild lets the same go (law 4).
        batch.claimsEndedBy = source.isHub ? nil : arrival.agreed
        let inheritance = Inheritance(of: replica.id, in: batch.standing)
        // A set of an earlier generation of the hub: an agent brought it back (S24).
        let isUndo = source.isHub && replica.id != generation && arrival.set.isUndo
        for (index, change) in arrival.set.changes.enumerated() {
            let dot = arrival.set.dot(at: index)
            let isInBound = batch.bound.admits(
                change.time, arrival: arrival.received, offsetMilliseconds: arrival.offsetMilliseconds, opened: replica.opened)
            try take(
                Candidate(
                    change: inheritance.named(change), dot: dot, replica: replica.number, source: source, inheritance: inheritance,
                    isInBound: isInBound, since: arrival.received, companion: source.isHub ? arrival.set.companion(at: index) : nil,
                    isUndo: isUndo))
        }
        try advance(replica, arrival)
        try Release(admission: self).after(replica.id, from: arrival.set.first, to: arrival.set.last)
        while !batch.decided.isEmpty {
            let (change, dot) = batch.decided.removeFirst()
            try carryOut(change, by: dot)
        }
        try batch.flush()
        try journal(arrival)
    }

    // MARK: the replica

    /// The replica's row; the first set opens it.
    private func opened(_ arrival: Arrival) throws -> ReplicaRow {
        if let known = batch.standing.replica(arrival.set.replica), known.last > 0 { return known }
        guard let opening = arrival.set.opening else { return batch.standing.mention(arrival.set.replica).row }
        let source = try openedSource(opening, arrival)
        if let follows = opening.follows { _ = try batch.number(of: follows.replica) }
        var replica = batch.standing.mention(arrival.set.replica).row
        replica.source = source.number
        replica.follows = opening.follows
        replica.opened = arrival.received
        batch.standing.set(replica)
        try batch.store.put(replica)
        return replica
    }

    private func openedSource(_ opening: ChangeSet.Opening, _ arrival: Arrival) throws -> SourceRow {
        var source =
            batch.standing.source(opening.source)
            ?? SourceRow(
                number: batch.standing.nextSourceNumber, id: opening.source, site: arrival.site, name: opening.name.string,
                agent: nil)
        if let former = source.agent, former != arrival.key, !Mutant.leavesFormerOwner.isOn { try close(source) }
        source.agent = arrival.key
        source.name = opening.name.string
        batch.standing.set(source)
        try batch.store.put(source)
        return source
    }

    /// Another agent took the source over: what the former one sends later goes to quarantine (S16).
    private func close(_ source: SourceRow) throws {
        for var replica in batch.standing.replicas where replica.source == source.number && replica.closedAfter == nil {
            replica.closedAfter = replica.last
            batch.standing.set(replica)
            try batch.store.put(replica)
            try Release(admission: self).afterClosing(replica)
        }
    }

    private func advance(_ replica: ReplicaRow, _ arrival: Arrival) throws {
        guard var row = batch.standing.replica(replica.number) else { return }
        row.last = arrival.set.last
        row.hash = arrival.hash
        row.received = arrival.received
        batch.standing.set(row)
    }

    private func journal(_ arrival: Arrival) throws {
        try batch.extendLine(hash: arrival.hash, generation: generation)
        guard var row = batch.standing.replica(arrival.set.replica) else { return }
        row.position = batch.standing.head.number
        batch.standing.set(row)
        try batch.store.insert(
            JournalRow(
                number: row.position, replica: row.number, first: arrival.set.first, last: arrival.set.last, hash: arrival.hash,
                received: arrival.received, offsetMilliseconds: arrival.offsetMilliseconds, ruleVersion: arrival.ruleVersion,
                agent: arrival.key, bytes: arrival.bytes))
    }

    /// What an operator's decision does besides writing: it lets a quarantined change go, drops it, or has views drawn anew.
    private func carryOut(_ change: Change, by dot: Dot) throws {
        guard let decision = Decision(change) else { return }
        switch decision.choice {
        case .replay: if let held = try held(decision.target) { try replay(held) }
        case .collect:
            // On the line of a restored hub the number that an earlier generation meant is another moment.
            if dot.replica == generation { try Collection(decision.conflict)?.carryOut(in: batch) }
        case .discard:
            guard let held = try held(decision.target) else { return try setIdle(dot) }
            try Release(admission: self).discard(held)
        case .mend:
            guard let held = try held(decision.target) else { return try setIdle(dot) }
            try Release(admission: self).mend(held, without: decision.leftOut)
        case .policy, .safety, .identity: try redraw(decision.choice, decision.conflict)
        case .undo:
            guard let undone = try decision.target.flatMap(batch.recordNumber).flatMap(batch.store.decision) else { return }
            try redraw(undone.choice, undone.conflict)
        default: break
        }
    }

    /// A decision that came back when another had been made counts for nothing: what was admitted stays admitted as it was (S24).
    private func setIdle(_ decision: Dot) throws {
        if let number = try batch.recordNumber(decision) { batch.idle.insert(number) }
    }

    /// An edit of a record that was collected meanwhile finds it again (S7).
    private func replay(_ held: HeldRow) throws {
        if held.code == Judgement.editOfDeleted, !held.record.isEmpty {
            try Collection.revive(RecordID(canonicalBytes: held.record), in: batch)
        }
        try Release(admission: self).replay([held])
    }

    /// What a rule shows otherwise is sent to the sites anew.
    private func redraw(_ choice: Decision.Choice, _ name: String) throws {
        if choice == .policy {
            switch Policies.Name(name)?.entity {
            case "customer": try batch.customers.redrawAll()
            case "order": try batch.orders.redrawAll()
            default: break
            }
        }
        if choice == .identity { batch.customers.rulesChanged() }
        if choice == .safety, let name = SafetyStock.Name(name) { try batch.stock.redraw(name.covers) }
    }

    private func held(_ dot: Dot?) throws -> HeldRow? {
        guard let dot, let replica = batch.standing.number(of: dot.replica) else { return nil }
        return try batch.store.held(replica: replica, counter: dot.counter)
    }

    // MARK: one change

    /// A change on its way to an effect, now or when it is released.
    struct Candidate {
        var change: Change
        var dot: Dot
        var replica: ReplicaNumber
        var source: SourceRow
        var inheritance: Inheritance
        var isInBound: Bool
        var since: Timestamp
        /// Of the hub's: what it waits with.
        var companion: (change: Change, dot: Dot)?
        /// It is of a decision that takes another one back.
        var isUndo = false

        var precedence: Precedence { Precedence(isInBound: isInBound || Mutant.trustsEveryClock.isOn, time: change.time, dot: dot) }
        var record: RecordID? { change.subject?.record(dot: dot, source: source.id) }
    }

    /// Judges the change and gives it its effect, or holds it.
    func take(_ candidate: Candidate) throws {
        switch try Judgement(candidate, batch: batch) {
        case .admit(let number): try apply(candidate, to: number)
        case .hold(let cause, let lacking, let code, let reason):
            if Mutant.badChangeRefusesSet.isOn, cause == .quarantined { throw ChangeSetError(.invalid, reason, remedy: "") }
            try batch.store.put(candidate.held(cause, lacking: lacking, code: code, reason: reason))
            batch.standing.heldCount += 1
            if cause != .waiting { batch.standing.flow.setAside(candidate, at: batch.received) }
        }
    }

    func apply(_ candidate: Candidate, to number: RecordNumber?) throws {
        batch.standing.flow.admitted(candidate, at: batch.received)
        let hasMoved = try hasMoved(candidate)
        if let number, let id = candidate.record {
            if candidate.change.subject?.creates == true {
                batch.begin(number, id, source: candidate.source.number)
            } else if id.entity == "customer" || id.entity == "consent", let record = try batch.record(number) {
                if id.entity == "customer" {
                    try batch.customers.remember(candidate.change, precedence: candidate.precedence, of: number, record)
                }
                try batch.superseded.remember(candidate.change, precedence: candidate.precedence, of: number, record)
            }
            try batch.admit(candidate.change, precedence: candidate.precedence, source: candidate.source.id, into: number)
        }
        if let effect = candidate.change.stock, !hasMoved { try batch.stock.take(effect, precedence: candidate.precedence) }
        if candidate.source.isHub { batch.decided.append((candidate.change, candidate.dot)) }
    }
}

extension SetAdmission.Candidate {
    func held(_ cause: HeldRow.Cause, lacking: Dot?, code: String, reason: String) -> HeldRow {
        HeldRow(
            replica: replica, counter: dot.counter, record: record?.canonicalBytes ?? [], cause: cause, lacking: lacking, code: code,
            reason: reason, isInBound: isInBound, since: since)
    }
}
