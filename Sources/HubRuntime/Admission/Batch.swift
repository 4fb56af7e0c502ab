import Causality
import ChangeSets
import Merging

import struct Crypto.SHA256

/// One change-set being taken in: its net effect on records and views is gathered here and written once at the end.
///
/// Thrown away when anything fails.
final class Batch {
    let store: any HubWriting
    var standing: Standing
    /// The set being taken in, for releases that reach into it.
    var current: (replica: ReplicaNumber, set: ChangeSet)?
    /// Operators' decisions that took effect with this set, to be carried out at its end: its own, or those that waited for it.
    var decided: [(change: Change, dot: Dot)] = []
    /// Decisions of this set that found nothing to do: the change that they drop or mend was admitted or dropped meanwhile (S24).
    var idle: Set<RecordNumber> = []
    /// Fields that this set's decisions leave out, by the dots of the mended changes.
    var mended: [Dot: Set<FieldName>] = [:]
    /// The hub's clock when the set arrived.
    let received: Timestamp
    /// By when reservations have ended that need not be kept in sight; `nil`: none is let go.
    var claimsEndedBy: Timestamp?
    /// What its changes name and nobody knows.
    var strangers = Strangers()
    let sites: [SiteRow]
    let bound: ClockBound
    private(set) var touched: [RecordNumber: TouchedRecord] = [:]
    /// In the order of their first touch.
    private var order: [RecordNumber] = []
    private var numbering: FeedNumbering
    /// Whether any view is marked stale; asked once.
    private var staleViews: Bool?
    private(set) lazy var purchases = PurchaseView(self)
    private(set) lazy var customers = CustomerView(self)
    private(set) lazy var stock = StockView(self)
    private(set) lazy var orders = OrderViews(self)
    private(set) lazy var events = EventView(self)
    private(set) lazy var items = ItemView(self)
    private(set) lazy var remarks = RemarkViews(self)
    private(set) lazy var superseded = SupersededView(self)
    private(set) lazy var decisions = DecisionView(self)

    init(store: any HubWriting, standing: Standing, sites: [SiteRow], received: Timestamp, bound: ClockBound) {
        self.store = store
        self.standing = standing
        self.sites = sites
        self.received = received
        self.bound = bound
        numbering = FeedNumbering(after: standing.head.number)
    }

    /// The hub's number for a replica, given on first mention.
    func number(of replica: ReplicaID) throws -> ReplicaNumber {
        let (row, isNew) = standing.mention(replica)
        if isNew { try store.put(row) }
        return row.number
    }

    func recordNumber(_ life: Dot) throws -> RecordNumber? {
        guard life.counter <= RecordNumber.counterMax else { return nil }
        return RecordNumber(replica: try number(of: life.replica), counter: life.counter)
    }

    /// The record that a reference in `owner` points at; `nil` when its life is unknown.
    func target(_ value: Value?) throws -> RecordNumber? {
        guard let life = value?.reference?.life else { return nil }
        return try recordNumber(life)
    }

    /// A number of the line for a row about to be written.
    func place(cost: Int) -> UInt64 { numbering.place(cost: cost) }

    func site(of source: SourceNumber) -> SiteRow? {
        guard let number = standing.source(source)?.site, number >= 1, Int(number) <= sites.count else { return nil }
        return sites[Int(number) - 1]
    }

    // MARK: records

    /// The record as it stands now, this set's changes included; `nil` when it was never admitted.
    func record(_ number: RecordNumber) throws -> TouchedRecord? {
        if let known = touched[number] { return known }
        guard let row = try store.record(number) else { return nil }
        return try TouchedRecord(row, standing: standing)
    }

    /// The same, where its row has been read already.
    func record(_ number: RecordNumber, stored row: RecordRow?) throws -> TouchedRecord? {
        try touched[number] ?? row.map { try TouchedRecord($0, standing: standing) }
    }

    func begin(_ number: RecordNumber, _ id: RecordID, source: SourceNumber) {
        touched[number] = TouchedRecord(id: id, source: source)
        order.append(number)
    }

