import ChangeSets
import Profiles

/// The devices and cookies by which events that name no customer are a profile's.
///
/// Worked out each time somebody looks, so it follows every link and unlink, late arrival, deletion and change of rules. A value tells of a
/// profile while its records alone hold it, now or before, and no source has it on more of them than its kind may link: a device never
/// joins two people, nor guesses between them.
struct ProfileTokens {
    /// So many values of one profile are looked up, so that a page stays a page: those held now first, then by kind and value.
    ///
    /// A browser that forgets its cookie every day stays below it for half a year.
    static let tokensMax = 200

    let profile: RecordNumber
    let tokens: [EventToken]

    init(of profile: RecordNumber, _ members: [RecordNumber], _ documents: Documents) throws {
        let store = documents.store
        var held: Set<Identifier> = []
        var current: Set<Identifier> = []
        for row in try members.flatMap({ try store.identifiers(record: $0) }) {
            guard let kind = row.kind.identifierKind, kind == .device || kind == .cookie else { continue }
            held.insert(Identifier(kind: kind, value: Text(row.value)))
            if row.isCurrent { current.insert(Identifier(kind: kind, value: Text(row.value))) }
        }
        let ordered = current.sorted() + held.subtracting(current).sorted()
        self.profile = profile
        tokens = try ordered.prefix(Self.tokensMax).filter { try Self.isOwn($0, profile, documents) }.map(EventToken.init)
    }

    private static func isOwn(_ held: Identifier, _ profile: RecordNumber, _ documents: Documents) throws -> Bool {
        let (kind, limit) = (IdentifierRow.Kind(held.kind), documents.standing.linkRules.recordsPerSourceMax(of: held.kind))
        return try !documents.store.isHeld(kind, held.value.string, outside: profile)
            && documents.store.holderCounts(kind, held.value.string).allSatisfy { $0.records <= limit }
    }
}

extension EventToken {
    fileprivate init(_ identifier: Identifier) {
        self = identifier.kind == .cookie ? .cookie(identifier.value.string) : .device(identifier.value.string)
    }
}
