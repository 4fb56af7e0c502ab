import Causality

/// One change: a dot, a time, and what it does. The dot is implied by the place in its change-set.
public struct Change: Hashable, Sendable {
    public var time: Timestamp
    public var action: Action
    /// What the change does to stock besides; a sale line's dot is also its movement's dot, sent once.
    public var stock: StockEffect?

    public init(time: Timestamp, action: Action, stock: StockEffect? = nil) {
        self.time = time
        self.action = action
        self.stock = stock
    }

    public enum Action: Hashable, Sendable {
        /// Fields with their contexts. A fact (a sale, a payment, an event) is one write that creates.
        case write(Subject, [FieldWrite])
        /// The record is deleted; its values stay until collection (S8). The context says which writes of
        /// the record, of any field, the writer knew of.
        case delete(Subject, Context)
        /// Only moves or counts stock; touches no record (S32).
        case stockOnly
    }
}

extension Change {
    public var subject: Subject? {
        switch action {
        case .write(let subject, _), .delete(let subject, _): subject
        case .stockOnly: nil
        }
    }
}

/// The record that a change is about.
public struct Subject: Hashable, Sendable {
    public var entity: EntityName
    /// `nil`: a record of the source that writes.
    public var source: SourceID?
    public var key: LocalKey
    /// `nil`: this change creates the record, and the record's life is this change's own dot (S6).
    public var life: Dot?

    public init(entity: EntityName, source: SourceID? = nil, key: LocalKey, life: Dot? = nil) {
        self.entity = entity
        self.source = source
        self.key = key
        self.life = life
    }

    public var creates: Bool { life == nil }

    /// The record's whole name, given the change's own dot and the source of its replica.
    public func record(dot: Dot, source writer: SourceID) -> RecordID {
        RecordID(entity: entity, source: source ?? writer, key: key, life: life ?? dot)
    }
}

/// One field of a write.
public struct FieldWrite: Hashable, Sendable {
    public var field: FieldName
    public var value: Value
    public var context: Context
    /// Exact dots of *other records'* values that were shown beside (S30).
    public var saw: [Dot]
    /// The value travels in the personal section, so that it can be destroyed later (S21).
    public var isPersonal: Bool

    public init(_ field: FieldName, _ value: Value, context: Context = .chain, saw: [Dot] = [], isPersonal: Bool = false) {
        self.field = field
        self.value = value
        self.context = context
        self.saw = saw
        self.isPersonal = isPersonal
    }
}

/// What a change does to one (sku, location).
public enum StockEffect: Hashable, Sendable {
    case movement(Movement)
    case count(Count)

    public var sku: Text {
        switch self {
        case .movement(let movement): movement.sku
        case .count(let count): count.sku
        }
    }
    public var location: Text {
        switch self {
        case .movement(let movement): movement.location
        case .count(let count): count.location
        }
    }
    public var quantity: Int64 {
        switch self {
        case .movement(let movement): movement.quantity
        case .count(let count): count.quantity
        }
    }
}

/// A difference: movements add up, whoever writes them and in whatever order (law 12).
public struct Movement: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        case sale = 1
        case customerReturn = 2
        case receipt = 3
        case transferOut = 4
        case transferIn = 5
        case adjustment = 6
        /// Claims stock without moving it.
        case reservation = 7
        /// Gives a claim back.
        case release = 8
    }

    public var sku: Text
    public var location: Text
    /// In units of 10⁻⁴; a sale is negative, a reservation positive, a release negative.
    public var quantity: Int64
    public var kind: Kind
    /// Why (an adjustment), or which document (a transfer's or a reservation's number).
    public var note: Text?
    /// The other end of a transfer.
    public var counterpart: Text?
    /// When a reservation ends by itself.
    public var expires: Timestamp?

    public init(
        sku: Text, location: Text, quantity: Int64, kind: Kind, note: Text? = nil, counterpart: Text? = nil, expires: Timestamp? = nil
    ) {
        self.sku = sku
        self.location = location
        self.quantity = quantity
        self.kind = kind
        self.note = note
        self.counterpart = counterpart
        self.expires = expires
    }
}

/// A stock-take: the quantity found, and what it already contains.
public struct Count: Hashable, Sendable {
    public enum Coverage: Hashable, Sendable {
        /// Replaces the writer's chain's earlier counts and includes its chain's earlier movements: zero bytes.
        case chain
        /// The two vector clocks of S31: counts replaced, movements included.
        case clocks(replaced: VectorClock, included: VectorClock)
    }

    public var sku: Text
    public var location: Text
    /// In units of 10⁻⁴.
    public var quantity: Int64
    public var coverage: Coverage

    public init(sku: Text, location: Text, quantity: Int64, coverage: Coverage = .chain) {
        self.sku = sku
        self.location = location
        self.quantity = quantity
        self.coverage = coverage
    }
}
