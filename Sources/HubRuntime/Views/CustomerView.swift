import Causality
import ChangeSets
import Merging
import Profiles

/// Which customer records are one person, kept up to date set by set: only the part that a set may have changed is linked anew.
final class CustomerView {
    unowned let batch: Batch
    private var touchedRecords: [RecordNumber] = []
    /// Pairs that operators decided about, or took a decision back about.
    private var decidedPairs: [LinkPairs.Pair] = []
    private var haveRulesChanged = false
    /// Profiles whose records or purchases changed.
    private var changedProfiles: Set<RecordNumber> = []
    private var bought: Set<RecordNumber> = []
    private var boughtOrder: [RecordNumber] = []

    init(_ batch: Batch) { self.batch = batch }

    func touch(_ number: RecordNumber, _ record: TouchedRecord) throws { touchedRecords.append(number) }

    func decided(_ pair: LinkPairs.Pair) { decidedPairs.append(pair) }

    /// Everybody is linked anew at the end.
    func rulesChanged() { haveRulesChanged = true }

    /// Notes that the purchases of a customer record changed.
    func bought(_ customer: RecordNumber) {
        if bought.insert(customer).inserted { boughtOrder.append(customer) }
    }

    /// Every profile is sent anew: what is shown of them may have changed, though nothing of theirs has.
    func redrawAll() throws {
        for row in try batch.store.changed(.profiles) { changedProfiles.insert(RecordNumber(raw: row.id)) }
    }

    func flush() throws {
        if haveRulesChanged {
            batch.standing.rulesInForce = try RulesInForce(reading: batch.store) { try batch.record($0)?.state }
        }
        let tables = LinkTables(store: batch.store, standing: batch.standing, batch: batch)
        var changes: [LinkChange] = []
        for number in touchedRecords {
            guard let record = try batch.record(number) else { continue }
            try batch.store.markUnmatched(number, number: batch.standing.head.number + 1)
            try batch.guarded("profile", key: Array("\(record.state.id.life)".utf8)) {
                let before = record.isNew ? nil : try tables.linkRecord(number)
                let after = try writeRecord(number, record, isKnown: before != nil)?.named(tables.name(number))
                if before != after { changes.append(LinkChange(before: before, after: after)) }
                if let profile = try batch.store.customer(number)?.profile, profile.raw != 0 { changedProfiles.insert(profile) }
            }
        }
        var relinked: Relinking.Outcome?
        if haveRulesChanged {
            let outcome = try Relinking(batch: batch, tables: tables).run()
            changedProfiles.formUnion(outcome.changedProfiles)
            relinked = outcome
        } else if !changes.isEmpty || !decidedPairs.isEmpty {
            let decisions = decidedPairs.compactMap { tables.decision($0, .same) }
            try take(LinkUpdate(changes, decisions: decisions, index: tables, rules: batch.standing.linkRules).linking)
        }
        for number in boughtOrder { if let profile = try batch.store.customer(number)?.profile { changedProfiles.insert(profile) } }
        for profile in changedProfiles.sorted() {
            try writeProfile(
                profile, replicas: relinked?.replicas(of: profile) ?? batch.store.customers(profile: profile).map(\.record.replica))
        }
    }

    // MARK: records

    /// Brings the tables of one record up to date: what it holds, what it held, whether it lives.
    ///
    /// - Returns: the record as linking sees it from now on; `nil` when it is not live.
    private func writeRecord(_ number: RecordNumber, _ record: TouchedRecord, isKnown: Bool) throws -> LinkRecord? {
        let store = batch.store
        let customer = record.isNew ? nil : try store.customer(number)
        guard !record.state.isDead(in: batch.standing.lineage) else {
            if isKnown { try write([], former: try store.identifiers(record: number)) }
            guard let customer else { return nil }
            changedProfiles.insert(customer.profile)
            try store.deleteCustomer(number)
            return nil
        }
        let created = customer.map { Precedence(isInBound: $0.isCreatedInBound, time: $0.created, dot: record.state.id.life) }
        let reading = try reading(number, record, created: created ?? record.created ?? self.created(number, record))
        try write(reading.rows(number, source: record.source), former: isKnown ? store.identifiers(record: number) : [])
        let row = reading.row(number, profile: customer?.profile ?? RecordNumber(raw: 0))
        if row != customer { try store.put(row) }
        return reading.link
    }

    private func reading(_ number: RecordNumber, _ record: TouchedRecord, created: Precedence) throws -> CustomerReading {
        CustomerReading(
            record.state, created: created, country: batch.site(of: record.source)?.country,
            earlier: try batch.store.earlier(record: number), rules: batch.standing.linkRules)
    }

    private func write(_ present: [IdentifierRow], former: [IdentifierRow]) throws {
        var changes = IdentifierChanges()
        changes.add(former, present)
        try changes.write(to: batch.store)
    }

    /// A record that was deleted and came back: its creation is found in the journal.
    private func created(_ number: RecordNumber, _ record: TouchedRecord) throws -> Precedence {
        let life = record.state.id.life
        guard let entry = try batch.store.journal(containing: life.counter, of: number.replica), entry.last >= life.counter else {
            return Precedence(isInBound: false, time: Timestamp(milliseconds: 0), dot: life)
        }
        let set = try ChangeSetCodec.decode(entry.bytes)
        let time = set.changes[Int(life.counter - entry.first)].time
        let isInBound = batch.verdict(time, received: entry.received, offset: entry.offsetMilliseconds, replica: number.replica)
        return Precedence(isInBound: isInBound, time: time, dot: life)
    }

    // MARK: linking

    private func take(_ linking: Linking) throws {
        for linked in linking.profiles {
            guard let profile = try batch.recordNumber(linked.id.life) else { continue }
            for record in linked.records {
                guard let number = try batch.recordNumber(record.life), var row = try batch.store.customer(number), row.profile != profile
                else { continue }
                if row.profile.raw != 0 { changedProfiles.insert(row.profile) }
                changedProfiles.insert(profile)
                row.profile = profile
                try batch.store.put(row)
            }
        }
    }

    /// - Parameter replicas: those that created the profile's records.
    private func writeProfile(_ id: RecordNumber, replicas: [ReplicaNumber]) throws {
        let former = try batch.store.profile(id)
        if replicas.isEmpty && former == nil { return }
        var regions: Set<String> = []
        for replica in replicas {
            guard let source = batch.standing.replica(replica)?.source else { continue }
            regions.insert(batch.site(of: source)?.region ?? SiteRow.everyRegion)
        }
        let left = Set((former?.regions ?? []) + (former?.formerRegions ?? [])).subtracting(regions)
        try batch.store.put(
            ProfileRow(
                id: id, number: batch.place(cost: 4096), regions: regions.sorted(), formerRegions: left.sorted(),
                isAlive: !replicas.isEmpty))
    }
}
