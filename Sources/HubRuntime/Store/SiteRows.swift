import Causality
import ChangeSets

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
