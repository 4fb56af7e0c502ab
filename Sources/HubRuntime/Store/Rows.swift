import Causality
import ChangeSets

/// A replica's number in this hub's tables: small, from 1, given on first mention and meaningless elsewhere.
public typealias ReplicaNumber = Int32
/// A source's number in this hub's tables.
public typealias SourceNumber = Int32
public typealias SiteNumber = Int32

/// A record's number in this hub's tables: the number of the replica that created it and the counter of the creating change.
///
/// A life names one record for ever, so the number needs no index and can be written before the record
/// itself has arrived: what refers to it finds it later.
public struct RecordNumber: Hashable, Comparable, Sendable {
    public let raw: Int64

    public static let counterBits = 40
    /// Counters above this are refused: 10¹² changes of one incarnation.
    public static let counterMax: UInt64 = (1 << UInt64(counterBits)) - 1

    public init(raw: Int64) { self.raw = raw }

    public init(replica: ReplicaNumber, counter: UInt64) {
        raw = Int64(replica) << Int64(Self.counterBits) | Int64(counter & Self.counterMax)
    }

    public var replica: ReplicaNumber { ReplicaNumber(raw >> Int64(Self.counterBits)) }
    public var counter: UInt64 { UInt64(raw) & Self.counterMax }

    public static func < (left: RecordNumber, right: RecordNumber) -> Bool { left.raw < right.raw }
}

public struct SiteRow: Hashable, Sendable {
    public var number: SiteNumber
    public var name: String
    public var kind: SiteKind
    /// `nil`: the site sees the profiles of all regions.
    public var region: String?
    public var created: Timestamp

    public init(number: SiteNumber, name: String, kind: SiteKind, region: String?, created: Timestamp) {
        self.number = number
        self.name = name
        self.kind = kind
        self.region = region
        self.created = created
    }
}

/// An enrolled agent, as every request of it is judged.
public struct AgentRecord: Hashable, Sendable {
    public var key: VerifyingKey
    public var site: SiteRow
    public var enrolled: Timestamp
    public var isRevoked: Bool
    public var lastHeard: Timestamp?
    /// The agent's clock minus the hub's, as last measured.
    public var clockOffsetMilliseconds: Int64

    public init(
        key: VerifyingKey, site: SiteRow, enrolled: Timestamp, isRevoked: Bool, lastHeard: Timestamp?,
        clockOffsetMilliseconds: Int64
    ) {
        self.key = key
        self.site = site
        self.enrolled = enrolled
        self.isRevoked = isRevoked
        self.lastHeard = lastHeard
        self.clockOffsetMilliseconds = clockOffsetMilliseconds
    }
}

/// A one-time permission to enrol; only its hash is kept.
public struct TokenRow: Hashable, Sendable {
    public var hash: [UInt8]
    public var site: SiteNumber
    public var expires: Timestamp
    public var usedBy: VerifyingKey?

    public init(hash: [UInt8], site: SiteNumber, expires: Timestamp, usedBy: VerifyingKey?) {
        self.hash = hash
        self.site = site
        self.expires = expires
        self.usedBy = usedBy
    }
}

public struct SourceRow: Hashable, Sendable {
    public var number: SourceNumber
    public var id: SourceID
    public var site: SiteNumber
    public var name: String
    /// The agent that opened its newest replica.
    public var agent: VerifyingKey?

    public init(number: SourceNumber, id: SourceID, site: SiteNumber, name: String, agent: VerifyingKey?) {
        self.number = number
        self.id = id
        self.site = site
        self.name = name
        self.agent = agent
    }
}

public struct ReplicaRow: Hashable, Sendable {
    public var number: ReplicaNumber
    public var id: ReplicaID
    /// `nil`: only mentioned so far, or a generation of the hub.
    public var source: SourceNumber?
    public var follows: Dot?
    /// The last counter admitted; 0 before the opening.
    public var last: UInt64 = 0
    public var hash = Digest.zero
    /// Number of the position that committed `last`.
    public var position: UInt64 = 0
    /// The hub's clock when the replica opened.
    public var opened = Timestamp(milliseconds: 0)
    public var received: Timestamp?
    /// Taken over or retired at this counter: anything later goes to quarantine (S16).
    public var closedAfter: UInt64?

