import Causality
import ChangeSets

/// Reads the hub's own change-sets for agents to keep: those of one page's numbers that no verified backup holds (S24).
struct DecisionReader {
    let documents: Documents
    let seal: DecisionSeal
    /// A page ends before the change-set that would pass it. One that is larger by itself comes with what its own number holds, and no more.
    var bytesMax = Self.bytesMax

    static let bytesMax = 2 << 20

    struct Piece {
        var decisions: [KeptDecision]
        /// All up to this number are there.
        var reached: UInt64
        /// The only one is larger than a page's decisions should be: little room is left for entries.
        var isLarge = false
    }

    func piece(after number: UInt64, through end: UInt64) throws -> Piece {
        let start = max(number, documents.standing.backup)
        var rows: [(first: Dot, row: JournalRow)] = []
        var complete = end
        for replica in documents.standing.replicas where replica.position > start && isHub(replica) {
            var bytes = 0
            try eachSet(of: replica, after: start) { row in
                guard row.number <= end else { return false }
                rows.append((Dot(replica.id, row.first), row))
                bytes += row.bytes.count
                // What follows is for the next page, whatever other generations have.
                guard bytes < bytesMax else {
                    complete = min(complete, row.number)
                    return false
                }
                return true
            }
        }
        rows = rows.filter { $0.row.number <= complete }.sorted { $0.row.number < $1.row.number }
        var piece = Piece(decisions: [], reached: complete)
        var bytes = 0
        for (first, row) in rows {
            let sealed = try seal.sealed(row.bytes)
            bytes += sealed.count
            if bytes > bytesMax {
                guard row.number == number + 1 else {
                    piece.reached = row.number - 1
                    break
                }
                piece.reached = row.number
                piece.isLarge = true
            }
            piece.decisions.append(KeptDecision(number: row.number, first: first, sealed: sealed))
            if piece.isLarge { break }
        }
        return piece
    }

    private func isHub(_ replica: ReplicaRow) -> Bool { replica.source.flatMap { documents.standing.source($0) }?.isHub ?? false }

    /// The replica's change-sets beyond a number of the line, which ascends with their counters: so the first is found by halving.
    private func eachSet(of replica: ReplicaRow, after number: UInt64, _ body: (JournalRow) throws -> Bool) throws {
        var (low, high) = (0 as UInt64, replica.last)
        while low < high {
            guard let row = try documents.store.journal(containing: low + (high - low + 1) / 2, of: replica.number) else { return }
            if row.number > number {
                high = row.first - 1
            } else {
                low = row.last
            }
        }
        var next = low + 1
        while let row = try documents.store.journal(replica: replica.number, first: next), try body(row) { next = row.last + 1 }
    }
}
