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
    /// What the record or the change is: `customer`.
    public var entity: String?
    /// What people are shown of it holds this.
    public var text: String?
    /// It is open for so many days at least, or nobody knows since when.
    public var days: Int?
    /// It can be decided so.
    public var choice: Decision.Choice?
    /// Why the change is set aside or waits, as its code: `value-of-wrong-kind`.
    public var cause: String?
    /// Those with these ids, or short forms of them, and no others.
    public var ids: [String]?
    /// For a rule: what was shown of each, by whole ids; a decision then covers exactly that.
    public var seen: [String: String]?

    public init(
        kind: ConflictAnswer.Kind? = nil, site: String? = nil, id: String? = nil, field: String? = nil, entity: String? = nil,
        text: String? = nil, days: Int? = nil, choice: Decision.Choice? = nil, cause: String? = nil, ids: [String]? = nil
    ) {
        self.kind = kind
        self.site = site
        self.id = id
        self.field = field
        self.entity = entity
        self.text = text
        self.days = days
        self.choice = choice
        self.cause = cause
        self.ids = ids
    }
}

/// Some of the open conflicts, and where the others are.
public struct ConflictPage: Hashable, Sendable {
    public var conflicts: [ConflictAnswer]
    /// What the next page comes after; `nil`: there is none.
    public var next: String?
    /// The page is not full, since no more rows than so many are looked at for one: the rest is still to be looked at.
    public var lookedThrough: Int?
    /// More are open than are put in this order, which is among the first so many by kind; `nil`: it is among all.
    public var among: Int?

    public init(conflicts: [ConflictAnswer], next: String? = nil, lookedThrough: Int? = nil, among: Int? = nil) {
        self.conflicts = conflicts
        self.next = next
        self.lookedThrough = lookedThrough
        self.among = among
    }
}

extension Hub {
    public static let conflictsPerKindMax = 500

    /// Everything that people should look at and nobody has decided yet, by kind; at most `conflictsPerKindMax` of a kind.
    public func conflicts(_ filter: ConflictFilter = ConflictFilter(), now: Timestamp) async throws -> [ConflictAnswer] {
        let scorer = try await scorer()
        return try await reading(now) { documents in
            let list = self.conflictList(documents, scorer)
            return try list.told(try list.open(filter).map { try list.dated($0) }).map(\.answer)
        }
    }

    public static let conflictsPageMax = 500

    /// A page of them, in an order that stays.
    ///
    /// - Parameters:
    ///   - order: where it is not by kind, all that is open is looked through for it, up to `Options.conflictsOrderedMax`, and again after 15 s
    ///     where something was committed meanwhile.
    ///   - place: `next` of the page before in the same order; the page goes on from there, whatever was decided since.
    ///   - rowsMax: rows that are looked at; fewer than for a page of the queue, where it is not what somebody waits for.
    /// - Throws: `HubError`: `request-invalid` for a limit that is not 1 to `conflictsPageMax`, or a place that is none.
    public func conflictPage(
        _ filter: ConflictFilter = ConflictFilter(), in order: ConflictOrder = .kind, after place: String? = nil, limit: Int,
        rowsMax: Int? = nil, now: Timestamp
    ) async throws -> ConflictPage {
        try Self.checkLimit(limit, max: Self.conflictsPageMax)
        guard order == .kind else { return try await orderedPage(filter, in: order, after: place, limit: limit, now: now) }
        let after = try Self.place(place) { ConflictPlace($0) }
        let scorer = try await scorer()
        return try await reading(now) { documents in
            let list = self.conflictList(documents, scorer, rowsMax: rowsMax)
            let page = try list.page(filter, after: after, limit: limit)
            return ConflictPage(
                conflicts: try list.told(page.findings.map { try list.dated($0) }).map(\.answer), next: page.next,
                lookedThrough: page.lookedThrough)
        }
    }

    private func orderedPage(
        _ filter: ConflictFilter, in order: ConflictOrder, after place: String?, limit: Int, now: Timestamp
    ) async throws -> ConflictPage {
        let after = try Self.place(place) { OrderedPlace($0).flatMap { $0.order == order ? $0 : nil } }
        let scorer = try await scorer()
        let listed = try await openLists.list(filter.kind, head: head.number, now: now) { [self] in
            try await reading(now) { try self.conflictList($0, scorer).listed(filter.kind, most: self.options.conflictsOrderedMax) }
        }
        return try await reading(now) { documents in
            let list = self.conflictList(documents, scorer)
            let page = try list.page(filter, of: listed, in: order, after: after, limit: limit)
            return ConflictPage(
                conflicts: try list.told(page.findings.map { try list.dated($0) }).map(\.answer), next: page.next,
                lookedThrough: page.lookedThrough,
                among: listed.isCut ? listed.conflicts.count : nil)
        }
    }

    /// - Parameter scorer: read before the transaction that the documents are of.
    func conflictList(_ documents: Documents, _ scorer: MatchScorer?, rowsMax: Int? = nil) -> ConflictList {
        ConflictList(
            documents: documents, longWaitMilliseconds: options.longWaitMilliseconds, rowsMax: rowsMax ?? options.conflictRowsMax,
            scorer: scorer, times: MovementTimes(documents))
    }
}
