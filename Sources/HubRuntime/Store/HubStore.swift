import Causality
import ChangeSets

/// Where the hub keeps everything: one writer, many readers, each seeing one committed state.
///
/// All SQL stands behind this protocol. Bodies run synchronously on the engine's own threads. A write
/// commits when its body returns and is on disk before `write` does (law 2); when the body throws,
/// nothing of it happened. Engines throw `HubError` with a storage code, and nothing else of their own.
public protocol HubStore: Sendable {
    func read<Result: Sendable>(_ body: @escaping @Sendable (any HubReading) throws -> Result) async throws -> Result
    func write<Result: Sendable>(_ body: @escaping @Sendable (any HubWriting) throws -> Result) async throws -> Result

    /// Like `read`, on the calling thread, which it blocks.
    func readNow<Result>(_ body: (any HubReading) throws -> Result) throws -> Result
    /// Like `write`, on the calling thread, which it blocks.
    func writeNow<Result>(_ body: (any HubWriting) throws -> Result) throws -> Result

    /// An empty store of the same engine that vanishes when it is let go: where a rebuild is made to compare with.
    func scratch() throws -> any HubStore
    /// Writes a consistent copy to a new file while writers go on, and checks the copy.
    ///
    /// - Returns: the head that the copy contains.
    func backUp(to path: String) async throws -> UInt64
}

