import Causality

/// What lets a program or a person ask in a name of its own; only its hash is kept.
public struct APITokenRow: Hashable, Sendable {
    public var name: String
    public var hash: [UInt8]
    public var role: Role
    public var created: Timestamp
    /// `nil`: good until it is revoked.
    public var expires: Timestamp?
    public var author: String

    public init(name: String, hash: [UInt8], role: Role, created: Timestamp, expires: Timestamp?, author: String) {
        self.name = name
        self.hash = hash
        self.role = role
        self.created = created
        self.expires = expires
        self.author = author
    }

    func isExpired(at now: Timestamp) -> Bool { expires.map { now > $0 } ?? false }
}
