import Causality
import ChangeSets
import Profiles

/// Which conflicts are asked for; what is `nil` does not matter.
public struct ConflictFilter: Codable, Hashable, Sendable {
    public var kind: ConflictAnswer.Kind?
    /// One of the sides was written there.
    public var site: String?
    /// Its id, or the short form of it.
    public var id: String?
    /// The field of a record that was written concurrently.
    public var field: String?

    public init(kind: ConflictAnswer.Kind? = nil, site: String? = nil, id: String? = nil, field: String? = nil) {
        self.kind = kind
        self.site = site
        self.id = id
        self.field = field
    }
}

extension Hub {
    public static let conflictsPerKindMax = 500

    /// Everything that people should look at and nobody has decided yet, by kind; at most `conflictsPerKindMax` of a kind.
    public func conflicts(_ filter: ConflictFilter = ConflictFilter(), now: Timestamp) async throws -> [ConflictAnswer] {
        let scorer = try await scorer()
        return try await reading(now) { try self.conflictList($0, scorer).open(filter).map(\.answer) }
    }

    /// - Parameter scorer: read before the transaction that the documents are of.
    func conflictList(_ documents: Documents, _ scorer: MatchScorer?) -> ConflictList {
        ConflictList(documents: documents, longWaitMilliseconds: options.longWaitMilliseconds, scorer: scorer)
    }
}
