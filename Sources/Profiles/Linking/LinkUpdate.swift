import Causality
import ChangeSets

/// What linking must look up when some records change: the hub's tables, *after* the change.
public protocol LinkIndex {
    /// The live customer record; `nil` when there is none (never was, deleted, collected).
    func record(_ id: RecordID) throws -> LinkRecord?
    /// How many live records of each source hold the identifier.
    func holderCounts(of identifier: Identifier) throws -> [SourceID: Int]
    /// The live records that hold the identifier, in any order; any `limit` of them where there are more.
    func holders(of identifier: Identifier, limit: Int) throws -> [RecordID]
    /// The decisions in force about the record, in any order.
    func decisions(about record: RecordID) throws -> [LinkDecision]
}

/// One customer record before and after a step of the hub; `nil` where it is not live.
public struct LinkChange: Hashable, Sendable {
    public var before: LinkRecord?
    public var after: LinkRecord?

    public init(before: LinkRecord?, after: LinkRecord?) {
        self.before = before
        self.after = after
    }
}

/// The part of the linking that a step of the hub may have changed, linked anew.
///
/// Replacing the former profiles of all `records` by `linking.profiles` gives exactly what `Linking.link` gives over
/// everything. The hub does so in the same transaction:
///
///     let update = try LinkUpdate(changes, decisions: decided, index: tables, rules: rules)
///     delete the profile rows that name any record of update.records or of update.removed
///     insert update.linking.profiles
///
/// Why this part is enough: linking only ever compares records that are connected by values that may link and by
/// operators' links. A record whose connections may have changed holds, or held, a value in common with a changed record.
public struct LinkUpdate: Sendable {
    /// Every record that was looked at, live now, in the order of lives.
    public var records: [RecordID]
    /// The changed records that are live no more.
    public var removed: [RecordID]
    public var linking: Linking

    /// - Parameters:
    ///   - changes: every record whose identifiers, liveness or creation changed, with its former self.
    ///   - decisions: decisions that came into force or were taken back.
    ///   - index: the tables after the step.
    public init(_ changes: [LinkChange], decisions: [LinkDecision] = [], index: some LinkIndex, rules: LinkRules) throws {
        var walk = Walk(index: index, rules: rules)
        try walk.start(from: changes)
        for decision in decisions { walk.enqueue([decision.lower, decision.higher]) }
        try walk.finish()
        records = walk.records.keys.sorted(by: RecordOrder.areInOrder)
        removed = changes.filter { $0.after == nil }.compactMap { $0.before?.id }.sorted(by: RecordOrder.areInOrder)
        linking = Linking.link(Array(walk.records.values), decisions: Array(walk.decisions), rules: rules, shared: walk.shared)
    }

    /// What linking says of some records and all that they are connected with: of each the profile that it belongs to.
    public init(around ids: [RecordID], index: some LinkIndex, rules: LinkRules) throws {
        var walk = Walk(index: index, rules: rules)
        walk.enqueue(ids)
        try walk.finish()
        records = walk.records.keys.sorted(by: RecordOrder.areInOrder)
        removed = []
        linking = Linking.link(Array(walk.records.values), decisions: Array(walk.decisions), rules: rules, shared: walk.shared)
    }

    /// Walks from the changed records along everything that may link.
    private struct Walk<Index: LinkIndex> {
        let index: Index
        let rules: LinkRules
        var queue: [RecordID] = []
        var seen: Set<RecordID> = []
        var records: [RecordID: LinkRecord] = [:]
        var decisions: Set<LinkDecision> = []
        var shared: [Identifier: SharedValue.Worst] = [:]
        var followed: Set<Identifier> = []
        private var lookedUp: [Identifier: Found] = [:]

        init(index: Index, rules: LinkRules) {
            self.index = index
            self.rules = rules
        }

        /// The changed records, and all that have, or had, a linking value in common with one.
        mutating func start(from changes: [LinkChange]) throws {
            enqueue(changes.compactMap { ($0.after ?? $0.before)?.id })
            var moved: [Identifier: [SourceID: Int]] = [:]
            func move(_ record: LinkRecord?, by amount: Int) {
                guard let record else { return }
                for identifier in record.identifiers { moved[identifier, default: [:]][record.id.source, default: 0] += amount }
            }
            for change in changes {
                move(change.before, by: -1)
                move(change.after, by: 1)
            }
            for (identifier, moves) in moved where rules.rank(of: identifier.kind) != nil {
                let found = try lookUp(identifier)
                var before = found.counts
                for (source, count) in moves { before[source, default: 0] -= count }
                let wasShared = rules.isShared(identifier, worst: SharedValue.Worst(before))
                if !found.isShared || !wasShared { enqueue(try all(identifier, found)) }
            }
            for change in changes {
                guard change.after == nil, let gone = change.before?.id else { continue }
                for decision in try index.decisions(about: gone) { enqueue([decision.lower, decision.higher]) }
            }
        }

        mutating func finish() throws {
            while let id = queue.popLast() {
                guard let record = try index.record(id) else { continue }
                records[id] = record
                for identifier in record.identifiers where rules.rank(of: identifier.kind) != nil {
                    guard followed.insert(identifier).inserted else { continue }
                    let found = try lookUp(identifier)
                    if !found.isShared { enqueue(try all(identifier, found)) }
                }
                for decision in try index.decisions(about: id) {
                    decisions.insert(decision)
                    if decision.verdict == .same { enqueue([decision.lower, decision.higher]) }
                }
            }
        }

        /// Who holds a value: all of them, where they are few, which one question to the index tells.
        private struct Found {
            var counts: [SourceID: Int] = [:]
            var holders: [RecordID]?
            var isShared = false
        }

        private static var fewMax: Int { 32 }

        private mutating func lookUp(_ identifier: Identifier) throws -> Found {
            if let known = lookedUp[identifier] { return known }
            var found = Found()
            let holders = try index.holders(of: identifier, limit: Self.fewMax + 1)
            if holders.count <= Self.fewMax {
                found.holders = holders
                for holder in holders { found.counts[holder.source, default: 0] += 1 }
            } else {
                found.counts = try index.holderCounts(of: identifier)
            }
            let worst = SharedValue.Worst(found.counts)
            if rules.isShared(identifier, worst: worst) {
                shared[identifier] = worst
                found.isShared = true
            }
            lookedUp[identifier] = found
            return found
        }

        private func all(_ identifier: Identifier, _ found: Found) throws -> [RecordID] {
            try found.holders ?? index.holders(of: identifier, limit: .max)
        }

        mutating func enqueue(_ ids: [RecordID]) {
            for id in ids where seen.insert(id).inserted { queue.append(id) }
        }
    }
}
