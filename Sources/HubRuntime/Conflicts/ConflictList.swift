import Causality
import ChangeSets
import Profiles

/// Finds what asks for people's attention; every finding follows from stored state, so nothing can be forgotten.
///
/// Findings come by kind, and within a kind in an order that stays: what is decided meanwhile moves nothing else.
struct ConflictList {
    let documents: Documents
    let longWaitMilliseconds: UInt64
    /// So many rows are looked at for one page, and of one group for a whole list: some seconds' worth, and not a year of quarantine.
    let rowsMax: Int
    /// Says why a link is proposed; `nil` until a model is learnt, when none is.
    let scorer: MatchScorer?
    /// Tells since when piles are oversold.
    let times: MovementTimes
    var store: any HubReading { documents.store }
    /// So many of one kind are looked for at most.
    var limit: Int { Hub.conflictsPerKindMax }

    /// Rows are read so many at a time.
    static let chunkRows = 200

    /// Of a row: where it stands, and what of it asks for attention, in the order of ids; whether to go on.
    typealias Look = (_ row: ConflictPlace.Row, _ findings: [Finding]) throws -> Bool

    /// What fits the filter and was not accepted as it stands; at most `limit` of a kind.
    func open(_ filter: ConflictFilter) throws -> [Finding] {
        if let id = filter.id, id.contains(":") {
            return try [find(id).flatMap { try fitting($0, filter) }].compactMap { $0 }
        }
        // For a short one all that is open has to be looked through.
        if let ids = filter.ids, ids.allSatisfy({ $0.contains(":") }) {
            var named: Set<String> = []
            return try ids.prefix(Hub.conflictsPerKindMax).filter { named.insert($0).inserted }.compactMap(find).compactMap {
                try fitting($0, filter)
            }
        }
        var found: [Finding] = []
        var counts: [ConflictAnswer.Kind: Int] = [:]
        for group in Group.allCases where group.holds(filter) {
            var looked = 0
            let kinds = filter.kind.map { [$0] } ?? group.kinds
            try each(group, after: nil) { _, findings in
                looked += group.cost(withAge: filter.days != nil)
                for finding in findings where counts[finding.answer.kind, default: 0] < limit {
                    guard let finding = try fitting(finding, filter) else { continue }
                    counts[finding.answer.kind, default: 0] += 1
                    found.append(finding)
                }
                return looked < rowsMax && kinds.contains { counts[$0, default: 0] < limit }
            }
        }
        return found
    }

    /// How many are open, by kind; of a group of kinds no more are looked at than are counted of one.
    func tally() throws -> OpenConflicts {
        var counted = OpenConflicts()
        for group in Group.allCases {
            var (rows, looked) = (0, 0)
            try each(group, after: nil) { _, findings in
                rows += group.cost()
                for finding in findings {
                    looked += 1
                    guard looked <= limit else { break }
                    if try isOpen(finding) { counted.byKind[finding.answer.kind, default: 0] += 1 }
                }
                guard looked <= limit, rows <= rowsMax else {
                    counted.hasMore = true
                    return false
                }
                return true
            }
        }
        return counted
    }

    struct Page {
        var findings: [Finding] = []
        /// Where the next page begins, as it goes out; `nil`: there is none.
        var next: String?
        /// How many rows were looked at, where the page is not full since no more of them are looked at for one.
        var lookedThrough: Int?
    }

    /// A page of the same, whatever the kinds.
    ///
    /// - Parameter place: behind which the page begins.
    func page(_ filter: ConflictFilter, after place: ConflictPlace?, limit: Int) throws -> Page {
        // Who names conflicts gets these, and there is nothing behind them.
        guard filter.id == nil, filter.ids == nil else { return Page(findings: try open(filter)) }
        var page = Page()
        var (looked, last) = (0, place)
        for group in Group.allCases where group.holds(filter) && group >= place?.group ?? group {
            let cost = group.cost(withAge: filter.days != nil)
            try each(group, after: group == place?.group ? place : nil) { row, findings in
                guard looked == 0 || looked + cost <= rowsMax else {
                    page.next = last?.description
                    if page.findings.count < limit { page.lookedThrough = looked }
                    return false
                }
                looked += cost
                for finding in findings {
                    guard let finding = try fitting(finding, filter) else { continue }
                    guard page.findings.count < limit else {
                        page.next = last?.description
                        return false
                    }
                    page.findings.append(finding)
                    last = ConflictPlace(group, row, id: finding.answer.id)
                }
                last = ConflictPlace(group, row)
                return true
            }
            if page.next != nil { break }
        }
        return page
    }

    /// What is open and fits the filter; since when is found out where that is asked for, and all else fits.
    func fitting(_ finding: Finding, _ filter: ConflictFilter) throws -> Finding? {
        var rest = filter
        rest.days = nil
        guard finding.matches(rest, at: documents.now), try isOpen(finding) else { return nil }
        guard filter.days != nil else { return finding }
        let dated = try dated(finding)
        return dated.matches(filter, at: documents.now) ? dated : nil
    }

