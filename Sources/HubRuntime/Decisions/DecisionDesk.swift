import Causality
import ChangeSets
import Profiles

/// Writes decisions in one transaction: each is a change-set of the hub's present generation, journaled and admitted like any other.
///
/// Not a value: what it has written is seen by what it writes next.
final class DecisionDesk {
    private let hub: Hub
    private let store: any HubWriting
    private let now: Timestamp
    /// After all that other generations of the hub have decided as far as it is here, whatever the clock says (law 7).
    private let afterOthers: Timestamp
    private(set) var documents: Documents
    private(set) var standing: Standing

    init(_ hub: Hub, store: any HubWriting, standing: Standing, now: Timestamp) throws {
        self.hub = hub
        self.store = store
        self.standing = standing
        self.now = now
        let others = standing.replicas.filter { replica in
            replica.id != hub.generation.id && replica.source.flatMap { standing.source($0) }?.isHub == true
        }
        afterOthers = others.compactMap(\.received).max()?.advanced(byMilliseconds: 1) ?? now
        documents = try Documents(store: store, standing: standing, now: now)
    }

    func decide(_ finding: Finding, _ resolution: Resolution) throws -> DecisionAnswer {
        var decision = Decision(
            resolution.choice, conflict: finding.answer.id, message: finding.answer.message, fingerprint: finding.answer.fingerprint,
            author: resolution.author, note: resolution.note)
        if case .held(let dot, _) = finding.subject { decision.target = dot }
        if resolution.choice == .mend { return try mend(finding, resolution, decision) }
        let changes = try changes(for: finding, resolution)
        if resolution.choice == .withdraw, case .restored(let dot, let through, _) = finding.subject {
            return try withdraw(after: dot, through: through, decision)
        }
        if case .pair(let pair) = finding.subject { decision.content = LinkPairs(areSame: resolution.choice == .same, [pair]).content }
        return try write(changes, decision)
    }

    /// Several decisions where it is more than one can hold; each can be undone.
    ///
    /// - Returns: the last of them, which also ends the conflict.
    private func withdraw(after dot: Dot, through: UInt64, _ decision: Decision) throws -> DecisionAnswer {
        let removals = try Withdrawal(documents: documents, shared: dot, through: through, time: time).changes()
        var rest = removals[...]
        while true {
            // A single one is written whatever it holds.
            let part = rest.prefix(max(1, Withdrawal.fitting(rest)))
            rest = rest.dropFirst(part.count)
            var one = decision
            one.message += " Withdrawn: \(part.count) records."
            let answer = try write(part.flatMap { $0 }, one)
            if rest.isEmpty { return answer }
        }
    }

    /// What the choice would write.
    func changes(for finding: Finding, _ resolution: Resolution) throws -> [Change] {
        let shown = try shown(resolution) ?? finding.screen
        return try finding.changes(for: resolution, shown: shown, time: time, lineage: standing.lineage)
    }

    /// What the operator's screen showed; `nil` where that is not told.
    ///
    /// - Throws: `request-invalid` where it cannot be read.
    func shown(_ resolution: Resolution) throws(HubError) -> Screen? {
        guard let seen = resolution.seen else { return nil }
        guard let screen = Screen(seen) else {
            throw HubError(
                .badRequest, "What the decision says it has seen cannot be read.", remedy: "Send the conflict's `seen` as it came.")
        }
        return screen
    }

    func undo(_ id: String, author: String, note: String?, role: Role) throws -> DecisionAnswer {
        guard let row = try row(id), let dot = standing.dot(of: row.record) else {
            throw HubError(.notFound, "There is no decision \(id).", remedy: "List them: tributary audit list.")
        }
        guard role >= row.choice.role else {
            throw HubError(
                .undoForbidden, "That was set by an admin, and only an admin takes it back.", remedy: "Ask an admin: tributary audit list.")
        }
        if row.undone != nil || row.choice == .undo {
            throw HubError(
                .decisionSuperseded, row.choice == .undo ? "That is an undo itself." : "That decision was undone already.",
                remedy: "Decide the conflict again: tributary conflict list.")
        }
        guard row.choice != .collect else {
            throw HubError(
                .decisionSuperseded, "Collected records are not brought back at once.",
                remedy: "An edit of one stands in quarantine, and replaying it brings its record back.")
        }
        guard row.choice != .replay, row.choice != .discard else {
            throw HubError(
                .decisionSuperseded, "A change that was replayed or discarded cannot be set aside again.",
                remedy: "It stands in the journal; correct the row at its site.")
        }
        let restored = try Undo(of: dot, documents: documents, time: time).changes()
        guard row.choice != .mend || !restored.isEmpty else {
            throw HubError(
                .decisionSuperseded, "A change that was admitted cannot be set aside again, and nothing was written in its place.",
                remedy: "Correct the row at its site.")
        }
        let decision = Decision(
            .undo, conflict: row.conflict, message: "Undone: \(row.choice.rawValue)", fingerprint: "", author: author, note: note,
            target: dot)
        return try write(restored, decision)
    }

