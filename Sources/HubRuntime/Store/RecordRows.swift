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

/// A view that could not be brought up to date for one thing, and why; it refuses nothing.
public struct StaleRow: Hashable, Sendable {
    public var view: String
    public var key: [UInt8]
    public var reason: String

    /// What is behind.
    public struct Place: Hashable, Sendable {
        public var view: String
        public var key: [UInt8]

        public init(view: String, key: [UInt8]) {
            self.view = view
            self.key = key
        }
    }

    public var place: Place { Place(view: view, key: key) }

    public init(view: String, key: [UInt8], reason: String) {
        self.view = view
        self.key = key
        self.reason = reason
    }
}

/// The tables that a rebuild from the journal must give again.
///
/// Not among them is what the journal does not give. `unmatched`, `matched`, `block` and `proposal` are a list of work beside the
/// views: what is in it depends on when a pass last learnt, and a pass makes it anew from the records, which are compared. `stale`
/// says what could not be drawn when it came. `flow_…`, `quality_…`, `pulse`, `exchange` and `site_view` are diagnostics that were
/// noted in passing. Notes on conflicts, users, tokens and the trail are said to the hub itself, and stand nowhere else.
public enum DerivedTable: String, Sendable, CaseIterable {
    case record, held, purchase, purchaseLine, total, event, customer, identifier, earlier, profile, cell, movement, order, shipment,
        decision, linkDecision, item, itemWord, consent, note, superseded
}