/// What can be read in one transaction. Rows come in the order that each function names, never in chance order.
public protocol HubReading: PersonReading, MatchingReading, PeopleReading, BusinessReading, FlowReading,
    ConflictNoteReading, ExchangeReading, QualityReading
{
    // The hub itself
    func meta(_ name: MetaName) throws -> [UInt8]?
    func generations() throws -> [GenerationRow]
    func head() throws -> LineRow?
    func line(_ number: UInt64) throws -> LineRow?

    // Who
    func sites() throws -> [SiteRow]
    func agents() throws -> [AgentRecord]
    func agent(_ key: VerifyingKey) throws -> AgentRecord?
    func token(hash: [UInt8]) throws -> TokenRow?
    func sources() throws -> [SourceRow]
    func replicas() throws -> [ReplicaRow]

    // Journal
    func journal(_ number: UInt64) throws -> JournalRow?
    func journal(replica: ReplicaNumber, first: UInt64) throws -> JournalRow?
    /// The set that holds a counter, or the replica's last one before it.
    func journal(containing counter: UInt64, of replica: ReplicaNumber) throws -> JournalRow?
    /// The number of the last set before the first that arrived at a time or later; 0 when there is none.
    func lastNumber(receivedBefore time: Timestamp) throws -> UInt64
    /// Calls `body` for each set after `number`, in the order of the line, until it answers false.
    func eachJournal(after number: UInt64, _ body: (JournalRow) throws -> Bool) throws
    /// Calls `body` for each set of one replica, in the order of its counters, until it answers false.
    func eachJournal(of replica: ReplicaNumber, _ body: (JournalRow) throws -> Bool) throws

    // Held
    func held(record: [UInt8]) throws -> [HeldRow]
    func held(replica: ReplicaNumber, counter: UInt64) throws -> HeldRow?
    /// What waits for a dot of `replica` from `first` to `last`.
    func held(lacking replica: ReplicaID, from first: UInt64, to last: UInt64) throws -> [HeldRow]
    /// Oldest first, those after a place; there need not be one there.
    func held(_ cause: HeldRow.Cause, after place: HeldRow.Place?, limit: Int) throws -> [HeldRow]
    /// Counters of a replica's held changes, the lowest first.
    func heldDots(replica: ReplicaNumber, limit: Int) throws -> [UInt64]
    func heldCount(replica: ReplicaNumber) throws -> Int
    func heldCount(_ cause: HeldRow.Cause?) throws -> Int64
    /// Those of one cause by replica and code, in that order.
    func heldCounts(_ cause: HeldRow.Cause) throws -> [HeldCount]

    // Records
    func record(_ number: RecordNumber) throws -> RecordRow?
    /// By number, both ends included.
    func records(from first: RecordNumber, to last: RecordNumber, limit: Int) throws -> [RecordRow]
    /// Dead ones that last changed at a number of the line or before, by number.
    func deadRecords(through number: UInt64, after record: RecordNumber, limit: Int) throws -> [RecordRow]
    /// By number, those after one.
    func records(flagged flags: RecordRow.Flags, after record: RecordNumber, limit: Int) throws -> [RecordRow]

    // What customers bought
    func purchase(_ record: RecordNumber) throws -> PurchaseRow?
    func purchases(order: String) throws -> [PurchaseRow]
    /// The same, by record; at most `limit`.
    func purchases(order: String, limit: Int) throws -> [PurchaseRow]
    /// Those that count, the newest first, of one time the highest life first.
    func purchases(buyer: RecordNumber, limit: Int) throws -> [PurchaseRow]
    /// The orders among them: none that a sale fulfils.
    func orders(countedOf buyer: RecordNumber, limit: Int) throws -> [PurchaseRow]
    /// The least time among the counted purchases.
    func firstPurchase(buyer: RecordNumber) throws -> Int64?
    func purchaseLine(_ record: RecordNumber) throws -> PurchaseLineRow?
    func purchaseLines(of purchase: RecordNumber, limit: Int) throws -> [PurchaseLineRow]
    func total(customer: RecordNumber, currency: String) throws -> TotalRow?
    func totals(customer: RecordNumber) throws -> [TotalRow]
    /// Newest first.
    func events(customer: RecordNumber, limit: Int) throws -> [EventRow]

    // Customers
    func customer(_ record: RecordNumber) throws -> CustomerRow?
    func customers(profile: RecordNumber) throws -> [CustomerRow]
    /// By record.
    func customers(after record: RecordNumber, limit: Int) throws -> [CustomerRow]
    /// The same, each with its record; `nil` for one that is not written yet.
    func customersWithRecords(after record: RecordNumber, limit: Int) throws -> [(customer: CustomerRow, record: RecordRow?)]
    /// By their pairs, then by the decisions.
    func linkDecisions(about record: RecordNumber) throws -> [LinkDecisionRow]
    func linkDecisions() throws -> [LinkDecisionRow]
    func identifiers(record: RecordNumber) throws -> [IdentifierRow]
    /// Those of all records from one to another, both ends included: by record, kind and value.
    func identifiers(from first: RecordNumber, to last: RecordNumber) throws -> [IdentifierRow]
    /// Who holds or held a value, by record; at most `limit`.
    func identifiers(_ kind: IdentifierRow.Kind, _ value: String, after record: RecordNumber?, limit: Int) throws -> [IdentifierRow]
    /// By value, in the order of its bytes, then by record.
    ///
    /// - Parameter place: only those behind it; there need not be one there.
    func identifiers(
        _ kind: IdentifierRow.Kind, startingWith prefix: String, after place: (value: String, record: RecordNumber)?, limit: Int
    ) throws -> [IdentifierRow]
    /// How many records of each source hold or held a value.
    func holderCounts(_ kind: IdentifierRow.Kind, _ value: String) throws -> [(source: SourceNumber, records: Int)]
    func earlier(record: RecordNumber) throws -> [EarlierRow]
    /// Those of all records from one to another, both ends included: by record.
    func earlier(from first: RecordNumber, to last: RecordNumber) throws -> [EarlierRow]
    func profile(_ id: RecordNumber) throws -> ProfileRow?

    // Stock
    func cell(sku: String, location: String) throws -> StockCellRow?
    func cell(_ number: Int64) throws -> StockCellRow?
    func cells(sku: String) throws -> [StockCellRow]
    /// By number, those after one.
    func cells(flaggedAfter cell: Int64, limit: Int) throws -> [StockCellRow]
    /// In the order of their bytes.
    ///
    /// - Parameters:
    ///   - after: only those behind this one.
    ///   - location: only those that have a cell there; `nil`: those that have one anywhere.
    func skus(startingWith prefix: String, after: String?, at location: String?, limit: Int) throws -> [String]
    /// Those of which a pile there asks for people; the same otherwise.
    func askingSKUs(startingWith prefix: String, after: String?, at location: String?, limit: Int) throws -> [String]
    /// Exact sum of the movements of goods at a cell by one replica, up to and with a counter.
    func moved(cell: Int64, replica: ReplicaNumber, upTo counter: UInt64) throws -> Int128
    /// Reservations and releases at a cell whose note is `note`, by replica and counter.
    func claims(cell: Int64, note: String) throws -> [MovementRow]
    /// What one replica moved or claimed at a cell before a counter, the newest first.
    func movements(cell: Int64, replica: ReplicaNumber, before counter: UInt64, limit: Int) throws -> [MovementRow]

    // Orders
    func order(_ record: RecordNumber) throws -> OrderRow?
    func orders(named name: String) throws -> [OrderRow]
    /// Those that are not dead, by record, those after one.
    func orders(aliveNamed name: String, after record: RecordNumber?, limit: Int) throws -> [OrderRow]
    /// Those that are not dead, by name in the order of its bytes, then by record; at most `limit`, among the first `looked` whose name
    /// begins so.
    func orders(aliveStartingWith prefix: String, looked: Int, limit: Int) throws -> [OrderRow]
    func shipment(_ record: RecordNumber) throws -> ShipmentRow?
    /// Shipments that refer to the order, or to none and bear its number.
    func shipments(of order: RecordNumber, named name: String?) throws -> [ShipmentRow]
    /// By record, those after one.
    func orders(flaggedAfter record: RecordNumber, limit: Int) throws -> [OrderRow]
    /// Latest changed first.
    func orders(limit: Int) throws -> [OrderRow]

    func decision(_ record: RecordNumber) throws -> DecisionRow?
    /// Those on one conflict, by record: of one generation the oldest first.
    func decisions(on conflict: String) throws -> [DecisionRow]
    /// Those of one choice that are not undone, by record.
    func decisions(choosing choice: Decision.Choice) throws -> [DecisionRow]
    /// The same, with those that were taken back.
    func decisions(everChoosing choice: Decision.Choice) throws -> [DecisionRow]
    /// By record, the last first, those after one.
    func decisions(after record: RecordNumber?, limit: Int) throws -> [DecisionRow]

    /// The last one of a site up to a time.
    func siteView(_ site: SiteNumber, at time: Timestamp) throws -> SiteViewRow?

    // Feed
    /// What last changed after a number, by number and id; at most `limit`.
    func feed(_ topic: FeedTopic, after number: UInt64, limit: Int) throws -> [FeedRow]

    // The whole of a topic, in no order, for sums; `body` may ask for other things meanwhile.
    /// Of a source, those that are not dead; `key` as in `RecordRow`.
    func eachLiveRecord(
        of source: SourceNumber, _ body: (_ number: UInt64, _ record: RecordNumber, _ key: [UInt8]) throws -> Void) throws
    func eachProfile(_ body: (ProfileRow) throws -> Void) throws
    /// Without their states.
    func eachCell(_ body: (StockCellRow) throws -> Void) throws
    func eachOrder(_ body: (OrderRow) throws -> Void) throws

    /// What was last noted of each agent, as `note` was given it.
    func agentNotes() throws -> [(agent: VerifyingKey, note: [UInt8])]
    /// When the first set after a number of the line was received.
    func received(after number: UInt64) throws -> Timestamp?

    /// By view and key, those after a place; there need not be one there.
    func stale(after place: StaleRow.Place?, limit: Int) throws -> [StaleRow]
    func stale(_ place: StaleRow.Place) throws -> StaleRow?
    func staleCount() throws -> Int64
    func counts() throws -> StoreCounts
    /// Rows of one derived table, in the order of its key: what `verify` compares. Valid while this transaction is.
    func rows(of table: DerivedTable) throws -> any DerivedRows
}

