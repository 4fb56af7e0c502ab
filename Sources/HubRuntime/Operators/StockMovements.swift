import Causality
import ChangeSets
import Inventory
import Merging

/// The newest movements of an SKU with their times, which the records that they made tell, and for others the journal.
///
/// Of each pile and replica the newest are read, so that one busy till hides no other; how far back nothing is missing is known with them.
struct StockMovements {
    struct Found {
        var row: MovementRow
        var dot: Dot
        /// As its writer's clock had it, but no later than the hub received it.
        var at: UInt64
        /// The record whose change it came with, in words.
        var record: String?
        /// The other end of a transfer.
        var counterpart: String?

        /// Whether there is less to sell since.
        func takes(at now: Timestamp) -> Bool {
            switch row.kind {
            case .reservation: row.expires.map { $0 > now } ?? true
            case .release: false
            case .sale, .customerReturn, .receipt, .transferOut, .transferIn, .adjustment: row.quantity < 0
            }
        }
    }

    /// The newest first.
    private(set) var found: [Found] = []
    /// Everything later than this is among them, in milliseconds; `nil`: simply everything is.
    private(set) var completeAfter: UInt64?

    /// So many are read, of all piles and replicas together ...
    static let readMax = 500
    /// ... but of each so many, however many there are.
    static let readMin = 5
    /// What is looked up for them in the journal, of all replicas together; the newest set of each is, in any case. A set of 10,000
    /// changes takes some milliseconds to read.
    static let journalBytesMax = 4 << 20

    /// - Parameter mark: only what is older is asked for: of each pile and replica the newest before it are read, and some that are not.
    init(
        of cells: [(row: StockCellRow, cell: StockCell)], before mark: StockItem.Mark? = nil, _ documents: Documents,
        journalBytesMax: Int = Self.journalBytesMax
    ) throws {
        let standing = documents.standing
        let parts = cells.flatMap { entry in
            entry.cell.movements.entries.compactMap { part in standing.number(of: part.replica).map { (cell: entry.row.cell, replica: $0) }
            }
        }
        let share = max(Self.readMin, Self.readMax / max(1, parts.count))
        // The mark stands somewhere in the first share: as much is read behind it.
        let most = mark == nil ? share : 2 * share
        var search = mark.map { MovementSearch(for: $0, documents, looksMax: MovementSearch.looksMax(parts: parts.count)) }
        var rows: [ReplicaNumber: [(row: MovementRow, isLastOfMany: Bool)]] = [:]
        for part in parts {
            let sought = try search?.start(at: part.cell, part.replica, within: share)
            guard let start = mark == nil ? UInt64.max : sought else {
                lacks(upTo: mark?.at ?? 0)
                break
            }
            let newest = try documents.store.movements(cell: part.cell, replica: part.replica, before: start, limit: most + 1)
            let isCut = newest.count > most
            rows[part.replica, default: []] += newest.prefix(most).enumerated().map { ($1, isCut && $0 == most - 1) }
        }
        let bytesMax = journalBytesMax / max(1, rows.count)
        for (replica, rows) in rows.sorted(by: { $0.key < $1.key }) {
            guard let id = standing.replica(replica)?.id else { continue }
            try read(rows.sorted { $0.row.counter > $1.row.counter }, of: id, documents, bytesMax: bytesMax)
        }
        found.sort { ($0.at, $0.dot) > ($1.at, $1.dot) }
    }

    /// - Parameter rows: of one replica, the newest first: each set of the journal is decoded once.
    private mutating func read(
        _ rows: [(row: MovementRow, isLastOfMany: Bool)], of replica: ReplicaID, _ documents: Documents, bytesMax: Int
    ) throws {
        let store = documents.store
        var journalBytes = 0
        var present: (set: ChangeSet, received: UInt64)?
        var latestKnown: UInt64 = .max
        for (row, isLastOfMany) in rows {
            let dot = Dot(replica, row.counter)
            // The other end of a transfer stands in its change alone.
            if ![.transferOut, .transferIn].contains(row.kind), let made = try documents.making(dot) {
                latestKnown = min(latestKnown, made.at)
                if isLastOfMany { lacks(upTo: made.at) }
                found.append(Found(row: row, dot: dot, at: made.at, record: made.name))
                continue
            }
            if present.map({ !($0.set.first...$0.set.last).contains(row.counter) }) ?? true {
                guard journalBytes <= bytesMax, let entry = try store.journal(containing: row.counter, of: row.replica),
                    entry.last >= row.counter
                else {
                    // Times of a replica never fall: what is left out is no later than what was read.
                    return lacks(upTo: latestKnown)
                }
                journalBytes += entry.bytes.count
                present = (try ChangeSetCodec.decode(entry.bytes), entry.received.milliseconds)
            }
            guard let present, case let place = Int(row.counter - present.set.first), present.set.changes.indices.contains(place) else {
                return lacks(upTo: latestKnown)
            }
            let change = present.set.changes[place]
            let at = min(change.time.milliseconds, present.received)
            latestKnown = at
            if isLastOfMany { lacks(upTo: at) }
            var counterpart: Text?
            if case .movement(let movement) = change.stock { counterpart = movement.counterpart }
            found.append(
                Found(
                    row: row, dot: dot, at: at, record: change.subject.map { "\($0.entity) \($0.key)" },
                    counterpart: counterpart?.string))
        }
    }

    private mutating func lacks(upTo time: UInt64) { completeAfter = max(completeAfter ?? 0, time) }
}

extension Documents {
    /// The record that a change made, by its name, and when it did as its writer's clock had it; `nil` where the change made none, or where
    /// nothing of that write is left.
    func making(_ dot: Dot) throws -> (name: String, at: UInt64)? {
        guard let row = try standing.record(dot).flatMap(store.record) else { return nil }
        let state = try RecordState(row, standing: standing)
        let writes = state.fieldNames.lazy.flatMap { state.siblings(of: $0).writes }
        guard let write = writes.first(where: { $0.dot == dot }) else { return nil }
        // A clock that ran ahead counts from when the hub received the change, which the journal tells.
        let (time, opened) = (write.precedence.time, standing.replica(dot.replica)?.opened ?? Timestamp(milliseconds: 0))
        guard write.precedence.isInBound || time <= opened else { return nil }
        return ("\(state.id.entity) \(state.id.key)", min(time.milliseconds, now.milliseconds))
    }
}
