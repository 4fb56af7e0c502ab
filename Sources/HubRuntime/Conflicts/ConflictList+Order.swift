import Causality
import ChangeSets

// Orders by age and by cost, which no table has: all that is open is looked through, up to a bound, and each page reads its own anew.
extension ConflictList {
    /// What is open, at most `most`; and no more rows are looked at than for a page.
    ///
    /// - Parameter kind: only that; `nil`: all.
    func listed(_ kind: ConflictAnswer.Kind?, most: Int) throws -> OpenConflictList {
        var listed = OpenConflictList()
        var looked = 0
        for group in Group.allCases where !listed.isCut && group.holds(ConflictFilter(kind: kind)) {
            let cost = group.cost(withAge: true)
            try each(group, after: nil) { _, findings in
                guard looked == 0 || looked + cost <= rowsMax else {
                    listed.isCut = true
                    return false
                }
                looked += cost
                for finding in findings where kind.map({ $0 == finding.answer.kind }) ?? true {
                    guard try isOpen(finding) else { continue }
                    guard listed.conflicts.count < most else {
                        listed.isCut = true
                        return false
                    }
                    listed.conflicts.append(OpenConflict(try dated(finding).answer))
                }
                return true
            }
        }
        return listed
    }

    /// A page of what was listed, as far as it is still open and fits.
    ///
    /// - Parameter place: of that order; behind it the page begins.
    func page(
        _ filter: ConflictFilter, of listed: OpenConflictList, in order: ConflictOrder, after place: OrderedPlace?, limit: Int
    ) throws -> Page {
        // Who names conflicts gets these, and there is nothing behind them.
        guard filter.id == nil, filter.ids == nil else {
            let named = try open(filter).map { try dated($0) }.map {
                (place: OrderedPlace(of: OpenConflict($0.answer), in: order), finding: $0)
            }
            return Page(findings: named.sorted { $0.place < $1.place }.map(\.finding))
        }
        let kinds = Group.allCases.filter { $0.holds(filter) }.flatMap(\.kinds)
        let rest = listed.conflicts.filter { kinds.contains($0.kind) }.map { OrderedPlace(of: $0, in: order) }
            .filter { one in place.map { $0 < one } ?? true }.sorted()
        var page = Page()
        var (looked, last) = (0, place)
        for one in rest {
            let kind = ConflictAnswer.Kind(ofID: one.id)
            let group = Group.allCases.first { kind.map($0.kinds.contains) ?? false }
            let cost = group?.cost(withAge: filter.days != nil) ?? 1
            guard looked == 0 || looked + cost <= rowsMax else {
                page.next = last?.description
                if page.findings.count < limit { page.lookedThrough = looked }
                break
            }
            looked += cost
            if let finding = try find(one.id).flatMap({ try fitting($0, filter) }) {
                guard page.findings.count < limit else {
                    page.next = last?.description
                    break
                }
                page.findings.append(finding)
            }
            last = one
        }
        return page
    }
}

/// Keeps what was last listed, of all kinds and of each.
final class OpenConflictLists: Sendable {
    private let all = KeptForMoment<OpenConflictList>(milliseconds: everyMilliseconds)
    private let ofKind: [ConflictAnswer.Kind: KeptForMoment<OpenConflictList>]

    /// What is decided is gone from a page at once; what comes new is among them so much later at most.
    static let everyMilliseconds: UInt64 = 15_000

    init() {
        let kinds = ConflictAnswer.Kind.allCases
        ofKind = Dictionary(uniqueKeysWithValues: kinds.map { ($0, KeptForMoment(milliseconds: Self.everyMilliseconds)) })
    }

    func list(
        _ kind: ConflictAnswer.Kind?, head: UInt64, now: Timestamp, _ list: @escaping @Sendable () async throws -> OpenConflictList
    ) async throws -> OpenConflictList {
        try await (kind.flatMap { ofKind[$0] } ?? all).answer(head: head, now: now, list)
    }

    /// What was taken back is open again at once.
    func forget() {
        all.forget()
        for list in ofKind.values { list.forget() }
    }
}