/// What can be written in one transaction.
public protocol HubWriting: HubReading, PersonWriting, MatchingWriting, PeopleWriting, FlowWriting, ConflictNoteWriting, ExchangeWriting,
    QualityWriting
{
    /// Runs `body`; when it throws, nothing that it wrote remains, and the transaction goes on.
    func savepoint<Result>(_ body: () throws -> Result) throws -> Result

    func set(_ name: MetaName, _ value: [UInt8]) throws
    func insert(_ generation: GenerationRow) throws
    func insert(_ line: LineRow) throws

    func insert(_ site: SiteRow) throws
    func put(_ agent: AgentRecord) throws
    func put(_ token: TokenRow) throws
    /// Forgets the tokens of a site that enrolled nobody.
    func deleteUnusedTokens(of site: SiteNumber) throws
    func put(_ source: SourceRow) throws
    func put(_ replica: ReplicaRow) throws

    func insert(_ entry: JournalRow) throws
    func put(_ held: HeldRow) throws
    func deleteHeld(replica: ReplicaNumber, counter: UInt64) throws

    func put(_ record: RecordRow, isNew: Bool) throws
    func deleteRecord(_ record: RecordNumber) throws

    func put(_ purchase: PurchaseRow) throws
    func put(_ line: PurchaseLineRow, isNew: Bool) throws
    func deletePurchaseLine(_ record: RecordNumber) throws
    func put(_ total: TotalRow) throws
    func put(_ event: EventRow) throws
    func deleteEvent(_ record: RecordNumber) throws

    func put(_ customer: CustomerRow) throws
    func setProfile(_ profile: RecordNumber, of customer: RecordNumber) throws
    func deleteCustomer(_ record: RecordNumber) throws
    func put(_ identifier: IdentifierRow) throws
    func delete(_ identifier: IdentifierRow) throws
    func put(_ earlier: EarlierRow) throws
    func put(_ decision: LinkDecisionRow) throws
    /// Forgets what a decision said of all its pairs.
    func deleteLinkDecisions(of decision: RecordNumber) throws
    func put(_ profile: ProfileRow) throws

    /// - Returns: the cell's number, given on its first `put`.
    func put(_ cell: StockCellRow) throws -> Int64
    func insert(_ movement: MovementRow) throws

    func put(_ order: OrderRow) throws
    func put(_ shipment: ShipmentRow) throws
    func deleteShipment(_ record: RecordNumber) throws

    func put(_ decision: DecisionRow) throws
    func put(_ view: SiteViewRow) throws
    /// Keeps what is to be remembered of an agent; it is no part of what the journal tells.
    func note(_ note: [UInt8], of agent: VerifyingKey) throws
    func deleteSiteViews(of site: SiteNumber, before time: Timestamp) throws
    /// Empties a derived table and fills it with another's rows, as `rows(of:)` gives them.
    func replace(_ table: DerivedTable, with rows: any DerivedRows) throws
    func put(_ stale: StaleRow) throws
    func deleteStale(view: String, key: [UInt8]) throws
}