    /// By its dot or as much of that as `audit list` shows, or the latest on a conflict that is not undone.
    private func row(_ id: String) throws -> DecisionRow? {
        if let record = Dot(id).flatMap(standing.record) { return try store.decision(record) }
        var found = try store.decisions(on: id)
        if found.isEmpty {
            found = try store.decisions(limit: Hub.conflictsPerKindMax).reversed().filter { row in
                Finding.short(row.conflict) == id || standing.dot(of: row.record)?.isMeant(by: id) == true
            }
        }
        found = try found.inOrderOfTime(state: documents.state)
        return found.last { $0.choice != .undo && $0.undone == nil } ?? found.last
    }

    // MARK: the hub as a writer

    /// Times of one replica never fall (S10).
    var time: Timestamp { max(now, afterOthers, standing.replica(hub.generation.id)?.received ?? now) }

    func write(_ changes: [Change], _ decision: Decision) throws -> DecisionAnswer {
        let replica = hub.generation.id
        let known = standing.replica(replica)
        let first = (known?.last ?? 0) + 1
        let record = decision.change(counter: first + UInt64(changes.count), time: time)
        let opening = first == 1 ? ChangeSet.Opening(source: SourceID(hub.id), name: "hub", follows: nil) : nil
        let set = ChangeSet(
            replica: replica, first: first, previous: known?.hash ?? .zero, opening: opening, part: .whole(drain: first),
            changes: changes + [record])
        let encoded = try ChangeSetCodec.encode(set, seed: hub.random(ChangeSetCodec.seedByteCount), key: hub.signingKey)
        let arrival = SetAdmission.Arrival(
            set: set, hash: encoded.hash, bytes: encoded.bytes, key: hub.signingKey.publicKey, site: SourceRow.hubSite, received: time,
            offsetMilliseconds: 0)
        let batch = Batch(store: store, standing: standing, sites: documents.sites, received: time, bound: hub.options.clockBound)
        try SetAdmission(batch: batch, generation: replica).admit(arrival)
        standing = batch.standing
        documents = try Documents(store: store, standing: standing, now: now)
        guard let number = standing.record(set.dot(at: changes.count)), let row = try store.decision(number),
            let answer = try DecisionAnswer(row, documents)
        else { throw HubError(.storageFailed, "The decision was not stored.", remedy: "Run `tributary-hub verify`, and report this.") }
        return answer
    }
}

extension DecisionAnswer {
    /// `nil` when its record is gone.
    init?(_ row: DecisionRow, _ documents: Documents) throws {
        guard let state = try documents.state(row.record), let decision = Decision({ state[$0]?.text?.string }) else { return nil }
        var sets = DecodedSets(store: documents.store)
        let set = try sets.set(containing: row.record.counter, of: row.record.replica)
        let undone = try decision.choice == .undo ? decision.target.flatMap { try documents.decision($0) } : nil
        let told = undone ?? decision
        let about =
            try told.choice == .mend
            ? About(mending: told, by: set?.changes ?? [], isUndo: undone != nil, documents) : told.about
        self.init(
            id: state.id.life.description, conflict: row.conflict, choice: row.choice, message: decision.message, author: decision.author,
            note: decision.note, time: UInt64(state["at"]?.integer ?? 0), undoneBy: row.undone.flatMap(documents.standing.dot)?.description,
            values: set?.changes.flatMap(\.decidedValues) ?? [], about: about)
    }
}

extension Documents {
    fileprivate func decision(_ dot: Dot) throws -> Decision? {
        guard let state = try standing.record(dot).flatMap(self.state) else { return nil }
        return Decision { state[$0]?.text?.string }
    }
}

extension Decision {
    /// `nil` for what is about a conflict or a field's policy, and for what is of a newer form; a mended change's is more than it holds.
    fileprivate var about: DecisionAnswer.About? {
        var about = DecisionAnswer.About()
        switch choice {
        case .same, .apart:
            guard let pairs = LinkPairs(of: self), !pairs.pairs.isEmpty else { return nil }
            about.records = Set(pairs.pairs.flatMap { [$0.lower, $0.higher] }).count
            about.areSame = pairs.areSame
        case .safety:
            guard let name = SafetyStock.Name(conflict), let quantity = Int64(fingerprint) else { return nil }
            (about.sku, about.location, about.quantity) = (name.sku, name.location, quantity)
        case .identity:
            guard let rules = LinkRules(json: content ?? "") else { return nil }
            (about.rules, about.kinds) = (Int(rules.version), rules.ranks.map { "\($0.kind)" })
        case .collect:
            guard let records = Int(fingerprint) else { return nil }
            about.records = records
        case .take, .value, .accept, .keep, .delete, .replay, .discard, .mend, .withdraw, .undo, .policy: return nil
        }
        return about
    }
}

extension Change {
    /// What a decision's write sets; nothing of the decision itself.
    var decidedValues: [ValueAnswer] {
        if case .count(let count) = stock { return [.integer(count.quantity)] }
        guard case .write(let subject, let writes) = action, subject.entity != Decision.entity else { return [] }
        return writes.map { ValueAnswer($0.value) }
    }
}
