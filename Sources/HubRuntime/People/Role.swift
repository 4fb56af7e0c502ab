/// What a person, or a program in a person's name, may do at the hub. Each role may do what those before it may.
public enum Role: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// Looks at everything and changes nothing.
    case viewer
    /// Decides conflicts, links customers, replays and discards what stands in quarantine, sets what is kept back.
    case `operator`
    /// Adds and revokes sites and tokens, sets policies and rules of identity, collects, makes backups.
    case admin

    public static func < (one: Role, other: Role) -> Bool {
        allCases.firstIndex(of: one)! < allCases.firstIndex(of: other)!
    }
}

/// Who asks the hub.
public struct Principal: Hashable, Sendable {
    /// `nil` for whoever has the secret of the hub's own folder: it proves the folder, and says who decides in each decision.
    public var name: String?
    public var role: Role

    public init(name: String?, role: Role) {
        self.name = name
        self.role = role
    }

    /// Whoever may read the hub's folder.
    public static let ofFolder = Principal(name: nil, role: .admin)
}