/// A walk over the rows of one table; `nil` at the end.
public protocol DerivedRows: AnyObject {
    func next() throws -> [Value]?
}

/// Single facts of a hub.
public enum MetaName: String, Sendable, CaseIterable {
    /// 16 bytes.
    case hub
    /// The raw Ed25519 key that signs answers.
    case signingKey = "signing key"
    /// Number of the position that the last verified backup contains, 8 bytes, most significant first.
    case backup
    /// Numbers at or below it need a first load, 8 bytes.
    case floor
    /// By which version of the views the derived tables are drawn, 8 bytes, most significant first.
    case views
    /// What matching has learnt: `MatchModel` as JSON.
    case matchModel = "match model"
    /// What was found when all customers' records and articles were last looked through: `QualityReport` as JSON.
    case quality

    /// A number as a fact's value: 8 bytes, most significant first.
    public static func bytes(of number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
    }
}

/// One kind of thing in the feed.
public enum FeedTopic: Hashable, Sendable {
    case records(SourceNumber)
    case profiles
    case stock
    case orders

    /// What agents call it.
    var topic: Topic {
        switch self {
        case .records: .record
        case .profiles: .profile
        case .stock: .stock
        case .orders: .order
        }
    }
}

public struct FeedRow: Hashable, Sendable {
    public var number: UInt64
    /// The thing's number in its table.
    public var id: Int64

    public init(number: UInt64, id: Int64) {
        self.number = number
        self.id = id
    }
}

public struct StoreCounts: Hashable, Sendable {
    public var records: Int64 = 0
    public var profiles: Int64 = 0
    public var cells: Int64 = 0
    public var orders: Int64 = 0
    public init(records: Int64 = 0) { self.records = records }
}

extension HubReading {
    public func identifiers(_ kind: IdentifierRow.Kind, _ value: String, limit: Int) throws -> [IdentifierRow] {
        try identifiers(kind, value, after: nil, limit: limit)
    }

    public func identifiers(_ kind: IdentifierRow.Kind, startingWith prefix: String, limit: Int) throws -> [IdentifierRow] {
        try identifiers(kind, startingWith: prefix, after: nil, limit: limit)
    }

    /// The newest first.
    public func decisions(limit: Int) throws -> [DecisionRow] { try decisions(after: nil, limit: limit) }

    /// All rows of a topic, in the order of the line.
    func changed(_ topic: FeedTopic) throws -> [FeedRow] {
        var found: [FeedRow] = []
        var number: UInt64 = 0
        let limit = 20 * FeedNumbering.rowsMax
        while case let rows = try feed(topic, after: number, limit: limit), let last = rows.last {
            // A number whose rows were cut off is read again from its beginning.
            let isCut = rows.count == limit && last.number > number + 1
            found += isCut ? rows.filter { $0.number < last.number } : rows
            number = isCut ? last.number - 1 : last.number
        }
        return found
    }
}