    /// Puts a record back that was collected. Its views know it already, so to them it is not new.
    func restore(_ number: RecordNumber, _ state: RecordState, source: SourceNumber) throws {
        var record = TouchedRecord(id: state.id, source: source)
        record.state = state
        let bytes = try state.encoded { UInt64(try self.number(of: $0)) }
        try store.put(record.row(number, place: place(cost: bytes.count + 64), state: bytes, lineage: standing.lineage), isNew: true)
    }

    /// Merges a change into a record that was begun or exists.
    func admit(_ change: Change, precedence: Precedence, source: SourceID, into number: RecordNumber) throws {
        if touched[number] == nil {
            guard let record = try record(number) else { return }
            touched[number] = record
            order.append(number)
        }
        let lineage = standing.lineage
        touched[number]?.admit(change, precedence: precedence, source: source, lineage: lineage)
    }

    // MARK: the end

    /// Brings the views up to date and writes everything that changed, each row once.
    func flush() throws {
        for number in order {
            guard let record = touched[number] else { continue }
            try project(number, record)
        }
        try purchases.flush()
        try customers.flush()
        try orders.flush()
        try stock.flush()
        for number in order {
            guard var record = touched[number] else { continue }
            let state = try record.state.encoded { UInt64(try self.number(of: $0)) }
            let row = record.row(number, place: place(cost: state.count + 64), state: state, lineage: standing.lineage)
            try store.put(row, isNew: record.isNew)
        }
    }

    private func project(_ number: RecordNumber, _ record: TouchedRecord) throws {
        switch record.state.id.entity.text.string {
        case "sale", "return", "order": try purchases.touch(number, record)
        case "sale line", "order line": try purchases.touchLine(number, record)
        case "customer": try customers.touch(number, record)
        case "event": try events.touch(number, record)
        case "item": try items.touch(number, record)
        case "consent": try remarks.touchConsent(number, record)
        case "note": try remarks.touchNote(number, record)
        case "decision": try decisions.touch(number, record)
        default: break
        }
        try orders.touch(number, record)
    }

    /// Extends the line by the numbers that were used, at least one.
    func extendLine(hash: Digest, generation: ReplicaID) throws {
        let last = max(numbering.last, standing.head.number + 1)
        for number in (standing.head.number + 1)...last {
            standing.head = standing.head.next(number: number, hash: hash, generation: generation)
            try store.insert(standing.head)
        }
    }

    /// Runs a view's work for one thing; what goes wrong there marks it stale and refuses nothing.
    func guarded(_ view: String, key: [UInt8], _ work: () throws -> Void) throws {
        do {
            try work()
            if try hasStaleViews() { try store.deleteStale(view: view, key: key) }
        } catch let error as HubError {
            throw error
        } catch {
            try store.put(StaleRow(view: view, key: key, reason: "\(error)"))
            staleViews = true
        }
    }

    private func hasStaleViews() throws -> Bool {
        if let known = staleViews { return known }
        let known = try store.staleCount() > 0
        staleViews = known
        return known
    }
}

extension LineRow {
    /// The line's next number: a hash over the one before, who commits, what, and where.
    func next(number: UInt64, hash set: Digest, generation: ReplicaID) -> LineRow {
        var writer = ByteWriter(reserving: 96)
        writer.raw(hash)
        writer.replica(generation)
        writer.digest(set)
        writer.fixed64(number)
        return LineRow(number: number, generation: generation, hash: Array(SHA256.hash(data: writer.bytes)))
    }
}

/// Spreads the rows of one set over numbers of the line, so that a page of the feed, which ends at a whole
/// number, stays small however large the set.
struct FeedNumbering {
    static let rowsMax = 500
    static let costMax = 1 << 20

    private(set) var last: UInt64
    private var rows = 0
    private var cost = 0

    init(after number: UInt64) {
        last = number
        rows = Self.rowsMax
    }

    mutating func place(cost row: Int) -> UInt64 {
        if rows >= Self.rowsMax || cost + row > Self.costMax {
            last += 1
            rows = 0
            cost = 0
        }
        rows += 1
        cost += row
        return last
    }
}

extension Batch {
    /// The verdict on a change's time, drawn from what its journal entry stores.
    func verdict(_ time: Timestamp, received: Timestamp, offset: Int64, replica: ReplicaNumber) -> Bool {
        guard let opened = standing.replica(replica)?.opened else { return false }
        return bound.admits(time, arrival: received, offsetMilliseconds: offset, opened: opened)
    }
}