    public init(
        number: ReplicaNumber, id: ReplicaID, source: SourceNumber? = nil, follows: Dot? = nil, last: UInt64 = 0,
        hash: Digest = .zero, position: UInt64 = 0, opened: Timestamp = Timestamp(milliseconds: 0), received: Timestamp? = nil,
        closedAfter: UInt64? = nil
    ) {
        self.number = number
        self.id = id
        self.source = source
        self.follows = follows
        self.last = last
        self.hash = hash
        self.position = position
        self.opened = opened
        self.received = received
        self.closedAfter = closedAfter
    }
}

/// A life of the hub's writer (S23).
public struct GenerationRow: Hashable, Sendable {
    public var number: Int32
    public var id: ReplicaID
    public var parent: ReplicaID?
    /// The head when it opened.
    public var start: UInt64
    public var opened: Timestamp

    public init(number: Int32, id: ReplicaID, parent: ReplicaID?, start: UInt64, opened: Timestamp) {
        self.number = number
        self.id = id
        self.parent = parent
        self.start = start
        self.opened = opened
    }
}

/// One number of the commit line: which generation committed it, and the running hash up to there.
public struct LineRow: Hashable, Sendable {
    public var number: UInt64
    public var generation: ReplicaID
    /// 32 bytes; a position shows the first 8.
    public var hash: [UInt8]

