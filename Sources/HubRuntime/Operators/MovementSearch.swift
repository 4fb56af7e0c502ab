import Causality
import ChangeSets

/// Finds where, among one replica's movements at a pile, those begin that are older than a mark.
///
/// Times of a replica never fall with its counters, so the place is found by halving: a page far back costs what one near the front does.
struct MovementSearch {
    private let mark: StockItem.Mark
    private let documents: Documents
    private let looksMax, journalBytesMax: Int
    /// Rows that were looked at, of all piles and replicas together, and what had to be read of the journal to tell their times.
    private(set) var looked = 0
    private var journalBytes = 0
    private var present: (replica: ReplicaNumber, set: ChangeSet, received: UInt64)?

    /// However few move an article.
    static let looksMin = 4_000
    /// Halving takes no more than these for one pile and replica, until the replica has told sixteen million changes.
    static let looksPerPart = 24
    static let looksMax = 48_000
    /// A set of 10,000 changes takes some milliseconds to read.
    static let journalBytesMax = 32 << 20

    /// - Parameter parts: pairs of a pile and a replica that moved there: what many write is searched as far back as what few do.
    static func looksMax(parts: Int) -> Int { min(max(looksMin, looksPerPart * min(parts, looksMax)), looksMax) }

    init(
        for mark: StockItem.Mark, _ documents: Documents, looksMax: Int = Self.looksMin, journalBytesMax: Int = Self.journalBytesMax
    ) {
        self.mark = mark
        self.documents = documents
        self.looksMax = looksMax
        self.journalBytesMax = journalBytesMax
    }

    /// A counter before which everything older stands, and at most so many rows that are not older.
    ///
    /// - Returns: `nil` where too much was looked at already.
    mutating func start(at cell: Int64, _ replica: ReplicaNumber, within rows: Int) throws -> UInt64? {
        let last = documents.standing.replica(replica)?.last ?? 0
        // What is below `low` is older than the mark, what is from `end` on is not; most replicas moved nothing since.
        var (low, end) = (UInt64(0), last + 1)
        var middle = end
        while end - low > UInt64(rows) {
            guard looked < looksMax, journalBytes < journalBytesMax else { return nil }
            looked += 1
            if let row = try documents.store.movements(cell: cell, replica: replica, before: middle, limit: 1).first, row.counter >= low {
                // What the journal does not hold tells nothing of the others.
                guard let found = try entryMark(of: row) else { return end }
                if found < mark { low = middle } else { end = row.counter }
            } else {
                low = middle
            }
            middle = low + (end - low) / 2
        }
        return end
    }

    /// Where a movement stands in the list; `nil` where the journal does not hold it.
    private mutating func entryMark(of row: MovementRow) throws -> StockItem.Mark? {
        guard let id = documents.standing.replica(row.replica)?.id else { return nil }
        let dot = Dot(id, row.counter)
        // As in a whole reading, so that both tell the same time.
        if ![.transferOut, .transferIn].contains(row.kind), let made = try documents.making(dot) {
            return StockItem.Mark(at: made.at, dot: dot)
        }
        if present.map({ $0.replica != row.replica || !($0.set.first...$0.set.last).contains(row.counter) }) ?? true {
            guard let entry = try documents.store.journal(containing: row.counter, of: row.replica), entry.last >= row.counter else {
                return nil
            }
            journalBytes += entry.bytes.count
            present = (row.replica, try ChangeSetCodec.decode(entry.bytes), entry.received.milliseconds)
        }
        guard let present, case let place = Int(row.counter - present.set.first), present.set.changes.indices.contains(place) else {
            return nil
        }
        return StockItem.Mark(at: min(present.set.changes[place].time.milliseconds, present.received), dot: dot)
    }
}