    /// What cannot be chosen any more does not end it: a withdrawal, where the source turned out to be a clone's living original.
    func isOpen(_ finding: Finding) throws -> Bool {
        let ends: [Decision.Choice] = [.accept, .withdraw].filter { finding.answer.choices.contains($0.rawValue) }
        return try isOpen(finding.answer.id, finding.answer.fingerprint, endedBy: ends)
    }

    func isOpen(_ id: String, _ fingerprint: String, endedBy choices: [Decision.Choice] = [.accept, .withdraw]) throws -> Bool {
        try !store.decisions(on: id).contains {
            choices.contains($0.choice) && $0.undone == nil && $0.fingerprint == fingerprint
        }
    }

    /// Kinds that come from the same rows, in the order of lists: stock first.
    enum Group: String, CaseIterable, Comparable {
        case stock, orders, quarantined, crossings, writes, waiting, restored, links, stale

        var kinds: [ConflictAnswer.Kind] {
            switch self {
            case .stock: [.oversell, .concurrentCounts, .receivedMoreThanSent]
            case .orders: [.orderContradiction]
            case .quarantined: [.quarantine, .editOfDeleted]
            case .crossings: [.editOfDeleted]
            case .writes: [.concurrentWrites]
            case .waiting: [.longWait]
            case .restored: [.sourceRestored]
            case .links: [.proposedLink]
            case .stale: [.staleView]
            }
        }

        func holds(_ filter: ConflictFilter) -> Bool {
            // Nothing but what is set aside is replayed, and only of a change that is not applied there is a cause.
            (filter.kind.map(kinds.contains) ?? true) && (filter.choice != .replay || self == .quarantined)
                && (filter.cause == nil || self == .quarantined || self == .waiting)
        }

        /// What looking at one of its rows takes: two people are compared for every proposed link, and movements are read for a pile's age.
        func cost(withAge: Bool = false) -> Int { self == .links || self == .stock && withAge ? 10 : 1 }

        static func < (left: Group, right: Group) -> Bool { left.order < right.order }

        private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Calls `look` for each row that may hold conflicts, until it answers false.
    ///
    /// - Parameter place: in the group; the rows behind it are looked at, and what is left of its own.
    func each(_ group: Group, after place: ConflictPlace?, _ look: Look) throws {
        func lookAtRest(_ row: ConflictPlace.Row, _ findings: [Finding]) throws -> Bool {
            guard let place, let id = place.id, place.row == row else { return try look(row, findings) }
            return try look(row, findings.filter { $0.answer.id > id })
        }
        let behind = place?.behind
        switch group {
        case .stock: try eachStock(after: behind, lookAtRest)
        case .orders: try eachOrder(after: behind, lookAtRest)
        case .quarantined: try eachHeld(.quarantined, after: behind, lookAtRest)
        case .waiting: try eachHeld(.waiting, after: behind, lookAtRest)
        case .crossings: try eachRecord(.editedDespiteDeletion, after: behind, { [try crossing($0)] }, lookAtRest)
        case .writes: try eachRecord(.concurrent, after: behind, concurrentWrites, lookAtRest)
        case .restored: try eachRestored(after: behind, lookAtRest)
        case .links: try eachLink(after: behind, lookAtRest)
        case .stale: try eachStale(after: behind, lookAtRest)
        }
    }

    /// One conflict by its whole id, looked up and not searched for; `nil` when it is over.
    func find(_ id: String) throws -> Finding? {
        guard let kind = ConflictAnswer.Kind(ofID: id) else { return nil }
        let name = Self.name(id)
        let candidates: [Finding] =
            switch kind {
            case .oversell, .concurrentCounts, .receivedMoreThanSent: try stock(named: name)
            case .orderContradiction: try order(named: name)
            case .quarantine, .longWait: try held(named: name)
            case .editOfDeleted: try held(named: name) + record(named: name).map(crossing)
            case .concurrentWrites: try record(named: String(name.prefix { $0 != "/" })).flatMap(concurrentWrites)
            case .sourceRestored: try documents.standing.replicas.compactMap(restored)
            case .proposedLink: try link(named: name)
            case .staleView: try stale(named: name)
            }
        return candidates.first { $0.answer.id == id }
    }

    /// What follows the kind in an id.
    static func name(_ id: String) -> String { String(id.drop { $0 != ":" }.dropFirst()) }
}

extension ConflictAnswer.Kind {
    /// Every id begins with its kind.
    public init?(ofID id: String) { self.init(rawValue: String(id.prefix { $0 != ":" })) }

    /// Whether what is said of such a conflict may be a customer's: of goods, of orders' states, of sources and views it is not.
    public var mayTellOfPerson: Bool {
        switch self {
        case .concurrentWrites, .editOfDeleted, .quarantine, .longWait, .proposedLink: true
        case .oversell, .concurrentCounts, .receivedMoreThanSent, .orderContradiction, .sourceRestored, .staleView: false
        }
    }
}
