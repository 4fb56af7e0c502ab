import Causality
import ChangeSets
import Merging
import Profiles

/// The hub's customer tables as linking looks things up in them.
struct LinkTables: LinkIndex {
    let store: any HubReading
    let standing: Standing
    /// The step under way, whose records are not in the store yet.
    var batch: Batch?

    /// The record's name for linking. A life names one record for ever, so the local key is left out.
    func name(_ number: RecordNumber) -> RecordID? {
        guard let replica = standing.replica(number.replica), let source = replica.source.flatMap({ standing.source($0)?.id }) else {
            return nil
        }
        return RecordID(entity: "customer", source: source, key: LocalKey([]), life: Dot(replica.id, number.counter))
    }

    /// The record as linking sees it; `nil` when it is not live.
    func linkRecord(_ number: RecordNumber) throws -> LinkRecord? {
        guard let customer = try store.customer(number) else { return nil }
        return try linkRecord(customer)
    }

    func linkRecord(_ customer: CustomerRow) throws -> LinkRecord? {
        guard let id = name(customer.record) else { return nil }
        let identifiers = try store.identifiers(record: customer.record).compactMap { row in
            row.kind.identifierKind.map { Identifier(kind: $0, value: Text(row.value)) }
        }
        let created = Precedence(isInBound: customer.isCreatedInBound, time: customer.created, dot: id.life)
        return LinkRecord(id: id, created: created, identifiers: identifiers, names: customer.names.map { Text($0) })
    }

    func record(_ id: RecordID) throws -> LinkRecord? {
        guard let number = standing.record(id.life) else { return nil }
        return try linkRecord(number)
    }

    func holderCounts(of identifier: Identifier) throws -> [SourceID: Int] {
        var counts: [SourceID: Int] = [:]
        for (source, records) in try store.holderCounts(IdentifierRow.Kind(identifier.kind), identifier.value.string) {
            if let id = standing.source(source)?.id { counts[id] = records }
        }
        return counts
    }

    func holders(of identifier: Identifier, limit: Int) throws -> [RecordID] {
        try store.identifiers(IdentifierRow.Kind(identifier.kind), identifier.value.string, limit: limit).compactMap { name($0.record) }
    }

    // MARK: decisions

    func decisions(about record: RecordID) throws -> [LinkDecision] {
        guard let number = standing.record(record.life) else { return [] }
        return try inForce(store.linkDecisions(about: number))
    }

    /// All that are in force.
    func decisions() throws -> [LinkDecision] { try inForce(store.linkDecisions()) }

    /// Of each pair what was decided last. One that is declared never the same can only be declared the same after a restore of the hub, before
    /// the former decision comes back (S24).
    ///
    /// - Parameter rows: in the order of their pairs, then of the decisions' records.
    private func inForce(_ rows: [LinkDecisionRow]) throws -> [LinkDecision] {
        var decisions: [LinkDecision] = []
        var rest = rows[...]
        while let first = rest.first {
            let pair = rest.prefix { $0.lower == first.lower && $0.higher == first.higher }
            rest = rest.dropFirst(pair.count)
            let row = try pair.allSatisfy { $0.isSame == first.isSame } ? first : latest(pair) ?? first
            if let decision = decision(row) { decisions.append(decision) }
        }
        return decisions
    }

    private func latest(_ pair: ArraySlice<LinkDecisionRow>) throws -> LinkDecisionRow? {
        let decisions = try pair.compactMap { try store.decision($0.decision) }.inOrderOfTime { number in
            if let batch { return try batch.record(number)?.state }
            return try store.record(number).map { try RecordState($0, standing: standing) }
        }
        return pair.first { $0.decision == decisions.last?.record }
    }

    private func decision(_ row: LinkDecisionRow) -> LinkDecision? {
        guard let lower = name(row.lower), let higher = name(row.higher) else { return nil }
        return LinkDecision(row.isSame ? .same : .neverSame, lower, higher)
    }

    func decision(_ pair: LinkPairs.Pair, _ verdict: LinkDecision.Verdict) -> LinkDecision? {
        guard let lower = standing.record(pair.lower).flatMap(name), let higher = standing.record(pair.higher).flatMap(name) else {
            return nil
        }
        return LinkDecision(verdict, lower, higher)
    }
}

extension HubReading {
    /// Every live customer record, by number.
    func eachCustomer(_ body: (CustomerRow) throws -> Void) throws {
        var after = RecordNumber(raw: .min)
        let limit = 1_000
        while case let rows = try customers(after: after, limit: limit), let last = rows.last {
            for row in rows { try body(row) }
            after = last.record
        }
    }
}
