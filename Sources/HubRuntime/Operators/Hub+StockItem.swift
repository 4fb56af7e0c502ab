import Causality
import ChangeSets
import Inventory
import Merging

extension Hub {
    public static let stockEntriesMax = 100
    /// On the page of an oversold pile: its article's page has all.
    public static let takersMax = 10
    public static let stockHistoryMilliseconds: UInt64 = 30 * 24 * 3_600_000

    /// One SKU with what its figures are made of; `nil` when nobody ever moved or counted it.
    ///
    /// - Parameter place: `next` of the page before: of the movements those before it are given, and all else as without it. What was on hand
    ///   is told with those that are read for the figures, some hundreds.
    /// - Throws: `HubError`: `request-invalid` for a place that is none.
    public func stockItem(sku: String, before place: String? = nil, now: Timestamp) async throws -> StockItem? {
        let before = try Self.place(place) { StockItem.Mark($0) }
        return try await reading(now) { [self] documents in
            let rows = try documents.store.cells(sku: sku)
            guard !rows.isEmpty else { return nil }
            var reader = StockReader(documents, heard: try heard(documents.store))
            return try reader.item(sku, rows, before: before)
        }
    }
}

/// Puts together what is known of one SKU.
struct StockReader {
    let documents: Documents
    let heard: [String: UInt64]
    private var sets: DecodedSets

    init(_ documents: Documents, heard: [String: UInt64]) {
        self.documents = documents
        self.heard = heard
        sets = DecodedSets(store: documents.store)
    }

    mutating func item(_ sku: String, _ rows: [StockCellRow], before: StockItem.Mark?) throws -> StockItem {
        let cells = try rows.map { (row: $0, cell: try StockCell($0, standing: documents.standing)) }
        let movements = try StockMovements(of: cells, documents)
        var places: [StockItem.Place] = []
        var found: [(mark: StockItem.Mark, entry: StockItem.Entry)] = []
        var counted: [(mark: StockItem.Mark, entry: StockItem.Entry)] = []
        var contained: [Int64: (Dot) -> Bool] = [:]
        for (row, cell) in cells {
            let counts = try cell.liveCounts.map { shown in
                let told = try count(shown, of: cell, at: row.location)
                return (dot: shown.dot, entry: told.entry, contains: told.contains)
            }
            // Without gaps: what is older may stand beside others that were not read.
            let own = movements.found.filter { $0.row.cell == row.cell && $0.at >= movements.completeAfter ?? 0 }
            let pile = try StockPile(row, heard: heard, documents)
            let past = StockPast(
                onHand: pile.figure?.onHand, count: counts.last.map { (at: $0.entry.at, contains: $0.contains) }, movements: own,
                completeAfter: movements.completeAfter, now: documents.now.milliseconds)
            places.append(
                StockItem.Place(pile: pile, count: counts.last?.entry, history: past.levels, beginning: past.beginning))
            counted += counts.map { (mark: StockItem.Mark(at: $0.entry.at, dot: $0.dot), entry: $0.entry) }
            contained[row.cell] = counts.last?.contains
            found += own.map { movement in
                var entry = entry(movement, at: row.location)
                entry.onHand = past.onHand[movement.dot]
                entry.isCounted = counts.last?.contains?(movement.dot) ?? false
                return (mark: StockItem.Mark(at: movement.at, dot: movement.dot), entry: entry)
            }
        }
        var completeAfter = movements.completeAfter
        func isAsked(_ mark: StockItem.Mark) -> Bool { mark.at >= completeAfter ?? 0 && before.map { mark < $0 } ?? true }
        if let before, completeAfter != nil, !(found + counted).contains(where: { isAsked($0.mark) }) {
            let older = try StockMovements(of: cells, before: before, documents)
            completeAfter = older.completeAfter
            let locations = Dictionary(rows.map { ($0.cell, $0.location) }, uniquingKeysWith: { first, _ in first })
            found = older.found.map { movement in
                var entry = entry(movement, at: locations[movement.row.cell] ?? "")
                entry.isCounted = contained[movement.row.cell]?(movement.dot) ?? false
                return (mark: StockItem.Mark(at: movement.at, dot: movement.dot), entry: entry)
            }
        }
        let asked = (found + counted).filter { isAsked($0.mark) }.sorted { $0.mark > $1.mark }
        let shown = asked.prefix(Hub.stockEntriesMax)
        let isCut = asked.count > shown.count || completeAfter != nil
        return StockItem(
            sku: sku, label: try label(sku), places: places, entries: shown.map(\.entry), isCut: isCut,
            next: isCut ? shown.last?.mark.description : nil)
    }

    /// What took from one pile, or was promised of it, since the count that its figure starts from: the newest first, at most `takersMax`.
    ///
    /// Of a pile that very many write, what may stand beside others that were not read is left out.
    mutating func takers(of row: StockCellRow) throws -> [StockItem.Entry] {
        let cell = try StockCell(row, standing: documents.standing)
        let movements = try StockMovements(of: [(row: row, cell: cell)], documents)
        let count = try cell.liveCounts.last.map { try self.count($0, of: cell, at: row.location) }
        let found = movements.found.filter { movement in
            guard movement.at >= movements.completeAfter ?? 0, movement.takes(at: documents.now) else { return false }
            // What is promised is so whatever was counted since, until it is fetched or given back.
            if movement.row.kind == .reservation { return cell.isPromised(for: movement.row.note.map { Text($0) }, now: documents.now) }
            return !(count?.contains?(movement.dot) ?? false)
        }
        return found.prefix(Hub.takersMax).map { entry($0, at: row.location) }
    }

