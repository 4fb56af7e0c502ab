import Causality
import ChangeSets
import Inventory

/// Since when a pile is oversold.
enum OversoldAge: Hashable {
    case since(UInt64)
    /// It was oversold then already; since when is not known.
    case before(UInt64)
}

/// Takes a pile's movements back, the newest first, until what was on hand sufficed for what is promised now, as far as that was promised then.
///
/// What was promised and ended since asks nobody for anything any more, and does not count. Before the count that the figure starts from nothing
/// can be told from movements. Times are by the writers' clocks, but no later than the hub received the change.
struct OversoldWalk {
    /// One writer's movements, read some at a time.
    private struct Writer {
        let replica: ReplicaID
        let number: ReplicaNumber
        /// The newest first.
        var rows: ArraySlice<MovementRow> = []
        var isAtEnd = false
        /// Of the first row, as soon as somebody asked.
        var at: UInt64?
        /// The next one to read is before it.
        var before = UInt64.max

        func dot(of row: MovementRow) -> Dot { Dot(replica, row.counter) }
    }

    /// So many movements are taken back ...
    static let movementsMax = 100
    /// ... of a pile that no more writers moved since the count: of each the time of one movement has to be looked up.
    static let writersMax = 32
    private static let rowsAtOnce = 20

    private let documents: Documents
    private let times: MovementTimes
    private let cell: StockCell
    private let number: Int64
    /// The count that the figure starts from.
    private var countedAt: UInt64?
    private var isCounted: (Dot) -> Bool = { _ in false }
    private var writers: [Writer] = []
    /// What is left of today's promises, by document.
    private var promised: [Text?: Int128] = [:]

    /// - Parameter number: the pile's.
    init(_ cell: StockCell, number: Int64, documents: Documents, times: MovementTimes) {
        self.documents = documents
        self.times = times
        self.cell = cell
        self.number = number
    }

    /// - Parameter missing: in units of 10⁻⁴, by how much it is oversold.
    /// - Returns: `nil` where nothing is known.
    mutating func age(missing: Int64) throws -> OversoldAge? {
        guard try begin() else { return nil }
        var level = -Int128(missing)
        var last: (dot: Dot, row: MovementRow, at: UInt64?)?
        for _ in 0..<Self.movementsMax {
            try readOn()
            guard !writers.isEmpty else { return countedAt.map { .before($0) } }
            // Where one of several has no time, nobody knows which comes next.
            guard let index = try newest() else { break }
            let row = writers[index].rows[writers[index].rows.startIndex]
            let (dot, at) = (writers[index].dot(of: row), writers[index].at)
            level += takenBack(row)
            guard level < 0 else {
                guard let at = try at ?? times.time(of: dot, row) else { break }
                // Before the count it is not known.
                if let countedAt, at <= countedAt { return .before(countedAt) }
                return .since(at)
            }
            last = (dot, row, at)
            writers[index].rows.removeFirst()
            writers[index].at = nil
        }
        guard let last, let at = try last.at ?? times.time(of: last.dot, last.row) else { return countedAt.map { .before($0) } }
        return .before(max(at, countedAt ?? 0))
    }

    private mutating func begin() throws -> Bool {
        if let count = cell.liveCounts.last {
            countedAt = min(count.time.milliseconds, documents.now.milliseconds)
            switch cell.coverage(of: count.dot) {
            case .chain: isCounted = { [lineage = documents.standing.lineage] in lineage.chain(of: count.dot, contains: $0) }
            case .clocks(_, let included): isCounted = { included.contains($0) }
            case nil: return false
            }
        }
        for entry in cell.movements.entries where !isCounted(Dot(entry.replica, entry.counter)) {
            guard let number = documents.standing.number(of: entry.replica) else { return false }
            writers.append(Writer(replica: entry.replica, number: number))
        }
        return writers.count <= Self.writersMax
    }

    /// Leaves out writers of whom nothing is left since the count.
    private mutating func readOn() throws {
        for index in writers.indices where writers[index].rows.isEmpty && !writers[index].isAtEnd {
            let writer = writers[index]
            let rows = try documents.store.movements(
                cell: number, replica: writer.number, before: writer.before, limit: Self.rowsAtOnce)
            // What comes before something counted is counted, too.
            let own = rows.prefix { !isCounted(writer.dot(of: $0)) }
            writers[index].rows = own
            writers[index].isAtEnd = own.count < Self.rowsAtOnce
            writers[index].before = rows.last?.counter ?? 0
        }
        writers.removeAll { $0.rows.isEmpty }
    }

    /// Whose movement is the newest; of a single writer nobody need know when it was.
    private mutating func newest() throws -> Int? {
        guard writers.count > 1 else { return writers.indices.first }
        var newest: (index: Int, at: UInt64, dot: Dot)?
        for index in writers.indices {
            guard let row = writers[index].rows.first else { continue }
            let dot = writers[index].dot(of: row)
            guard let at = try writers[index].at ?? times.time(of: dot, row) else { return nil }
            writers[index].at = at
            if newest.map({ ($0.at, $0.dot) < (at, dot) }) ?? true { newest = (index, at, dot) }
        }
        return newest?.index
    }

    /// By how much less was missing before a movement.
    private mutating func takenBack(_ row: MovementRow) -> Int128 {
        guard !row.kind.movesGoods else { return -Int128(row.quantity) }
        // What was given back is not among today's promises.
        guard row.kind == .reservation, row.quantity > 0 else { return 0 }
        let document = row.note.map { Text($0) }
        let left = promised[document] ?? cell.promised(for: document, now: documents.now)
        let part = min(left, Int128(row.quantity))
        promised[document] = left - part
        return part
    }
}

/// When movements were made: the records that they made tell, or the journal, of which so many bytes are read at most.
final class MovementTimes {
    private let documents: Documents
    private var sets: DecodedSets
    private var journalBytesLeft: Int

    /// For all piles that one answer tells of: some seconds' worth.
    static let journalBytesMax = 64 << 20

    init(_ documents: Documents, journalBytesMax: Int = MovementTimes.journalBytesMax) {
        self.documents = documents
        journalBytesLeft = journalBytesMax
        sets = DecodedSets(store: documents.store)
    }

    /// In milliseconds since 1970; `nil` where it is not known, or too much was read already.
    func time(of dot: Dot, _ row: MovementRow) throws -> UInt64? {
        if let made = try documents.making(dot) { return made.at }
        guard journalBytesLeft > 0, let entry = try sets.row(upTo: row.counter, of: row.replica), entry.last >= row.counter else {
            return nil
        }
        if !sets.isDecoded(row.counter, of: row.replica) { journalBytesLeft -= entry.bytes.count }
        guard let set = try sets.set(containing: row.counter, of: row.replica), set.first <= row.counter else { return nil }
        return min(set.changes[Int(row.counter - set.first)].time.milliseconds, entry.received.milliseconds)
    }
}
