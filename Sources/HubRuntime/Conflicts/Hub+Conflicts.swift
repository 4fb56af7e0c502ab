import Causality
import ChangeSets
import Profiles

/// Which conflicts are asked for; what is `nil` does not matter.
public struct ConflictFilter: Codable, Hashable, Sendable {
    public var kind: ConflictAnswer.Kind?
    /// It is about something of that site, or one of the sides was written there.
    public var site: String?
    /// Its id, or the short form of it.
    public var id: String?
    /// The field of a record that was written concurrently.
    public var field: String?
    /// What people are shown of it holds this.
    public var text: String?
    /// Those with these whole ids, and no others.
    public var ids: [String]?
    /// For a rule: what was shown of each, by whole ids; a decision then covers exactly that.
    public var seen: [String: String]?

    public init(kind: ConflictAnswer.Kind? = nil, site: String? = nil, id: String? = nil, field: String? = nil, text: String? = nil) {
        self.kind = kind
        self.site = site
        self.id = id
        self.field = field
        self.text = text
    }
}

extension Hub {
    public static let conflictsPerKindMax = 500

    /// Everything that people should look at and nobody has decided yet, by kind; at most `conflictsPerKindMax` of a kind.
    public func conflicts(_ filter: ConflictFilter = ConflictFilter(), now: Timestamp) async throws -> [ConflictAnswer] {
        let scorer = try await scorer()
        return try await reading(now) { try self.conflictList($0, scorer).open(filter).map(\.answer) }
    }

    public static let conflictsPageMax = 200

    /// A page of them, in an order that stays: by kind, what costs a sale first.
    ///
    /// - Parameter id: the last one of the page before; it may have been decided since.
    public func conflicts(
        _ filter: ConflictFilter = ConflictFilter(), after id: String?, limit: Int, now: Timestamp
    ) async throws -> [ConflictAnswer] {
        let scorer = try await scorer()
        return try await reading(now) {
            try self.conflictList($0, scorer).page(filter, after: id, limit: min(max(limit, 1), Self.conflictsPageMax)).map(\.answer)
        }
    }

    /// - Parameter scorer: read before the transaction that the documents are of.
    func conflictList(_ documents: Documents, _ scorer: MatchScorer?) -> ConflictList {
        ConflictList(documents: documents, longWaitMilliseconds: options.longWaitMilliseconds, scorer: scorer)
    }
}
