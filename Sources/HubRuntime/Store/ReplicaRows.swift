import Causality
import ChangeSets

public struct SourceRow: Hashable, Sendable {
    public var number: SourceNumber
    public var id: SourceID
    public var site: SiteNumber
    public var name: String
    /// The agent that opened its newest replica.
    public var agent: VerifyingKey?

    /// In place of a site's number: the source is the hub itself, which writes operators' decisions.
    public static let hubSite: SiteNumber = 0

    public var isHub: Bool { site == Self.hubSite }

    public init(number: SourceNumber, id: SourceID, site: SiteNumber, name: String, agent: VerifyingKey?) {
        self.number = number
        self.id = id
        self.site = site
        self.name = name
        self.agent = agent
    }
}

/// A replica. What its sets in the journal say (`last`, `hash`, `position`, `opened`, `received`) a store need not keep once more.
public struct ReplicaRow: Hashable, Sendable {
    public var number: ReplicaNumber
    public var id: ReplicaID
    /// `nil`: only mentioned so far.
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

extension ReplicaRow {
    /// Named by others alone: nothing of it was ever taken in.
    var isStranger: Bool { source == nil }
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
