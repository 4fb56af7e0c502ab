import Causality
import ChangeSets
import Oddities

/// Single change-sets out of the journal, with their rows; the last ones read stay, and each is decoded once somebody asks for it.
struct DecodedSets {
    let store: any HubReading
    private var kept: [Kept]
    /// What stays, whatever is read.
    private let fixed: Int
    private static let keptMax = 4

    private struct Kept {
        let replica: ReplicaNumber
        let first, last: UInt64
        /// `nil`: of the set being taken in, which the journal does not hold yet.
        let row: JournalRow?
        var set: ChangeSet?
    }

    /// - Parameter current: the set being taken in.
    init(store: any HubReading, current: (replica: ReplicaNumber, set: ChangeSet)? = nil) {
        self.store = store
        kept = current.map { [Kept(replica: $0.replica, first: $0.set.first, last: $0.set.last, row: nil, set: $0.set)] } ?? []
        fixed = kept.count
    }

    /// - Returns: `nil` when the journal does not hold it.
    mutating func change(replica: ReplicaNumber, counter: UInt64) throws -> Change? {
        try set(containing: counter, of: replica).map { $0.changes[Int(counter - $0.first)] }
    }

    /// - Returns: `nil` when the journal does not hold it.
    /// - Throws: `ChangeSetError` for a set that the disk has damaged.
    mutating func set(containing counter: UInt64, of replica: ReplicaNumber) throws -> ChangeSet? {
        let known = place(of: counter, replica)
        if let set = known.flatMap({ kept[$0].set }) { return set }
        guard let row = try known.flatMap({ kept[$0].row }) ?? row(upTo: counter, of: replica), row.last >= counter else { return nil }
        let set = try ChangeSetCodec.decode(row.bytes)
        if let place = place(of: counter, replica) { kept[place].set = set }
        return set
    }

    /// The row that holds the counter, or the last one before it, as it came; `nil` when the journal holds neither.
    mutating func row(upTo counter: UInt64, of replica: ReplicaNumber) throws -> JournalRow? {
        if let row = place(of: counter, replica).flatMap({ kept[$0].row }) { return row }
        guard let row = try store.journal(containing: counter, of: replica) else { return nil }
        if place(of: row.last, replica) == nil {
            kept.append(Kept(replica: replica, first: row.first, last: row.last, row: row, set: nil))
            if kept.count > fixed + Oddity.keepsNoSets.less(Self.keptMax) { kept.remove(at: fixed) }
        }
        return row
    }

    /// Whether the set that holds the counter is at hand, so that asking for it decodes nothing.
    func isDecoded(_ counter: UInt64, of replica: ReplicaNumber) -> Bool {
        place(of: counter, replica).map { kept[$0].set != nil } ?? false
    }

    private func place(of counter: UInt64, _ replica: ReplicaNumber) -> Int? {
        kept.firstIndex { $0.replica == replica && $0.first <= counter && counter <= $0.last }
    }
}
