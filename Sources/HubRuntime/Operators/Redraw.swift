import Causality
import ChangeSets
import Merging

/// Fills the derived tables that an earlier version of the hub did not draw, or drew otherwise: once, when a newer one opens the file.
///
/// It rebuilds them from the journal in a scratch store, as `verify` does, since some of them (what a consent said before) cannot be
/// had from merged states; and puts them in place in one transaction, so a start that is interrupted begins anew. It takes as
/// long as taking everything in once more.
struct Redraw {
    /// Raised when a derived table is drawn otherwise than before.
    static let version: UInt64 = 13

    /// Tables drawn otherwise since a version.
    private static let changed: [UInt64: [DerivedTable]] = [
        7: ofPersons,
        8: [.event],
        // States tell what superseded writes saw.
        9: [.record],
        // An initial with its dot contradicts no name.
        10: ofPersons,
        // 11: the words of items, which need no journal.
        // Reservations that have ended are let go.
        12: [.cell],
        // 13: which records ask for a decision, which needs no journal: equal values do not.
    ]

    /// What hangs on who is one person.
    private static let ofPersons: [DerivedTable] = [
        .purchase, .purchaseLine, .total, .event, .item, .consent, .note, .superseded, .customer, .identifier, .earlier, .linkDecision,
        .profile,
    ]

    let store: any HubStore
    let bound: ClockBound
    /// The hub's own key: operators' decisions are signed with it.
    let key: VerifyingKey

    /// - Returns: whether anything was to be done.
    @discardableResult
    func run(in original: any HubWriting) throws -> Bool {
        let drawn = try original.number(.views)
        guard drawn < Self.version else { return false }
        let isFilled = try original.head().map { $0.number > 0 } ?? false
        if isFilled {
            let tables = Self.changed.filter { $0.key > drawn }.flatMap(\.value)
            if !tables.isEmpty { try replay(tables, of: original) }
            try drawWords(original)
            try drawContests(original)
        }
        try original.set(.views, number: Self.version)
        return isFilled
    }

    private func replay(_ tables: [DerivedTable], of original: any HubWriting) throws {
        let copy = try store.scratch()
        try Replay(original: original, copy: copy, bound: bound, key: key).run { _, _ in }
        var isToldOtherwise = tables.contains(.profile)
        try copy.readNow { copy in
            for table in DerivedTable.allCases where tables.contains(table) {
                switch table {
                case .record: if try rewriteStates(original, from: copy) { isToldOtherwise = true }
                case .cell: try rewritePiles(original, from: copy)
                default: try original.replace(table, with: copy.rows(of: table))
                }
            }
        }
        if isToldOtherwise { try feedAnew(original) }
    }

    /// What items are found by follows from their states, which is soon done.
    private func drawWords(_ original: any HubWriting) throws {
        let standing = try Standing(reading: original)
        let items = try original.rows(of: .item)
        while let item = try items.next() {
            guard let record = item[0].integer.map({ RecordNumber(raw: $0) }), let sku = item[2].text?.string,
                let row = try original.record(record)
            else { continue }
            try original.setWords(ItemWords.of(RecordState(row, standing: standing)), ofItem: record, sku: sku)
        }
    }

    /// Whether a record's values contradict each other follows from its state, too; few are in question.
    private func drawContests(_ original: any HubWriting) throws {
        let standing = try Standing(reading: original)
        var last = RecordNumber(raw: -1)
        while case let rows = try original.records(flagged: .concurrent, after: last, limit: 1_000), let end = rows.last {
            for var row in rows where try !RecordState(row, standing: standing).isContested {
                row.flags.remove(.concurrent)
                try original.put(row, isNew: false)
            }
            last = end.record
        }
    }

    /// Records keep their places in the feed: what sites are sent of them is what it was.
    ///
    /// - Returns: whether a state was another one; then its profile may show another value.
    private func rewriteStates(_ original: any HubWriting, from copy: any HubReading) throws -> Bool {
        var isOther = false
        var next = RecordNumber(raw: .min)
        while case let rows = try copy.records(from: next, to: RecordNumber(raw: .max), limit: 1_000), let last = rows.last {
            for row in rows {
                guard var known = try original.record(row.record), known.state != row.state else { continue }
                known.state = row.state
                try original.put(known, isNew: false)
                isOther = true
            }
            next = RecordNumber(raw: last.record.raw + 1)
        }
        return isOther
    }

    /// Piles keep their places in the feed, too: their figures are what they were.
    private func rewritePiles(_ original: any HubWriting, from copy: any HubReading) throws {
        let piles = try copy.rows(of: .cell)
        while let pile = try piles.next() {
            guard let sku = pile[0].text?.string, let location = pile[1].text?.string,
                let drawn = try copy.cell(sku: sku, location: location), var known = try original.cell(sku: sku, location: location),
                known.state != drawn.state || known.asks != drawn.asks
            else { continue }
            (known.state, known.asks) = (drawn.state, drawn.asks)
            _ = try original.put(known)
        }
    }

    /// Whoever has seen the profiles as they were loads them from the start: the feed gets a floor above its end.
    private func feedAnew(_ original: any HubWriting) throws {
        guard let head = try original.head()?.number else { return }
        // Drawn otherwise, a set may take more numbers than it did.
        for row in try original.changed(.profiles) where row.number > head {
            guard var profile = try original.profile(RecordNumber(raw: row.id)) else { continue }
            profile.number = head
            try original.put(profile)
        }
        try original.set(.floor, number: head + 1)
    }
}
