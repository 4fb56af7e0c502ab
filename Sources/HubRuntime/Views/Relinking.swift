import Causality
import ChangeSets
import Merging
import Profiles

/// Reads every customer record by the rules in force, links them all from nothing, and writes the rows that differ.
///
/// Everything is read page by page in the order of the tables, and written in that order: looking up a million records one by one takes minutes.
/// In memory it holds what links each record (about half a kilobyte), which is gone before profiles are written.
struct Relinking {
    let batch: Batch
    let tables: LinkTables
    /// Of all customer records, in their order: the profile that each belonged to.
    private var former: [(record: RecordNumber, profile: RecordNumber)] = []
    private var records: [LinkRecord] = []
    private var identifiers = IdentifierChanges()

    /// Changed rows that are gathered to be written in order; a page with which there are more is written out.
    var gatheredRowsMax = 250_000
    var pageRecords = StoredCustomer.pageRecords

    init(batch: Batch, tables: LinkTables) {
        self.batch = batch
        self.tables = tables
    }

    /// Which profiles changed, and who belongs to each profile.
    struct Outcome {
        fileprivate(set) var changedProfiles: Set<RecordNumber> = []
        fileprivate var profiles: [LinkedProfile]
        fileprivate var places: [RecordNumber: Int] = [:]
        fileprivate let standing: Standing

        /// Of the records of a profile, the replicas that created them; none where nobody belongs to it any more.
        func replicas(of profile: RecordNumber) -> [ReplicaNumber] {
            guard let place = places[profile] else { return [] }
            return profiles[place].records.compactMap { standing.number(of: $0.life.replica) }
        }
    }

    consuming func run() throws -> Outcome {
        try read()
        let linking = Linking.link(records, decisions: try tables.decisions(), rules: batch.standing.linkRules)
        records = []
        return try write(linking.profiles)
    }

    // MARK: reading

    private mutating func read() throws {
        try batch.store.eachStoredCustomer(pageRecords: pageRecords) { page in
            for stored in page {
                try read(stored)
            }
            if identifiers.count > gatheredRowsMax { try identifiers.write(to: batch.store) }
        }
        try identifiers.write(to: batch.store)
    }

    private mutating func read(_ stored: StoredCustomer) throws {
        let customer = stored.customer
        guard let record = try batch.record(customer.record, stored: stored.record) else { return }
        let reading = CustomerReading(
            record.state,
            created: Precedence(isInBound: customer.isCreatedInBound, time: customer.created, dot: record.state.id.life),
            country: batch.site(of: record.source)?.country, earlier: stored.earlier, rules: batch.standing.linkRules)
        identifiers.add(stored.identifiers, reading.rows(customer.record, source: record.source))
        let row = reading.row(customer.record, profile: customer.profile)
        if row != customer { try batch.store.put(row) }
        former.append((customer.record, customer.profile))
        records.append(reading.link.named(tables.name(customer.record)))
    }

    // MARK: writing

    private func write(_ profiles: [LinkedProfile]) throws -> Outcome {
        var outcome = Outcome(profiles: profiles, standing: batch.standing)
        outcome.places.reserveCapacity(profiles.count)
        var moves: [(record: RecordNumber, profile: RecordNumber)] = []
        for (place, linked) in profiles.enumerated() {
            guard let profile = try batch.recordNumber(linked.id.life) else { continue }
            outcome.places[profile] = place
            for record in linked.records {
                guard let number = try batch.recordNumber(record.life), let left = formerProfile(of: number), left != profile else {
                    continue
                }
                if left.raw != 0 { outcome.changedProfiles.insert(left) }
                outcome.changedProfiles.insert(profile)
                moves.append((number, profile))
            }
        }
        for move in moves.sorted(by: { $0.record < $1.record }) { try batch.store.setProfile(move.profile, of: move.record) }
        return outcome
    }

    private func formerProfile(of record: RecordNumber) -> RecordNumber? {
        var (low, high) = (0, former.count)
        while low < high {
            let middle = (low + high) / 2
            if former[middle].record < record { low = middle + 1 } else { high = middle }
        }
        return low < former.count && former[low].record == record ? former[low].profile : nil
    }
}

/// A live customer record with all that is stored of it.
struct StoredCustomer {
    var customer: CustomerRow
    /// `nil` for one that is not written yet.
    var record: RecordRow?
    /// By kind and value.
    var identifiers: [IdentifierRow]
    var earlier: [EarlierRow]

    /// Read at once.
    static let pageRecords = 2_000
}

extension HubReading {
    /// Every live customer record, by number, page by page: a few statements a page, not a few a record.
    ///
    /// - Parameter body: may write rows of the records that it is given.
    func eachStoredCustomer(
        pageRecords: Int = StoredCustomer.pageRecords, withIdentifiers: Bool = true, _ body: ([StoredCustomer]) throws -> Void
    ) throws {
        var after = RecordNumber(raw: .min)
        while case let rows = try customersWithRecords(after: after, limit: pageRecords), let first = rows.first, let last = rows.last {
            let range = (first: first.customer.record, last: last.customer.record)
            var identifiers = (withIdentifiers ? try self.identifiers(from: range.first, to: range.last) : [])[...]
            var earlier = try self.earlier(from: range.first, to: range.last)[...]
            try body(
                rows.map { customer, record in
                    StoredCustomer(
                        customer: customer, record: record,
                        identifiers: identifiers.popPrefix(of: customer.record, \.record),
                        earlier: earlier.popPrefix(of: customer.record, \.record))
                })
            after = range.last
        }
    }
}

extension ArraySlice {
    /// Takes the rows of one record off the front; rows of records before it, which are no live customers', are dropped.
    fileprivate mutating func popPrefix(of record: RecordNumber, _ key: (Element) -> RecordNumber) -> [Element] {
        while let first, key(first) < record { removeFirst() }
        let rows = prefix { key($0) == record }
        removeFirst(rows.count)
        return Array(rows)
    }
}