    private func label(_ sku: String) throws -> StockItem.Label? {
        guard let item = try documents.item(sku: sku) else { return nil }
        return StockItem.Label(
            name: item["name"]?.typed?.string, price: item["price"]?.integer, currency: item["currency"]?.typed?.string,
            barcode: item["barcode"]?.typed?.string,
            traits: ["category", "brand", "size", "colour"].compactMap { item[$0]?.typed?.string }.filter { !$0.isEmpty })
    }

    // MARK: entries

    private func entry(_ movement: StockMovements.Found, at location: String) -> StockItem.Entry {
        var entry = entry(
            StockItem.Entry.Kind(movement.row.kind), movement.dot, at: movement.at, quantity: movement.row.quantity, location)
        entry.note = movement.row.note
        entry.counterpart = movement.counterpart
        entry.expires = movement.row.expires?.milliseconds
        entry.record = movement.record
        return entry
    }

    private func entry(
        _ kind: StockItem.Entry.Kind, _ dot: Dot, at time: UInt64, quantity: Int64, _ location: String
    ) -> StockItem.Entry {
        let source = documents.standing.replica(dot.replica)?.source.flatMap { documents.standing.source($0) }
        return StockItem.Entry(
            at: time, location: location, kind: kind, quantity: quantity, dot: dot.description,
            site: documents.writer(dot.replica)?.string ?? "", source: source?.name ?? "")
    }

    /// A live count, and which movements it contains.
    private mutating func count(
        _ shown: StockFigure.ShownCount, of cell: StockCell, at location: String
    ) throws -> (entry: StockItem.Entry, contains: ((Dot) -> Bool)?) {
        let at = min(shown.time.milliseconds, documents.now.milliseconds)
        var entry = entry(.count, shown.dot, at: at, quantity: shown.quantity, location)
        entry.onHand = shown.quantity
        entry.record = try documents.making(shown.dot)?.name
        if let number = documents.standing.number(of: shown.dot.replica),
            documents.standing.replica(shown.dot.replica)?.source.flatMap({ documents.standing.source($0) })?.isHub == true,
            let set = try sets.set(containing: shown.dot.counter, of: number)
        {
            // An operator's count stands in one set with the decision.
            entry.author = set.changes.lazy.compactMap { Decision($0) }.first?.author
        }
        switch cell.coverage(of: shown.dot) {
        case .chain:
            let lineage = documents.standing.lineage
            return (entry, { lineage.chain(of: shown.dot, contains: $0) })
        case .clocks(_, let included): return (entry, { included.contains($0) })
        case nil: return (entry, nil)
        }
    }
}

/// What was on hand at one location: today's figure less what moved later.
struct StockPast {
    /// The oldest first; empty where it is not known.
    private(set) var levels: [StockItem.Level] = []
    private(set) var beginning: StockItem.Beginning?
    /// With each movement.
    private(set) var onHand: [Dot: Int64] = [:]

    /// - Parameters:
    ///   - onHand: today's; `nil`: not known, and then nothing before is.
    ///   - count: the one that the figure starts from; `contains` is `nil` when nobody knows what it contains.
    ///   - movements: the newest first.
    ///   - completeAfter: every movement later than this is among them; `nil`: simply everything is.
    init(
        onHand today: Int64?, count: (at: UInt64, contains: ((Dot) -> Bool)?)?, movements: [StockMovements.Found], completeAfter: UInt64?,
        now: UInt64
    ) {
        guard let today, count == nil || count?.contains != nil else { return }
        let bound = now - min(now, Hub.stockHistoryMilliseconds)
        // Before this nothing is known; where both are `nil`, there was nothing.
        let start = max(count?.at ?? 0, completeAfter ?? 0)
        guard start <= now else { return }
        // Wide enough for any sum of what is there.
        var level = Int128(today)
        levels = [StockItem.Level(at: now, onHand: today)]
        for movement in movements where movement.row.kind.movesGoods && !(count?.contains?(movement.dot) ?? false) {
            guard movement.at > start else { break }
            if movement.at <= bound, beginning == nil { begin(at: bound, level, .bound) }
            let known = Int64(clamping: level)
            onHand[movement.dot] = known
            if beginning == nil { levels.append(StockItem.Level(at: movement.at, onHand: known)) }
            level -= Int128(movement.row.quantity)
        }
        if beginning == nil {
            if start == 0 {
                // The pile began with its first movement.
                beginning = .first
            } else if start < bound {
                begin(at: bound, level, .bound)
            } else {
                begin(at: start, level, start == count?.at ? .count : .newest)
            }
        }
        levels.reverse()
    }

    private mutating func begin(at time: UInt64, _ level: Int128, _ why: StockItem.Beginning) {
        beginning = why
        levels.append(StockItem.Level(at: time, onHand: Int64(clamping: level)))
    }
}
