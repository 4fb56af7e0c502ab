import Causality
import ChangeSets
import Profiles

/// Finds what asks for people's attention; every finding follows from stored state, so nothing can be forgotten.
///
/// Findings come by kind, and within a kind in an order that stays: what is decided meanwhile moves nothing else.
struct ConflictList {
    let documents: Documents
    let longWaitMilliseconds: UInt64
    /// Says why a link is proposed; `nil` until a model is learnt, when none is.
    let scorer: MatchScorer?
    var store: any HubReading { documents.store }
    /// So many of one kind are looked for at most.
    var limit: Int { Hub.conflictsPerKindMax }

    /// So many of a group are looked at for a filter: some seconds' worth, and not a year of quarantine.
    static let lookedMax = 50_000

    /// Rows are read so many at a time.
    static let chunkRows = 200

    /// What fits the filter and was not accepted as it stands; at most `limit` of a kind.
    func open(_ filter: ConflictFilter) throws -> [Finding] {
        if let id = filter.id, id.contains(":") {
            guard let finding = try find(id), finding.matches(filter), try isOpen(finding) else { return [] }
            return [finding]
        }
        if let ids = filter.ids {
            return try ids.prefix(Hub.conflictsPerKindMax).compactMap(find).filter { try $0.matches(filter) && isOpen($0) }
        }
        var found: [Finding] = []
        var counts: [ConflictAnswer.Kind: Int] = [:]
        for group in Group.allCases where group.holds(filter.kind) {
            var looked = 0
            try each(group, after: nil) { finding in
                looked += 1
                guard looked <= Self.lookedMax else { return false }
                guard finding.matches(filter), try isOpen(finding) else { return true }
                guard counts[finding.answer.kind, default: 0] < limit else {
                    return group.kinds.contains { counts[$0, default: 0] < limit }
                }
                counts[finding.answer.kind, default: 0] += 1
                found.append(finding)
                return true
            }
        }
        return found
    }

    /// How many are open, by kind; of a group of kinds no more are looked at than are counted of one.
    func tally() throws -> OpenConflicts {
        var counted = OpenConflicts()
        for group in Group.allCases {
            var looked = 0
            try each(group, after: nil) { finding in
                looked += 1
                guard looked <= limit else {
                    counted.hasMore = true
                    return false
                }
                if try isOpen(finding) { counted.byKind[finding.answer.kind, default: 0] += 1 }
                return true
            }
        }
        return counted
    }

    /// A page of the same, whatever the kinds.
    ///
    /// - Parameter id: the conflict after which the page begins; it need not be open any more.
    func page(_ filter: ConflictFilter, after id: String?, limit: Int) throws -> [Finding] {
        var first = id.flatMap(Group.init(ofID:))
        // Edits of what was deleted at the same time are named by the record's life, those of what is gone by a change.
        if let id, first == .quarantined, try !record(named: Self.name(id)).isEmpty { first = .crossings }
        var found: [Finding] = []
        for group in Group.allCases where group.holds(filter.kind) && group.rawValue >= first?.rawValue ?? 0 {
            var looked = 0
            try each(group, after: group == first ? id : nil) { finding in
                looked += 1
                if finding.matches(filter), try isOpen(finding) { found.append(finding) }
                return found.count < limit && looked < Self.lookedMax
            }
            if found.count >= limit { break }
        }
        return found
    }

    func isOpen(_ finding: Finding) throws -> Bool {
        try !store.decisions(on: finding.answer.id).contains {
            [.accept, .withdraw].contains($0.choice) && $0.undone == nil && $0.fingerprint == finding.answer.fingerprint
        }
    }

    /// Kinds that come from the same rows, in the order of lists: what costs a sale first.
    enum Group: Int, CaseIterable {
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

        func holds(_ kind: ConflictAnswer.Kind?) -> Bool { kind.map(kinds.contains) ?? true }

        /// Edits of what is gone are set aside, those of what was deleted at the same time are not: the ones have a dot for a name, the
        /// others a record's life, which is a dot, too. Whoever looks for the rest of them looks through both.
        init?(ofID id: String) {
            guard let kind = ConflictAnswer.Kind(ofID: id), let group = Self.allCases.first(where: { $0.kinds.contains(kind) }) else {
                return nil
            }
            self = group
        }
    }

    /// - Parameter before: the id of the conflict to begin after; it may be over.
    private func each(_ group: Group, after before: String?, _ body: (Finding) throws -> Bool) throws {
        switch group {
        case .stock: try eachStock(after: before, body)
        case .orders: try eachOrder(after: before, body)
        case .quarantined: try eachHeld(.quarantined, after: before, body)
        case .waiting: try eachHeld(.waiting, after: before, body)
        case .crossings: try eachRecord(.editedDespiteDeletion, after: before, { [try crossing($0)] }, body)
        case .writes: try eachRecord(.concurrent, after: before, concurrentWrites, body)
        case .restored: try Self.each(restoredSources(), after: before, body)
        case .links: try Self.each(proposedLinks(), after: before, body)
        case .stale: try Self.each(staleViews(), after: before, body)
        }
    }

    /// Of a list that is made at once.
    static func each(_ findings: [Finding], after before: String?, _ body: (Finding) throws -> Bool) throws {
        let start = findings.firstIndex { $0.answer.id == before }.map { $0 + 1 } ?? 0
        for finding in findings[start...] {
            guard try body(finding) else { return }
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
            case .sourceRestored: restoredSources()
            case .proposedLink: try proposedLinks()
            case .staleView: try staleViews()
            }
        return candidates.first { $0.answer.id == id }
    }

    /// What follows the kind in an id.
    static func name(_ id: String) -> String { String(id.drop { $0 != ":" }.dropFirst()) }
}

extension ConflictAnswer.Kind {
    /// Every id begins with its kind.
    init?(ofID id: String) { self.init(rawValue: String(id.prefix { $0 != ":" })) }
}
