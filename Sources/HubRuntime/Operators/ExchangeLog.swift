import Causality
import ChangeSets

/// The end of one site's log, as far as it is not in the store or may still change there. A pure value.
struct ExchangeLog: Sendable {
    /// Rows that are kept of a site.
    static let rowsMax = 1_000

    private struct Kept {
        var row: Exchange
        /// The store has it as it is here.
        var isWritten = false
    }

    /// The number of the last row.
    private(set) var last: Int64
    /// By number.
    private var kept: [Kept] = []

    /// - Parameter last: the number of the last row that the store has; 0: it has none.
    init(last: Int64 = 0) { self.last = last }

    /// By number.
    var rows: [Exchange] { kept.map(\.row) }
    var unwritten: [Exchange] { kept.filter { !$0.isWritten }.map(\.row) }

    /// Counts a request to the last row that is like it, or begins another one.
    mutating func note(_ request: Exchange.Request, of agent: VerifyingKey, at time: Timestamp) {
        if let index = kept.lastIndex(where: { $0.row.isLike(request, of: agent) }), kept[index].row.join(request, at: time) {
            kept[index].isWritten = false
            return
        }
        last += 1
        kept.append(Kept(row: Exchange(number: last, request, of: agent, at: time)))
        // While the store cannot write, too.
        if kept.count > Self.rowsMax { kept.removeFirst(kept.count - Self.rowsMax) }
    }

    /// These are in the store now; what no request can join any more is let go.
    ///
    /// - Parameter now: `nil`: nothing is let go.
    mutating func wrote(_ rows: [Exchange], now: Timestamp?) {
        let written = Dictionary(rows.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        // What was counted to a row while it was being written is written the next time.
        for index in kept.indices where written[kept[index].row.number] == kept[index].row { kept[index].isWritten = true }
        if let now { kept.removeAll { $0.isWritten && $0.row.isSilent(at: now) } }
    }

    /// The rows up to this number are too old to be kept.
    static func end(before last: Int64) -> Int64 { last - Int64(rowsMax) }

    /// The whole log, by number: what the store has, with what is newer here.
    static func joined(_ stored: [Exchange], _ recent: [Exchange]) -> [Exchange] {
        let newer = Set(recent.map(\.number))
        let all = (stored.filter { !newer.contains($0.number) } + recent).sorted { $0.number < $1.number }
        let end = Self.end(before: all.last?.number ?? 0)
        return all.filter { $0.number > end }
    }
}