    public var position: Position {
        Position(generation: generation, number: number, line: hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    public init(number: UInt64, generation: ReplicaID, hash: [UInt8]) {
        self.number = number
        self.generation = generation
        self.hash = hash
    }
}

/// One change-set as received, with all that its verdicts were drawn from: what a rebuild needs (law 4).
public struct JournalRow: Hashable, Sendable {
    /// The last number of the line that it takes.
    public var number: UInt64
    public var replica: ReplicaNumber
    public var first: UInt64
    public var last: UInt64
    public var hash: Digest
    public var received: Timestamp
    public var offsetMilliseconds: Int64
    public var ruleVersion: Int32
    /// The agent that sent it and its site.
    public var agent: VerifyingKey
    public var bytes: [UInt8]

    public init(
        number: UInt64, replica: ReplicaNumber, first: UInt64, last: UInt64, hash: Digest, received: Timestamp,
        offsetMilliseconds: Int64, ruleVersion: Int32, agent: VerifyingKey, bytes: [UInt8]
    ) {
        self.number = number
        self.replica = replica
        self.first = first
        self.last = last
        self.hash = hash
        self.received = received
        self.offsetMilliseconds = offsetMilliseconds
        self.ruleVersion = ruleVersion
        self.agent = agent
        self.bytes = bytes
    }
}

/// A change that is journaled and receipted, and has no effect yet (S4, S5).
public struct HeldRow: Hashable, Sendable {
    public enum Cause: Int32, Hashable, Sendable {
        /// Names a dot that the hub lacks.
        case waiting = 1
        /// Breaks a rule.
        case quarantined = 2
        /// An earlier change of its chain on the same record is held.
        case behind = 3
    }

    public var replica: ReplicaNumber
    public var counter: UInt64
    /// Canonical bytes of the record it is about; empty for a change that only moves stock.
    public var record: [UInt8]
    public var cause: Cause
    /// The dot it waits for, or the held change it stands behind.
    public var lacking: Dot?
    public var code: String
    public var reason: String
    public var isInBound: Bool
    public var since: Timestamp

    public init(
        replica: ReplicaNumber, counter: UInt64, record: [UInt8], cause: Cause, lacking: Dot?, code: String, reason: String,
        isInBound: Bool, since: Timestamp
    ) {
        self.replica = replica
        self.counter = counter
        self.record = record
        self.cause = cause
        self.lacking = lacking
        self.code = code
        self.reason = reason
        self.isInBound = isInBound
        self.since = since
    }
}

/// A record: one row, whatever its fields.
public struct RecordRow: Hashable, Sendable {
    public struct Flags: OptionSet, Hashable, Sendable {
        public let rawValue: Int32
        public init(rawValue: Int32) { self.rawValue = rawValue }
        public static let dead = Flags(rawValue: 1)
        public static let concurrent = Flags(rawValue: 2)
        public static let editedDespiteDeletion = Flags(rawValue: 4)
        public static let asks: Flags = [.concurrent, .editedDespiteDeletion]
    }

    public var record: RecordNumber
    public var source: SourceNumber
    /// Entity and local key, in canonical coding.
    public var key: [UInt8]
    public var flags: Flags
    /// Number of the line at which it last changed.
    public var number: UInt64
    /// `RecordState`, with replica numbers.
    public var state: [UInt8]

    public init(record: RecordNumber, source: SourceNumber, key: [UInt8], flags: Flags, number: UInt64, state: [UInt8]) {
        self.record = record
        self.source = source
        self.key = key
        self.flags = flags
        self.number = number
        self.state = state
    }
}

/// A sale, an order or a return as profiles count it.
public struct PurchaseRow: Hashable, Sendable {
    public enum Kind: Int32, Hashable, Sendable {
        case sale = 1
        case order = 2
        case giveBack = 3
    }

    public var record: RecordNumber
    /// `nil`: only its lines have arrived.
    public var kind: Kind?
    public var source: SourceNumber = 0
    public var isAlive = false
    public var isCancelled = false
    /// Whom the record names.
    public var customer: RecordNumber?
    /// Whose purchase it is: the customer, or that of the order which a sale without a customer fulfils.
    public var buyer: RecordNumber?
    public var at: Int64?
    public var name: String?
    /// The order it is, or fulfils.
    public var order: String?
    public var currency: String?
    public var total: Int64?
    public var lines: Int64 = 0
    public var lineAmount: Int64 = 0
    /// An order that a sale fulfils is worth nothing besides.
    public var isCounted = false

    public init(record: RecordNumber) { self.record = record }
}

public struct PurchaseLineRow: Hashable, Sendable {
    public var record: RecordNumber
    public var purchase: RecordNumber
    public var sku: String?
    public var name: String?
    public var quantity: Int64
    public var amount: Int64

    public init(record: RecordNumber, purchase: RecordNumber, sku: String?, name: String?, quantity: Int64, amount: Int64) {
        self.record = record
        self.purchase = purchase
        self.sku = sku
        self.name = name
        self.quantity = quantity
        self.amount = amount
    }
}

/// What one customer record bought, per currency.
public struct TotalRow: Hashable, Sendable {
    public var customer: RecordNumber
    /// Empty: none was given.
    public var currency: String
    public var purchases: Int64
    public var amount: Int64

    public init(customer: RecordNumber, currency: String, purchases: Int64, amount: Int64) {
        self.customer = customer
        self.currency = currency
        self.purchases = purchases
        self.amount = amount
    }
}

public struct EventRow: Hashable, Sendable {
    public var record: RecordNumber
    public var customer: RecordNumber?
    public var at: Int64?
    public var kind: String?

    public init(record: RecordNumber, customer: RecordNumber?, at: Int64?, kind: String?) {
        self.record = record
        self.customer = customer
        self.at = at
        self.kind = kind
    }
}

/// A view that could not be brought up to date for one thing, and why; it refuses nothing.
public struct StaleRow: Hashable, Sendable {
    public var view: String
    public var key: [UInt8]
    public var reason: String

    public init(view: String, key: [UInt8], reason: String) {
        self.view = view
        self.key = key
        self.reason = reason
    }
}

/// A customer record and the profile it belongs to.
public struct CustomerRow: Hashable, Sendable {
    public var record: RecordNumber
    public var profile: RecordNumber
    /// Of the change that created the record: decides which record of a profile is the oldest.
    public var created: Timestamp
    public var isCreatedInBound: Bool

    public init(record: RecordNumber, profile: RecordNumber, created: Timestamp, isCreatedInBound: Bool) {
        self.record = record
        self.profile = profile
        self.created = created
        self.isCreatedInBound = isCreatedInBound
    }
}

/// A value that a customer record holds or held, in its normal form.
public struct IdentifierRow: Hashable, Sendable {
    public enum Kind: Int32, Hashable, Sendable, CaseIterable {
        case id = 1
        case email = 2
        case phone = 3
        /// For search only; never links.
        case name = 10
    }

    public var record: RecordNumber
    public var kind: Kind
    public var value: String
    /// The record's source: limits count per source (S28).
    public var source: SourceNumber
    /// `false`: an earlier value that goes on linking (S29).
    public var isCurrent: Bool

    public init(record: RecordNumber, kind: Kind, value: String, source: SourceNumber, isCurrent: Bool) {
        self.record = record
        self.kind = kind
        self.value = value
        self.source = source
        self.isCurrent = isCurrent
    }
}

/// A superseded write of an identifying field: it links on unless a later write was a correction (S29).
public struct EarlierRow: Hashable, Sendable {
    public var record: RecordNumber
    public var field: String
    public var replica: ReplicaNumber
    public var counter: UInt64
    public var time: Timestamp
    public var isInBound: Bool
    /// Written without a `seen` token.
    public var isChained: Bool
    public var kind: IdentifierRow.Kind
    public var value: String
    public var isCorrected: Bool

    public init(
        record: RecordNumber, field: String, replica: ReplicaNumber, counter: UInt64, time: Timestamp, isInBound: Bool,
        isChained: Bool, kind: IdentifierRow.Kind, value: String, isCorrected: Bool
    ) {
        self.record = record
        self.field = field
        self.replica = replica
        self.counter = counter
        self.time = time
        self.isInBound = isInBound
        self.isChained = isChained
        self.kind = kind
        self.value = value
        self.isCorrected = isCorrected
    }
}

/// One person. Its number is that of its oldest record.
public struct ProfileRow: Hashable, Sendable {
    public var id: RecordNumber
    /// Number of the line at which it last changed.
    public var number: UInt64
    /// Regions of its records' sites, and those it has left; in the order of their names.
    public var regions: [String]
    public var formerRegions: [String]
    /// `false`: everybody left it; kept so that sites hear of it.
    public var isAlive: Bool

    public init(id: RecordNumber, number: UInt64, regions: [String], formerRegions: [String], isAlive: Bool) {
        self.id = id
        self.number = number
        self.regions = regions
        self.formerRegions = formerRegions
        self.isAlive = isAlive
    }
}

/// One pile of goods.
public struct StockCellRow: Hashable, Sendable {
    /// 0: not stored yet.
    public var cell: Int64
    public var sku: String
    public var location: String
    public var number: UInt64
    /// `StockCell`, with replica numbers.
    public var state: [UInt8]
    /// People should look at it: concurrent counts, oversold.
    public var asks: Bool

    public init(cell: Int64, sku: String, location: String, number: UInt64, state: [UInt8], asks: Bool) {
        self.cell = cell
        self.sku = sku
        self.location = location
        self.number = number
        self.state = state
        self.asks = asks
    }
}

/// An admitted movement or claim at one pile.
public struct MovementRow: Hashable, Sendable {
    public var cell: Int64
    public var replica: ReplicaNumber
    public var counter: UInt64
    public var kind: Movement.Kind
    public var quantity: Int64
    public var note: String?
    public var expires: Timestamp?

    public init(
        cell: Int64, replica: ReplicaNumber, counter: UInt64, kind: Movement.Kind, quantity: Int64, note: String?,
        expires: Timestamp?
    ) {
        self.cell = cell
        self.replica = replica
        self.counter = counter
        self.kind = kind
        self.quantity = quantity
        self.note = note
        self.expires = expires
    }
}

/// One order as the feed and look-ups see it.
public struct OrderRow: Hashable, Sendable {
    public var record: RecordNumber
    /// Its declared number.
    public var name: String?
    /// Number of the line at which it or a shipment of it last changed.
    public var number: UInt64
    /// Its sides contradict each other.
    public var asks: Bool
    public var isAlive: Bool

    public init(record: RecordNumber, name: String?, number: UInt64, asks: Bool, isAlive: Bool) {
        self.record = record
        self.name = name
        self.number = number
        self.asks = asks
        self.isAlive = isAlive
    }
}

/// A shipment and what it says it belongs to.
public struct ShipmentRow: Hashable, Sendable {
    public var record: RecordNumber
    public var order: RecordNumber?
    /// The order's declared number, for a shipment that refers to no record.
    public var orderName: String?

    public init(record: RecordNumber, order: RecordNumber?, orderName: String?) {
        self.record = record
        self.order = order
        self.orderName = orderName
    }
}

/// The tables that a rebuild from the journal must give again.
public enum DerivedTable: String, Sendable, CaseIterable {
    case record, held, purchase, purchaseLine, total, event, customer, identifier, earlier, profile, cell, movement, order, shipment
}
