import Causality
import ChangeSets

extension Hub {
    /// Decides one conflict: the hub writes what the choice means, and the decision itself, in one commit.
    ///
    /// - Parameter id: the conflict's id, or the short form of it.
    /// - Throws: `HubError`: `conflict-gone`, `choice-invalid`, `request-invalid`, or a store that cannot write.
    public func resolve(_ id: String, _ resolution: Resolution, now: Timestamp) async throws -> DecisionAnswer {
        try resolution.check()
        let scorer = try await scorer()
        return try await deciding(now) { desk in
            let list = self.conflictList(desk.documents, scorer)
            // Who takes a site's side means the one that is told to be that site's.
            guard let finding = try list.told(try list.open(ConflictFilter(id: id))).first else { throw Finding.gone }
            return try desk.decide(finding, resolution)
        }
    }

    /// Decides all conflicts that a filter finds, by one rule, in one commit; a dry run says what that would do, and does nothing.
    ///
    /// At most `conflictsPerKindMax` of a kind; what the rule does not fit is left, with the reason, and so is what was named and is not open.
    ///
    /// - Throws: `request-invalid` for more ids than `conflictsPerKindMax`.
    public func resolveAll(_ bulk: BulkResolution, now: Timestamp) async throws -> BulkAnswer {
        try Resolution(.accept, author: bulk.author, note: bulk.note).check()
        let named = bulk.filter.ids ?? []
        guard named.count <= Self.conflictsPerKindMax else {
            throw HubError(
                .badRequest, "\(named.count) conflicts are named; at most \(Self.conflictsPerKindMax) are decided at once.",
                remedy: "Name fewer, or say by a filter which are meant.")
        }
        let scorer = try await scorer()
        return try await deciding(now) { desk in
            let list = self.conflictList(desk.documents, scorer)
            var answer = BulkAnswer(isDryRun: bulk.isDryRun, decided: [], left: [])
            let found = try list.told(try list.open(bulk.filter), originsMax: bulk.rule == .site ? ConflictList.originsMax : 0)
            let known = Set(found.flatMap { [$0.answer.id, $0.answer.short] })
            answer.left = named.filter { !known.contains($0) }.map(BulkAnswer.Left.init(notOpen:))
            for finding in found {
                do {
                    let resolution = try bulk.resolution(of: finding)
                    let changes = try desk.changes(for: finding, resolution)
                    let values = changes.flatMap(\.decidedValues)
                    answer.decided.append(
                        .init(
                            conflict: finding.answer.id, message: finding.answer.message, choice: resolution.choice, values: values,
                            seen: resolution.seen ?? "", shown: finding.answer))
                    if !bulk.isDryRun { _ = try desk.decide(finding, resolution) }
                } catch let error as HubError where !error.isTransient {
                    answer.left.append(
                        .init(
                            conflict: finding.answer.id, message: finding.answer.message, code: error.code.rawValue, reason: error.message,
                            shown: finding.answer))
                }
            }
            return answer
        }
    }

    /// Takes a decision back: the sides that it replaced stand again, as writes of the hub that have seen the decision.
    ///
    /// - Parameters:
    ///   - id: the decision's dot, or the id of the conflict that it decided.
    ///   - role: of who asks; what only an admin may set only an admin takes back.
    /// - Throws: `HubError`: `not-found`, `undo-forbidden`, or `decision-superseded` when somebody has written since.
    public func undo(
        _ id: String, author: String, note: String?, role: Role = .admin, now: Timestamp
    ) async throws -> DecisionAnswer {
        try Resolution(.undo, author: author, note: note).check()
        let answer = try await deciding(now) { try $0.undo(id, author: author, note: note, role: role) }
        openLists.forget()
        return answer
    }

    public static let decisionsUsual = 200
    public static let decisionsMax = 500

    /// The latest decisions, in the order of `decisionPage`.
    public func decisions(limit: Int = decisionsUsual, now: Timestamp) async throws -> [DecisionAnswer] {
        try await decisionPage(limit: limit, now: now).decisions.entries
    }

    /// Decisions, the newest first of each of the hub's generations, and of these the one first that the hub heard of last: in a hub that
    /// was restored, older decisions that came back may stand before newer ones. Each tells its time.
    ///
    /// - Parameter place: `next` of the page before.
    /// - Returns: besides, by their ids, those that undid any of them.
    /// - Throws: `HubError`: `request-invalid` for a limit that is not 1 to `decisionsMax`, or a place that is none.
    public func decisionPage(
        after place: String? = nil, limit: Int = decisionsUsual, now: Timestamp
    ) async throws -> (decisions: ListPage<DecisionAnswer>, undoing: [String: DecisionAnswer]) {
        try Self.checkLimit(limit, max: Self.decisionsMax)
        let after = try Self.place(place) { RecordNumber(place: $0) }
        return try await reading(now) { documents in
            let rows = try documents.store.decisions(after: after, limit: limit + 1)
            let page = try ListPage(rows, limit: limit, next: \.record.place) { try DecisionAnswer($0, documents) }
            var undoing: [String: DecisionAnswer] = [:]
            for row in rows.prefix(limit) {
                guard let undo = try row.undone.flatMap(documents.store.decision), let answer = try DecisionAnswer(undo, documents) else {
                    continue
                }
                undoing[answer.id] = answer
            }
            return (page, undoing)
        }
    }

    /// Runs `body` in a commit of its own place, with all that a decision needs.
    func deciding<Value: Sendable>(
        _ now: Timestamp, _ body: @escaping @Sendable (DecisionDesk) throws -> Value
    ) async throws
        -> Value
    {
        try await queue.submit(bytes: 4096, to: self) { store, standing, _ in
            let desk = try DecisionDesk(self, store: store, standing: standing, now: now)
            let value = try body(desk)
            standing = desk.standing
            // What was decided is no longer counted as open.
            self.tally.forget()
            return value
        }
    }
}
