import Causality
import ChangeSets
import Merging

/// A page of what was ever written into one field of a record, as far as the hub's journal tells: the newest first.
public struct FieldHistory: Encodable, Sendable {
    public struct Write: Encodable, Hashable, Sendable {
        public var dot: String
        public var site: String
        /// The till or the program, as its site calls it.
        public var source: String
        /// Who was at it, where the same change says so.
        public var cashier: String?
        public var value: ValueAnswer
        /// By the writer's clock, in milliseconds since 1970.
        public var time: UInt64
        /// When the hub received it.
        public var received: UInt64
        /// For a write of the hub: who decided it, and whose value it was.
        public var origin: ValueOrigin?
        /// What it took the place of, as far as its writer had seen it.
        public var replaced: [Replaced]
        /// Nothing has taken its place.
        public var isLive: Bool
        /// It stands in quarantine, waits, was discarded, or left out when its change was mended: it is journaled, and counts for nothing.
        public var isHeld: Bool
    }

    public struct Replaced: Encodable, Hashable, Sendable {
        public var dot: String
        public var site: String
        public var value: ValueAnswer
        public var time: UInt64
    }

    /// The record, as people know it, with its site and its field.
    public var about: ConflictAnswer.About
    public var writes: [Write]
    /// Change-sets of the journal that were looked through for this page.
    public var sets: Int
    /// Where the next page begins; `nil`: this one ends with the first write.
    public var older: String?
    /// What is left arrived before the record itself: only what waited for it could be there.
    public var isBeforeRecord: Bool
    /// So much was written at once that not all of it is followed.
    public var isCut: Bool
    /// Other records of the same person, by their lives.
    public var others: [Other]

    public struct Other: Encodable, Hashable, Sendable {
        public var life: String
        public var site: String
        public var key: String

        private enum CodingKeys: String, CodingKey {
            case life = "record"
            case site, key
        }
    }

    /// Where the next page begins stands beside the document, as with every list.
    private enum CodingKeys: CodingKey { case about, writes, sets, isBeforeRecord, isCut, others }

    /// What one page is made from at most.
    struct Bounds {
        var writes = 50
        /// Some tenths of a second.
        var sets = 1_000
        /// Of the sets together; the one in which it is passed is looked through to its end.
        var changes = 100_000
        /// Places in the journal from which a page goes on.
        var places = 64
        /// Of what one write took the place of.
        var replaced = 8
    }

    public static let setsMax = Bounds().sets
    public static let writesMax = Bounds().writes
}

extension Hub {
    /// - Parameters:
    ///   - life: of the record: the dot of the change that created it.
    ///   - place: `older` of the page before; `nil`: the newest.
    ///   - limit: so many writes at most.
    /// - Returns: `nil` when there is no such record, or it never had such a field.
    /// - Throws: `request-invalid` for a limit that is not 1 to `FieldHistory.writesMax`, and for a place that this hub did not give;
    ///   `ChangeSetError` for a set that the disk has damaged.
    public func history(
        of field: String, record life: String, from place: String? = nil, limit: Int = FieldHistory.writesMax, now: Timestamp
    ) async throws -> FieldHistory? {
        try Self.checkLimit(limit, max: FieldHistory.writesMax)
        return try await history(of: field, record: life, from: place, bounds: FieldHistory.Bounds(writes: limit), now: now)
    }

    func history(
        of field: String, record life: String, from place: String?, bounds: FieldHistory.Bounds, now: Timestamp
    ) async throws -> FieldHistory? {
        try await reading(now) { documents in
            guard let dot = Dot(life), let number = documents.standing.record(dot), let state = try documents.state(number) else {
                return nil
            }
            let field = FieldName(field)
            guard !state.siblings(of: field).writes.isEmpty else { return nil }
            var about = try self.conflictList(documents, nil).about(state)
            about.field = field.description
            about.sku = try Self.stockedSKU(state, documents)
            var walk = FieldWalk(of: field, state, number, documents: documents, bounds: bounds)
            var history = try walk.page(from: place, about: about)
            history.others = try Self.others(beside: number, documents)
            return history
        }
    }

    /// By which an article's page is found; `nil` where nobody has moved or counted it.
    private static func stockedSKU(_ state: RecordState, _ documents: Documents) throws -> String? {
        guard state.id.entity == "item", let sku = state["sku"]?.typed?.string, try !documents.store.cells(sku: sku).isEmpty else {
            return nil
        }
        return sku
    }

    private static func others(beside number: RecordNumber, _ documents: Documents) throws -> [FieldHistory.Other] {
        guard let profile = try documents.store.customer(number)?.profile else { return [] }
        return try documents.store.customers(profile: profile).filter { $0.record != number }.compactMap { row in
            try documents.state(row.record).map {
                FieldHistory.Other(
                    life: $0.id.life.description, site: documents.site($0.id.source)?.string ?? "", key: "\($0.id.key)")
            }
        }
    }
}
