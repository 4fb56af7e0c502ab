import Causality

/// A customer record and the profile it belongs to.
public struct CustomerRow: Hashable, Sendable {
    public var record: RecordNumber
    public var profile: RecordNumber
    /// Of the change that created the record: decides which record of a profile is the oldest.
    public var created: Timestamp
    public var isCreatedInBound: Bool
    /// The names that it bears, for rules that ask whether names contradict (`LinkRecord.names`).
    public var names: [String]

    public init(record: RecordNumber, profile: RecordNumber, created: Timestamp, isCreatedInBound: Bool, names: [String] = []) {
        self.record = record
        self.profile = profile
        self.created = created
        self.isCreatedInBound = isCreatedInBound
        self.names = names
    }
}

/// A value that a customer record holds or held, in its normal form.
public struct IdentifierRow: Hashable, Sendable {
    /// `Identifier.Kind` as stores keep it, and what is kept for search besides.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public var rawValue: Int32
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// A whole name, folded: for search only; never links.
        public static let name = Kind(rawValue: 1 << 20)
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
    /// As it was written, so that other rules can read it anew.
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

/// What an operator said of two customer records; a decision may speak of many pairs.
public struct LinkDecisionRow: Hashable, Sendable {
    public var lower: RecordNumber
    public var higher: RecordNumber
    public var decision: RecordNumber
    public var isSame: Bool

    public init(lower: RecordNumber, higher: RecordNumber, decision: RecordNumber, isSame: Bool) {
        self.lower = lower
        self.higher = higher
        self.decision = decision
        self.isSame = isSame
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
